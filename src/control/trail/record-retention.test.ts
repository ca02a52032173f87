// When records of calls are removed, and in which steps: over a store that is a list of times.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limit } from '../../core/limit.ts';
import type { TableWrite, TableWriteOutcome } from '../../port/table.ts';
import { VirtualClock } from '../../../test/house/virtual-clock.ts';
import { RecordRetention } from './record-retention.ts';

const retainMs = 86_400_000;

test('a record is removed when its time has come, many in steps, and then nobody writes', async () => {
  const clock = new VirtualClock(1_700_000_000_000);
  let atMs = Array.from({ length: 3 * limit.expiredRowsPerWrite }, () => clock.now());
  atMs.push(clock.now() + retainMs);
  let writes = 0;
  const retention = new RecordRetention({
    retainMs,
    clock,
    reader: { firstCallRecordAtMs: () => atMs[0] },
    bus: {
      write: async (write: TableWrite): Promise<TableWriteOutcome> => {
        assert.ok(write.table === 'call-record' && write.write === 'expire');
        writes++;
        const due = atMs.filter((each) => each < write.beforeMs).slice(0, write.maxRows);
        atMs = atMs.slice(due.length);
        return due.length > 0 ? 'done' : 'absent';
      },
    },
  });
  retention.open();
  await clock.pass(retainMs);
  assert.equal(writes, 0);
  await clock.pass(2 * limit.recordRetentionPeriodMs);
  assert.deepEqual([writes, atMs.length], [3, 1]);
  retention.close();
  await clock.pass(2 * retainMs);
  assert.equal(atMs.length, 1);
});
