// Starts the sink in a process of its own, and asks it what has come.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { must } from '../src/base/assert.ts';

export class SinkProcess implements Disposable {
  readonly origin: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, origin: string) {
    this.#child = child;
    this.origin = origin;
  }

  /** On any port, where none is given. */
  static async start(port = 0): Promise<SinkProcess> {
    const program = new URL('http-sink.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [program, String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(must(child.stdout, 'it is piped'), 'data')) as [Buffer];
    return new SinkProcess(child, `http://127.0.0.1:${line.toString().trim()}`);
  }

  /** How many requests have come. */
  count(): Promise<number> {
    return this.#ask('count');
  }

  /** How many of them have numbers that are not the same. */
  numbers(): Promise<number> {
    return this.#ask('numbers');
  }

  async #ask(what: string): Promise<number> {
    return Number(await (await fetch(`${this.origin}/${what}`)).text());
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
}
