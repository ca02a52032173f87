// Records that wait: written together and soon, never more of them than there is room for, and what
// is over is said.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scopeOf } from '../../base/ids.ts';
import { limit } from '../../core/limit.ts';
import type { NewCallRecord, TableWrite, TableWriteOutcome } from '../../port/table.ts';
import { VirtualClock } from '../../../test/house/virtual-clock.ts';
import { RecordKeeper } from './record-keeper.ts';

const record = (call = '{}'): NewCallRecord => ({ scope: scopeOf('1', 'r'), atMs: 1, call });

class House {
  readonly clock = new VirtualClock(1_700_000_000_000);
  readonly writes: (TableWrite & { write: 'add' })[] = [];
  readonly problems: string[] = [];
  isLow = false;
  /** Writes do not end while it is set. */
  isSlow = false;
  readonly keeper = new RecordKeeper({
    clock: this.clock,
    isDiskLow: () => this.isLow,
    onProblem: (_what, error) => this.problems.push((error as Error).message),
    bus: {
      write: (write) => {
        assert.ok(write.table === 'call-record' && write.write === 'add');
        this.writes.push(write);
        return this.isSlow
          ? new Promise(() => undefined)
          : Promise.resolve<TableWriteOutcome>('done');
      },
    },
  });

  pass = (): Promise<void> => this.clock.pass(limit.recordsWithinMs);

  /** How many records each write had. */
  get sizes(): number[] {
    return this.writes.map(({ records }) => records.length);
  }
}

test('what comes together is written together, within its time', async () => {
  const house = new House();
  house.keeper.keep(record('a'), false);
  await house.clock.pass(limit.recordsWithinMs - 1);
  house.keeper.keep(record('b'), false);
  house.keeper.complete({ number: 7, outcome: '{}' });
  assert.deepEqual(house.writes, []);
  await house.clock.pass(1);
  assert.deepEqual(house.writes, [
    {
      table: 'call-record',
      write: 'add',
      records: [record('a'), record('b')],
      outcomes: [{ number: 7, outcome: '{}' }],
    },
  ]);
  house.keeper.keep(record('c'), false);
  house.keeper.close();
  assert.deepEqual(house.sizes, [2, 1]);
  assert.deepEqual(house.problems, []);
});

test('more than there is room for is counted, and there is room again afterwards', async () => {
  const house = new House();
  for (let kept = 0; kept < limit.recordsWaiting + 3; kept++) house.keeper.keep(record(), false);
  await house.pass();
  assert.deepEqual(house.sizes, [limit.recordsWaiting]);
  assert.match(house.problems.join(), /^3 records/);
  const long = 'x'.repeat(limit.recordCharactersWaiting / 2);
  for (let kept = 0; kept < 3; kept++) house.keeper.keep(record(long), false);
  await house.pass();
  assert.deepEqual(house.sizes, [limit.recordsWaiting, 2]);
});

test('a store that is slow holds no more than so many writes', async () => {
  const house = new House();
  house.isSlow = true;
  for (let round = 0; round < limit.recordWrites + 2; round++) {
    house.keeper.keep(record(), false);
    await house.pass();
  }
  assert.equal(house.writes.length, limit.recordWrites);
  assert.equal(house.problems.length, 2);
});

test('strangers cannot fill the disk, and a disk that is nearly full takes changes alone', async () => {
  const house = new House();
  for (let kept = 0; kept < limit.strangersRecorded + 5; kept++) house.keeper.keep(record(), true);
  house.keeper.keep(record(), false);
  await house.pass();
  assert.deepEqual(house.sizes, [limit.strangersRecorded + 1]);
  house.isLow = true;
  house.keeper.keep(record(), false);
  house.keeper.complete({ number: 1, outcome: '{}' });
  await house.pass();
  assert.deepEqual(house.writes.at(-1)?.records, []);
  assert.equal(house.writes.at(-1)?.outcomes.length, 1);
});
