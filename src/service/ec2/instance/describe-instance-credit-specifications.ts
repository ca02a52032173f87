// DescribeInstanceCreditSpecifications: of burstable instances, as EC2 launches them unless told
// otherwise. There are no credits here.

import type {
  DescribeInstanceCreditSpecificationsCommandInput,
  DescribeInstanceCreditSpecificationsCommandOutput,
} from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import type { Ec2Operation } from '../deps.ts';
import { described } from '../describe.ts';
import { noInstance } from '../error.ts';
import { checkInstanceId, knownInstances } from './known-instance.ts';

export const describeInstanceCreditSpecifications: Ec2Operation<
  DescribeInstanceCreditSpecificationsCommandInput,
  DescribeInstanceCreditSpecificationsCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeInstanceCreditSpecifications', context),

  async handle(deps, input, context) {
    const { InstanceIds: keys = [] } = input;
    keys.forEach(checkInstanceId);
    const known = await knownInstances(deps, context, input);
    const burstable = known.filter(
      ({ id, type, state }) => type.burstable && (keys.includes(id) || state !== 'terminated'),
    );
    const { items, NextToken } = described(keys.length === 0 ? burstable : known, input, {
      keyOf: ({ id }) => id,
      keys,
      notFound: noInstance,
      filters: { 'instance-id': ({ id }) => id },
    });
    const shown = items.filter(({ type }) => type.burstable);
    return {
      InstanceCreditSpecifications: shown.map(({ id, type }) => ({
        InstanceId: id,
        CpuCredits: type.name.startsWith('t2.') ? 'standard' : 'unlimited',
      })),
      NextToken,
    };
  },
};
