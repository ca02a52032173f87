// Instances as EC2 shows them: those that managed compute environments launched, and the caller's
// own. A private address is one of the subnet's books: where the instance is a slice of a machine
// nothing listens there. There are no public ones.

import type {
  Instance as InstanceShape,
  InstanceBlockDeviceMapping,
  InstanceState,
  InstanceStateName,
  Placement,
  Reservation,
  StateReason,
  _InstanceType,
} from '@aws-sdk/client-ec2';
import { never } from '../../../base/assert.ts';
import type { HostId } from '../../../base/ids.ts';
import { partitionOf } from '../../../base/partition.ts';
import { instanceIdOf, type EndCause } from '../../../core/host/host.ts';
import type { InstanceType } from '../../../core/instance-type/instance-type.ts';
import {
  mergeBlockDevices,
  type BlockDevice,
} from '../../../core/launch-template/block-devices.ts';
import { limit } from '../../../core/limit.ts';
import type { InstanceView } from '../../../port/instance-reader.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import { view, type Ec2Deps } from '../deps.ts';
import { instanceIdMalformed, noInstance } from '../error.ts';
import { architectureWord, imagesOf } from '../image/image.ts';
import { isShown, ownState } from './own-instance.ts';
import { instanceInterface, interfaceOf } from '../network/network-interface.ts';
import { launchedAddress } from '../network/private-address.ts';
import type { Ec2View, OwnInstance, TagMap } from '../resources.ts';
import { tagList } from '../tag.ts';
import { zoneOfSubnet } from '../network/zone.ts';

export interface KnownInstance {
  readonly id: string;
  readonly hostId: HostId;
  /** Of RunInstances; absent where a compute environment launched it. */
  readonly own?: OwnInstance | undefined;
  readonly reservationId: string;
  readonly type: InstanceType;
  readonly spot: boolean;
  readonly imageId?: string | undefined;
  readonly state: InstanceStateName;
  readonly launchedAtMs: number;
  /** Of one that ends or has ended. */
  readonly ending?: { readonly cause: EndCause; readonly atMs: number } | undefined;
  readonly zone: string;
  readonly subnetId?: string | undefined;
  readonly privateIp?: string | undefined;
  readonly vpcId?: string | undefined;
  readonly groups: readonly { readonly id: string; readonly name?: string | undefined }[];
  readonly keyName?: string | undefined;
  readonly tags: TagMap;
  /** The ARN of its instance profile. */
  readonly profile?: string | undefined;
  readonly placementGroup?: string | undefined;
  readonly devices: readonly BlockDevice[];
  /** Of its image, where that is known. */
  readonly rootDeviceName?: string | undefined;
}

const idForm = /^i-([0-9a-f]{8}|[0-9a-f]{17})$/;

