// The AWS CLI of this machine, pointed at a test server. Words are written as on a command line;
// what is substituted is one argument, or part of one, whatever blanks it holds.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Credentials } from '../src/cli/sign.ts';
import { requirement } from './requirement.ts';
import type { TestServer } from './server.ts';

interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class AwsCli {
  readonly #server: TestServer;
  readonly #credentials: Credentials | undefined;
  readonly #variables: NodeJS.ProcessEnv;
  readonly #command: string;

  /**
   * As whoever has the credentials, else as the root; with variables beside those of a client.
   * `command`: another CLI than that of the other tests.
   */
  constructor(
    server: TestServer,
    credentials?: Credentials,
    variables: Readonly<Record<string, string>> = {},
    command = requirement('awscli').command,
  ) {
    this.#command = command;
    this.#server = server;
    this.#credentials = credentials;
    this.#variables = variables;
  }

  /**
   * Starts a command that the caller ends. Every call names the endpoint: Debian's CLI is older
   * than the variable for it.
   */
  spawn(strings: readonly string[], ...values: unknown[]): ChildProcess {
    return this.#spawn(wordsOf(strings, values));
  }

  #spawn(words: readonly string[]): ChildProcess {
    const args = [...words, '--endpoint-url', this.#server.url, '--output', 'json'];
    return spawn(this.#command, args, {
      env: {
        ...this.#server.environmentOf(this.#credentials ?? this.#server.credentials),
        PYTHONUNBUFFERED: '1',
        ...this.#variables,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  run(strings: readonly string[], ...values: unknown[]): Promise<CliResult> {
    return this.#run(wordsOf(strings, values));
  }

  async #run(words: readonly string[]): Promise<CliResult> {
    const child = this.#spawn(words);
    const giveUp = setTimeout(() => child.kill('SIGKILL'), 180_000);
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(giveUp);
    return { code, stdout, stderr };
  }

  /** What a command prints; it must succeed. */
  text(strings: readonly string[], ...values: unknown[]): Promise<string> {
    return this.#text(wordsOf(strings, values));
  }

  async #text(words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#run(words);
    if (code !== 0) throw new Error(`aws ${words.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** The JSON that a command prints; an empty answer is an empty object. */
  // oxlint-disable-next-line typescript/no-explicit-any -- answers are looked at by the assertions of each test.
  async json(strings: readonly string[], ...values: unknown[]): Promise<any> {
    const text = await this.#text(wordsOf(strings, values));
    return text.trim() === '' ? {} : JSON.parse(text);
  }
}

function wordsOf(strings: readonly string[], values: readonly unknown[]): string[] {
  const words: string[] = [];
  let open = false;
  const add = (text: string): void => {
    if (open) words[words.length - 1] += text;
    else words.push(text);
    open = true;
  };
  strings.forEach((part, index) => {
    for (const piece of part.split(/(\s+)/)) {
      if (piece === '') continue;
      if (piece.trim() === '') open = false;
      else add(piece);
    }
    if (index < values.length) add(String(values[index]));
  });
  return words;
}
