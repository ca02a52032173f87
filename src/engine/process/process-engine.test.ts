// The process engine against the contracts of engines and their networks.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Block } from '../../base/ipv4.ts';
import {
  engineContract,
  plainSpec,
  shellCommand,
  type EngineContract,
} from '../../../test/house/contract/engine-contract.ts';
import { networkContract } from '../../../test/house/contract/network-contract.ts';
import { nodeAddressVariable } from '../job-networks.ts';
import { JobCgroups } from './job-cgroups.ts';
import { LauncherClient } from './launcher-client.ts';
import { ProcessEngine } from './process-engine.ts';

const directory = mkdtempSync(join(tmpdir(), 'longshore-process-'));

const limitsMemory = (): boolean => {
  const cgroups = new JobCgroups(`longshore-test-${process.pid}`);
  cgroups.close();
  return cgroups.limitsMemory;
};

const script = (text: string): string[] => [process.execPath, '-e', text];

/** Keeps one launcher for the whole suite, which otherwise would start one for every test. */
let keeper: LauncherClient | undefined;

const create = (jobNetworks?: Block): ProcessEngine =>
  new ProcessEngine({ directory, jobNetworks });

const contract: EngineContract = {
  name: 'process',
  create: () => create(),
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
};

engineContract(contract);
networkContract({
  engine: contract,
  create,
  networks: async (engine) => [...(engine as ProcessEngine).networks().keys()],
  sharesAddress: process.platform !== 'linux',
  smallRange: '127.63.255.0/29',
  talk: {
    listen: (port) =>
      script(
        `require('net').createServer((peer) => { peer.pipe(process.stdout); peer.on('end', () => process.exit()); }).listen(${port}, process.env.${nodeAddressVariable})`,
      ),
    tell: (address, port, text) =>
      script(
        `const call = () => { const peer = require('net').connect(${port}, '${address}', () => peer.end('${text}\\n')); peer.on('error', () => setTimeout(call, 20)); }; call()`,
      ),
  },
});
