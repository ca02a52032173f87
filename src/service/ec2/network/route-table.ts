// Route tables: how they look outside, and where a route leads.

import type { RouteTable as TableShape } from '@aws-sdk/client-ec2';
import type { RequestContext } from '../../../wire/operation.ts';
import { invalidCombination, noGateway, notAttached } from '../error.ts';
import { foundNatGateway, foundVpc, natGateways, refuse } from '../found.ts';
import type { Ec2View, Route, RouteTable } from '../resources.ts';
import { tagList } from '../tag.ts';

/** What a request may name as a route's target. */
interface TargetRequest {
  readonly GatewayId?: string | undefined;
  readonly NatGatewayId?: string | undefined;
}

/** Targets of EC2's that are not built. */
export const otherTargets = [
  'DestinationIpv6CidrBlock',
  'DestinationPrefixListId',
  'CarrierGatewayId',
  'CoreNetworkArn',
  'EgressOnlyInternetGatewayId',
  'InstanceId',
  'LocalGatewayId',
  'NetworkInterfaceId',
  'TransitGatewayId',
  'VpcEndpointId',
  'VpcPeeringConnectionId',
  'OdbNetworkArn',
] as const;

export function targetOf(ec2: Ec2View, table: RouteTable, input: TargetRequest): Route['target'] {
  const { GatewayId: gatewayId, NatGatewayId: natGatewayId } = input;
  if ((gatewayId === undefined) === (natGatewayId === undefined))
    throw invalidCombination('Exactly one of GatewayId and NatGatewayId must be given.');
  if (natGatewayId !== undefined) return { natGatewayId: foundNatGateway(ec2, natGatewayId).id };
  // Virtual private gateways and `local` come by the same member.
  if (gatewayId === 'local' || gatewayId?.startsWith('vgw-')) refuse(input, 'GatewayId');
  const gateway = ec2.get('internet-gateway', gatewayId ?? '');
  if (gateway === undefined) throw noGateway(gatewayId ?? '');
  if (gateway.vpcId !== table.vpcId) throw notAttached(gateway.id, table.vpcId);
  return { gatewayId: gateway.id };
}

/** Whether a route still leads anywhere: its gateway may have been detached or deleted since. */
export function isAlive(ec2: Ec2View, { vpcId }: RouteTable, { target }: Route): boolean {
  if ('gatewayId' in target) return ec2.get('internet-gateway', target.gatewayId)?.vpcId === vpcId;
  return natGateways(ec2).some(({ id }) => id === target.natGatewayId);
}

export function shownRouteTable(
  ec2: Ec2View,
  table: RouteTable,
  { account }: RequestContext,
): TableShape {
  const associated = { RouteTableId: table.id, AssociationState: { State: 'associated' as const } };
  const main =
    table.mainAssociationId === undefined
      ? []
      : [{ ...associated, RouteTableAssociationId: table.mainAssociationId, Main: true }];
  const subnets = table.associations.map(({ id, subnetId }) => ({
    ...associated,
    RouteTableAssociationId: id,
    SubnetId: subnetId,
    Main: false,
  }));
  const local = {
    DestinationCidrBlock: foundVpc(ec2, table.vpcId).cidr,
    GatewayId: 'local',
    Origin: 'CreateRouteTable' as const,
    State: 'active' as const,
  };
  return {
    RouteTableId: table.id,
    VpcId: table.vpcId,
    OwnerId: account,
    Associations: [...main, ...subnets],
    PropagatingVgws: [],
    Routes: [
      local,
      ...table.routes.map((route) => ({
        DestinationCidrBlock: route.cidr,
        GatewayId: 'gatewayId' in route.target ? route.target.gatewayId : undefined,
        NatGatewayId: 'natGatewayId' in route.target ? route.target.natGatewayId : undefined,
        Origin: 'CreateRoute' as const,
        State: isAlive(ec2, table, route) ? ('active' as const) : ('blackhole' as const),
      })),
    ],
    Tags: tagList(table.tags),
  };
}