/** By id. */
export async function knownInstances(
  deps: Ec2Deps,
  context: RequestContext,
  input: { readonly DryRun?: boolean | undefined },
): Promise<KnownInstance[]> {
  const ec2 = await view(deps, context, input);
  const nowMs = deps.clock.now();
  const views = deps.instances.instances(context.scope, nowMs - limit.endedInstanceMs);
  const joined = new Map(
    views.flatMap((one) => (one.instance.own ? [[one.instance.id, one]] : [])),
  );
  const managed = views
    .filter(({ instance }) => instance.own === undefined)
    .map((one) => launched(one, ec2, context));
  const own = ec2
    .all('instance')
    .flatMap((one) =>
      isShown(one, nowMs)
        ? (ownInstance(deps, one, joined.get(one.hostId), ec2, context) ?? [])
        : [],
    );
  return [...managed, ...own].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Those that the ids name, in the order of the request; each must be there. */
export function named(
  all: readonly KnownInstance[],
  ids: readonly string[] | undefined,
): KnownInstance[] {
  const byId = new Map(all.map((instance) => [instance.id, instance]));
  return (ids ?? []).map((id) => {
    checkInstanceId(id);
    const found = byId.get(id);
    if (found === undefined) throw noInstance(id);
    return found;
  });
}

export function checkInstanceId(id: string): void {
  if (!idForm.test(id)) throw instanceIdMalformed(id);
}

function launched(
  { instance, type, endedAtMs }: InstanceView,
  ec2: Ec2View,
  context: RequestContext,
): KnownInstance {
  const { id, spot, imageId, launchedAtMs, launch, ending } = instance;
  const subnet = launch?.subnetId === undefined ? undefined : ec2.get('subnet', launch.subnetId);
  return {
    id: instanceIdOf(id),
    hostId: id,
    reservationId: `r-${id.slice(0, 17)}`,
    type,
    spot,
    imageId,
    state: stateOf(instance.state, endedAtMs),
    launchedAtMs,
    ending:
      endedAtMs === undefined && ending === undefined
        ? undefined
        : { cause: ending?.cause ?? 'scaling', atMs: ending?.sinceMs ?? endedAtMs ?? launchedAtMs },
    zone: zoneOfSubnet(ec2, launch?.subnetId, context.region),
    subnetId: launch?.subnetId,
    privateIp: launchedAddress(ec2, instance),
    vpcId: subnet?.vpcId,
    groups: (launch?.securityGroupIds ?? []).map((groupId) => ({
      id: groupId,
      name: ec2.get('security-group', groupId)?.name,
    })),
    keyName: launch?.keyName,
    tags: launch?.tags ?? {},
    profile: launch?.instanceProfile && profileNamed(launch.instanceProfile, context),
    placementGroup: launch?.placementGroup,
    devices: launch?.blockDevices ?? [],
    rootDeviceName: imagesOf(ec2).find((image) => image.id === imageId)?.rootDeviceName,
  };
}

/**
 * Undefined where the catalogue has lost its type, which only one of the user's own file can be.
 */
function ownInstance(
  deps: Ec2Deps,
  own: OwnInstance,
  host: InstanceView | undefined,
  ec2: Ec2View,
  { region }: RequestContext,
): KnownInstance | undefined {
  const {
    id,
    hostId,
    reservationId,
    imageId,
    launchedAtMs,
    subnetId,
    groupIds,
    privateIp,
    keyName,
    tags,
    profile,
    wanted,
    changedAtMs,
  } = own;
  const type = deps.instanceTypes.type(own.instanceType);
  return (
    type && {
      id,
      hostId,
      own,
      reservationId,
      type,
      imageId,
      launchedAtMs,
      subnetId,
      privateIp,
      keyName,
      tags,
      profile,
      spot: false,
      state: ownState(own, host),
      ending: wanted === 'running' ? undefined : { cause: 'user', atMs: changedAtMs },
      zone: zoneOfSubnet(ec2, subnetId, region),
      vpcId: ec2.get('subnet', subnetId)?.vpcId,
      groups: groupIds.map((groupId) => ({
        id: groupId,
        name: ec2.get('security-group', groupId)?.name,
      })),
      devices: mergeBlockDevices(
        imagesOf(ec2).find((image) => image.id === imageId)?.blockDevices ?? [],
        own.blockDevices,
      ),
      rootDeviceName: imagesOf(ec2).find((image) => image.id === imageId)?.rootDeviceName,
    }
  );
}

/** Batch takes the name of a profile, or its ARN. */
const profileNamed = (given: string, { account, region }: RequestContext): string =>
  given.startsWith('arn:')
    ? given
    : `arn:${partitionOf(region)}:iam::${account}:instance-profile/${given}`;

/** One that drains is nothing special to EC2. */
function stateOf(
  state: InstanceView['instance']['state'],
  endedAtMs: number | undefined,
): InstanceStateName {
  if (endedAtMs !== undefined) return 'terminated';
  switch (state) {
    case 'PENDING':
      return 'pending';
    case 'RUNNING':
    case 'DRAINING':
      return 'running';
    case 'SHUTTING_DOWN':
      return 'shutting-down';
    default:
      return never(state);
  }
}

/** EC2's numbers for the states. */
const stateCodes: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export const shownState = (name: InstanceStateName): InstanceState => ({
  Code: stateCodes[name],
  Name: name,
});

/**
 * `User initiated (2026-05-04 10:00:00 GMT)`: to EC2 whoever called its API is a user, the scaling
 * of a compute environment as well.
 */
export function transitionReason({ ending }: KnownInstance): string {
  if (ending === undefined) return '';
  const when = new Date(ending.atMs).toISOString().replace('T', ' ').slice(0, 19);
  return ending.cause === 'scaling' || ending.cause === 'user'
    ? `User initiated (${when} GMT)`
    : `${reasonOf(ending.cause).Code} (${when} GMT)`;
}

/** EC2's codes and texts (API reference, StateReason). */
export function reasonOf(cause: EndCause): Required<StateReason> {
  switch (cause) {
    case 'scaling':
    case 'user':
      return {
        Code: 'Client.UserInitiatedShutdown',
        Message: 'Client.UserInitiatedShutdown: User initiated shutdown',
      };
    case 'interruption':
      return {
        Code: 'Server.SpotInstanceTermination',
        Message: 'Server.SpotInstanceTermination: Spot instance termination',
      };
    case 'provider':
      return {
        Code: 'Server.InternalError',
        Message: 'Server.InternalError: Internal error on launch',
      };
    default:
      return never(cause);
  }
}

const placement = ({ zone, placementGroup = '' }: KnownInstance): Placement => ({
  AvailabilityZone: zone,
  GroupName: placementGroup,
  Tenancy: 'default',
});

/** Its volumes, whose ids are made of its own; EC2 shows no instance storage there. */
export const volumesOf = ({
  id,
  devices,
}: KnownInstance): { readonly id: string; readonly device: BlockDevice }[] =>
  devices
    .filter(({ ebs }) => ebs !== undefined)
    .map((device, index) => ({
      id: `vol-${index.toString(16).padStart(2, '0')}${id.slice(2, 17)}`,
      device,
    }));

export const shownDevices = (instance: KnownInstance): InstanceBlockDeviceMapping[] =>
  volumesOf(instance).map(({ id, device: { deviceName, ebs } }) => ({
    DeviceName: deviceName,
    Ebs: {
      VolumeId: id,
      Status: 'attached',
      AttachTime: new Date(instance.launchedAtMs),
      DeleteOnTermination: ebs?.deleteOnTermination ?? true,
    },
  }));

/** Where its image has its root; without a known image the first device. */
export const rootDeviceOf = ({ rootDeviceName, devices }: KnownInstance): string | undefined =>
  rootDeviceName ?? devices[0]?.deviceName;

function shownInstance(instance: KnownInstance, context: RequestContext): InstanceShape {
  const { type, ending } = instance;
  const card = interfaceOf(instance, context);
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    InstanceType: type.name as _InstanceType,
    InstanceLifecycle: instance.spot ? 'spot' : undefined,
    State: shownState(instance.state),
    StateReason: ending && reasonOf(ending.cause),
    StateTransitionReason: transitionReason(instance),
    LaunchTime: new Date(instance.launchedAtMs),
    Placement: placement(instance),
    Architecture: architectureWord(type),
    VirtualizationType: 'hvm',
    PlatformDetails: 'Linux/UNIX',
    PrivateIpAddress: card?.address,
    PrivateDnsName: card?.dnsName ?? '',
    PublicDnsName: '',
    NetworkInterfaces: card === undefined ? [] : [instanceInterface(card, context)],
    SourceDestCheck: true,
    SubnetId: instance.subnetId,
    VpcId: instance.vpcId,
    SecurityGroups: instance.groups.map(({ id, name }) => ({ GroupId: id, GroupName: name })),
    KeyName: instance.keyName,
    IamInstanceProfile: instance.profile === undefined ? undefined : { Arn: instance.profile },
    BlockDeviceMappings: shownDevices(instance),
    RootDeviceName: rootDeviceOf(instance),
    RootDeviceType: 'ebs',
    Monitoring: { State: 'disabled' },
    Tags: tagList(instance.tags),
  };
}

/** What was launched together stands together. */
export function reservationsOf(
  instances: readonly KnownInstance[],
  context: RequestContext,
): Reservation[] {
  const reservations = Map.groupBy(instances, ({ reservationId }) => reservationId);
  return [...reservations].map(([id, members]) => ({
    ReservationId: id,
    OwnerId: context.account,
    Groups: [],
    Instances: members.map((one) => shownInstance(one, context)),
  }));
}
