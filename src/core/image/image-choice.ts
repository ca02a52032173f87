// Which image the instances of an environment start from, and who said so
// (doc/compute-environments.md, the image; the API's documentation of Ec2Configuration). The choice
// is made at creation and at infrastructure updates, and kept in between.

import type { Ec2Configuration } from '@aws-sdk/client-batch';
import { schedulableGpus, type InstanceType } from '../instance-type/instance-type.ts';
import { defaultImages, newestOf, type DefaultImage } from './default-images.ts';

/** Where images are named, beside the defaults. */
export interface ImageSources {
  /** The image in the version of the launch template that applies to the instance type. */
  readonly launchTemplateImageId?: string | undefined;
  readonly imageId?: string | undefined;
  readonly ec2Configuration?: readonly Ec2Configuration[] | undefined;
}

export type ImageChoice =
  | { readonly source: 'launchTemplate' | 'imageIdOverride' | 'imageId'; readonly imageId: string }
  | { readonly source: 'default'; readonly imageId: string; readonly imageType: string }
  /** There is no default image of the type for the instance type's architecture. */
  | { readonly source: 'none'; readonly imageType: string };

/**
 * The launch template's image goes before all: it "can not be replaced by specifying an AMI ID in
 * either the imageId or imageIdOverride parameters" (user guide). Of the two, imageIdOverride
 * "overrides the imageId". AWS's later page "AMI selection order" says this of a template's
 * override only, and puts the image of the environment's own template behind both.
 */
export function chooseImage(
  sources: ImageSources,
  type: InstanceType,
  images: readonly DefaultImage[] = defaultImages,
): ImageChoice {
  if (sources.launchTemplateImageId)
    return { source: 'launchTemplate', imageId: sources.launchTemplateImageId };
  const { imageType, imageIdOverride } = configurationFor(sources.ec2Configuration ?? [], type);
  if (imageIdOverride) return { source: 'imageIdOverride', imageId: imageIdOverride };
  if (sources.imageId) return { source: 'imageId', imageId: sources.imageId };
  const newest = newestOf(imageType, type.architecture, images);
  return newest === undefined
    ? { source: 'none', imageType }
    : { source: 'default', imageId: newest.id, imageType };
}

/**
 * Types with GPUs go by the NVIDIA image type, all others by the other one. With a single entry, an
 * image of the user's own is for all types, and an NVIDIA image serves types without GPUs too; but
 * a plain default image cannot serve GPUs.
 */
function configurationFor(
  entries: readonly Ec2Configuration[],
  type: InstanceType,
): { imageType: string; imageIdOverride?: string | undefined } {
  const gpus = schedulableGpus(type) > 0;
  const isNvidia = (entry: Ec2Configuration): boolean =>
    entry.imageType?.endsWith('_NVIDIA') ?? false;
  const own = entries.find((entry) => isNvidia(entry) === gpus);
  const other = entries.find((entry) => !gpus || entry.imageIdOverride);
  const entry = own ?? other;
  return {
    imageType: entry?.imageType ?? (gpus ? 'ECS_AL2023_NVIDIA' : 'ECS_AL2023'),
    imageIdOverride: entry?.imageIdOverride,
  };
}
