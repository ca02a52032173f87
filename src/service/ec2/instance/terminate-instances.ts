// TerminateInstances: their jobs end with them. An instance of a compute environment is replaced
// where its jobs still need one.

import type {
  TerminateInstancesCommandInput,
  TerminateInstancesCommandOutput,
} from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import type { Ec2Operation } from '../deps.ts';
import { refuse } from '../found.ts';
import { endInstances } from './instance-change.ts';
import { knownInstances, named } from './known-instance.ts';

export const terminateInstances: Ec2Operation<
  TerminateInstancesCommandInput,
  TerminateInstancesCommandOutput
> = {
  authorizes: (input, context) =>
    on('TerminateInstances', context, 'instance', ...(input.InstanceIds ?? [])),

  async handle(deps, input, context) {
    refuse(input, 'Force', 'SkipOsShutdown');
    const instances = named(await knownInstances(deps, context, input), input.InstanceIds);
    return { TerminatingInstances: await endInstances(deps, instances, 'terminated', context) };
  },
};
