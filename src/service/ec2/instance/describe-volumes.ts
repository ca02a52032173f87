// DescribeVolumes: the volumes of instances, as their launch said them. Each lives and ends with
// its instance; there is no disk behind it, and none is made alone.

import type {
  DescribeVolumesCommandInput,
  DescribeVolumesCommandOutput,
  Volume,
  VolumeType,
} from '@aws-sdk/client-ec2';
import type { BlockDevice } from '../../../core/launch-template/block-devices.ts';
import { onAll } from '../access.ts';
import type { Ec2Operation } from '../deps.ts';
import { described } from '../describe.ts';
import { noVolume } from '../error.ts';
import type { Filters } from '../filter.ts';
import { volumesOf } from './instance.ts';
import { knownInstances, type KnownInstance } from './known-instance.ts';

interface KnownVolume {
  readonly id: string;
  readonly device: BlockDevice;
  readonly instance: KnownInstance;
}

const filters: Filters<KnownVolume> = {
  'attachment.delete-on-termination': ({ device }) => device.ebs?.deleteOnTermination ?? true,
  'attachment.device': ({ device }) => device.deviceName,
  'attachment.instance-id': ({ instance }) => instance.id,
  'attachment.status': () => 'attached',
  'availability-zone': ({ instance }) => instance.zone,
  encrypted: ({ device }) => device.ebs?.encrypted ?? false,
  size: ({ device }) => device.ebs?.volumeSizeGib,
  'snapshot-id': ({ device }) => device.ebs?.snapshotId,
  status: () => 'in-use',
  'volume-id': ({ id }) => id,
  'volume-type': ({ device }) => device.ebs?.volumeType ?? 'gp2',
};

export const describeVolumes: Ec2Operation<
  DescribeVolumesCommandInput,
  DescribeVolumesCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeVolumes', context),

  async handle(deps, input, context) {
    const instances = (await knownInstances(deps, context, input)).filter(
      ({ state }) => state !== 'terminated',
    );
    const all = instances
      .flatMap((instance) =>
        volumesOf(instance).map(({ id, device }): KnownVolume => ({ id, device, instance })),
      )
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const { items, NextToken } = described(all, input, {
      keyOf: ({ id }) => id,
      keys: input.VolumeIds,
      notFound: noVolume,
      filters,
      tagsOf: () => ({}),
    });
    return { Volumes: items.map(shown), NextToken };
  },
};

function shown({ id, device: { deviceName, ebs }, instance }: KnownVolume): Volume {
  const at = new Date(instance.launchedAtMs);
  return {
    VolumeId: id,
    State: 'in-use',
    Size: ebs?.volumeSizeGib,
    VolumeType: (ebs?.volumeType ?? 'gp2') as VolumeType,
    Iops: ebs?.iops,
    Throughput: ebs?.throughput,
    Encrypted: ebs?.encrypted ?? false,
    SnapshotId: ebs?.snapshotId,
    AvailabilityZone: instance.zone,
    CreateTime: at,
    MultiAttachEnabled: false,
    Attachments: [
      {
        VolumeId: id,
        InstanceId: instance.id,
        Device: deviceName,
        State: 'attached',
        AttachTime: at,
        DeleteOnTermination: ebs?.deleteOnTermination ?? true,
      },
    ],
    Tags: [],
  };
}
