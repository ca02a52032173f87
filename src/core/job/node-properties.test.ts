// Tables for how node ranges divide a job's nodes, and for what overrides make of a definition's
// node properties.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeOverrides, NodeProperties } from '@aws-sdk/client-batch';
import fc from 'fast-check';
import { isRefusal, type Refusal } from '../../base/refusal.ts';
import { instanceTypeOf, nodeSpans, resolveNodes } from './node-properties.ts';
import { propertiesOfNode } from './nodes.ts';

const properties = (numNodes: number, ranges: readonly string[], mainNode = 0): NodeProperties => ({
  numNodes,
  mainNode,
  nodeRangeProperties: ranges.map((targetNodes) => ({
    targetNodes,
    container: {
      image: targetNodes,
      command: ['Ref::word'],
      environment: [{ name: 'A', value: '1' }],
      vcpus: 1,
      memory: 64,
    },
  })),
});

const divided: [number, string[], string][] = [
  [4, ['0:3'], '0-3 of 0:3'],
  [4, [':'], '0-3 of :'],
  [4, [':3'], '0-3 of :3'],
  [4, ['0', '1:'], '0-0 of 0, 1-3 of 1:'],
  [1, ['0:1'], '0-0 of 0:1'],
  [11, ['0:10', '4:5'], '0-3 of 0:10, 4-5 of 4:5, 6-10 of 0:10'],
  [10, ['5', '4:6', '2:', ':'], '0-1 of :, 2-3 of 2:, 4-4 of 4:6, 5-5 of 5, 6-6 of 4:6, 7-9 of 2:'],
  [10, ['0:4', '0:9', '0'], '0-0 of 0, 1-4 of 0:4, 5-9 of 0:9'],
];

for (const [numNodes, ranges, expected] of divided) {
  test(`${numNodes} nodes of ${ranges.join(', ')} are ${expected}`, () => {
    const spans = nodeSpans(properties(numNodes, ranges));
    assert.ok(!isRefusal(spans));
    assert.equal(
      spans.map(({ from, to, range }) => `${from}-${to} of ${range.targetNodes}`).join(', '),
      expected,
    );
  });
}

const indivisible: [NodeProperties, RegExp][] = [
  [properties(4, ['0:2']), /all nodes; node 3 is in none/],
  [properties(4, ['1:']), /node 0 is in none/],
  [properties(6, ['0:1', '4:']), /node 2 is in none/],
  [properties(4, ['0:2', '1:3']), /Node ranges 0:2 and 1:3 overlap/],
  [properties(4, ['0:3', ':']), /Node ranges 0:3 and : overlap/],
  [
    properties(4, ['0:3', '4:5']),
    /lower boundary of node range 4:5 must be less than the number of nodes, which is 4/,
  ],
  [properties(4, [':', '3:1']), /3:1 ends before it begins/],
  [properties(4, [':'], 4), /mainNode must be less than the number of nodes, which is 4; it is 4/],
];

for (const [given, message] of indivisible) {
  test(`${given.numNodes} nodes with main node ${given.mainNode} and ${given.nodeRangeProperties?.map((range) => range.targetNodes).join(', ')} are refused`, () => {
    assert.match((nodeSpans(given) as Refusal).message, message);
  });
}

test('spans and single nodes agree on who is innermost, whatever the ranges', () => {
  const index = fc.integer({ min: 0, max: 12 });
  const range = fc.oneof(
    fc.tuple(index, index).map(([a, b]) => `${a}:${b}`),
    index.map((a) => `${a}:`),
    index.map((a) => `:${a}`),
    index.map(String),
    fc.constant(':'),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.array(range, { minLength: 1, maxLength: 5 }),
      (numNodes, ranges) => {
        const given = properties(numNodes, ranges);
        const spans = nodeSpans(given);
        if (isRefusal(spans)) return;
        let next = 0;
        for (const { from, to, range: found } of spans) {
          assert.equal(from, next);
          for (let node = from; node <= to; node++)
            assert.equal(propertiesOfNode(given, node), found);
          next = to + 1;
        }
        assert.equal(next, numNodes);
      },
    ),
  );
});

