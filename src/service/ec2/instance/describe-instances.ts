// DescribeInstances: those that compute environments launched; ended ones too, for an hour.

import type {
  DescribeInstancesCommandInput,
  DescribeInstancesCommandOutput,
} from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import type { Ec2Operation } from '../deps.ts';
import { described } from '../describe.ts';
import { invalidCombination, noInstance } from '../error.ts';
import type { Filters } from '../filter.ts';
import { architectureWord } from '../image/image.ts';
import { interfaceOf } from '../network/network-interface.ts';
import { reasonOf, reservationsOf, shownState, transitionReason } from './instance.ts';
import { checkInstanceId, knownInstances, type KnownInstance } from './known-instance.ts';

const filters: Filters<KnownInstance> = {
  architecture: ({ type }) => architectureWord(type),
  'availability-zone': ({ zone }) => zone,
  'iam-instance-profile.arn': ({ profile }) => profile,
  'image-id': ({ imageId }) => imageId,
  'instance-id': ({ id }) => id,
  'instance-lifecycle': ({ spot }) => (spot ? 'spot' : undefined),
  'instance-state-code': ({ state }) => shownState(state).Code,
  'instance-state-name': ({ state }) => state,
  'instance-type': ({ type }) => type.name,
  'instance.group-id': ({ groups }) => groups.map(({ id }) => id),
  'instance.group-name': ({ groups }) => groups.map(({ name }) => name),
  'key-name': ({ keyName }) => keyName,
  'launch-time': ({ launchedAtMs }) => new Date(launchedAtMs).toISOString(),
  'network-interface.network-interface-id': ({ id, privateIp }) =>
    privateIp === undefined ? undefined : `eni-${id.slice('i-'.length)}`,
  'placement-group-name': ({ placementGroup }) => placementGroup,
  reason: transitionReason,
  'reservation-id': ({ reservationId }) => reservationId,
  'state-reason-code': ({ ending }) => ending && reasonOf(ending.cause).Code,
  'subnet-id': ({ subnetId }) => subnetId,
  tenancy: () => 'default',
  'virtualization-type': () => 'hvm',
  'vpc-id': ({ vpcId }) => vpcId,
};

export const describeInstances: Ec2Operation<
  DescribeInstancesCommandInput,
  DescribeInstancesCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeInstances', context),

  async handle(deps, input, context) {
    const { InstanceIds: keys = [] } = input;
    keys.forEach(checkInstanceId);
    if (keys.length > 0 && input.MaxResults !== undefined)
      throw invalidCombination(
        'The parameter instancesSet cannot be used with the parameter maxResults',
      );
    const all = await knownInstances(deps, context, input);
    const card = (instance: KnownInstance) => interfaceOf(instance, context);
    const mine = {
      ...filters,
      'private-ip-address': (instance: KnownInstance) => card(instance)?.address,
      'private-dns-name': (instance: KnownInstance) => card(instance)?.dnsName,
      'owner-id': () => context.account,
    };
    const { items, NextToken } = described(all, input, {
      keyOf: ({ id }) => id,
      keys,
      notFound: noInstance,
      filters: mine,
      tagsOf: ({ tags }) => tags,
    });
    return { Reservations: reservationsOf(items, context), NextToken };
  },
};
