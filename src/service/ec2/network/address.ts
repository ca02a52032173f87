// How an Elastic IP address looks outside.

import type { Address as AddressShape } from '@aws-sdk/client-ec2';
import type { RequestContext } from '../../../wire/operation.ts';
import { holderOf } from '../found.ts';
import { associationOf } from './nat-gateway.ts';
import type { Address, Ec2View } from '../resources.ts';
import { tagList } from '../tag.ts';

export function shownAddress(
  ec2: Ec2View,
  address: Address,
  { region }: RequestContext,
): AddressShape {
  const holder = holderOf(ec2, address);
  return {
    AllocationId: address.id,
    PublicIp: address.publicIp,
    Domain: 'vpc',
    PublicIpv4Pool: 'amazon',
    NetworkBorderGroup: region,
    AssociationId: holder && associationOf(holder),
    PrivateIpAddress: holder?.privateIp,
    Tags: tagList(address.tags),
  };
}
