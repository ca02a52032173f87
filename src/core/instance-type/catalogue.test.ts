// The catalogue: facts of known types, memory as the agent reports it, prices, and what names
// expand to.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../base/refusal.ts';
import { ec2Catalogue } from './catalogue.ts';
import { architecturesOf, choicesOf, covers } from './choices.ts';
import { capacityOf, registeredMemoryMib, type InstanceType } from './instance-type.ts';

const typeOf = (name: string): InstanceType => {
  const type = ec2Catalogue.type(name);
  assert.ok(type, name);
  return type;
};

const facts: [string, Partial<InstanceType>][] = [
  [
    'm4.large',
    {
      family: 'm4',
      vcpus: 2,
      memoryMib: 8192,
      architecture: 'X86_64',
      currentGeneration: false,
      spot: true,
      networkInterfaces: 2,
      microUsd: 100_000,
    },
  ],
  [
    't2.micro',
    {
      vcpus: 1,
      architecture: 'X86_64',
      burstable: true,
      clusterPlacement: false,
      microUsd: 11_600,
    },
  ],
  ['t1.micro', { burstable: false }],
  ['t3.nano', { vcpus: 2, microUsd: 5_200 }],
  ['c5d.18xlarge', { vcpus: 72, storageGb: 1800, bareMetal: false }],
  ['m5.metal', { vcpus: 96, bareMetal: true }],
  ['m6g.large', { architecture: 'ARM_64', microUsd: 77_000 }],
  [
    'g4dn.12xlarge',
    {
      gpus: { count: 4, manufacturer: 'NVIDIA', name: 'T4', memoryMib: 16_384 },
      microUsd: 3_912_000,
    },
  ],
  [
    'p2.16xlarge',
    {
      gpus: { count: 16, manufacturer: 'NVIDIA', name: 'K80', memoryMib: 12_288 },
      microUsd: 14_400_000,
    },
  ],
  ['p3.2xlarge', { memoryMib: 62_464, microUsd: 3_060_000 }],
  ['g3.16xlarge', { gpus: { count: 4, manufacturer: 'NVIDIA', name: 'M60', memoryMib: 8_192 } }],
  ['hpc6a.48xlarge', { spot: false }],
];

for (const [name, wanted] of facts) {
  test(`facts of ${name}`, () => {
    const type = typeOf(name);
    assert.deepEqual(
      Object.fromEntries(Object.keys(wanted).map((key) => [key, type[key as keyof InstanceType]])),
      wanted,
    );
  });
}

test('every type is whole, and costs something', () => {
  let count = 0;
  for (const type of ec2Catalogue.types()) {
    count++;
    for (const key of ['vcpus', 'memoryMib', 'networkInterfaces', 'microUsd'] as const)
      assert.ok(Number.isSafeInteger(type[key]) && type[key] > 0, `${type.name} ${key}`);
    assert.ok(ec2Catalogue.family(type.family).includes(type));
  }
  // 1,373 that EC2 reports, without 9 Macs, with 9 retired ones.
  assert.equal(count, 1373);
  assert.equal(ec2Catalogue.type('mac1.metal'), undefined);
});

test('an instance registers with less memory than is installed', () => {
  assert.equal(registeredMemoryMib(typeOf('m4.large'), 0), 7985);
  assert.equal(registeredMemoryMib(typeOf('m4.large')), 7953);
  assert.equal(registeredMemoryMib(typeOf('m4.large'), 9000), 0);
  for (const type of ec2Catalogue.types())
    assert.ok(
      registeredMemoryMib(type) < type.memoryMib && registeredMemoryMib(type) > 0,
      type.name,
    );
});

test('jobs can ask for whole NVIDIA GPUs only', () => {
  assert.equal(capacityOf(typeOf('p3.8xlarge')).gpus, 4);
  assert.equal(capacityOf(typeOf('g4ad.xlarge')).gpus, 0);
  assert.equal(capacityOf(typeOf('g6f.large')).gpus, 0);
});

