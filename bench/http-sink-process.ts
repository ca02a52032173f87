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

  static async start(): Promise<SinkProcess> {
    const child = spawn(process.execPath, [new URL('http-sink.ts', import.meta.url).pathname], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(must(child.stdout, 'it is piped'), 'data')) as [Buffer];
    return new SinkProcess(child, `http://127.0.0.1:${line.toString().trim()}`);
  }

  async count(): Promise<number> {
    return Number(await (await fetch(`${this.origin}/count`)).text());
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
}
