// The engine of a host that may not be connected to: it says so whenever it is asked, so that its
// host is silent and, in time, lost like any other that cannot be reached. It connects to nothing.

import {
  EngineUnavailable,
  type Engine,
  type EngineContainer,
  type EngineCapabilities,
  type LogBatch,
} from '../../port/engine.ts';

export class UnreachableEngine implements Engine {
  readonly #why: string;

  constructor(why: string) {
    this.#why = why;
  }

  #refuse(): Promise<never> {
    return Promise.reject(new EngineUnavailable(this.#why));
  }

  open(): Promise<EngineCapabilities> {
    return this.#refuse();
  }

  start(): Promise<void> {
    return this.#refuse();
  }

  stop(): Promise<void> {
    return this.#refuse();
  }

  remove(): Promise<void> {
    return this.#refuse();
  }

  inspect(): Promise<EngineContainer | undefined> {
    return this.#refuse();
  }

  list(): Promise<readonly EngineContainer[]> {
    return this.#refuse();
  }

  logs(): AsyncIterable<LogBatch> {
    const why = this.#why;
    return {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new EngineUnavailable(why)) }),
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
