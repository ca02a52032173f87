// Machine images: those that come with the service (Amazon's ECS-optimized ones) and those that
// accounts register, as core knows them and as EC2 shows them. What is installed in an image is
// what was in the image that its root snapshot is of, as far as its tags say nothing else: no disk
// is read here.

import type { BlockDeviceMapping, EbsBlockDevice, Image as ImageShape } from '@aws-sdk/client-ec2';
import { defaultImages } from '../../../core/image/default-images.ts';
import type { Image, ImageSoftware } from '../../../core/image/image.ts';
import type { Architecture } from '../../../core/instance-type/instance-type.ts';
import type { BlockDevice } from '../../../core/launch-template/block-devices.ts';
import { imageNameMalformed } from '../error.ts';
import { given } from '../found.ts';
import type { Ec2View, RegisteredImage, TagMap } from '../resources.ts';
import { tagList } from '../tag.ts';

/** What may be told of an image beside its record. */
export interface KnownImage extends Image {
  readonly description?: string | undefined;
  readonly bootMode?: string | undefined;
  readonly imdsV2: boolean;
  readonly enaSupport: boolean;
  readonly tags: TagMap;
  /** It came with the service: everybody's to use and nobody's to change. */
  readonly isPublic: boolean;
}

/** Each default image is of a snapshot of its own, so that others can be registered from it. */
const publicImages: readonly KnownImage[] = defaultImages.map((image) => ({
  ...image,
  blockDevices: image.blockDevices.map((device) =>
    device.deviceName === image.rootDeviceName
      ? { ...device, ebs: { ...device.ebs, snapshotId: image.id.replace(/^ami-/, 'snap-') } }
      : device,
  ),
  imdsV2: false,
  enaSupport: true,
  tags: {},
  isPublic: true,
}));

/** Those that came with the service, and the account's own. By id. */
export const imagesOf = (ec2: Ec2View): readonly KnownImage[] =>
  [...publicImages, ...ec2.all('image').map(registered)].sort((a, b) => (a.id < b.id ? -1 : 1));

const registered = ({ software, ...image }: RegisteredImage): KnownImage => ({
  ...image,
  software: softwareWith(software, image.tags),
  isPublic: false,
});

/**
 * The root volume that a snapshot holds: its size, and what is installed on it. Undefined: there is
 * no such snapshot.
 */
export function snapshotOf(
  id: string,
): { readonly volumeSizeGib: number; readonly software: ImageSoftware } | undefined {
  for (const image of publicImages) {
    const root = image.blockDevices.find(({ ebs }) => ebs?.snapshotId === id);
    if (root !== undefined)
      return { volumeSizeGib: root.ebs?.volumeSizeGib ?? 1, software: image.software };
  }
  return undefined;
}

/**
 * Tags by which the owner of an image says what is installed in it, where that is not what its
 * snapshot had.
 */
const softwareTags = [
  'longshore:operating-system',
  'longshore:kernel',
  'longshore:docker',
  'longshore:ecs-init',
  'longshore:gpu-drivers',
  'longshore:agent',
  'longshore:agent-starts-at-boot',
  'longshore:agent-checkpoint',
  'longshore:logging-drivers',
] as const;
type SoftwareTag = (typeof softwareTags)[number];

/** `none` stands for what is not installed. */
function softwareWith(had: ImageSoftware, tags: TagMap): ImageSoftware {
  const byName = new Map(Object.entries(tags));
  const tag = (name: SoftwareTag): string | undefined => byName.get(name);
  const flag = (name: SoftwareTag, otherwise: boolean): boolean =>
    tag(name) === undefined ? otherwise : tag(name) === 'true';
  const system = tag('longshore:operating-system');
  const before = had.agent ?? {
    version: '',
    startsAtBoot: false,
    loggingDrivers: [],
    checkpointFile: false,
  };
  const version = tag('longshore:agent') ?? had.agent?.version ?? 'none';
  return {
    operatingSystem:
      system === 'amazon-linux' || system === 'linux' || system === 'windows'
        ? system
        : had.operatingSystem,
    kernel: tag('longshore:kernel') ?? had.kernel,
    docker: installed(tag('longshore:docker') ?? had.docker),
    ecsInit: flag('longshore:ecs-init', had.ecsInit),
    gpuDrivers: flag('longshore:gpu-drivers', had.gpuDrivers),
    agent:
      installed(version) === undefined
        ? undefined
        : {
            version,
            startsAtBoot: flag('longshore:agent-starts-at-boot', before.startsAtBoot),
            checkpointFile: flag('longshore:agent-checkpoint', before.checkpointFile),
            loggingDrivers:
              tag('longshore:logging-drivers')
                ?.split(',')
                .map((one) => one.trim())
                .filter((one) => one !== '') ?? before.loggingDrivers,
          },
  };
}

