// The instances that EC2 knows of: those that managed compute environments launched, and the
// caller's own. A private address is one of the subnet's books: where the instance is a slice of a
// machine nothing listens there. There are no public ones. How EC2 shows them is not known here.

import type { InstanceStateName } from '@aws-sdk/client-ec2';
import type { HostId } from '../../../base/ids.ts';
import { instanceProfileArn } from '../../../core/arn.ts';
import { instanceIdOf, type EndCause } from '../../../core/host/host.ts';
import { shownState } from '../../../core/host/instance.ts';
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
import { imagesOf } from '../image/image.ts';
import { isShown, ownState } from './own-instance.ts';
import { launchedAddress } from '../network/private-address.ts';
import type { Ec2View, OwnInstance, TagMap } from '../resources.ts';
import { zoneOfSubnet } from '../network/zone.ts';

export interface KnownInstance {
  readonly id: string;
  readonly hostId: HostId;
  /** What RunInstances was asked for; absent where a compute environment launched it. */
  readonly own?: OwnInstance | undefined;
  readonly reservationId: string;
  readonly type: InstanceType;
  readonly spot: boolean;
  readonly imageId?: string | undefined;
  readonly state: InstanceStateName;
  readonly launchedAtMs: number;
  /** Why and when an instance ends or has ended. */
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
  /** The image's, where that is known. */
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
  return [...oneOfEach(managed), ...own].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** A node of a cluster may be a host of several environments, and one again that it was before. */
function oneOfEach(all: readonly KnownInstance[]): Iterable<KnownInstance> {
  const found = new Map<string, KnownInstance>();
  for (const one of all)
    if ((found.get(one.id)?.state ?? 'terminated') === 'terminated') found.set(one.id, one);
  return found.values();
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
    id: instanceIdOf(instance),
    hostId: id,
    reservationId: `r-${id.slice(0, 17)}`,
    type,
    spot,
    imageId,
    state: endedAtMs === undefined ? shownState(instance) : 'terminated',
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
    profile: launch?.instanceProfile && instanceProfileArn(context.scope, launch.instanceProfile),
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
