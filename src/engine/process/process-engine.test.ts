// The process engine against the contract.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineContract, plainSpec, shellCommand } from '../contract/engine-contract.ts';
import { JobCgroups } from './job-cgroups.ts';
import { ProcessEngine } from './process-engine.ts';

const directory = mkdtempSync(join(tmpdir(), 'longshore-process-'));

const limitsMemory = (): boolean => {
  const cgroups = new JobCgroups(`longshore-test-${process.pid}`);
  cgroups.close();
  return cgroups.limitsMemory;
};

engineContract({
  name: 'process',
  create: () => new ProcessEngine({ directory }),
  spec: (id, behaviour) => plainSpec(id, { command: shellCommand(behaviour) }),
  runsCommands: true,
  limitsMemory: limitsMemory() || 'control groups cannot be made here',
  after: async () => rmSync(directory, { recursive: true, force: true }),
});
