// Which image instances start from, by where images are named; and what becomes of a default image
// when there is a newer one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ec2Catalogue } from '../instance-type/catalogue.ts';
import { batchImageStatus, defaultImages, newestOf } from './default-images.ts';
import { chooseImage, type ImageSources } from './image-choice.ts';

const newest = (imageType: string, architecture: 'X86_64' | 'ARM_64' = 'X86_64'): string =>
  newestOf(imageType, architecture)?.id ?? '';
const template = { launchTemplateImageId: 'ami-template' };
const own = { imageId: 'ami-own' };
const override = (imageType: string, imageIdOverride?: string): ImageSources => ({
  ec2Configuration: [{ imageType, imageIdOverride }],
});

const cases: [string, sources: ImageSources, type: string, source: string, imageId: string][] = [
  ['nobody says anything', {}, 'm5.large', 'default', newest('ECS_AL2023')],
  ['nobody says anything, ARM', {}, 'm6g.large', 'default', newest('ECS_AL2023', 'ARM_64')],
  ['nobody says anything, GPUs', {}, 'g4dn.xlarge', 'default', newest('ECS_AL2023_NVIDIA')],
  ['an image type', override('ECS_AL2'), 'm5.large', 'default', newest('ECS_AL2')],
  [
    'a plain image type and GPUs',
    override('ECS_AL2'),
    'g4dn.xlarge',
    'default',
    newest('ECS_AL2023_NVIDIA'),
  ],
  [
    'an NVIDIA image type and no GPUs',
    override('ECS_AL2_NVIDIA'),
    'm5.large',
    'default',
    newest('ECS_AL2_NVIDIA'),
  ],
  ['an image', own, 'm5.large', 'imageId', 'ami-own'],
  [
    'an override goes before an image',
    { ...own, ...override('ECS_AL2', 'ami-override') },
    'm5.large',
    'imageIdOverride',
    'ami-override',
  ],
  [
    'a template goes before both',
    { ...template, ...own, ...override('ECS_AL2', 'ami-override') },
    'm5.large',
    'launchTemplate',
    'ami-template',
  ],
  [
    'an empty template image says nothing',
    { launchTemplateImageId: '', ...own },
    'm5.large',
    'imageId',
    'ami-own',
  ],
  [
    'the only override is for GPUs too',
    override('ECS_AL2', 'ami-override'),
    'g4dn.xlarge',
    'imageIdOverride',
    'ami-override',
  ],
  [
    'two entries: the NVIDIA one is for GPUs',
    {
      ec2Configuration: [
        { imageType: 'ECS_AL2', imageIdOverride: 'ami-plain' },
        { imageType: 'ECS_AL2_NVIDIA' },
      ],
    },
    'p3.2xlarge',
    'default',
    newest('ECS_AL2_NVIDIA'),
  ],
  [
    'two entries: the other is for the rest',
    {
      ec2Configuration: [
        { imageType: 'ECS_AL2_NVIDIA' },
        { imageType: 'ECS_AL2', imageIdOverride: 'ami-plain' },
      ],
    },
    'm5.large',
    'imageIdOverride',
    'ami-plain',
  ],
];

for (const [title, sources, type, source, imageId] of cases) {
  test(`image: ${title}`, () => {
    const choice = chooseImage(sources, ec2Catalogue.type(type)!);
    assert.equal(choice.source, source);
    assert.equal(choice.source === 'none' ? undefined : choice.imageId, imageId);
  });
}

test('an image type of nobody’s has no default', () => {
  assert.deepEqual(chooseImage(override('MY_TYPE'), ec2Catalogue.type('m5.large')!), {
    source: 'none',
    imageType: 'MY_TYPE',
  });
});

test('a default image is the latest until a newer version is there', () => {
  const id = newest('ECS_AL2023');
  assert.equal(batchImageStatus(id), 'LATEST');
  const images = [
    ...defaultImages,
    { ...newestOf('ECS_AL2023', 'X86_64')!, id: 'ami-0newer', name: 'newer' },
  ];
  assert.equal(batchImageStatus(id, images), 'UPDATE_AVAILABLE');
  assert.equal(chooseImage({}, ec2Catalogue.type('m5.large')!, images).source, 'default');
  assert.equal(newestOf('ECS_AL2023', 'X86_64', images)?.id, 'ami-0newer');
  assert.equal(batchImageStatus('ami-own'), undefined);
});

test('versions follow each other in time', () => {
  assert.equal(
    newestOf('ECS_AL2', 'X86_64', defaultImages.slice(0, 1))?.createdAtMs,
    Date.UTC(2025, 5, 10),
  );
  for (const image of defaultImages) {
    const [, year, month, day] = /\.(\d{4})(\d\d)(\d\d)-/.exec(image.name)!;
    assert.equal(image.createdAtMs, Date.UTC(Number(year), Number(month) - 1, Number(day)));
    assert.ok(image.createdAtMs <= newestOf(image.imageType, image.architecture)!.createdAtMs);
  }
});
