// CreateVpc: an IPv4 network, with its default security group, main route table and network ACL.

import type { CreateVpcCommandInput, CreateVpcCommandOutput } from '@aws-sdk/client-ec2';
import { blockText, parseBlock } from '../../../base/ipv4.ts';
import { arnOf, creation } from '../access.ts';
import { change, type Ec2Operation } from '../deps.ts';
import { invalidParameter, rangeInvalid } from '../error.ts';
import { given, refuse } from '../found.ts';
import { makeVpc } from './make.ts';
import { tagsFor } from '../tag.ts';
import { shownVpc } from './vpc.ts';

export const createVpc: Ec2Operation<CreateVpcCommandInput, CreateVpcCommandOutput> = {
  authorizes: (input, context) => creation('CreateVpc', context, input, [arnOf(context, 'vpc')]),

  async handle(deps, input, context) {
    refuse(
      input,
      'AmazonProvidedIpv6CidrBlock',
      'Ipv6Pool',
      'Ipv6CidrBlock',
      'Ipv4IpamPoolId',
      'Ipv4NetmaskLength',
      'Ipv6IpamPoolId',
      'Ipv6NetmaskLength',
      'Ipv6CidrBlockNetworkBorderGroup',
      'VpcEncryptionControl',
    );
    const text = given(input.CidrBlock, 'cidrBlock');
    const block = parseBlock(text);
    if (block === undefined)
      throw invalidParameter('cidrBlock', text, 'This is not a valid CIDR block.');
    if (block.bits < 16 || block.bits > 28) throw rangeInvalid('Vpc', text);
    const tenancy = input.InstanceTenancy ?? 'default';
    if (tenancy !== 'default' && tenancy !== 'dedicated')
      throw invalidParameter('instanceTenancy', tenancy, 'It is default or dedicated.');
    const tags = tagsFor('vpc', input.TagSpecifications);
    const vpc = await change(deps, context, input, (draft) =>
      makeVpc(draft, deps.ids, {
        cidr: blockText(block),
        isDefault: false,
        tenancy,
        dnsHostnames: false,
        tags,
      }),
    );
    return { Vpc: shownVpc(vpc, context) };
  },
};
