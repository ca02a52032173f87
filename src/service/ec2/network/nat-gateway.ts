// How a NAT gateway looks outside.

import type { NatGateway as GatewayShape } from '@aws-sdk/client-ec2';
import type { NatGateway } from '../resources.ts';
import { tagList } from '../tag.ts';

export const stateOf = ({ deletedAtMs }: NatGateway): 'available' | 'deleted' =>
  deletedAtMs === undefined ? 'available' : 'deleted';

export const shownNatGateway = (gateway: NatGateway): GatewayShape => ({
  NatGatewayId: gateway.id,
  VpcId: gateway.vpcId,
  SubnetId: gateway.subnetId,
  State: stateOf(gateway),
  ConnectivityType: gateway.connectivity,
  CreateTime: new Date(gateway.createdAtMs),
  DeleteTime: gateway.deletedAtMs === undefined ? undefined : new Date(gateway.deletedAtMs),
  NatGatewayAddresses: [
    {
      AllocationId: gateway.allocationId,
      PublicIp: gateway.publicIp,
      PrivateIp: gateway.privateIp,
      IsPrimary: true,
      Status: 'succeeded',
      AssociationId: associationOf(gateway),
    },
  ],
  Tags: tagList(gateway.tags),
});

/** The association of its address. */
export const associationOf = ({ id, publicIp }: NatGateway): string | undefined =>
  publicIp === undefined ? undefined : `eipassoc-${id.slice('nat-'.length)}`;
