// No starvation, little waste: a job that does not fit is overtaken within a bound, then room is
// kept for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arn, jobId } from '../../../base/ids.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import {
  attemptOf,
  carryOut,
  end,
  needs,
  place,
  placeJobs,
  submit,
  worldOf,
  type Case,
} from '../../../../test/house/world.ts';
import { explain } from '../explain/explain.ts';
import { Pass } from './place.ts';

const reason = (world: LiveWorld, id: string): string => {
  const job = world.jobs.get(jobId(id))!;
  return explain(world, world.jobQueues.get(job.queueArn)!, job, () => 0).text;
};
const small = { needs: needs(1) };
const large = { needs: needs(4) };
const bound = (overtakeJobs: number, overtakeSeconds = 1_000_000): Pick<Case, 'settings'> => ({
  settings: { overtakeJobs, overtakeSeconds },
});

test('a large job is overtaken by so many and no more; then the machine empties for it', () => {
  const world = worldOf({ ...bound(2), jobs: [small, large, small, small, small, small] });
  assert.deepEqual(placeJobs(world), ['j0', 'j2', 'j3'], 'a core is free, and two have overtaken');
  assert.equal(
    reason(world, 'j1'),
    'waiting for this machine: 3 of 4 cores in use; room is kept for this job',
  );
  assert.equal(
    reason(world, 'j4'),
    'waiting behind job j1, which others overtook for long enough: room is kept for it',
  );
  for (const id of ['j0', 'j2']) {
    end(world, id, 10);
    assert.deepEqual(placeJobs(world, 10), []);
  }
  end(world, 'j3', 20);
  assert.deepEqual(placeJobs(world, 20), ['j1']);
  assert.equal(reason(world, 'j4'), 'waiting for this machine: 4 of 4 cores in use');
  end(world, 'j1', 30, 20);
  assert.deepEqual(placeJobs(world, 30), ['j4', 'j5']);
});

test('… or for so long', () => {
  const world = worldOf({ ...bound(1000, 60), jobs: [small, small, small, large, small] });
  assert.deepEqual(placeJobs(world, 0), ['j0', 'j1', 'j2', 'j4']);
  submit(world, small, 59_000);
  end(world, 'j0', 59_000);
  assert.deepEqual(placeJobs(world, 59_000), ['j5']);
  submit(world, small, 60_000);
  end(world, 'j1', 60_000);
  assert.deepEqual(placeJobs(world, 60_000), []);
  assert.match(reason(world, 'j3'), /room is kept for this job/);
});

test('those behind it of its like have been overtaken as long, and need not wait for the bound anew', () => {
  const world = worldOf({ ...bound(1000, 60), jobs: [small, large, large, small] });
  assert.deepEqual(placeJobs(world, 0), ['j0', 'j3']);
  for (const id of ['j0', 'j3']) end(world, id, 60_000);
  assert.deepEqual(placeJobs(world, 60_000), ['j1'], 'it fits at once, so nothing had to be kept');
  end(world, 'j1', 61_000, 60_000);
  assert.deepEqual(placeJobs(world, 61_000), ['j2']);
});

test('with a bound of nothing, jobs of a machine start strictly in order', () => {
  const world = worldOf({ ...bound(0), jobs: [small, large, small] });
  assert.deepEqual(placeJobs(world), ['j0']);
  end(world, 'j0', 5);
  assert.deepEqual(placeJobs(world, 5), ['j1']);
});

test('a job that nobody overtakes keeps no room', () => {
  const world = worldOf({ ...bound(1000, 1), jobs: [small, large] });
  assert.deepEqual(placeJobs(world, 0), ['j0']);
  assert.deepEqual(placeJobs(world, 3_600_000), []);
  assert.equal(reason(world, 'j1'), 'waiting for this machine: 1 of 4 cores in use');
});

