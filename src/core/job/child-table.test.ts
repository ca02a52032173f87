// The table of children against a plain list of statuses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChildTable } from './child-table.ts';
import { StatusCounts } from './status-counts.ts';
import { containerJobStatuses, type ContainerJobStatus, type JobStatus } from './status.ts';

test('counts, summaries and the next runnable child are those of a plain list', () => {
  const step = fc.tuple(fc.nat(19), fc.constantFrom(...containerJobStatuses));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const table = new ChildTable(20, 'SUBMITTED', 0);
      const plain: ContainerJobStatus[] = Array.from({ length: 20 }, () => 'SUBMITTED');
      for (const [index, status] of steps) {
        table.set(index, status, 1);
        plain[index] = status;
        const runnable = plain.indexOf('RUNNABLE');
        assert.equal(table.nextRunnable(), runnable < 0 ? undefined : runnable);
      }
      for (const status of containerJobStatuses) {
        assert.equal(table.summary()[status], plain.filter((one) => one === status).length);
        assert.deepEqual(
          [...table.indexes(status)],
          plain.flatMap((one, index) => (one === status ? [index] : [])),
        );
      }
    }),
  );
});

test('runs cover a range once, are as long as can be, and change together', () => {
  const statuses = fc.array(fc.constantFrom('SUBMITTED', 'PENDING', 'RUNNABLE'), {
    minLength: 1,
    maxLength: 30,
  }) as fc.Arbitrary<JobStatus[]>;
  fc.assert(
    fc.property(statuses, fc.nat(29), fc.nat(29), (plain, one, other) => {
      const [first, last] = [one, other].map((at) => at % plain.length).sort((a, b) => a - b) as [
        number,
        number,
      ];
      const total = new StatusCounts();
      const table = new ChildTable(plain.length, 'SUBMITTED', 0);
      table.countIn(total);
      for (const [index, status] of plain.entries()) table.set(index, status, 1);
      const runs = [...table.runs(first, last)];
      assert.deepEqual(
        runs.flatMap((run) =>
          Array.from({ length: run.last - run.first + 1 }, (_, at) => [run.first + at, run.status]),
        ),
        plain.slice(first, last + 1).map((status, at) => [first + at, status]),
      );
      for (const [at, run] of runs.entries()) assert.notEqual(run.status, runs[at + 1]?.status);
      for (const run of runs) if (run.status === 'PENDING') table.move(run, 'RUNNABLE', 2);
      const moved = plain.map((status, at) =>
        status === 'PENDING' && at >= first && at <= last ? 'RUNNABLE' : status,
      );
      assert.deepEqual(
        moved.map((_, at) => table.status(at)),
        moved,
      );
      for (const status of containerJobStatuses) {
        const count = moved.filter((each) => each === status).length;
        assert.equal(table.count(status), count);
        assert.equal(total.of(status), count);
      }
      assert.equal(table.nextRunnable() ?? -1, moved.indexOf('RUNNABLE'));
    }),
  );
});

test('an index outside the array is a broken law', () => {
  assert.throws(() => new ChildTable(2, 'RUNNABLE', 0).status(2), { name: 'BrokenInvariant' });
});
