// DescribeInstanceStatus: whoever runs is well. There is nothing to measure in a slice of a machine
// but that it is there.

import type {
  DescribeInstanceStatusCommandInput,
  DescribeInstanceStatusCommandOutput,
  InstanceStatusSummary,
} from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import type { Ec2Operation } from '../deps.ts';
import { described } from '../describe.ts';
import { invalidCombination, noInstance } from '../error.ts';
import { shownState } from './instance.ts';
import { checkInstanceId, knownInstances } from './known-instance.ts';

export const describeInstanceStatus: Ec2Operation<
  DescribeInstanceStatusCommandInput,
  DescribeInstanceStatusCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeInstanceStatus', context),

  async handle(deps, input, context) {
    const { InstanceIds: keys = [], IncludeAllInstances: all = false } = input;
    keys.forEach(checkInstanceId);
    if (keys.length > 0 && input.MaxResults !== undefined)
      throw invalidCombination(
        'The parameter instancesSet cannot be used with the parameter maxResults',
      );
    const known = await knownInstances(deps, context, input);
    const { items, NextToken } = described(known, input, {
      keyOf: ({ id }) => id,
      keys,
      notFound: noInstance,
      filters: {
        'availability-zone': ({ zone }) => zone,
        'instance-state-code': ({ state }) => shownState(state).Code,
        'instance-state-name': ({ state }) => state,
        'instance-status.status': ({ state }) => status(state === 'running').Status,
        'system-status.status': ({ state }) => status(state === 'running').Status,
      },
    });
    const shown = items.filter(({ state }) => all || state === 'running');
    return {
      InstanceStatuses: shown.map(({ id, state, zone }) => ({
        InstanceId: id,
        AvailabilityZone: zone,
        InstanceState: shownState(state),
        InstanceStatus: status(state === 'running'),
        SystemStatus: status(state === 'running'),
      })),
      NextToken,
    };
  },
};

const status = (runs: boolean): InstanceStatusSummary =>
  runs
    ? { Status: 'ok', Details: [{ Name: 'reachability', Status: 'passed' }] }
    : { Status: 'not-applicable' };