test('nothing is kept for what can never fit, or waits for something else than room', () => {
  const never: [string, Case][] = [
    ['more GPUs than there are', { jobs: [{ needs: needs(1, 128, 1) }, small, small] }],
    [
      'more vCPUs than any environment has',
      { environments: { ce: 3 }, jobs: [{ needs: needs(4) }, small, small] },
    ],
    [
      'no environment',
      {
        environments: { '-off': 4, ce: 4 },
        queues: { q: { priority: 1, order: ['ce'] }, dead: { priority: 9, order: ['off'] } },
        jobs: [{ queue: 'dead', needs: needs(4) }, small, small],
      },
    ],
  ];
  for (const [title, given] of never) {
    const world = worldOf({ ...bound(0), ...given });
    assert.deepEqual(placeJobs(world), ['j1', 'j2'], title);
  }
});

test('a queue of higher priority takes what is kept for a lower one; one of the same does not', () => {
  const queues = {
    q: { priority: 1, order: ['ce'] },
    peer: { priority: 1, order: ['ce'] },
    high: { priority: 2, order: ['ce'] },
  };
  const world = worldOf({ ...bound(0), queues, jobs: [small, large] });
  assert.deepEqual(placeJobs(world), ['j0']);
  submit(world, { queue: 'peer', needs: needs(1) });
  submit(world, { queue: 'high', needs: needs(1) });
  assert.deepEqual(placeJobs(world), ['j3']);
  assert.match(reason(world, 'j2'), /waiting behind job j1/);
});

test('room is kept in the environment too, and other environments of the machine go on', () => {
  const world = worldOf({
    ...bound(0),
    capacity: needs(16, 100_000),
    environments: { ce: 4, other: 4 },
    queues: { q: { priority: 1, order: ['ce'] }, beside: { priority: 1, order: ['other'] } },
    jobs: [small, large, small, { queue: 'beside', needs: needs(1) }],
  });
  assert.deepEqual(place(world), ['j0>ce', 'j3>other']);
  assert.match(reason(world, 'j2'), /waiting behind job j1/);
});

test('a job that waits for a GPU lets those pass that ask for none, but not to its cores and memory', () => {
  const world = worldOf({
    ...bound(0),
    capacity: needs(4, 4096, 1),
    jobs: [{ needs: needs(1, 128, 1) }, { needs: needs(1, 128, 1) }, small, small, small],
  });
  assert.deepEqual(placeJobs(world), ['j0', 'j2', 'j3']);
  assert.match(reason(world, 'j4'), /waiting behind job j1/);
});

test('of an array room is kept for the child that goes next', () => {
  const world = worldOf({ ...bound(0), jobs: [small, { ...large, array: 2 }, small] });
  assert.deepEqual(placeJobs(world), ['j0']);
  const child = (index: number) => world.child(world.arrayParent(jobId('j1')), index)!;
  assert.match(
    explain(world, world.jobQueues.get(arn('q'))!, child(0), () => 0).text,
    /room is kept for this job$/,
  );
  assert.equal(
    explain(world, world.jobQueues.get(arn('q'))!, child(1), () => 0).text,
    'waiting for this machine: 1 of 4 cores in use',
  );
  end(world, 'j0', 5);
  assert.deepEqual(placeJobs(world, 5), ['j1:0']);
});

test('when the job is cancelled, what was kept for it is free', () => {
  const world = worldOf({ ...bound(0), jobs: [small, large, small] });
  assert.deepEqual(placeJobs(world), ['j0']);
  world.apply({
    type: 'job-ended',
    jobId: jobId('j1'),
    status: 'FAILED',
    statusReason: 'x',
    atMs: 2,
  });
  assert.deepEqual(placeJobs(world), ['j2']);
});

test('when its environment is disabled, nothing is kept there', () => {
  const world = worldOf({
    ...bound(0),
    environments: { ce: 100, other: 100 },
    queues: { q: { priority: 1, order: ['ce'] }, beside: { priority: 1, order: ['other'] } },
    jobs: [small, large, { queue: 'beside', needs: needs(1) }],
  });
  assert.deepEqual(placeJobs(world), ['j0']);
  world.apply({
    type: 'compute-environment-stored',
    environment: { ...world.computeEnvironments.get(arn('ce'))!, state: 'DISABLED' },
  });
  assert.deepEqual(placeJobs(world), ['j2']);
});

