// StartInstances: of the caller's own that were stopped; of those that run already nothing becomes,
// and one that ends cannot be started.

import type { StartInstancesCommandInput, StartInstancesCommandOutput } from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import type { Ec2Operation } from '../deps.ts';
import { incorrectInstanceState } from '../error.ts';
import { refuse } from '../found.ts';
import { startStopped } from './instance-change.ts';
import { knownInstances, named } from './known-instance.ts';

export const startInstances: Ec2Operation<StartInstancesCommandInput, StartInstancesCommandOutput> =
  {
    authorizes: (input, context) =>
      on('StartInstances', context, 'instance', ...(input.InstanceIds ?? [])),

    async handle(deps, input, context) {
      refuse(input, 'AdditionalInfo');
      const instances = named(await knownInstances(deps, context, input), input.InstanceIds);
      for (const { id, state } of instances)
        if (state !== 'running' && state !== 'pending' && state !== 'stopped')
          throw incorrectInstanceState(id, 'started');
      return { StartingInstances: await startStopped(deps, instances, context) };
    },
  };
