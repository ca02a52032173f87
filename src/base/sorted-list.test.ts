// The sorted list against a plain array that is sorted each time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SortedList } from './sorted-list.ts';

const before = (a: number, b: number): boolean => a < b;

test('it says what a sorted array says, whatever comes and goes', () => {
  const value = fc.integer({ min: 0, max: 3_000 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), value), { maxLength: 2_000, size: 'max' }),
      value,
      (steps, asked) => {
        const list = new SortedList<number>(before);
        let plain: number[] = [];
        for (const [adds, item] of steps) {
          const isThere = plain.includes(item);
          if (adds && !isThere) {
            list.add(item);
            plain.push(item);
          } else if (!adds) {
            assert.equal(list.remove(item), isThere);
            plain = plain.filter((one) => one !== item);
          }
        }
        plain.sort((a, b) => a - b);
        assert.deepEqual([...list], plain);
        assert.deepEqual([list.size, list.first], [plain.length, plain[0]]);
        assert.equal(list.countBefore(asked), plain.filter((one) => one < asked).length);
      },
    ),
    { numRuns: 30 },
  );
});

test('two hundred thousand that come in order are counted, and go from the front', () => {
  const list = new SortedList<number>(before);
  for (let item = 0; item < 200_000; item++) list.add(item);
  assert.equal(list.countBefore(150_000), 150_000);
  for (let item = 0; item < 199_999; item++) assert.ok(list.remove(item));
  assert.deepEqual([...list], [199_999]);
});
