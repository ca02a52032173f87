// Where subnets lead, as compute environments ask: a route table with a way out, by a gateway that
// is still there. Every change of it is made here, so that environments learn of it.

import type { Scope } from '../../../base/ids.ts';
import { isRefusal } from '../../../base/refusal.ts';
import type { KnownSubnet } from '../../../core/compute-environment/subnet.ts';
import type { CommandBus, Envelope } from '../../../port/command-bus.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { change, type Ec2Deps } from '../deps.ts';
import { fromRefusal } from '../error.ts';
import { natGateways } from '../found.ts';
import type { Ec2Draft, Ec2Kinds, Ec2View, RouteTable, Subnet } from '../resources.ts';
import { isAlive } from './route-table.ts';

export const knownSubnets = (ec2: Ec2View): KnownSubnet[] =>
  ec2.all('subnet').map((subnet) => ({
    id: subnet.id,
    wayOut: wayOut(ec2, subnet),
    mapPublicIp: subnet.mapPublicIp,
  }));

/**
 * The subnets and the security group that an account has of itself, as a compute environment names
 * them.
 */
export interface DefaultNetwork {
  readonly subnets: string[];
  readonly securityGroupIds: string[];
}

export function defaultNetwork(ec2: Ec2View): DefaultNetwork | undefined {
  const vpc = ec2.all('vpc').find(({ isDefault }) => isDefault);
  const subnets = ec2
    .all('subnet')
    .filter(({ vpcId, isDefault }) => vpcId === vpc?.id && isDefault);
  const group = ec2
    .all('security-group')
    .find(({ vpcId, name }) => vpcId === vpc?.id && name === 'default');
  return subnets.length === 0 || group === undefined
    ? undefined
    : { subnets: subnets.map(({ id }) => id), securityGroupIds: [group.id] };
}

/**
 * By a NAT gateway only where its own subnet leads to an internet gateway: a private one leads to
 * other networks.
 */
function wayOut(ec2: Ec2View, subnet: Subnet): KnownSubnet['wayOut'] {
  const targets = targetsOf(ec2, subnet);
  const nats = targets.flatMap((target) =>
    'natGatewayId' in target
      ? natGateways(ec2).filter(
          ({ id, connectivity }) => id === target.natGatewayId && connectivity === 'public',
        )
      : [],
  );
  if (
    nats.some(({ subnetId }) =>
      targetsOf(ec2, ec2.get('subnet', subnetId)).some((target) => 'gatewayId' in target),
    )
  )
    return 'nat-gateway';
  return targets.some((target) => 'gatewayId' in target) ? 'internet-gateway' : 'none';
}

/**
 * The targets of routes that lead anywhere, in the subnet's own table or the main one of its VPC.
 */
function targetsOf(
  ec2: Ec2View,
  subnet: Subnet | undefined,
): RouteTable['routes'][number]['target'][] {
  const tables = ec2.all('route-table');
  const table =
    tables.find(({ associations }) =>
      associations.some(({ subnetId }) => subnetId === subnet?.id),
    ) ??
    tables.find(
      ({ vpcId, mainAssociationId }) => vpcId === subnet?.vpcId && mainAssociationId !== undefined,
    );
  return (table?.routes ?? []).flatMap((route) =>
    table !== undefined && isAlive(ec2, table, route) ? [route.target] : [],
  );
}

/** As {@link change}, of whatever decides where subnets lead. */
export async function changeNetwork<T>(
  deps: Ec2Deps,
  context: RequestContext,
  input: { readonly DryRun?: boolean | undefined },
  decide: (draft: Ec2Draft) => T,
): Promise<T> {
  const value = await change(deps, context, input, decide);
  await noteNetwork(deps, context.scope, context);
  return value;
}

/**
 * Tells compute environments where subnets lead now; at a start, what could not be told before the
 * end.
 */
export async function noteNetwork(
  {
    space,
    bus,
  }: { readonly space: ResourceSpace<Ec2Kinds>; readonly bus: Pick<CommandBus, 'submit'> },
  scope: Scope,
  envelope: Envelope,
): Promise<void> {
  const reply = await bus.submit(
    { type: 'note-network', scope, subnets: knownSubnets(await space.view(scope)) },
    envelope,
  );
  if (isRefusal(reply)) throw fromRefusal(reply);
}
