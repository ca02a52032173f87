// In place of an engine, on a server that has none of its own: hosts that their owners register and
// nodes of clusters run its jobs. It has nothing and is asked to start nothing: this machine never
// joins.

import { EngineUnavailable, type Engine, type EngineCapabilities } from '../../port/engine.ts';

export class NoEngine implements Engine {
  async open(): Promise<EngineCapabilities> {
    return {
      kind: 'none',
      version: 'registered hosts and clusters alone',
      logDrivers: [],
      gpus: false,
      notice:
        'This server has no engine of its own (--engine none): service jobs wait, and jobs of environments that have neither hosts nor a cluster.',
    };
  }

  async start(): Promise<void> {
    throw new EngineUnavailable('this server has no engine of its own');
  }

  async stop(): Promise<void> {}

  async remove(): Promise<void> {}

  async inspect(): Promise<undefined> {}

  async list(): Promise<readonly []> {
    return [];
  }

  async *logs(): AsyncGenerator<never, void, undefined> {}

  async close(): Promise<void> {}
}
