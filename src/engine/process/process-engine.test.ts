// The process engine against the contract.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineContract, plainSpec, shellCommand } from '../contract/engine-contract.ts';
import { JobCgroups } from './job-cgroups.ts';
import { LauncherClient } from './launcher-client.ts';
import { ProcessEngine } from './process-engine.ts';

const directory = mkdtempSync(join(tmpdir(), 'longshore-process-'));

const limitsMemory = (): boolean => {
  const cgroups = new JobCgroups(`longshore-test-${process.pid}`);
  cgroups.close();
  return cgroups.limitsMemory;
};

/** Keeps one launcher for the whole suite, which otherwise would start one for every test. */
let keeper: LauncherClient | undefined;

engineContract({
  name: 'process',
  create: () => new ProcessEngine({ directory }),
  spec: (id, behaviour) => plainSpec(id, { command: shellCommand(behaviour) }),
  runsCommands: true,
  limitsMemory: limitsMemory() || 'control groups cannot be made here',
  before: async () => {
    keeper = await LauncherClient.connect(directory, { onMessage: () => {}, onClose: () => {} });
  },
  after: async () => {
    await keeper?.close();
    rmSync(directory, { recursive: true, force: true });
  },
});
