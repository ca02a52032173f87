// RegisterImage: an image whose root volume is a snapshot. The snapshots that there are are those
// of the images that come with the service; what is on them is what is installed in the image.

import type { RegisterImageCommandInput, RegisterImageCommandOutput } from '@aws-sdk/client-ec2';
import type { BlockDevice } from '../../../core/launch-template/block-devices.ts';
import { arnOf, creation } from '../access.ts';
import { change, idOf, type Ec2Operation } from '../deps.ts';
import { imageNameTaken, invalidDevice, invalidParameter, missing, noSnapshot } from '../error.ts';
import { given, refuse } from '../found.ts';
import { architectureOf, checkedName, deviceOf, snapshotOf } from './image.ts';
import type { RegisteredImage } from '../resources.ts';
import { tagsFor } from '../tag.ts';

const deviceForm = /^(?:\/dev\/)?[a-z][a-z0-9]{1,31}$/;
const volumeTypes = ['gp2', 'gp3', 'io1', 'io2', 'sc1', 'st1', 'standard'];
const largestVolumeGib = 65_536;
const bootModes = ['legacy-bios', 'uefi', 'uefi-preferred'];

export const registerImage: Ec2Operation<RegisterImageCommandInput, RegisterImageCommandOutput> = {
  authorizes: (input, context) =>
    creation('RegisterImage', context, input, [arnOf(context, 'image')]),

  async handle(deps, input, context) {
    refuse(
      input,
      'ImageLocation',
      'BillingProducts',
      'TpmSupport',
      'UefiData',
      'KernelId',
      'RamdiskId',
    );
    const facts = factsOf(input);
    const tags = tagsFor('image', input.TagSpecifications);
    const id = await change(deps, context, input, (draft) => {
      const same = draft.all('image').find(({ name }) => name === facts.name);
      if (same !== undefined) throw imageNameTaken(facts.name, same.id);
      const image: RegisteredImage = {
        ...facts,
        id: idOf(deps.ids, 'image'),
        ownerId: context.account,
        createdAtMs: deps.clock.now(),
        tags,
      };
      draft.put('image', image.id, image);
      return image.id;
    });
    return { ImageId: id };
  },
};

function factsOf(
  input: RegisterImageCommandInput,
): Omit<RegisteredImage, 'id' | 'ownerId' | 'createdAtMs' | 'tags'> {
  const name = checkedName(input.Name);
  if ((input.Description ?? '').length > 255)
    throw invalidParameter(
      'description',
      `${input.Description?.slice(0, 64)}…`,
      'At most 255 characters.',
    );
  // EC2's own defaults, i386 and paravirtual, are of an age whose instances are gone.
  const architecture = architectureOf(input.Architecture ?? 'x86_64');
  if (architecture === undefined)
    throw invalidParameter(
      'architecture',
      String(input.Architecture).slice(0, 64),
      'It is x86_64 or arm64.',
    );
  const virtualization = input.VirtualizationType ?? 'hvm';
  if (virtualization !== 'hvm' && virtualization !== 'paravirtual')
    throw invalidParameter(
      'virtualizationType',
      virtualization.slice(0, 64),
      'It is hvm or paravirtual.',
    );
  if (input.SriovNetSupport !== undefined && input.SriovNetSupport !== 'simple')
    throw invalidParameter('sriovNetSupport', input.SriovNetSupport.slice(0, 64), 'It is simple.');
  if (input.BootMode !== undefined && !bootModes.includes(input.BootMode))
    throw invalidParameter(
      'bootMode',
      String(input.BootMode).slice(0, 64),
      `It is one of ${bootModes.join(', ')}.`,
    );
  if (input.ImdsSupport !== undefined && input.ImdsSupport !== 'v2.0')
    throw invalidParameter('imdsSupport', String(input.ImdsSupport).slice(0, 64), 'It is v2.0.');
  const blockDevices = (input.BlockDeviceMappings ?? []).map((mapping) =>
    checkedDevice(deviceOf(mapping)),
  );
  const rootDeviceName = given(input.RootDeviceName, 'rootDeviceName');
  const root = blockDevices.find(({ deviceName }) => deviceName === rootDeviceName);
  if (root?.ebs?.snapshotId === undefined)
    throw missing('BlockDeviceMapping.Ebs.SnapshotId of the root device');
  const snapshot = snapshotOf(root.ebs.snapshotId);
  if (snapshot === undefined) throw noSnapshot(root.ebs.snapshotId);
  return {
    name,
    architecture,
    virtualization,
    rootDeviceName,
    blockDevices,
    description: input.Description,
    software: snapshot.software,
    enaSupport: input.EnaSupport ?? false,
    imdsV2: input.ImdsSupport !== undefined,
    bootMode: input.BootMode,
  };
}

/** A disk that could be made, with EC2's defaults. */
function checkedDevice(device: BlockDevice): BlockDevice {
  const { deviceName, virtualName, noDevice, ebs } = device;
  if (!deviceForm.test(deviceName))
    throw invalidDevice(`${deviceName.slice(0, 64)} is not the name of a device`);
  if ([virtualName, noDevice, ebs].filter((one) => one !== undefined).length !== 1)
    throw invalidDevice(`${deviceName} must have exactly one of Ebs, VirtualName and NoDevice`);
  if (virtualName !== undefined && !/^ephemeral\d{1,2}$/.test(virtualName))
    throw invalidDevice(`${virtualName.slice(0, 64)} is not the name of an instance store volume`);
  if (ebs === undefined) return device;
  const { snapshotId, volumeType = 'gp2' } = ebs;
  const snapshot = snapshotId === undefined ? undefined : snapshotOf(snapshotId);
  if (snapshotId !== undefined && snapshot === undefined) throw noSnapshot(snapshotId);
  if (!volumeTypes.includes(volumeType))
    throw invalidParameter(
      'volumeType',
      volumeType.slice(0, 64),
      `It is one of ${volumeTypes.join(', ')}.`,
    );
  const volumeSizeGib = ebs.volumeSizeGib ?? snapshot?.volumeSizeGib;
  if (volumeSizeGib === undefined) throw missing('BlockDeviceMapping.Ebs.VolumeSize');
  if (!Number.isInteger(volumeSizeGib) || volumeSizeGib < 1 || volumeSizeGib > largestVolumeGib)
    throw invalidDevice(`${deviceName} must have 1 to ${largestVolumeGib} GiB`);
  if (snapshot !== undefined && volumeSizeGib < snapshot.volumeSizeGib)
    throw invalidDevice(
      `Volume of size ${volumeSizeGib}GB is smaller than snapshot '${snapshotId}', expect size >= ${snapshot.volumeSizeGib}GB`,
    );
  return {
    deviceName,
    ebs: {
      ...ebs,
      volumeSizeGib,
      volumeType,
      encrypted: ebs.encrypted ?? false,
      deleteOnTermination: ebs.deleteOnTermination ?? true,
    },
  };
}
