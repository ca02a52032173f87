// Picks the engine: the one that was asked for, or Docker where its socket answers, else processes. Says why.

import { join } from 'node:path';
import { DockerEngine, dockerAnswers } from '../engine/docker/docker-engine.ts';
import { FakeEngine } from '../engine/fake/fake-engine.ts';
import { ProcessEngine } from '../engine/process/process-engine.ts';
import type { Engine } from '../port/engine.ts';
import type { ServerConfig } from './config.ts';
import { systemClock } from './system-ports.ts';

export interface ChosenEngine {
  readonly engine: Engine;
  readonly reason: string;
}

export async function chooseEngine(config: ServerConfig, identity: string): Promise<ChosenEngine> {
  switch (config.engine) {
    case 'docker':
      return { engine: docker(config, identity), reason: 'asked for' };
    case 'process':
      return { engine: processes(config), reason: 'asked for' };
    case 'fake':
      return { engine: new FakeEngine({ clock: systemClock }), reason: 'asked for' };
    case 'auto': {
      const answer = await dockerAnswers();
      if (answer.answers) return { engine: docker(config, identity), reason: 'Docker answers on this machine' };
      return { engine: processes(config), reason: `Docker does not answer: ${answer.why}` };
    }
  }
}

const docker = (config: ServerConfig, instance: string): Engine => new DockerEngine({ instance, jobNetwork: config.jobNetwork, jobNetworks: config.jobNetworks });
const processes = (config: ServerConfig): Engine => new ProcessEngine({ directory: join(config.dataDir, 'process') });
