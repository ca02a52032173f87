// The real program in a process of its own: the one way in which tests start a server. It knows the
// line that the program prints when it is ready and nothing of the service; the data directory is
// the caller's.

import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const endWithinMs = 60_000;

interface ServerProcessOptions {
  readonly dataDir: string;
  readonly verb?: 'serve' | 'up' | 'demo' | undefined;
  /** The verb's flags, beside those that every test has. */
  readonly flags: readonly string[];
  /** Its standard error is shown in the test's, too. */
  readonly showErrors?: boolean | undefined;
}

export class ServerProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #output: { stdout: string; stderr: string };

  private constructor(
    child: ChildProcess,
    output: { stdout: string; stderr: string },
    url: string,
  ) {
    this.#child = child;
    this.#output = output;
    this.url = url;
  }

  /** Resolves when it is ready; rejects with what it said where it ends before. */
  static async start({
    verb = 'serve',
    dataDir,
    flags,
    showErrors = false,
  }: ServerProcessOptions): Promise<ServerProcess> {
    const child = spawn(
      process.execPath,
      [main, verb, '--port', '0', '--data-dir', dataDir, '--log-level', 'warn', ...flags],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const output = { stdout: '', stderr: '' };
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text;
      if (showErrors) process.stderr.write(text);
    });
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output.stdout += text;
        const found = /ready at ([^\s,]+)/.exec(output.stdout)?.[1];
        if (found !== undefined) resolve(found);
      });
      child
        .once('error', reject)
        .once('close', (code, signal) =>
          reject(new Error(`the server ended with ${code ?? signal}: ${output.stderr}`)),
        );
    });
    return new ServerProcess(child, output, url);
  }

  get stdout(): string {
    return this.#output.stdout;
  }

  get stderr(): string {
    return this.#output.stderr;
  }

  /** The exit code once it has ended, by itself or by a signal (then null). */
  async ended(): Promise<number | null> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const giveUp = setTimeout(() => child.kill('SIGKILL'), endWithinMs);
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    clearTimeout(giveUp);
    return code;
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.ended();
  }
}
