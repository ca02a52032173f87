// Private addresses in subnets: of NAT gateways and the caller's own instances from the bottom up,
// as their records hold them; of instances of compute environments from the top down, by a number
// that they keep for life. EC2 keeps the first four and the last of a subnet to itself.

import { addressesIn, addressText, contains, parseBlock, type Block } from '../../../base/ipv4.ts';
import type { Instance } from '../../../core/host/host.ts';
import type { InstanceView } from '../../../port/instance-reader.ts';
import { insufficientAddresses, invalidParameter } from '../error.ts';
import { natGateways } from '../found.ts';
import type { Ec2View, Subnet } from '../resources.ts';
import { blockOf } from './subnet.ts';

const keptAtBottom = 4;
const keptAtTop = 1;

/** Where instances count as being whose subnet is not known here. */
const elsewhere: Block = { base: 10 * 2 ** 24, bits: 16 };

/**
 * The address of an instance of a compute environment; undefined where its subnet is too small, or
 * where it was launched by an earlier version.
 */
export function launchedAddress(
  ec2: Ec2View,
  { launch }: Pick<Instance, 'launch'>,
): string | undefined {
  if (launch?.addressNumber === undefined) return undefined;
  const subnet = launch.subnetId === undefined ? undefined : ec2.get('subnet', launch.subnetId);
  const { base, bits } = subnet === undefined ? elsewhere : blockOf(subnet.cidr);
  const at = addressesIn(bits) - 1 - keptAtTop - launch.addressNumber;
  return at < keptAtBottom ? undefined : addressText(base + at);
}

/** The one asked for, or the first that is free. */
export function freeAddress(
  ec2: Ec2View,
  instances: readonly InstanceView[],
  asked: string | undefined,
  subnet: Subnet,
): string {
  const block = blockOf(subnet.cidr);
  const taken = new Set([
    ...natGateways(ec2).flatMap(({ subnetId, privateIp }) =>
      subnetId === subnet.id ? [privateIp] : [],
    ),
    ...ec2
      .all('instance')
      .flatMap(({ subnetId, privateIp, wanted }) =>
        subnetId === subnet.id && wanted !== 'terminated' && privateIp !== undefined
          ? [privateIp]
          : [],
      ),
    ...instances.flatMap(({ instance, endedAtMs }) =>
      instance.launch?.subnetId === subnet.id && endedAtMs === undefined && !instance.own
        ? (launchedAddress(ec2, instance) ?? [])
        : [],
    ),
  ]);
  const last = block.base + addressesIn(block.bits) - 1 - keptAtTop;
  const isFree = (address: number): boolean =>
    address >= block.base + keptAtBottom && address <= last && !taken.has(addressText(address));
  if (asked !== undefined) {
    const address = parseBlock(`${asked}/32`);
    if (address === undefined || !contains(block, address) || !isFree(address.base))
      throw invalidParameter('privateIpAddress', asked, 'It is no free address of the subnet.');
    return asked;
  }
  for (let at = block.base + keptAtBottom; at <= last; at++) if (isFree(at)) return addressText(at);
  throw insufficientAddresses(subnet.id);
}

/** How a private address is called inside its VPC. */
export const privateDnsName = (address: string, region: string): string =>
  `ip-${address.replaceAll('.', '-')}.${region === 'us-east-1' ? 'ec2' : `${region}.compute`}.internal`;
