// The Docker engine against the contract of engines. What is Docker's own is in docker-property.test.ts and docker-logs.test.ts.

import { engineContract, plainSpec, shellCommand } from '../contract/engine-contract.ts';
import { newEngine, skipReason, withBusybox } from './docker-fixture.ts';

engineContract({
  name: 'docker',
  skip: skipReason,
  create: () => newEngine(),
  spec: (id, behaviour) => plainSpec(id, { command: shellCommand(behaviour) }),
  runsCommands: true,
  limitsMemory: true,
  before: withBusybox,
});
