// CreateImage: of an instance of the caller's own. It has what the instance's image had, with the
// disks that the instance and the request say. An agent that joined a cluster leaves its checkpoint
// file on the disk, and an image with that cannot register (user guide, Creating a Compute Resource
// AMI); whoever removed it says so by the tag longshore:agent-checkpoint=false.

import type { CreateImageCommandInput, CreateImageCommandOutput } from '@aws-sdk/client-ec2';
import { mergeBlockDevices } from '../../../core/launch-template/block-devices.ts';
import { arnOf, creation } from '../access.ts';
import { change, idOf, type Ec2Operation } from '../deps.ts';
import { imageNameTaken, incorrectInstanceState, noImage, notYourInstance } from '../error.ts';
import { refuse } from '../found.ts';
import { checkedName, deviceOf, imagesOf } from './image.ts';
import { rebootInstance } from '../instance/instance-change.ts';
import { knownInstances, named } from '../instance/known-instance.ts';
import { agentOf } from '../instance/own-instance.ts';
import type { RegisteredImage } from '../resources.ts';
import { tagsFor } from '../tag.ts';

export const createImage: Ec2Operation<CreateImageCommandInput, CreateImageCommandOutput> = {
  authorizes: (input, context) =>
    creation(
      'CreateImage',
      context,
      input,
      [arnOf(context, 'image'), arnOf(context, 'snapshot')],
      [arnOf(context, 'instance', input.InstanceId)],
    ),

  async handle(deps, input, context) {
    refuse(input, 'SnapshotLocation');
    const [instance] = named(await knownInstances(deps, context, input), [input.InstanceId ?? '']);
    const own = instance?.own;
    if (instance === undefined || own === undefined) throw notYourInstance(input.InstanceId ?? '');
    if (instance.state !== 'running' && instance.state !== 'stopped')
      throw incorrectInstanceState(own.id, 'imaged');
    const name = checkedName(input.Name);
    const tags = tagsFor('image', input.TagSpecifications);
    const ImageId = await change(deps, context, input, (draft) => {
      const same = draft.all('image').find((one) => one.name === name);
      if (same !== undefined) throw imageNameTaken(name, same.id);
      const base = imagesOf(draft).find(({ id }) => id === own.imageId);
      if (base === undefined) throw noImage(own.imageId);
      const { isPublic: _isPublic, ...rest } = base;
      const { agent } = base.software;
      const joined = agentOf(own.userData).cluster !== undefined;
      const image: RegisteredImage = {
        ...rest,
        id: idOf(deps.ids, 'image'),
        name,
        description: input.Description,
        ownerId: context.account,
        createdAtMs: deps.clock.now(),
        blockDevices: mergeBlockDevices(
          mergeBlockDevices(base.blockDevices, own.blockDevices),
          (input.BlockDeviceMappings ?? []).map(deviceOf),
        ),
        software: {
          ...base.software,
          agent: agent && { ...agent, checkpointFile: agent.checkpointFile || joined },
        },
        tags,
      };
      draft.put('image', image.id, image);
      return image.id;
    });
    // So that nothing is written while its disks are copied.
    if (input.NoReboot !== true && instance.state === 'running')
      await rebootInstance(deps, instance, context);
    return { ImageId };
  },
};
