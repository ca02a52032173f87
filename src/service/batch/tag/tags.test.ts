// TagResource, UntagResource and ListTagsForResource.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../../../../test/house/rig.ts';
import { listTagsForResource } from './list-tags-for-resource.ts';
import { registerJobDefinition } from '../job-definition/register-job-definition.ts';
import { tagResource } from './tag-resource.ts';
import { untagResource } from './untag-resource.ts';

const resourceArn = 'arn:aws:batch:eu-west-1:123456789012:job-definition/d:1';

async function rigWithDefinition(): Promise<Rig> {
  const rig = await Rig.bare();
  await rig.call(registerJobDefinition, {
    jobDefinitionName: 'd',
    type: 'container',
    containerProperties: { image: 'i', vcpus: 1, memory: 4 },
    tags: { a: '1' },
  });
  return rig;
}

test('tags are merged, taken away and listed', async () => {
  const rig = await rigWithDefinition();
  await rig.call(tagResource, { resourceArn, tags: { a: '2', 'nextflow.io/x': '' } });
  assert.deepEqual(await rig.call(listTagsForResource, { resourceArn }), {
    tags: { a: '2', 'nextflow.io/x': '' },
  });
  await rig.call(untagResource, { resourceArn, tagKeys: ['a', 'never-there'] });
  assert.deepEqual(await rig.call(listTagsForResource, { resourceArn }), {
    tags: { 'nextflow.io/x': '' },
  });
});

const wrong: [string, Record<string, string>, RegExp][] = [
  ['none', {}, /at least one tag/],
  ['a reserved key', { 'AWS:x': '' }, /reserved/],
  ['a key of 129 characters', { ['k'.repeat(129)]: '' }, /128/],
  ['a value of 257 characters', { k: 'v'.repeat(257) }, /256/],
  ['a character that is not allowed', { 'k<': '' }, /not allowed/],
  [
    'fifty more',
    Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, ''])),
    /at most 50 tags/,
  ],
];

for (const [title, tags, message] of wrong) {
  test(`TagResource refuses ${title}`, async () => {
    const rig = await rigWithDefinition();
    await assert.rejects(rig.call(tagResource, { resourceArn, tags }), {
      name: 'ClientException',
      status: 400,
      message,
    });
    assert.deepEqual(await rig.call(listTagsForResource, { resourceArn }), { tags: { a: '1' } });
  });
}

test('what is not there is 404, what is no ARN of Batch is 400', async () => {
  const rig = await rigWithDefinition();
  await assert.rejects(
    rig.call(listTagsForResource, { resourceArn: resourceArn.replace('d:1', 'd:2') }),
    { status: 404, message: /does not exist/ },
  );
  for (const given of ['', 'd:1', 'arn:aws:s3:::bucket'])
    await assert.rejects(rig.call(listTagsForResource, { resourceArn: given }), {
      status: 400,
      message: /resourceArn must be/,
    });
  await assert.rejects(rig.call(untagResource, { resourceArn, tagKeys: [] }), /tagKeys/);
});
