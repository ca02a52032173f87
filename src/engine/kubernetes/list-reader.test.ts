// A list is read as JSON.parse would read it, however its bytes are cut, and what is none is said
// to be none.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ClusterUnavailable } from './cluster-answer.ts';
import { readList } from './list-reader.ts';

function* cut(text: string, sizes: readonly number[]): Generator<Buffer> {
  const bytes = Buffer.from(text);
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] as number;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function* slowly(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

test('each item is what it was written as, and so is what stands around them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 8 }),
      fc.dictionary(fc.string(), fc.string()),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(undefined, 2),
      fc.boolean(),
      async (items, metadata, sizes, space, first) => {
        const list = { kind: 'PodList', ...(first ? { items, metadata } : { metadata, items }) };
        const text = `${JSON.stringify(list, undefined, space)}\n`;
        const found: unknown[] = [];
        const frame = await readList(slowly(cut(text, sizes)), (item) => found.push(item));
        assert.deepEqual(found, JSON.parse(JSON.stringify(items)));
        assert.deepEqual(frame, JSON.parse(JSON.stringify({ ...list, items: [] })));
      },
    ),
  );
});

test('what breaks off, is too large or is no list is said so, and not taken for one', async () => {
  const cases: [text: string, why: RegExp][] = [
    ['{"metadata":{},"items":[{"a":1},{"b"', /broke off/],
    ['{"metadata":{},"items":[{"a":1}]', /broke off/],
    ['<html>', /JSON/],
    ['null', /no object/],
    ['', /JSON/],
    [`{"metadata":{"a":"${'x'.repeat(1024 * 1024)}"},"items":[]}`, /more than/],
    [`{"items":[{"a":"${'x'.repeat(16 * 1024 * 1024)}"}]}`, /an object of more than/],
    ['{"items":[{"a":}]}', /JSON/],
  ];
  for (const [text, why] of cases)
    await assert.rejects(
      readList(slowly(cut(text, [64 * 1024])), () => undefined),
      (error) => error instanceof ClusterUnavailable && why.test(error.message),
      text.slice(0, 40),
    );
});
