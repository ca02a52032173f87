// DescribeImages: the images that come with the service, and the account's own. None is deprecated
// or disabled, so that asking for those too changes nothing.

import type { DescribeImagesCommandInput, DescribeImagesCommandOutput } from '@aws-sdk/client-ec2';
import { imageIdForm } from '../../../core/image/image.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import { onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { described } from '../describe.ts';
import { imageIdMalformed, noImage } from '../error.ts';
import type { Filters } from '../filter.ts';
import { refuse } from '../found.ts';
import { architectureWord, imagesOf, ownerAlias, shownImage, type KnownImage } from './image.ts';

const filters: Filters<KnownImage> = {
  'image-id': (image) => image.id,
  name: (image) => image.name,
  description: (image) => image.description,
  architecture: architectureWord,
  'block-device-mapping.device-name': (image) =>
    image.blockDevices.map(({ deviceName }) => deviceName),
  'block-device-mapping.snapshot-id': (image) =>
    image.blockDevices.map(({ ebs }) => ebs?.snapshotId),
  'block-device-mapping.volume-size': (image) =>
    image.blockDevices.map(({ ebs }) => ebs?.volumeSizeGib),
  'block-device-mapping.volume-type': (image) =>
    image.blockDevices.map(({ ebs }) => ebs?.volumeType),
  'creation-date': (image) => new Date(image.createdAtMs).toISOString(),
  'ena-support': (image) => image.enaSupport,
  hypervisor: () => 'xen',
  'image-type': () => 'machine',
  'is-public': (image) => image.isPublic,
  'owner-alias': ownerAlias,
  'owner-id': (image) => image.ownerId,
  platform: (image) => (image.software.operatingSystem === 'windows' ? 'windows' : undefined),
  'root-device-name': (image) => image.rootDeviceName,
  'root-device-type': () => 'ebs',
  state: () => 'available',
  'virtualization-type': (image) => image.virtualization,
};

export const describeImages: Ec2Operation<DescribeImagesCommandInput, DescribeImagesCommandOutput> =
  {
    authorizes: (_input, context) => onAll('DescribeImages', context),

    async handle(deps, input, context) {
      refuse(input, 'ExecutableUsers');
      for (const id of input.ImageIds ?? []) if (!imageIdForm.test(id)) throw imageIdMalformed(id);
      const owned = imagesOf(await view(deps, context, input)).filter((image) =>
        isOwnedBy(image, input.Owners, context),
      );
      const { items, NextToken } = described(owned, input, {
        keyOf: ({ id }) => id,
        keys: input.ImageIds,
        notFound: noImage,
        filters,
        tagsOf: ({ tags }) => tags,
        least: 1,
      });
      return { Images: items.map(shownImage), NextToken };
    },
  };

/** Owners are `self`, an alias such as `amazon`, or accounts. */
function isOwnedBy(
  image: KnownImage,
  owners: readonly string[] | undefined,
  { account }: RequestContext,
): boolean {
  if (owners === undefined || owners.length === 0) return true;
  return owners.some((owner) =>
    owner === 'self'
      ? image.ownerId === account
      : owner === image.ownerId || owner === ownerAlias(image),
  );
}
