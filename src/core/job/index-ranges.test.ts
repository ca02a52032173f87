// Any set of indexes comes back from its ranges, and no range could be joined with the next.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { indexesIn, isInRanges, rangesOf } from './index-ranges.ts';

test('ranges hold exactly their indexes, in as few ranges as can be', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(60)), (given) => {
      const indexes = given.toSorted((a, b) => a - b);
      const ranges = rangesOf(indexes);
      assert.deepEqual([...indexesIn(ranges)], indexes);
      for (let index = 0; index <= 61; index++)
        assert.equal(isInRanges(ranges, index), indexes.includes(index));
      for (let at = 1; at < ranges.length; at++)
        assert.ok((ranges[at]?.[0] ?? 0) > (ranges[at - 1]?.[1] ?? 0) + 1);
    }),
  );
});
