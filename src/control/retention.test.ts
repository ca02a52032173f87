// When jobs are removed, and in which steps: over a store that is a list of times at which jobs
// ended.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limit } from '../core/limit.ts';
import type { TableWrite, TableWriteOutcome } from '../port/table.ts';
import { Stopped } from './turn/stopped.ts';
import { Retention } from './retention.ts';
import { VirtualClock } from '../../test/house/virtual-clock.ts';

const retainMs = 60_000;

class Ends {
  readonly clock = new VirtualClock(1_700_000_000_000);
  kept: number[] = [];
  remembered: number[] = [];
  writes = 0;
  failure: Error | undefined;

  readonly reader = { firstEnds: () => ({ kept: this.kept[0], remembered: this.remembered[0] }) };
  readonly bus = {
    write: async (write: TableWrite): Promise<TableWriteOutcome> => {
      if (this.failure) throw this.failure;
      this.writes++;
      if (write.table === 'job') {
        const due = this.kept
          .filter((endedAtMs) => endedAtMs < write.endedBeforeMs)
          .slice(0, write.maxRows);
        this.kept = this.kept.slice(due.length);
        this.remembered.push(...due);
        return due.length > 0 ? 'done' : 'absent';
      }
      assert.equal(write.table, 'remembered-job');
      const due = this.remembered
        .filter((endedAtMs) => endedAtMs < (write as { endedBeforeMs: number }).endedBeforeMs)
        .slice(0, limit.expiredRowsPerWrite);
      this.remembered = this.remembered.slice(due.length);
      return due.length === limit.expiredRowsPerWrite ? 'done' : 'absent';
    },
  };

  open(): Retention {
    const retention = new Retention({ retainMs, ...this });
    retention.open();
    return retention;
  }
}

test('a job is removed when its time has come, not before, and forgotten ten times as long after', async () => {
  const ends = new Ends();
  ends.kept = [ends.clock.now()];
  ends.open();
  await ends.clock.pass(retainMs);
  assert.equal(ends.kept.length, 1);
  await ends.clock.pass(1);
  assert.deepEqual([ends.kept.length, ends.remembered.length], [0, 1]);
  await ends.clock.pass(10 * retainMs - 1);
  assert.equal(ends.remembered.length, 1);
  await ends.clock.pass(2 * limit.expiryPeriodMinMs);
  assert.equal(ends.remembered.length, 0);
});

test('a job that ends while nothing is kept is removed when its time has come', async () => {
  const ends = new Ends();
  ends.open();
  await ends.clock.pass(1_000);
  ends.kept = [ends.clock.now()];
  await ends.clock.pass(2 * retainMs);
  assert.deepEqual([ends.kept.length, ends.remembered.length], [0, 1]);
});

test('many are removed in small writes with a pause after each', async () => {
  const ends = new Ends();
  ends.kept = Array.from({ length: 10 * limit.expiredRowsPerWrite }, () => ends.clock.now());
  await ends.clock.pass(retainMs + 1);
  ends.open();
  for (let write = 1; write <= 10; write++) {
    await ends.clock.pass(write === 1 ? 0 : limit.expiryPauseMs);
    assert.equal(ends.kept.length, (10 - write) * limit.expiredRowsPerWrite);
  }
});

test('where nothing is due nothing is written: an idle disk stays idle', async () => {
  const ends = new Ends();
  ends.open();
  await ends.clock.pass(24 * 3_600_000);
  assert.equal(ends.writes, 0);
  ends.kept = [ends.clock.now()];
  await ends.clock.pass(3 * 3_600_000);
  assert.deepEqual([ends.kept.length, ends.remembered.length, ends.writes], [0, 0, 2]);
});

test('jobs that end one after the other are removed together, once a second at most', async () => {
  const ends = new Ends();
  const { clock } = ends;
  ends.kept = Array.from({ length: 500 }, (_, at) => clock.now() + at * 10);
  ends.open();
  await clock.pass(retainMs + 5_000 + limit.expiryPeriodMinMs);
  assert.equal(ends.kept.length, 0);
  assert.ok(ends.writes < 40, `${ends.writes} writes`);
});

test('it ends with the server, whether it is told so or turned away', async () => {
  const ends = new Ends();
  const retention = ends.open();
  await ends.clock.pass();
  retention.close();
  const { writes } = ends;
  await ends.clock.pass(10 * retainMs);
  assert.equal(ends.writes, writes);

  const other = new Ends();
  other.failure = new Stopped('the server ends');
  other.open();
  await other.clock.pass(10 * retainMs);
  assert.equal(other.writes, 0);
});