test('when its queue is deleted, nothing is kept', () => {
  const world = worldOf({
    ...bound(0),
    queues: { q: { priority: 1, order: ['ce'] }, beside: { priority: 1, order: ['ce'] } },
    jobs: [{ queue: 'beside', needs: needs(1) }, large],
  });
  assert.deepEqual(placeJobs(world), ['j0']);
  world.apply({
    type: 'job-ended',
    jobId: jobId('j1'),
    status: 'FAILED',
    statusReason: 'x',
    atMs: 2,
  });
  world.apply({ type: 'job-queue-deleted', arn: arn('q') });
  submit(world, { queue: 'beside', needs: needs(1) });
  assert.deepEqual(placeJobs(world), ['j2']);
});

test('inside a fair share queue a large job of one share gets its room from the others', () => {
  const policy = { shareDistribution: [{ shareIdentifier: 'a', weightFactor: 1 }] };
  const world = worldOf({
    ...bound(3),
    queues: { q: { priority: 1, order: ['ce'], policy } },
    jobs: [
      { needs: needs(1), share: 'b' },
      { needs: needs(4), share: 'a' },
      ...Array.from({ length: 6 }, () => ({ needs: needs(1), share: 'b' })),
    ],
  });
  const placed = placeJobs(world);
  assert.deepEqual(placed, ['j0', 'j2', 'j3', 'j4']);
  for (const id of placed.slice(1)) end(world, id, 1000);
  assert.deepEqual(placeJobs(world, 1000), []);
  end(world, 'j0', 2000);
  assert.deepEqual(placeJobs(world, 2000), ['j1']);
});

test('a job is overtaken by at most as many as the bound says, whatever comes, and everything that fits starts in the end', () => {
  const job = fc.record({
    needs: fc.constantFrom(
      needs(1, 64),
      needs(2, 64),
      needs(4, 64),
      needs(1, 3000),
      needs(3, 4096),
    ),
    share: fc.constantFrom('a', 'b', 'c'),
    priority: fc.nat(2),
  });
  fc.assert(
    fc.property(
      fc.array(job, { minLength: 5, maxLength: 60 }),
      fc.nat(4),
      fc.boolean(),
      fc.array(fc.nat(3), { minLength: 60, maxLength: 60 }),
      (all, overtakeJobs, fair, ends) => {
        const world = worldOf({
          ...bound(overtakeJobs),
          environments: { ce: 4 },
          queues: { q: { priority: 1, order: ['ce'], ...(fair ? { policy: {} } : {}) } },
          jobs: [],
        });
        const overtaken = new Map<string, number>();
        let running: string[] = [];
        const waiting = all.map((one) => (fair ? one : { needs: one.needs }));
        for (let round = 0; waiting.length > 0 || world.jobs.size > 0; round++) {
          assert.ok(round < 1000, 'it comes to an end');
          for (const one of waiting.splice(0, 3)) submit(world, one);
          // Heads that were passed over in this pass: by all that it places after them.
          const heads = new Map(
            [...world.scheduler.backlog.classes()].map(({ jobClass, entry }) => [
              entry.jobId as string,
              jobClass,
            ]),
          );
          const placed: string[] = [];
          const pass = new Pass(world, world.scheduler, round);
          for (let next = pass.next(); next !== undefined; next = pass.next()) {
            const attempt = { attemptId: attemptOf(next.jobId), otherNodes: undefined };
            carryOut(world, { type: 'place-job', ...next, ...attempt }, round);
            placed.push(next.jobId);
            for (const [id, jobClass] of heads) {
              // In hand of the pass: it was tried before this one, and did not fit.
              if (jobClass.heapIndex < 0 && !placed.includes(id))
                overtaken.set(id, (overtaken.get(id) ?? 0) + 1);
            }
          }
          pass.end();
          running.push(...placed);
          const ending = running.filter(
            (_, index) => index % 4 === ends[round % ends.length] || running.length === 1,
          );
          running = running.filter((id) => !ending.includes(id));
          for (const id of ending) end(world, id, round);
        }
        // Where cores are the bottleneck nothing that is held for can be overtaken any more.
        for (const [id, times] of overtaken)
          assert.ok(times <= overtakeJobs, `${id} was overtaken by ${times}`);
      },
    ),
    { numRuns: 200 },
  );
});
