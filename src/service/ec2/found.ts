// The resource that an id must find, with AWS's error where it finds none; and what is refused
// because it cannot be honoured.

import {
  missing,
  noAllocation,
  noGroup,
  noInternetGateway,
  noNatGateway,
  noRouteTable,
  noSubnet,
  noVpc,
  notSupported,
} from './error.ts';
import type {
  Address,
  Ec2View,
  InternetGateway,
  NatGateway,
  RouteTable,
  SecurityGroup,
  Subnet,
  Vpc,
} from './resources.ts';

/** A value that this combination of members requires though the schema does not. */
export function given<T>(value: T | undefined, name: string): T {
  if (value === undefined || value === '') throw missing(name);
  return value;
}

const must = <T>(found: T | undefined, error: () => Error): T => {
  if (found === undefined) throw error();
  return found;
};

export const foundVpc = (ec2: Ec2View, id = ''): Vpc =>
  must(ec2.get('vpc', given(id, 'vpcId')), () => noVpc(id));
export const foundSubnet = (ec2: Ec2View, id = ''): Subnet =>
  must(ec2.get('subnet', given(id, 'subnetId')), () => noSubnet(id));
export const foundGroup = (ec2: Ec2View, id = ''): SecurityGroup =>
  must(ec2.get('security-group', given(id, 'groupId')), () => noGroup(id));
export const foundInternetGateway = (ec2: Ec2View, id = ''): InternetGateway =>
  must(ec2.get('internet-gateway', given(id, 'internetGatewayId')), () => noInternetGateway(id));
export const foundNatGateway = (ec2: Ec2View, id = ''): NatGateway =>
  must(ec2.get('natgateway', given(id, 'natGatewayId')), () => noNatGateway(id));
export const foundAddress = (ec2: Ec2View, id = ''): Address =>
  must(ec2.get('elastic-ip', given(id, 'allocationId')), () => noAllocation(id));
export const foundRouteTable = (ec2: Ec2View, id = ''): RouteTable =>
  must(ec2.get('route-table', given(id, 'routeTableId')), () => noRouteTable(id));

/**
 * Members that are set though Longshore cannot honour them. An empty list or `false` asks for
 * nothing.
 */
export function refuse<Input extends object>(
  input: Input,
  ...names: readonly (keyof Input & string)[]
): void {
  for (const name of names) {
    const value: unknown = input[name];
    const asksNothing =
      value === undefined ||
      value === false ||
      value === '' ||
      (Array.isArray(value) && value.length === 0);
    if (!asksNothing) throw notSupported(name);
  }
}

export const defaultVpc = (ec2: Ec2View): Vpc | undefined =>
  ec2.all('vpc').find(({ isDefault }) => isDefault);
/** The NAT gateways that are there: deleted ones are shown a while longer. */
export const natGateways = (ec2: Ec2View): readonly NatGateway[] =>
  ec2.all('natgateway').filter(({ deletedAtMs }) => deletedAtMs === undefined);
/** The NAT gateway that holds an address. */
export const holderOf = (ec2: Ec2View, address: Address): NatGateway | undefined =>
  natGateways(ec2).find(({ allocationId }) => allocationId === address.id);