const installed = (version: string | undefined): string | undefined =>
  version === 'none' ? undefined : version;

const architectures: Readonly<Record<Architecture, 'x86_64' | 'arm64'>> = {
  X86_64: 'x86_64',
  ARM_64: 'arm64',
};
export const architectureWord = ({
  architecture,
}: Pick<Image, 'architecture'>): 'x86_64' | 'arm64' => architectures[architecture];
export const architectureOf = (word: string): Architecture | undefined =>
  word === 'x86_64' ? 'X86_64' : word === 'arm64' ? 'ARM_64' : undefined;

export const ownerAlias = ({ isPublic }: KnownImage): string | undefined =>
  isPublic ? 'amazon' : undefined;

export function shownImage(image: KnownImage): ImageShape {
  const isWindows = image.software.operatingSystem === 'windows';
  return {
    ImageId: image.id,
    Name: image.name,
    Description: image.description,
    ImageLocation: `${ownerAlias(image) ?? image.ownerId}/${image.name}`,
    ImageOwnerAlias: ownerAlias(image),
    OwnerId: image.ownerId,
    CreationDate: new Date(image.createdAtMs).toISOString(),
    Public: image.isPublic,
    State: 'available',
    Architecture: architectureWord(image),
    ImageType: 'machine',
    Platform: isWindows ? 'Windows' : undefined,
    PlatformDetails: isWindows ? 'Windows' : 'Linux/UNIX',
    UsageOperation: isWindows ? 'RunInstances:0002' : 'RunInstances',
    Hypervisor: 'xen',
    VirtualizationType: image.virtualization,
    RootDeviceName: image.rootDeviceName,
    RootDeviceType: 'ebs',
    BlockDeviceMappings: image.blockDevices.map(shownDevice),
    EnaSupport: image.enaSupport,
    BootMode: image.bootMode as ImageShape['BootMode'],
    ImdsSupport: image.imdsV2 ? 'v2.0' : undefined,
    Tags: tagList(image.tags),
  };
}

function shownDevice({ deviceName, virtualName, noDevice, ebs }: BlockDevice): BlockDeviceMapping {
  return {
    DeviceName: deviceName,
    VirtualName: virtualName,
    NoDevice: noDevice === true ? '' : undefined,
    Ebs: ebs && shownVolume(ebs),
  };
}

const shownVolume = (ebs: NonNullable<BlockDevice['ebs']>): EbsBlockDevice => ({
  VolumeSize: ebs.volumeSizeGib,
  VolumeType: ebs.volumeType as EbsBlockDevice['VolumeType'],
  SnapshotId: ebs.snapshotId,
  Iops: ebs.iops,
  Throughput: ebs.throughput,
  Encrypted: ebs.encrypted,
  KmsKeyId: ebs.kmsKeyId,
  DeleteOnTermination: ebs.deleteOnTermination,
});

const nameForm = /^[a-zA-Z0-9()[\] ./\-'@_]{3,128}$/;

/** A name that an image can have. */
export function checkedName(text: string | undefined): string {
  const name = given(text, 'name');
  if (!nameForm.test(name)) throw imageNameMalformed(name);
  return name;
}

/** A disk as a request gives it. */
export const deviceOf = ({
  DeviceName,
  VirtualName,
  NoDevice,
  Ebs,
}: BlockDeviceMapping): BlockDevice => ({
  deviceName: given(DeviceName, 'BlockDeviceMapping.DeviceName'),
  virtualName: VirtualName,
  noDevice: NoDevice === undefined ? undefined : true,
  ebs: Ebs && {
    volumeSizeGib: Ebs.VolumeSize,
    volumeType: Ebs.VolumeType,
    snapshotId: Ebs.SnapshotId,
    iops: Ebs.Iops,
    throughput: Ebs.Throughput,
    encrypted: Ebs.Encrypted,
    kmsKeyId: Ebs.KmsKeyId,
    deleteOnTermination: Ebs.DeleteOnTermination,
  },
});
