// Validates an image's record against the AMI specification. There is no disk behind a record: what
// is installed in an image is what its record says. Reads and changes nothing.

import type { Validation } from '../../api/validation.ts';
import { imageIdForm } from '../../core/image/image.ts';
import { judgeImage } from '../../core/image/specification.ts';
import { schedulableGpus, type InstanceType } from '../../core/instance-type/instance-type.ts';
import { invalid, notFound } from '../../wire/error-catalogue.ts';
import type { Operation } from '../../wire/operation.ts';

import { onAll } from '../ec2/access.ts';
import { imagesOf } from '../ec2/image/image.ts';
import type { LongshoreDeps } from './deps.ts';
import { validationOf } from './validation.ts';

export interface ImageToValidate {
  readonly imageId: string;
  /** On which it is to run; some requirements are unknown where nobody says it. */
  readonly instanceType?: string | undefined;
  /** Whether nodes of multi-node parallel jobs are to run on it; likewise. */
  readonly multiNode?: string | undefined;
}

export const validateImage: Operation<LongshoreDeps, ImageToValidate, Validation> = {
  authorizes: (_input, context) => onAll('DescribeImages', context),

  async handle({ ec2, instanceTypes }, { imageId, instanceType, multiNode }, context) {
    if (!imageIdForm.test(imageId))
      throw invalid(`'${imageId.slice(0, 64)}' is not the id of an image`);
    if (multiNode !== undefined && multiNode !== 'true' && multiNode !== 'false')
      throw invalid('multiNode must be true or false');
    const type = instanceType === undefined ? undefined : instanceTypes.type(instanceType);
    if (instanceType !== undefined && type === undefined)
      throw invalid(`There is no instance type '${instanceType.slice(0, 64)}'`);
    const image = imagesOf(await ec2.view(context.scope)).find(({ id }) => id === imageId);
    if (image === undefined) throw notFound(`Image ${imageId}`);
    const use = {
      ...(type && useOf(type)),
      multiNode: multiNode === undefined ? undefined : multiNode === 'true',
    };
    return validationOf(image.id, image.name, judgeImage(image, use));
  },
};

const useOf = (type: InstanceType) => ({
  architecture: type.architecture,
  gpus: schedulableGpus(type) > 0,
});