test('all ranges that ask for an instance type ask for the same', () => {
  const typed = (...types: [string[] | undefined, string | undefined][]): NodeProperties => ({
    numNodes: 9,
    mainNode: 0,
    nodeRangeProperties: types.map(([instanceTypes, instanceType]) => ({
      targetNodes: ':',
      instanceTypes,
      container: { instanceType },
    })),
  });
  assert.equal(instanceTypeOf(typed([undefined, undefined], [[], ''])), undefined);
  assert.equal(
    instanceTypeOf(
      typed([['c5.large'], undefined], [undefined, undefined], [undefined, 'c5.large']),
    ),
    'c5.large',
  );
  assert.match(
    (instanceTypeOf(typed([['c5.large'], undefined], [undefined, 'm5.large'])) as Refusal).message,
    /same instance type; they have c5.large, m5.large/,
  );
});

test('overrides change the ranges that they name, and parameters stand in all', () => {
  const defined = properties(4, ['0', '1:']);
  const resolved = resolveNodes(
    defined,
    {
      numNodes: 9,
      nodePropertyOverrides: [
        {
          targetNodes: '1:',
          containerOverrides: {
            environment: [{ name: 'B', value: '2' }],
            resourceRequirements: [{ type: 'VCPU', value: '2' }],
          },
          instanceTypes: ['c5.large'],
          consumableResourcePropertiesOverride: {
            consumableResourceList: [{ consumableResource: 'r', quantity: 1 }],
          },
        },
      ],
    },
    { word: 'hi' },
  );
  assert.ok(!isRefusal(resolved));
  assert.deepEqual(resolved.nodeProperties, {
    numNodes: 9,
    mainNode: 0,
    nodeRangeProperties: [
      {
        targetNodes: '0',
        container: {
          image: '0',
          command: ['hi'],
          environment: [{ name: 'A', value: '1' }],
          vcpus: 1,
          memory: 64,
        },
      },
      {
        targetNodes: '1:',
        instanceTypes: ['c5.large'],
        consumableResourceProperties: {
          consumableResourceList: [{ consumableResource: 'r', quantity: 1 }],
        },
        container: {
          image: '1:',
          command: ['hi'],
          environment: [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ],
          memory: 64,
          resourceRequirements: [{ type: 'VCPU', value: '2' }],
        },
      },
    ],
  });
  assert.deepEqual(defined, properties(4, ['0', '1:']), 'the definition stays as it was');
});

test('an override of the instance type counts wherever the definition has one', () => {
  const types = (
    instanceTypes: string[] | undefined,
    instanceType: string | undefined,
    override: { instanceTypes?: string[]; containerOverrides?: { instanceType: string } },
  ) => {
    const defined: NodeProperties = {
      numNodes: 1,
      mainNode: 0,
      nodeRangeProperties: [{ targetNodes: ':', instanceTypes, container: { instanceType } }],
    };
    const resolved = resolveNodes(
      defined,
      { nodePropertyOverrides: [{ targetNodes: ':', ...override }] },
      {},
    );
    assert.ok(!isRefusal(resolved));
    const [range] = resolved.nodeProperties.nodeRangeProperties ?? [];
    return [range?.instanceTypes, range?.container?.instanceType];
  };
  assert.deepEqual(types(['a'], undefined, { instanceTypes: ['b'] }), [['b'], undefined]);
  assert.deepEqual(types(undefined, 'a', { instanceTypes: ['b'] }), [['b'], 'b']);
  assert.deepEqual(types(['a'], undefined, { containerOverrides: { instanceType: 'b' } }), [
    ['b'],
    'b',
  ]);
  assert.deepEqual(types(undefined, undefined, { containerOverrides: { instanceType: 'b' } }), [
    undefined,
    'b',
  ]);
  assert.deepEqual(types(['a'], 'a', {}), [['a'], 'a']);
});

const unfit: [string[], NodeOverrides, RegExp][] = [
  [
    ['0:3'],
    { nodePropertyOverrides: [{ targetNodes: '0:0' }] },
    /^NodeOverride targets should match job definition\. Non matching targets - 0:0$/,
  ],
  [
    [':'],
    { nodePropertyOverrides: [{ targetNodes: '0:' }, { targetNodes: ':' }, { targetNodes: '1' }] },
    /Non matching targets - 0:, 1$/,
  ],
  [['0:3'], { numNodes: 2 }, /at least 1 target node without a range_end/],
];

for (const [ranges, overrides, message] of unfit) {
  test(`overrides ${JSON.stringify(overrides)} of ${ranges.join(', ')} are refused`, () => {
    assert.match((resolveNodes(properties(4, ranges), overrides, {}) as Refusal).message, message);
  });
}
