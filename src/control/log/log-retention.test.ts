// Which streams go when their group's retention is over, over lists of rows and of last events.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptId, jobId } from '../../base/ids.ts';
import type { LogStreamRow } from '../../core/world/changes.ts';
import type { Job } from '../../core/job/job.ts';
import { limit } from '../../core/limit.ts';
import { LiveWorld } from '../../core/world/live-world.ts';
import type { LogStreamFacts, LogStreamKey } from '../../port/log-sink.ts';
import type { TableWrite, TableWriteOutcome } from '../../port/table.ts';
import { LogRetention } from './log-retention.ts';
import { scope } from '../../../test/house/caller.ts';
import { VirtualClock } from '../../../test/house/virtual-clock.ts';

const dayMs = 86_400_000;

class Logs {
  readonly clock = new VirtualClock(1_700_000_000_000);
  readonly world = new LiveWorld();
  rows: LogStreamRow[] = [];
  /** When the last event of a stream happened. */
  readonly lastEvents = new Map<string, number>();
  /** What of files and rows is gone, in order. */
  readonly gone: string[] = [];
  readonly problems: string[] = [];
  failure: Error | undefined;
  retentionInDays: number | undefined = 7;

  readonly reader = {
    logGroupsWithRetention: () =>
      this.retentionInDays === undefined
        ? []
        : [{ scope, name: 'g', createdAtMs: 0, retentionInDays: this.retentionInDays }],
    logStreams: ({ after, limit: most }: { after?: LogStreamRow | undefined; limit: number }) =>
      this.rows.filter(({ name }) => after === undefined || name > after.name).slice(0, most),
  };
  readonly sink = {
    facts: async ({ stream }: LogStreamKey): Promise<LogStreamFacts | undefined> => {
      if (this.failure) throw this.failure;
      const lastEventTimestampMs = this.lastEvents.get(stream);
      return lastEventTimestampMs === undefined
        ? undefined
        : {
            firstEventTimestampMs: 0,
            lastEventTimestampMs,
            lastIngestionTimeMs: 0,
            storedBytes: 1,
          };
    },
    delete: async ({ stream }: LogStreamKey): Promise<void> =>
      void this.gone.push(`file ${stream}`),
  };
  readonly bus = {
    write: async (write: TableWrite): Promise<TableWriteOutcome> => {
      assert.ok(write.table === 'log-stream' && write.write === 'delete');
      this.gone.push(`row ${write.name}`);
      this.rows = this.rows.filter(({ name }) => name !== write.name);
      return 'done';
    },
  };

  /** A stream made so many days ago, whose last event was so many days ago. */
  stream(name: string, createdDaysAgo: number, lastDaysAgo: number | undefined): void {
    const nowMs = this.clock.now();
    this.rows.push({ scope, group: 'g', name, createdAtMs: nowMs - createdDaysAgo * dayMs });
    if (lastDaysAgo !== undefined) this.lastEvents.set(name, nowMs - lastDaysAgo * dayMs);
  }

  open(): LogRetention {
    const retention = new LogRetention({
      ...this,
      onProblem: (what, error) => this.problems.push(`${what}: ${(error as Error).message}`),
    });
    retention.open();
    return retention;
  }

  /** One search, with all its steps. */
  async pass(): Promise<void> {
    await this.clock.pass(limit.logRetentionPeriodMs);
    for (let step = 0; step < 100; step++) await this.clock.pass(limit.expiryPauseMs);
  }
}

test('a stream of which nothing is kept any more goes, file first; all others stay', async () => {
  const logs = new Logs();
  logs.stream('a old', 9, 8);
  logs.stream('b silent', 9, undefined);
  logs.stream('c still spoken to', 9, 1);
  logs.stream('d new', 1, 1);
  logs.stream('e new with old events', 1, 8);
  logs.open();
  await logs.pass();
  assert.deepEqual(logs.gone, ['file a old', 'row a old', 'file b silent', 'row b silent']);
});

test('a group without retention keeps all', async () => {
  const logs = new Logs();
  logs.retentionInDays = undefined;
  logs.stream('a', 5000, 5000);
  logs.open();
  await logs.pass();
  assert.deepEqual(logs.gone, []);
});

test('the stream of an attempt that is under way stays, however long ago it began', async () => {
  const logs = new Logs();
  logs.stream('a', 9, undefined);
  const attempt = attemptId('1');
  const job = {
    id: jobId('j'),
    scope,
    status: 'RUNNING',
    attempt: { attemptId: attempt, log: { group: 'g', stream: 'a' } },
  } as unknown as Job & { status: 'RUNNING' };
  logs.world.attempts.set(attempt, job.id);
  logs.world.jobs.set(job);
  logs.open();
  await logs.pass();
  assert.deepEqual(logs.gone, []);
  logs.world.attempts.delete(attempt);
  await logs.pass();
  assert.deepEqual(logs.gone, ['file a', 'row a']);
});

test('many streams are looked at in steps, to the last one', async () => {
  const logs = new Logs();
  for (let at = 0; at < 3 * limit.logStreamsPerStep; at++)
    logs.stream(String(at).padStart(4, '0'), 9, at % 2 === 0 ? 8 : 1);
  logs.open();
  await logs.pass();
  assert.equal(logs.rows.length, 1.5 * limit.logStreamsPerStep);
  assert.ok(logs.rows.every(({ name }) => Number(name) % 2 === 1));
});

test('a failure is told, and the next search is made all the same; a server that ends makes none', async () => {
  const logs = new Logs();
  logs.stream('a', 9, 8);
  logs.failure = new Error('the disk is gone');
  const retention = logs.open();
  await logs.pass();
  assert.deepEqual(logs.problems, ['removing expired logs: the disk is gone']);
  logs.failure = undefined;
  retention.close();
  await logs.pass();
  assert.deepEqual(logs.gone, []);
  logs.open();
  await logs.pass();
  assert.deepEqual(logs.gone, ['file a', 'row a']);
});
