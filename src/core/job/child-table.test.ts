// The table of children against a plain list of statuses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChildTable } from './child-table.ts';
import { jobStatuses, type JobStatus } from './status.ts';

test('counts, summaries and the next runnable child are those of a plain list', () => {
  const step = fc.tuple(fc.nat(19), fc.constantFrom(...jobStatuses));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const table = new ChildTable(20, 'SUBMITTED', 0);
      const plain: JobStatus[] = Array.from({ length: 20 }, () => 'SUBMITTED');
      for (const [index, status] of steps) {
        table.set(index, status, 1);
        plain[index] = status;
        const runnable = plain.indexOf('RUNNABLE');
        assert.equal(table.nextRunnable(), runnable < 0 ? undefined : runnable);
      }
      for (const status of jobStatuses) {
        assert.equal(table.summary()[status], plain.filter((one) => one === status).length);
        assert.deepEqual(
          [...table.indexes(status)],
          plain.flatMap((one, index) => (one === status ? [index] : [])),
        );
      }
    }),
  );
});

test('an index outside the array is a broken law', () => {
  assert.throws(() => new ChildTable(2, 'RUNNABLE', 0).status(2), { name: 'BrokenInvariant' });
});
