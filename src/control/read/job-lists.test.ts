// Lists of jobs in slices: pages are what one long look would have given, and each look is short.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, jobId, scopeOf } from '../../base/ids.ts';
import { limit } from '../../core/limit.ts';
import { LiveWorld } from '../../core/world/live-world.ts';
import type { JobListQuery, JobView } from '../../port/reader.ts';
import type { ListJobsQuery, StoredJob, StoreReader } from '../../port/store.ts';
import { JobLists, type JobViews } from './job-lists.ts';
import { atOnce } from './slices.ts';

const scope = scopeOf('000000000000', 'us-east-1');
const queueArn = arn('arn:aws:batch:us-east-1:000000000000:job-queue/q');

/** A queue of so many jobs, numbered from 1, of which those are found that `keeps` says. */
function queueOf(jobs: number, keeps: (sequence: number) => boolean) {
  const reads: ListJobsQuery[] = [];
  const store = {
    listJobs(query: ListJobsQuery) {
      reads.push(query);
      const found: StoredJob[] = [];
      let sequence = Math.min(query.beforeSequence ?? Infinity, jobs + 1);
      for (let rows = 0; rows < query.rows && sequence > 1 && found.length < query.limit; rows++) {
        sequence--;
        if (keeps(sequence))
          found.push({ detail: { id: jobId(String(sequence)), sequence } } as unknown as StoredJob);
      }
      return { jobs: found, scannedTo: sequence > 1 ? sequence : undefined };
    },
  };
  const views = {
    current: (stored: StoredJob) => stored,
    view: (detail: object) => ({ detail }) as JobView,
  } as unknown as JobViews;
  const lists = new JobLists(new LiveWorld(), store as unknown as StoreReader, views);
  const pages = (pageSize: number): number[][] => {
    const found: number[][] = [];
    let next: string | undefined;
    do {
      const page = atOnce(
        lists.jobs({ scope, of: { queueArn }, limit: pageSize, next } satisfies JobListQuery),
      );
      assert.ok(page);
      found.push(page.items.map(({ detail }) => detail.sequence));
      next = page.next;
    } while (next !== undefined);
    return found;
  };
  return { reads, pages };
}

const descending = (
  from: number,
  to: number,
  keeps: (sequence: number) => boolean = () => true,
): number[] => Array.from({ length: from - to + 1 }, (_, at) => from - at).filter(keeps);

test('a list that finds little is one page, however many slices it takes', () => {
  const keeps = (sequence: number): boolean => sequence % 9_000 === 0;
  const queue = queueOf(20_000, keeps);
  assert.deepEqual(queue.pages(10), [[18_000, 9_000]]);
  assert.equal(queue.reads.length, 20_000 / limit.listRowsPerSlice);
  assert.ok(queue.reads.every(({ rows }) => rows === limit.listRowsPerSlice));
});

test('a list that finds much is shown so many at once, and no page is followed by an empty one', () => {
  const queue = queueOf(2_000, () => true);
  assert.deepEqual(queue.pages(1_000), [descending(2_000, 1_001), descending(1_000, 1)]);
  assert.ok(queue.reads.every((read) => read.limit <= limit.listedPerSlice));
  assert.deepEqual(queueOf(6, (sequence) => sequence > 3).pages(3), [[6, 5, 4]]);
});

test('a list that looks at more than anybody waits for ends its page early, and goes on', () => {
  const queue = queueOf(limit.listRows + 10, (sequence) => sequence === 5);
  assert.deepEqual(queue.pages(10), [[], [5]]);
});
