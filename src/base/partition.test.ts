// The partitions are those of the SDK, and every region belongs to one.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { isRegion, partitionOf, partitionOfRegion } from './partition.ts';

/** What a service's client resolves addresses by. */
const sdk = createRequire(import.meta.resolve('@aws-sdk/client-batch'))('@aws-sdk/core/client') as {
  partition: (region: string) => { name: string; dnsSuffix: string };
};

test('a region belongs to the partition that the SDK says, and one of the user’s own to the first', () => {
  const cases: readonly [string, string][] = [
    ['eu-west-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['eu-isoe-west-1', 'aws-iso-e'],
    ['us-isof-south-1', 'aws-iso-f'],
    ['eusc-de-east-1', 'aws-eusc'],
    ['mx-central-1', 'aws'],
    ['lab', 'aws'],
    ['us-isox-east-1', 'aws'],
  ];
  for (const [region, id] of cases) {
    assert.equal(partitionOf(region), id, region);
    const { name, dnsSuffix } = sdk.partition(region);
    assert.deepEqual([id, partitionOfRegion(region).dnsSuffix], [name, dnsSuffix], region);
  }
});

test('a region is named by letters, digits and hyphens', () => {
  for (const region of ['us-east-1', 'eusc-de-east-1', 'lab', 'RegionOne', '7', 'a'.repeat(63)])
    assert.ok(isRegion(region), region);
  for (const text of [
    '',
    '-lab',
    'us east',
    'us-east-1/..',
    'lab_1',
    'ü',
    'us.east',
    'a'.repeat(64),
    'lab\n',
  ])
    assert.ok(!isRegion(text), text);
});
