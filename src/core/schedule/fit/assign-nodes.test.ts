// Nodes find hosts whenever there is any way to give each its own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hostId } from '../../../base/ids.ts';
import type { Needs } from '../../job/needs.ts';
import type { NodeTerms } from '../../job/terms.ts';
import { assignNodes, bySize, type Candidate } from './assign-nodes.ts';
import { needs } from '../../../../test/house/world.ts';
import { fitsIn } from './room.ts';

const termsOf = (sizes: readonly [count: number, needs: Needs][]): NodeTerms => {
  let from = 0;
  const groups = sizes.map(([count, one]) => ({
    from,
    to: (from += count) - 1,
    terms: { needs: one },
  }));
  return { numNodes: from, mainNode: 0, groups };
};
const hostsOf = (...sizes: Needs[]): Candidate[] =>
  sizes
    .map((capacity, at) => ({ id: hostId(`h${at}`), capacity }))
    .toSorted((a, b) => bySize(a.capacity, b.capacity));

test('larger nodes go to larger hosts', () => {
  assert.deepEqual(
    assignNodes(
      termsOf([
        [1, needs(1)],
        [1, needs(4)],
        [1, needs(2)],
      ]),
      hostsOf(needs(2), needs(4), needs(8)),
    ),
    ['h0', 'h2', 'h1'],
  );
});

test('one that needs memory does without the host with the most vCPUs, where another needs that', () => {
  assert.deepEqual(
    assignNodes(
      termsOf([
        [1, needs(2, 1000)],
        [1, needs(1, 3000)],
      ]),
      hostsOf(needs(4, 4000), needs(2, 2000)),
    ),
    ['h1', 'h0'],
  );
});

test('too few hosts are none', () => {
  assert.equal(assignNodes(termsOf([[3, needs(1)]]), hostsOf(needs(8), needs(8))), undefined);
});

/** Whether there is a way, by trying all. */
function isPossible(nodes: readonly Needs[], hosts: readonly Candidate[]): boolean {
  const [first, ...others] = nodes;
  if (first === undefined) return true;
  return hosts.some(
    (host) =>
      fitsIn(host.capacity, first) &&
      isPossible(
        others,
        hosts.filter((other) => other !== host),
      ),
  );
}

test('they are found if and only if there is a way', () => {
  const size = fc.record({
    milliVcpu: fc.constantFrom(1000, 2000, 4000),
    memoryMib: fc.constantFrom(1000, 2000, 4000),
    gpus: fc.constantFrom(0, 0, 1),
  });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 2 }), size), { minLength: 1, maxLength: 3 }),
      fc.array(size, { maxLength: 6 }),
      (sizes, capacities) => {
        const terms = termsOf(sizes);
        const hosts = hostsOf(...capacities);
        const each = terms.groups.flatMap(({ from, to, terms: one }) =>
          Array.from({ length: to - from + 1 }, () => one.needs),
        );
        const assigned = assignNodes(terms, hosts);
        assert.equal(assigned !== undefined, isPossible(each, hosts));
        if (assigned === undefined) return;
        assert.equal(new Set(assigned).size, terms.numNodes);
        for (const [node, id] of assigned.entries())
          assert.ok(fitsIn(hosts.find((host) => host.id === id)!.capacity, each[node]!));
      },
    ),
    { numRuns: 500 },
  );
});
