// CreateSubnet: a block of its VPC that no other subnet has.

import type { CreateSubnetCommandInput, CreateSubnetCommandOutput } from '@aws-sdk/client-ec2';
import { blockText, contains, overlaps, parseBlock } from '../../../base/ipv4.ts';
import { arnOf, creation } from '../access.ts';
import { idOf, newId, type Ec2Operation } from '../deps.ts';
import { invalidParameter, rangeInvalid, subnetConflict } from '../error.ts';
import { foundVpc, given, refuse } from '../found.ts';
import { changeNetwork } from './network.ts';
import type { Subnet } from '../resources.ts';
import { blockOf, shownSubnet } from './subnet.ts';
import { tagsFor } from '../tag.ts';
import { zonesOf } from './zone.ts';

export const createSubnet: Ec2Operation<CreateSubnetCommandInput, CreateSubnetCommandOutput> = {
  authorizes: (input, context) =>
    creation(
      'CreateSubnet',
      context,
      input,
      [arnOf(context, 'subnet')],
      [arnOf(context, 'vpc', input.VpcId)],
    ),

  async handle(deps, input, context) {
    refuse(
      input,
      'Ipv6CidrBlock',
      'OutpostArn',
      'Ipv6Native',
      'Ipv4IpamPoolId',
      'Ipv4NetmaskLength',
      'Ipv6IpamPoolId',
      'Ipv6NetmaskLength',
    );
    const text = given(input.CidrBlock, 'cidrBlock');
    const block = parseBlock(text);
    if (block === undefined)
      throw invalidParameter('cidrBlock', text, 'This is not a valid CIDR block.');
    if (block.bits < 16 || block.bits > 28) throw rangeInvalid('Subnet', text);
    const zone = zoneOf(input, context.region);
    const tags = tagsFor('subnet', input.TagSpecifications);
    const subnet = await changeNetwork(deps, context, input, (draft) => {
      const vpc = foundVpc(draft, input.VpcId);
      if (!contains(blockOf(vpc.cidr), block)) throw rangeInvalid('Subnet', text);
      if (
        draft
          .all('subnet')
          .some(({ vpcId, cidr }) => vpcId === vpc.id && overlaps(blockOf(cidr), block))
      )
        throw subnetConflict(text);
      const made: Subnet = {
        id: idOf(deps.ids, 'subnet'),
        vpcId: vpc.id,
        cidr: blockText(block),
        zone,
        isDefault: false,
        mapPublicIp: false,
        aclAssociationId: newId(deps.ids, 'aclassoc'),
        tags,
      };
      draft.put('subnet', made.id, made);
      return made;
    });
    return { Subnet: shownSubnet(subnet, context) };
  },
};

/** By name or by id; the first one where nothing is said. */
function zoneOf(
  { AvailabilityZone: name, AvailabilityZoneId: id }: CreateSubnetCommandInput,
  region: string,
): string {
  const zones = zonesOf(region);
  const zone =
    name !== undefined
      ? zones.find((one) => one.name === name)
      : id !== undefined
        ? zones.find((one) => one.id === id)
        : zones[0];
  if (zone === undefined)
    throw invalidParameter(
      'availabilityZone',
      name ?? id ?? '',
      `Subnets can currently only be created in the following availability zones: ${zones.map((one) => one.name).join(', ')}.`,
    );
  return zone.name;
}
