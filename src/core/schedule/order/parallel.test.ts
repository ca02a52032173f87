// At most so many at once, of an array, of a group, of a queue: what is placed, who passes by, and
// why the others wait. The world is counted anew after each pass.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, jobId } from '../../../base/ids.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import {
  carryOut,
  end,
  needs,
  placeJobs,
  scope,
  submit,
  worldOf,
  type Case,
  type ExampleJob,
} from '../../../../test/house/world.ts';
import { checkWorld } from '../../world/invariant.ts';
import { explain } from '../explain/explain.ts';
import { holdersOf } from '../explain/holders.ts';

const one = needs(1);
const roomy = { capacity: needs(90, 90_000) };
const reason = (world: LiveWorld, id: string) => {
  const job = world.jobs.get(jobId(id))!;
  return explain(world, world.jobQueues.get(job.queueArn)!, job, () => 0);
};
const grouped = (atOnce: number, more: Partial<ExampleJob> = {}): ExampleJob => ({
  needs: one,
  atMost: [atOnce, 'g'],
  ...more,
});
const stop = (world: LiveWorld, id: string): void =>
  void carryOut(
    world,
    { type: 'stop-job', scope, jobId: jobId(id), by: 'cancel', reason: 'enough' },
    5,
  );
const tag = (world: LiveWorld, queue: string, most: number | undefined): void =>
  world.apply({
    type: 'tags-changed',
    arn: arn(queue),
    tags: most === undefined ? {} : { 'longshore:max-parallel': String(most) },
  });
const world = (jobs: Case['jobs'], more: Partial<Case> = {}): LiveWorld =>
  worldOf({ ...roomy, jobs, ...more });

test('of an array so many children run at once, and others pass by', () => {
  const it = world([{ needs: one, array: 5, atMost: [2] }, { needs: one }]);
  assert.deepEqual(placeJobs(it), ['j0:0', 'j0:1', 'j1']);
  assert.equal(
    reason(it, 'j0').text,
    'waiting for others of its array: 2 are under way, and at most 2 may be at once (tag longshore:max-parallel)',
  );
  assert.equal(placeJobs(it).length, 0);
  end(it, 'j0:1', 2);
  assert.deepEqual(placeJobs(it), ['j0:2']);
  end(it, 'j0:0', 3);
  end(it, 'j0:2', 3);
  assert.deepEqual(placeJobs(it), ['j0:3', 'j0:4']);
});

test('each array has its own number', () => {
  const array: ExampleJob = { needs: one, array: 3, atMost: [1] };
  assert.deepEqual(placeJobs(world([array, array])), ['j0:0', 'j1:0']);
});

test('a group is one across queues, needs and arrays', () => {
  const it = world(
    [
      grouped(2, { queue: 'a' }),
      grouped(2, { queue: 'b', array: 2 }),
      grouped(2, { queue: 'a', needs: needs(2) }),
      { needs: one, atMost: [2, 'other'], queue: 'a' },
    ],
    {
      queues: { a: { priority: 1, order: ['ce'] }, b: { priority: 1, order: ['ce'] } },
    },
  );
  assert.deepEqual(placeJobs(it), ['j0', 'j1:0', 'j3']);
  assert.equal(
    reason(it, 'j2').text,
    'waiting for others of group g: 2 are under way, and at most 2 may be at once (tag longshore:max-parallel)',
  );
  const { because } = reason(it, 'j2');
  const held = holdersOf(it, scope, arn('a'), because!);
  assert.deepEqual(
    [held?.of, held?.first.map((holder) => holder.jobId)],
    ['group g', ['j0', 'j1']],
  );
  end(it, 'j0', 2);
  assert.deepEqual(placeJobs(it), ['j1:1'], 'what came first goes first');
});

test('of different numbers each job keeps to its own, and none goes by one that came before it', () => {
  const it = world([grouped(5), grouped(5), grouped(1), grouped(5)]);
  assert.deepEqual(placeJobs(it), ['j0', 'j1']);
  assert.match(reason(it, 'j2').text, /2 are under way, and at most 1 may be at once/);
  assert.match(
    reason(it, 'j3').text,
    /2 of them are under way, and one before it is to start while fewer are/,
  );
  submit(it, grouped(5));
  end(it, 'j0', 2);
  assert.deepEqual(placeJobs(it), []);
  end(it, 'j1', 3);
  assert.deepEqual(placeJobs(it), ['j2', 'j3', 'j4']);
});

