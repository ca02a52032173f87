// StopInstances, of the caller's own. A stopped instance of a compute environment is terminated, as
// its Auto Scaling group does on AWS; one of Spot cannot be stopped, for it was asked for once.

import type { StopInstancesCommandInput, StopInstancesCommandOutput } from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import type { Ec2Operation } from '../deps.ts';
import { incorrectInstanceState, spotCannotStop } from '../error.ts';
import { refuse } from '../found.ts';
import { endInstances } from './instance-change.ts';
import { knownInstances, named } from './known-instance.ts';

export const stopInstances: Ec2Operation<StopInstancesCommandInput, StopInstancesCommandOutput> = {
  authorizes: (input, context) =>
    on('StopInstances', context, 'instance', ...(input.InstanceIds ?? [])),

  async handle(deps, input, context) {
    refuse(input, 'Hibernate', 'Force', 'SkipOsShutdown');
    const instances = named(await knownInstances(deps, context, input), input.InstanceIds);
    for (const { id, spot, state } of instances) {
      if (state === 'terminated' || state === 'shutting-down')
        throw incorrectInstanceState(id, 'stopped');
      if (spot) throw spotCannotStop(id);
    }
    return { StoppingInstances: await endInstances(deps, instances, 'stopped', context) };
  },
};
