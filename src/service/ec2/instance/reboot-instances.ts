// RebootInstances: what runs there ends as with its host; the instance stays and takes jobs again.

import type {
  RebootInstancesCommandInput,
  RebootInstancesCommandOutput,
} from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import type { Ec2Operation } from '../deps.ts';
import { incorrectInstanceState } from '../error.ts';
import { rebootInstance } from './instance-change.ts';
import { knownInstances, named } from './known-instance.ts';

export const rebootInstances: Ec2Operation<
  RebootInstancesCommandInput,
  RebootInstancesCommandOutput
> = {
  authorizes: (input, context) =>
    on('RebootInstances', context, 'instance', ...(input.InstanceIds ?? [])),

  async handle(deps, input, context) {
    const instances = named(await knownInstances(deps, context, input), input.InstanceIds);
    for (const { id, state } of instances)
      if (state !== 'running') throw incorrectInstanceState(id, 'rebooted');
    for (const instance of instances) await rebootInstance(deps, instance, context);
    return {};
  },
};