test('one that is cancelled lets those behind it go', () => {
  const it = world([grouped(5), grouped(1), grouped(5)]);
  assert.deepEqual(placeJobs(it), ['j0']);
  stop(it, 'j1');
  assert.deepEqual(placeJobs(it), ['j2']);
});

test('an array that is cancelled lets those behind it go', () => {
  const it = world([grouped(5), grouped(1, { array: 3 }), grouped(5)]);
  assert.deepEqual(placeJobs(it), ['j0']);
  stop(it, 'j1');
  assert.deepEqual(placeJobs(it), ['j2']);
});

test('a job that is tried again keeps to it, and goes first', () => {
  const it = world([grouped(1, { attempts: 2 }), grouped(1)]);
  assert.deepEqual(placeJobs(it), ['j0']);
  end(it, 'j0', 2, 1, 7);
  assert.deepEqual(placeJobs(it, 3), ['j0']);
});

test('a multi-node job counts as one', () => {
  const it = world([grouped(2, { nodes: [[2, one]] }), grouped(2), grouped(2)], {
    environments: { '~own': 0 },
    settings: { machineServesUnmanaged: true },
  });
  assert.deepEqual(placeJobs(it), ['j0', 'j1']);
});

test('a queue runs so many, as its tag says at the moment', () => {
  const jobs = Array.from({ length: 6 }, () => ({ needs: one }));
  const it = world(jobs);
  tag(it, 'q', 2);
  assert.deepEqual(placeJobs(it), ['j0', 'j1']);
  assert.equal(
    reason(it, 'j2').text,
    'waiting for others of queue q: 2 are under way, and at most 2 may be at once (tag longshore:max-parallel)',
  );
  tag(it, 'q', 3);
  assert.deepEqual(placeJobs(it), ['j2']);
  tag(it, 'q', 1);
  end(it, 'j0', 2);
  end(it, 'j1', 2);
  assert.deepEqual(placeJobs(it), [], 'one is under way');
  end(it, 'j2', 2);
  assert.deepEqual(placeJobs(it), ['j3']);
  tag(it, 'q', undefined);
  assert.deepEqual(placeJobs(it), ['j4', 'j5']);
});

test('a queue that is full holds up no other, of a lower priority either', () => {
  const it = world(
    [
      { queue: 'high', needs: one },
      { queue: 'high', needs: needs(2) },
      { queue: 'low', needs: one },
    ],
    { queues: { high: { priority: 9, order: ['ce'] }, low: { priority: 1, order: ['ce'] } } },
  );
  tag(it, 'high', 1);
  assert.deepEqual(placeJobs(it), ['j0', 'j2']);
});

test('on a fair share queue as well', () => {
  const share = (identifier: string): ExampleJob => ({ needs: one, share: identifier, queue: 'f' });
  const it = world([share('a'), share('a'), share('b'), { ...share('b'), atMost: [1, 'g'] }], {
    queues: { f: { priority: 1, order: ['ce'], policy: {} } },
  });
  tag(it, 'f', 2);
  assert.deepEqual(placeJobs(it), ['j0', 'j2']);
  tag(it, 'f', undefined);
  assert.deepEqual(placeJobs(it).sort(), ['j1', 'j3']);
});

test('no room is kept for a job that waits for others, however long it was overtaken before', () => {
  const it = worldOf({
    capacity: needs(4, 4096),
    jobs: [grouped(1), grouped(1, { needs: needs(4) }), { needs: one, array: 9 }],
    settings: { overtakeJobs: 1, overtakeSeconds: 1 },
  });
  assert.deepEqual(placeJobs(it), ['j0', 'j2:0', 'j2:1', 'j2:2']);
  for (const index of [0, 1, 2]) end(it, `j2:${index}`, 100_000 + index);
  assert.equal(placeJobs(it, 200_000).length, 3, 'others fill what is free');
  end(it, 'j0', 300_000);
  placeJobs(it, 300_001);
  assert.match(reason(it, 'j1').text, /4 of 4 cores in use/);
  checkWorld(it);
});
