// Blocks of addresses for jobs: sizes, free ones, and the book of those in use.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { containerId, splitContainerId } from '../base/ids.ts';
import { addressesIn, blockText, contains, overlaps } from '../base/ipv4.ts';
import {
  freeBlock,
  gatewayOf,
  NetworkBook,
  nodeAddress,
  ownBlock,
  prefixFor,
} from './job-networks.ts';

test('a block holds the nodes, and the network’s, the gateway’s and the broadcast address', () => {
  for (const [nodes, bits] of [
    [1, 30],
    [2, 29],
    [5, 29],
    [6, 28],
    [13, 28],
    [14, 27],
    [61, 26],
    [1_000, 22],
    [1_021, 22],
    [1_022, 21],
  ] as const)
    assert.equal(prefixFor(nodes), bits, `${nodes} nodes`);
  const block = ownBlock('10.213.4.0/29');
  assert.equal(gatewayOf(block), '10.213.4.1');
  assert.deepEqual(
    [0, 4].map((node) => nodeAddress(block, node)),
    ['10.213.4.2', '10.213.4.6'],
  );
});

test('a free block touches nothing that is taken, and one is found wherever one is', () => {
  const range = ownBlock('10.0.0.0/24');
  const block = fc.integer({ min: 22, max: 30 }).chain((bits) =>
    fc.nat(2 ** 11).map((at) => ({
      base:
        ownBlock('9.255.254.0/23').base + Math.floor(at / addressesIn(bits)) * addressesIn(bits),
      bits,
    })),
  );
  fc.assert(
    fc.property(
      fc.array(block, { maxLength: 12 }),
      fc.integer({ min: 24, max: 29 }),
      fc.nat(300),
      (taken, bits, offset) => {
        const found = freeBlock(range, bits, taken, range.base + offset);
        const all = Array.from({ length: 2 ** (bits - range.bits) }, (_, index) => ({
          base: range.base + index * addressesIn(bits),
          bits,
        }));
        const free = all.filter((one) => !taken.some((other) => overlaps(one, other)));
        if (found === undefined) return assert.deepEqual(free, []);
        assert.ok(
          contains(range, found) && free.some((one) => one.base === found.base),
          blockText(found),
        );
        assert.equal(
          found.base,
          (free.find((one) => one.base >= range.base + offset) ?? free[0])?.base,
          'the first from there on',
        );
      },
    ),
  );
});

test('a range that is smaller than the block has none', () => {
  assert.equal(freeBlock(ownBlock('10.0.0.0/29'), 28, []), undefined);
});

test('a network’s block is given once, to all its nodes, and again when the last has left', () => {
  const [main, child, other] = ['m', 'c', 'o'].map(containerId) as [
    ReturnType<typeof containerId>,
    ReturnType<typeof containerId>,
    ReturnType<typeof containerId>,
  ];
  const book = new NetworkBook(ownBlock('10.0.0.0/29'));
  const network = (id: typeof main, node: number) =>
    ({ id: splitContainerId(id).attemptId, kind: 'private', numNodes: 5, node }) as const;
  const block = book.join(network(main, 0), main);
  assert.deepEqual(book.join(network(main, 1), child), block);
  assert.deepEqual([...book.networks()], [[main, '10.0.0.0/29']]);
  assert.equal(book.join(network(other, 0), other), undefined);
  book.leave(other);
  book.leave(main);
  book.leave(main);
  assert.deepEqual([...book.networks()], [[main, '10.0.0.0/29']]);
  book.leave(child);
  assert.deepEqual([...book.networks()], []);
  assert.deepEqual(book.join(network(other, 0), other), block);
  assert.deepEqual([...book.members()], [other]);
});
