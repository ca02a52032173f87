// What an update makes of the stored resources, and which of its members need new instances.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComputeResource, ComputeResourceUpdate } from '@aws-sdk/client-batch';
import { ec2Catalogue } from '../instance-type/catalogue.ts';
import * as rules from './resources.ts';
import { infrastructureChanges, mergeResources, withDefaults } from './resources.ts';

const checkResources = (resources: ComputeResource) =>
  rules.checkResources(resources, ec2Catalogue);
const checkNewResources = (resources: ComputeResource) =>
  rules.checkNewResources(resources, ec2Catalogue);

const ec2 = withDefaults({
  type: 'EC2',
  maxvCpus: 16,
  desiredvCpus: 8,
  instanceTypes: ['m5', 'c5'],
  instanceRole: 'r',
  subnets: ['a', 'b'],
  securityGroupIds: ['g'],
  allocationStrategy: 'BEST_FIT_PROGRESSIVE',
  tags: { a: '1', b: '2' },
  launchTemplate: {
    launchTemplateId: 'lt-1',
    version: '1',
    overrides: [{ launchTemplateId: 'lt-2', targetInstanceTypes: ['m5.large'] }],
  },
});
const fargate: ComputeResource = {
  type: 'FARGATE',
  maxvCpus: 16,
  subnets: ['a'],
  securityGroupIds: ['g'],
};

const cases: [
  string,
  ComputeResource,
  ComputeResourceUpdate,
  Partial<ComputeResource>,
  string[],
][] = [
  [
    'scaling members change nothing else',
    ec2,
    { minvCpus: 2, maxvCpus: 32, desiredvCpus: 9 },
    { minvCpus: 2, maxvCpus: 32, desiredvCpus: 9 },
    [],
  ],
  ['what was wished for stays inside new bounds', ec2, { maxvCpus: 4 }, { desiredvCpus: 4 }, []],
  [
    'the same again is no change',
    ec2,
    { instanceTypes: ['m5', 'c5'], tags: { b: '2', a: '1' } },
    { instanceTypes: ['m5', 'c5'] },
    [],
  ],
  [
    'another order of types is a change, for some strategies go by it',
    ec2,
    { instanceTypes: ['c5', 'm5'] },
    { instanceTypes: ['c5', 'm5'] },
    ['instanceTypes'],
  ],
  ['an empty map clears the tags', ec2, { tags: {} }, { tags: undefined }, ['tags']],
  [
    'an empty list clears the overrides of a template',
    ec2,
    { launchTemplate: { launchTemplateId: 'lt-1', version: '1', overrides: [] } },
    { launchTemplate: { launchTemplateId: 'lt-1', version: '1' } },
    ['launchTemplate'],
  ],
  [
    'an empty id clears the template',
    ec2,
    { launchTemplate: { launchTemplateId: '' } },
    { launchTemplate: undefined },
    ['launchTemplate'],
  ],
  [
    'a scale-down delay is scaling',
    ec2,
    { scalingPolicy: { minScaleDownDelayMinutes: 20 } },
    { scalingPolicy: { minScaleDownDelayMinutes: 20 } },
    [],
  ],
  [
    'the newest image is always a change, and not kept',
    ec2,
    { updateToLatestImageVersion: true },
    { imageId: undefined },
    ['updateToLatestImageVersion'],
  ],
  [
    'networks of Fargate are scaling',
    fargate,
    { subnets: ['b'], securityGroupIds: [] },
    { subnets: ['b'], securityGroupIds: ['g'] },
    [],
  ],
];

for (const [title, stored, change, gives, infrastructure] of cases) {
  test(`an update: ${title}`, () => {
    const merged = mergeResources(stored, change);
    for (const [member, value] of Object.entries(gives))
      assert.deepEqual(merged[member as keyof ComputeResource], value, member);
    assert.deepEqual(infrastructureChanges(stored, merged, change), infrastructure);
    assert.equal('updateToLatestImageVersion' in merged, false);
    assert.equal(checkResources(merged), undefined);
  });
}

test('only a creation needs subnets', () => {
  const without = { ...ec2, subnets: undefined };
  assert.equal(checkResources(without), undefined);
  assert.match(checkNewResources(without)?.message ?? '', /subnets must be specified/);
});

test('an override may target a type of a family or a bundle, each once', () => {
  const withTargets = (instanceTypes: string[], ...targets: string[][]): ComputeResource => ({
    ...ec2,
    instanceTypes,
    launchTemplate: {
      launchTemplateName: 't',
      overrides: targets.map((targetInstanceTypes) => ({
        launchTemplateName: 'o',
        targetInstanceTypes,
      })),
    },
  });
  assert.equal(checkResources(withTargets(['m5'], ['m5.large'], ['m5'])), undefined);
  assert.equal(checkResources(withTargets(['optimal'], ['c6i.large', 'm6i'])), undefined);
  assert.match(
    checkResources(withTargets(['optimal'], ['c5.large']))?.message ?? '',
    /c5.large is not one of/,
  );
  assert.match(
    checkResources(withTargets(['default_x86_64'], ['m6g.large']))?.message ?? '',
    /m6g.large/,
  );
  assert.match(
    checkResources(withTargets(['m5'], ['m5.large'], ['m5.large']))?.message ?? '',
    /targeted twice/,
  );
});

test('a launch template of empty texts, as in the template of the guide, is none; one that says anything needs a name or an id', () => {
  const launchTemplate = { launchTemplateId: '', launchTemplateName: '', version: '' };
  assert.equal(checkNewResources({ ...ec2, launchTemplate }), undefined);
  assert.equal(withDefaults({ ...ec2, launchTemplate }).launchTemplate, undefined);
  assert.match(
    checkNewResources({ ...ec2, launchTemplate: { ...launchTemplate, version: '1' } })?.message ??
      '',
    /exactly one of/,
  );
  assert.match(
    checkNewResources({ ...ec2, securityGroupIds: [], launchTemplate })?.message ?? '',
    /securityGroupIds must be specified/,
  );
});
