// DeregisterImage: of one's own. Instances that run from it go on.

import type {
  DeregisterImageCommandInput,
  DeregisterImageCommandOutput,
} from '@aws-sdk/client-ec2';
import { imageIdForm } from '../../../core/image/image.ts';
import { on } from '../access.ts';
import { change, type Ec2Operation } from '../deps.ts';
import { imageIdMalformed, imageNotYours, noImage } from '../error.ts';
import { given, refuse } from '../found.ts';
import { imagesOf } from './image.ts';

export const deregisterImage: Ec2Operation<
  DeregisterImageCommandInput,
  DeregisterImageCommandOutput
> = {
  authorizes: (input, context) => on('DeregisterImage', context, 'image', input.ImageId),

  async handle(deps, input, context) {
    refuse(input, 'DeleteAssociatedSnapshots');
    const id = given(input.ImageId, 'imageId');
    if (!imageIdForm.test(id)) throw imageIdMalformed(id);
    await change(deps, context, input, (draft) => {
      const image = imagesOf(draft).find((one) => one.id === id);
      if (image === undefined) throw noImage(id);
      if (image.isPublic) throw imageNotYours(id);
      draft.remove('image', id);
    });
    return { Return: true };
  },
};
