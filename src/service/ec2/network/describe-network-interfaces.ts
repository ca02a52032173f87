// DescribeNetworkInterfaces: those of instances, while they are there. Clients look for some before
// they delete a security group or a subnet.

import type {
  DescribeNetworkInterfacesCommandInput,
  DescribeNetworkInterfacesCommandOutput,
} from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import type { Ec2Operation } from '../deps.ts';
import { described } from '../describe.ts';
import { noNetworkInterface } from '../error.ts';
import type { Filters } from '../filter.ts';
import { knownInstances } from '../instance/known-instance.ts';
import { interfaceOf, shownInterface, type KnownInterface } from './network-interface.ts';

const filters: Filters<KnownInterface> = {
  'addresses.primary': () => true,
  'addresses.private-ip-address': ({ address }) => address,
  'association.public-ip': () => undefined,
  'attachment.attachment-id': ({ attachmentId }) => attachmentId,
  'attachment.device-index': () => 0,
  'attachment.instance-id': ({ instance }) => instance.id,
  'attachment.status': () => 'attached',
  'availability-zone': ({ instance }) => instance.zone,
  description: () => '',
  'group-id': ({ instance }) => instance.groups.map(({ id }) => id),
  'group-name': ({ instance }) => instance.groups.map(({ name }) => name),
  'interface-type': () => 'interface',
  'mac-address': ({ mac }) => mac,
  'network-interface-id': ({ id }) => id,
  'private-dns-name': ({ dnsName }) => dnsName,
  'private-ip-address': ({ address }) => address,
  'requester-id': () => undefined,
  'requester-managed': () => false,
  'source-dest-check': () => true,
  status: () => 'in-use',
  'subnet-id': ({ instance }) => instance.subnetId,
  'vpc-id': ({ instance }) => instance.vpcId,
};

export const describeNetworkInterfaces: Ec2Operation<
  DescribeNetworkInterfacesCommandInput,
  DescribeNetworkInterfacesCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeNetworkInterfaces', context),

  async handle(deps, input, context) {
    const all = (await knownInstances(deps, context, input)).flatMap(
      (instance) => interfaceOf(instance, context) ?? [],
    );
    const mine = {
      ...filters,
      'owner-id': () => context.account,
      'attachment.instance-owner-id': () => context.account,
    };
    const { items, NextToken } = described(all, input, {
      keyOf: ({ id }) => id,
      keys: input.NetworkInterfaceIds,
      notFound: noNetworkInterface,
      filters: mine,
      tagsOf: () => ({}),
    });
    return { NetworkInterfaces: items.map((one) => shownInterface(one, context)), NextToken };
  },
};
