// The user's own types: both forms of the file, and what is said of a wrong one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../base/refusal.ts';
import { ec2Catalogue } from './catalogue.ts';
import { choicesOf } from './choices.ts';
import { capacityOf } from './instance-type.ts';
import { OwnTypesError, parseOwnTypes } from './own-types.ts';

const lines = `# the lab's machines
my-box: 64 vCPUs, 512 GiB, 4 GPUs

arm.small: 8 vCPU, 16384 MiB, arm64, 900 GB disk, 0.25 USD/hour   # on the shelf
`;
const json = `{
  "my-box": { "vcpus": 64, "memoryMib": 524288, "gpus": 4 },
  "arm.small": { "vcpus": 8, "memoryMib": 16384, "architecture": "arm64", "storageGb": 900, "usdPerHour": 0.25 }
}`;

test('lines and JSON say the same', () => {
  const types = parseOwnTypes(lines, ec2Catalogue);
  assert.deepEqual(types, parseOwnTypes(json, ec2Catalogue));
  const [box, arm] = types;
  assert.ok(box && arm);
  assert.deepEqual(capacityOf(box, 0), {
    milliVcpu: 64_000,
    memoryMib: 524_288 - 8192 - 79,
    gpus: 4,
  });
  assert.deepEqual(
    [arm.family, arm.architecture, arm.storageGb, arm.microUsd],
    ['arm', 'ARM_64', 900, 250_000],
  );
  assert.equal(box.microUsd, 64 * 36_000 + 512 * 3_400 + 4 * 800_000);
});

test('an environment names own types beside EC2’s', () => {
  const catalogue = ec2Catalogue.with(parseOwnTypes(lines, ec2Catalogue));
  const choices = choicesOf(['my-box', 'm5.large'], catalogue);
  assert.ok(!isRefusal(choices));
  assert.deepEqual(
    choices.map((choice) => choice.types.map((type) => type.name)),
    [['my-box'], ['m5.large']],
  );
  assert.ok(!isRefusal(choicesOf(['arm'], catalogue)));
});

const wrong: [string, RegExp][] = [
  ['\n\nmy-box 64 vCPUs', /^line 3: no colon/],
  ['a: 1 vCPU, 1 GiB\nb: 1 vCPU, lots', /^line 2: 'lots' is not understood/],
  ['a: 1 vCPU', /^line 1: a has no memory/],
  ['a: 1 GiB', /^line 1: a has no vCPUs/],
  ['a: 0 vCPUs, 1 GiB', /^line 1: vcpus must be a whole number from 1/],
  ['a: 100000000 vCPUs, 1 GiB', /^line 1: vcpus must be a whole number from 1 to \d+; it is 1000/],
  ['a: 1 vCPU, 0.0001 GiB', /^line 1: memoryMib must be a whole number/],
  ['a: 1 vCPU, 1 GiB, 2 vCPUs', /^line 1: vcpus is said twice/],
  ['a: 1 vCPU, 1 GiB, arm64, x86_64', /^line 1: architecture is said twice/],
  ['a: 1 vCPU, 1 GiB\na: 1 vCPU, 2 GiB', /^line 2: a was described before/],
  ['My_Box: 1 vCPU, 1 GiB', /^line 1: 'My_Box' cannot be a name/],
  ['m5.huge: 1 vCPU, 1 GiB', /^line 1: m5 is a family of EC2's own/],
  ['optimal: 1 vCPU, 1 GiB', /^line 1: optimal is a name that AWS Batch uses/],
  ['{\n  "a": { "vcpus": 1,, }\n}', /^line 2: not JSON/],
  ['{"a": 3}', /^a: must be an object/],
  ['{"a": {"vcpus": "3", "memoryMib": 1}}', /^a: vcpus must be a number/],
  ['{"a": {"cpus": 3}}', /^a: 'cpus' is none of vcpus, memoryMib/],
  ['{"a": {"vcpus": 1, "memoryMib": 1, "architecture": "sparc"}}', /^a: 'sparc' is neither/],
  [
    '{"a": {"vcpus": 1, "memoryMib": 1, "usdPerHour": -1}}',
    /^a: the price in millionths of a dollar must be/,
  ],
];

for (const [text, message] of wrong) {
  test(`refused: ${message.source}`, () => {
    assert.throws(
      () => parseOwnTypes(text, ec2Catalogue),
      (error) => error instanceof OwnTypesError && message.test(error.message),
    );
  });
}
