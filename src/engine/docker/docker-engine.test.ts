// The Docker engine against the contracts of engines and their networks. What is Docker's own is in
// the test files beside.

import { attemptId, type AttemptId } from '../../base/ids.ts';
import {
  engineContract,
  plainSpec,
  shellCommand,
  type EngineContract,
} from '../../../test/house/contract/engine-contract.ts';
import { lateStartContract } from '../../../test/house/contract/late-start-contract.ts';
import { networkContract } from '../../../test/house/contract/network-contract.ts';
import { sessionContract } from '../../../test/house/contract/session-contract.ts';
import {
  lateStartsSocket,
  newEngine,
  ownNetworks,
  skipReason,
} from '../../../test/house/docker.ts';
import { testImage } from '../../../test/house/image.ts';

const contract: EngineContract = {
  name: 'docker',
  skip: skipReason,
  create: () => newEngine(),
  spec: (id, behaviour) => plainSpec(id, { image: testImage(), command: shellCommand(behaviour) }),
  runsCommands: true,
  limitsMemory: true,
};
engineContract(contract);
sessionContract(contract);
lateStartContract({
  engine: contract,
  late: async () => {
    const { host, isHolding, letThrough, close } = await lateStartsSocket();
    return {
      engine: newEngine({ environment: { DOCKER_HOST: host } }),
      isHeldUp: isHolding,
      carryOut: letThrough,
      close,
    };
  },
});
networkContract({
  engine: contract,
  create: (jobNetworks) => newEngine({ jobNetworks }),
  networks: async (): Promise<AttemptId[]> => (await ownNetworks()).map(attemptId),
  smallRange: '10.214.255.0/29',
  talk: {
    listen: (port) => ['nc', '-l', '-p', String(port)],
    // From a file: nc ends when the other side has said all, also if its own line came too late
    // through a pipe.
    tell: (address, port, text) => [
      'sh',
      '-c',
      `echo ${text} >line; until nc ${address} ${port} <line; do sleep 0.05; done`,
    ],
  },
});
