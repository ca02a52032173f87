// Instances as EC2 shows them: its words, codes and shapes for what is known of them. It looks
// nothing up.

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
import type { EndCause } from '../../../core/host/host.ts';
import type { BlockDevice } from '../../../core/launch-template/block-devices.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import { architectureWord } from '../image/image.ts';
import type { KnownInstance } from './known-instance.ts';
import { instanceInterface, interfaceOf } from '../network/network-interface.ts';
import { tagList } from '../tag.ts';

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