const expand = (...names: string[]): Record<string, string[]> | string => {
  const choices = choicesOf(names, ec2Catalogue);
  return isRefusal(choices)
    ? choices.message
    : Object.fromEntries(
        choices.map((choice) => [choice.name, choice.types.map((type) => type.name)]),
      );
};
const familiesOf = (name: string): string[] => {
  const choices = choicesOf([name], ec2Catalogue);
  assert.ok(!isRefusal(choices));
  return [...new Set(choices.flatMap((choice) => choice.types.map((type) => type.family)))];
};

test('bundles are the families that Batch documents', () => {
  assert.deepEqual(familiesOf('optimal'), ['m6i', 'c6i', 'r6i', 'c7i']);
  assert.deepEqual(familiesOf('default_x86_64'), familiesOf('optimal'));
  assert.deepEqual(familiesOf('default_arm64'), ['m6g', 'c6g', 'r6g', 'c7g']);
});

const a1 = ['a1.medium', 'a1.large', 'a1.xlarge', 'a1.2xlarge', 'a1.4xlarge', 'a1.metal'];

const expansions: Record<string, { names: string[]; gives: Record<string, string[]> | RegExp }> = {
  'an exact type stands for itself': { names: ['c5.large'], gives: { 'c5.large': ['c5.large'] } },
  'a family stands for its sizes': { names: ['a1'], gives: { a1 } },
  'an exact type keeps its own place behind its family': {
    names: ['a1', 'a1.large'],
    gives: { a1: a1.filter((name) => name !== 'a1.large'), 'a1.large': ['a1.large'] },
  },
  'a name given twice stands once': {
    names: ['a1.large', 'a1.large'],
    gives: { 'a1.large': ['a1.large'] },
  },
  'a family inside a bundle that went before adds nothing': {
    names: ['p2', 'p3', 'p2'],
    gives: {
      p2: ['p2.xlarge', 'p2.8xlarge', 'p2.16xlarge'],
      p3: ['p3.2xlarge', 'p3.8xlarge', 'p3.16xlarge'],
    },
  },
  'an unknown family is refused': {
    names: ['m99'],
    gives: /m99 is no instance type, family or bundle/,
  },
  'an unknown size is refused with those that there are': {
    names: ['a1.huge'],
    gives: /the family a1 has no size huge; it has medium, large, xlarge, 2xlarge, 4xlarge, metal/,
  },
  'one architecture only': { names: ['m5', 'm6g.large'], gives: /same architecture/ },
};

for (const [title, { names, gives }] of Object.entries(expansions)) {
  test(`names: ${title}`, () => {
    const found = expand(...names);
    if (gives instanceof RegExp) assert.match(typeof found === 'string' ? found : '', gives);
    else assert.deepEqual(found, gives);
  });
}

test('Graviton types are ARM, all others x86; names that nobody knows have none', () => {
  const arm = [
    'a1',
    'a1.large',
    'm6g',
    'm6gd.metal',
    'c7gn.xlarge',
    'im4gn.large',
    'is4gen.large',
    'x2gd.large',
    'hpc7g.4xlarge',
    't4g.small',
    'g5g.xlarge',
    'default_arm64',
  ];
  const x86 = [
    'optimal',
    'default_x86_64',
    'm5',
    'c5.large',
    'g4dn.xlarge',
    'g5.xlarge',
    'p4d.24xlarge',
    'inf2.xlarge',
    'u-6tb1.56xlarge',
    'm7i-flex.large',
    'r6a',
  ];
  for (const name of arm)
    assert.deepEqual([...architecturesOf([name], ec2Catalogue)], ['ARM_64'], name);
  for (const name of x86)
    assert.deepEqual([...architecturesOf([name], ec2Catalogue)], ['X86_64'], name);
  assert.equal(architecturesOf(['nobody'], ec2Catalogue).size, 0);
});

test('choices cover types, families and bundles that lie inside them', () => {
  const choices = choicesOf(['c6i', 'm5.large'], ec2Catalogue);
  assert.ok(!isRefusal(choices));
  assert.equal(covers(choices, 'c6i.large', ec2Catalogue), true);
  assert.equal(covers(choices, 'c6i', ec2Catalogue), true);
  assert.equal(covers(choices, 'm5', ec2Catalogue), false);
  assert.equal(covers(choices, 'nobody', ec2Catalogue), false);
});
