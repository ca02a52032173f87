// On which type an environment runs nodes: the one that was asked for, or the smallest that holds
// the largest node.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { must } from '../../../base/assert.ts';
import { arn } from '../../../base/ids.ts';
import type { Needs } from '../../job/needs.ts';
import { needs, worldOf } from '../../../../test/house/world.ts';
import { isNodeType, nodeTypeOf } from './node-type.ts';

const gib = 1024;
const cases: [
  title: string,
  types: string[],
  sizes: Needs[],
  asked: string | undefined,
  found: string,
][] = [
  ['the fewest vCPUs', ['m5'], [needs(1)], undefined, 'm5.large'],
  ['that hold the largest node', ['m5'], [needs(1), needs(6), needs(2)], undefined, 'm5.2xlarge'],
  [
    'of several nodes the most of each amount',
    ['c5', 'm5', 'r5'],
    [needs(4, gib), needs(1, 20 * gib)],
    undefined,
    'r5.xlarge',
  ],
  [
    'then the least memory',
    ['r5.large', 'm5.large', 'c5.large'],
    [needs(2)],
    undefined,
    'c5.large',
  ],
  ['then the lowest price', ['m5.large', 'm5a.large'], [needs(2)], undefined, 'm5a.large'],
  [
    'then the name, whatever the order of the list',
    ['m6i.large', 'm5.large'],
    [needs(2)],
    undefined,
    'm5.large',
  ],
  ['a GPU', ['m5', 'g4dn'], [needs(1, gib, 1), needs(1)], undefined, 'g4dn.xlarge'],
  [
    'what was asked for, though a smaller one would do',
    ['m5'],
    [needs(1)],
    'm5.4xlarge',
    'm5.4xlarge',
  ],
  ['what was asked for and is too small is none', ['m5'], [needs(4)], 'm5.large', 'type-too-small'],
  [
    'what was asked for and is not offered is none',
    ['m5'],
    [needs(1)],
    'c5.large',
    'type-not-offered',
  ],
  ['none holds it', ['m5.large'], [needs(1, 100 * gib)], undefined, 'no-type'],
];

for (const [title, instanceTypes, sizes, instanceType, expected] of cases) {
  test(`the type for nodes: ${title}`, () => {
    const world = worldOf({ jobs: [] });
    const made = must(world.computeEnvironments.get(arn('ce')), 'it was made');
    const environment = {
      ...made,
      computeResources: { type: 'EC2' as const, maxvCpus: 1000, instanceTypes, subnets: [] },
    };
    const groups = sizes.map((one, node) => ({ from: node, to: node, terms: { needs: one } }));
    const found = nodeTypeOf(world, environment, {
      numNodes: sizes.length,
      mainNode: 0,
      groups,
      instanceType,
    });
    assert.equal(isNodeType(found) ? found.name : found.type, expected);
  });
}
