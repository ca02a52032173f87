// What EC2 keeps, by kind. Bodies are plain JSON; ids have AWS's form. A thing that follows from
// others (a local route, free addresses, whether a route leads anywhere) is never kept.

import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { HostId } from '../../base/ids.ts';
import type { BlockDevice } from '../../core/launch-template/block-devices.ts';
import type { Image } from '../../core/image/image.ts';
import type { ResourceDraft, ResourceView } from '../resource-space.ts';
import type { ClientToken } from './client-token.ts';

export type TagMap = Readonly<Record<string, string>>;

export interface Vpc {
  readonly id: string;
  /** The IPv4 block, e.g. `10.0.0.0/16`. */
  readonly cidr: string;
  readonly isDefault: boolean;
  readonly tenancy: 'default' | 'dedicated';
  readonly dnsSupport: boolean;
  readonly dnsHostnames: boolean;
  readonly addressUsageMetrics: boolean;
  /** Its one network ACL, which lets everything pass. */
  readonly aclId: string;
  readonly tags: TagMap;
}

export interface Subnet {
  readonly id: string;
  readonly vpcId: string;
  readonly cidr: string;
  readonly zone: string;
  readonly isDefault: boolean;
  readonly mapPublicIp: boolean;
  readonly aclAssociationId: string;
  readonly tags: TagMap;
}

export interface SecurityGroupRule {
  readonly id: string;
  readonly egress: boolean;
  /** `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all. */
  readonly protocol: string;
  /** Ports, or type and code of ICMP; absent for all protocols. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly peer:
    | { readonly cidr: string }
    | { readonly cidr6: string }
    | { readonly groupId: string };
  readonly description?: string | undefined;
  readonly tags: TagMap;
}

export interface SecurityGroup {
  readonly id: string;
  readonly vpcId: string;
  readonly name: string;
  readonly description: string;
  readonly rules: readonly SecurityGroupRule[];
  readonly tags: TagMap;
}

export interface InternetGateway {
  readonly id: string;
  readonly vpcId?: string | undefined;
  readonly tags: TagMap;
}

export interface NatGateway {
  readonly id: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly connectivity: 'public' | 'private';
  /** A public address has one. */
  readonly allocationId?: string | undefined;
  readonly publicIp?: string | undefined;
  readonly privateIp: string;
  readonly createdAtMs: number;
  /** A deleted one is shown for an hour, as on AWS. */
  readonly deletedAtMs?: number | undefined;
  readonly tags: TagMap;
  readonly token?: ClientToken | undefined;
}

/** An Elastic IP address. */
export interface Address {
  readonly id: string;
  readonly publicIp: string;
  readonly tags: TagMap;
}

export interface Route {
  readonly cidr: string;
  readonly target: { readonly gatewayId: string } | { readonly natGatewayId: string };
}

export interface RouteTable {
  readonly id: string;
  readonly vpcId: string;
  /** The association of the VPC's main table; another table may become the main one. */
  readonly mainAssociationId?: string | undefined;
  readonly associations: readonly { readonly id: string; readonly subnetId: string }[];
  /** Without the local route, which every table has. */
  readonly routes: readonly Route[];
  readonly tags: TagMap;
  readonly token?: ClientToken | undefined;
}

export interface KeyPair {
  readonly id: string;
  readonly name: string;
  readonly type: 'rsa' | 'ed25519';
  readonly fingerprint: string;
  /** As `authorized_keys` wants it. The private half is never kept. */
  readonly publicKey: string;
  readonly createdAtMs: number;
  readonly tags: TagMap;
}

export interface PlacementGroup {
  readonly id: string;
  readonly name: string;
  readonly strategy: 'cluster' | 'spread' | 'partition';
  readonly partitionCount?: number | undefined;
  readonly spreadLevel?: 'rack' | 'host' | undefined;
  readonly tags: TagMap;
}

export interface LaunchTemplate {
  readonly id: string;
  readonly name: string;
  readonly createdAtMs: number;
  /** The caller's ARN. */
  readonly createdBy: string;
  readonly defaultVersion: number;
  /** The highest that is there. */
  readonly latestVersion: number;
  /** The highest that ever was: no number is given twice. */
  readonly lastVersionMade: number;
  readonly tags: TagMap;
  readonly token?: ClientToken | undefined;
}

export interface LaunchTemplateVersion {
  readonly templateId: string;
  readonly version: number;
  readonly description?: string | undefined;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly data: RequestLaunchTemplateData;
  readonly token?: ClientToken | undefined;
}

/** An image that an account registered; `software` is what its root snapshot had. */
export interface RegisteredImage extends Image {
  readonly description?: string | undefined;
  readonly bootMode?: string | undefined;
  /** It asks for version 2 of the metadata service. */
  readonly imdsV2: boolean;
  readonly enaSupport: boolean;
  readonly tags: TagMap;
}

/** An instance that the caller launched (RunInstances). */
export interface OwnInstance {
  readonly id: string;
  /** As which it stands in a cluster. */
  readonly hostId: HostId;
  readonly reservationId: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly subnetId: string;
  readonly groupIds: readonly string[];
  /** In the subnet; absent in records of an earlier version. */
  readonly privateIp?: string | undefined;
  /** Whether it has a public address, where its network interface says so and not its subnet. */
  readonly hasPublicIp?: boolean | undefined;
  readonly keyName?: string | undefined;
  /** The instance profile's ARN. */
  readonly profile?: string | undefined;
  /** In base64. */
  readonly userData?: string | undefined;
  /** Beside those of its image. */
  readonly blockDevices: readonly BlockDevice[];
  readonly launchedAtMs: number;
  readonly wanted: 'running' | 'stopped' | 'terminated';
  /** When that was last asked for. */
  readonly changedAtMs: number;
  readonly tags: TagMap;
  readonly token?: ClientToken | undefined;
}

export interface Ec2Kinds {
  readonly instance: OwnInstance;
  readonly vpc: Vpc;
  readonly subnet: Subnet;
  readonly 'security-group': SecurityGroup;
  readonly 'internet-gateway': InternetGateway;
  readonly natgateway: NatGateway;
  readonly 'elastic-ip': Address;
  readonly 'route-table': RouteTable;
  readonly 'key-pair': KeyPair;
  readonly 'placement-group': PlacementGroup;
  readonly image: RegisteredImage;
  readonly 'launch-template': LaunchTemplate;
  readonly 'launch-template-version': LaunchTemplateVersion;
}
/** The kinds that have ids and tags of their own. */
export type Ec2Kind = Exclude<keyof Ec2Kinds, 'launch-template-version'>;
export type Ec2Draft = ResourceDraft<Ec2Kinds>;
export type Ec2View = ResourceView<Ec2Kinds>;

/** How the id of a kind begins. */
export const idPrefix: Readonly<Record<Ec2Kind, string>> = {
  vpc: 'vpc',
  subnet: 'subnet',
  'security-group': 'sg',
  'internet-gateway': 'igw',
  natgateway: 'nat',
  'elastic-ip': 'eipalloc',
  'route-table': 'rtb',
  'key-pair': 'key',
  'placement-group': 'pg',
  image: 'ami',
  'launch-template': 'lt',
  instance: 'i',
};

/** The kind of an id; undefined where it has none of ours. */
export function kindOf(id: string): Ec2Kind | undefined {
  const prefix = id.slice(0, id.lastIndexOf('-'));
  return (Object.keys(idPrefix) as Ec2Kind[]).find((kind) => idPrefix[kind] === prefix);
}
