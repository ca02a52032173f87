// The network interface of an instance: one, with its private address, made of what the instance
// itself says. There is none of its own, and no public address: nothing would answer there.

import type { InstanceNetworkInterface, NetworkInterface } from '@aws-sdk/client-ec2';
import type { KnownInstance } from '../instance/known-instance.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import { privateDnsName } from './private-address.ts';

export interface KnownInterface {
  readonly id: string;
  readonly attachmentId: string;
  readonly mac: string;
  readonly address: string;
  readonly dnsName: string;
  readonly instance: KnownInstance;
}

/** Undefined of one that is terminated, which has given its address back. */
export function interfaceOf(
  instance: KnownInstance,
  { region }: Pick<RequestContext, 'region'>,
): KnownInterface | undefined {
  const { id, privateIp, state } = instance;
  if (privateIp === undefined || state === 'terminated') return undefined;
  const digits = id.slice('i-'.length);
  const mac = ['02', ...(digits.slice(-10).match(/../g) ?? [])].join(':');
  return {
    id: `eni-${digits}`,
    attachmentId: `eni-attach-${digits}`,
    mac,
    address: privateIp,
    dnsName: privateDnsName(privateIp, region),
    instance,
  };
}

const groupsOf = ({ instance }: KnownInterface) =>
  instance.groups.map(({ id, name }) => ({ GroupId: id, GroupName: name }));
const attachmentOf = ({ attachmentId, instance }: KnownInterface) => ({
  AttachmentId: attachmentId,
  AttachTime: new Date(instance.launchedAtMs),
  DeleteOnTermination: true,
  DeviceIndex: 0,
  NetworkCardIndex: 0,
  Status: 'attached' as const,
});
const addressesOf = ({ address, dnsName }: KnownInterface) => [
  { Primary: true, PrivateIpAddress: address, PrivateDnsName: dnsName },
];

/** As its instance shows it. */
export const instanceInterface = (
  one: KnownInterface,
  { account }: RequestContext,
): InstanceNetworkInterface => ({
  NetworkInterfaceId: one.id,
  Attachment: attachmentOf(one),
  Description: '',
  Groups: groupsOf(one),
  InterfaceType: 'interface',
  Ipv6Addresses: [],
  MacAddress: one.mac,
  OwnerId: account,
  PrivateDnsName: one.dnsName,
  PrivateIpAddress: one.address,
  PrivateIpAddresses: addressesOf(one),
  SourceDestCheck: true,
  Status: 'in-use',
  SubnetId: one.instance.subnetId,
  VpcId: one.instance.vpcId,
});

export const shownInterface = (
  one: KnownInterface,
  { account }: RequestContext,
): NetworkInterface => ({
  NetworkInterfaceId: one.id,
  Attachment: { ...attachmentOf(one), InstanceId: one.instance.id, InstanceOwnerId: account },
  AvailabilityZone: one.instance.zone,
  Description: '',
  Groups: groupsOf(one),
  InterfaceType: 'interface',
  Ipv6Addresses: [],
  MacAddress: one.mac,
  OwnerId: account,
  PrivateDnsName: one.dnsName,
  PrivateIpAddress: one.address,
  PrivateIpAddresses: addressesOf(one),
  RequesterManaged: false,
  SourceDestCheck: true,
  Status: 'in-use',
  SubnetId: one.instance.subnetId,
  TagSet: [],
  VpcId: one.instance.vpcId,
});
