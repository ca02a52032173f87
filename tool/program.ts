// Runs a program of the project's tools to its end and keeps what it printed. For the tools only.

import { spawn } from 'node:child_process';

export interface ProgramEnd {
  /** The exit code; 1 where a signal ended it or it could not be started. */
  readonly code: number;
  /** Standard output and error, in the order they came. */
  readonly output: string;
}

/** Under the Node that runs this, so that an older `node` on the path does not matter. */
export function runNode(
  args: readonly string[],
  options: { cwd: string; onText?: (text: string) => void },
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const take = (text: string): void => {
      output += text;
      options.onText?.(text);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', (error) => {
      resolve({ code: 1, output: `${output}${error.message}\n` });
    });
    child.on('close', (code) => {
      resolve({ code: code ?? 1, output });
    });
  });
}
