// Quota shares: whose job goes next, what a share may hold, lend and borrow, and what people are
// told who wait.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jobId } from '../../../base/ids.ts';
import { isRefusal } from '../../../base/refusal.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import {
  carryOut,
  end,
  needs,
  placeJobs,
  scope,
  storeShare,
  submit,
  worldOf,
  type Case,
} from '../../../../test/house/world.ts';
import {
  jobsOf as jobs,
  q,
  sharedQueue as queue,
  vcpus,
  wide,
} from '../../../../test/house/quotas.ts';
import { explain } from '../explain/explain.ts';
import { dispatchOrder } from './dispatch-order.ts';

const cases: Record<string, { given: Case; placed: string[] }> = {
  'a share holds no more than its limit, however much is idle': {
    given: {
      ...queue({ a: { limits: vcpus(2) }, b: { limits: vcpus(4) } }),
      capacity: wide,
      jobs: [...jobs('a', 4), ...jobs('b', 2)],
    },
    placed: ['j0', 'j1', 'j4', 'j5'],
  },
  'a share that may borrow takes what is idle and lent': {
    given: {
      ...queue({ a: { limits: vcpus(2), sharing: -1 }, b: { limits: vcpus(2) } }),
      capacity: wide,
      jobs: jobs('a', 6),
    },
    placed: ['j0', 'j1', 'j2', 'j3'],
  },
  'nobody uses what is reserved': {
    given: {
      ...queue({
        a: { limits: vcpus(2), sharing: -1 },
        b: { limits: vcpus(2), sharing: 'RESERVE' },
        c: { limits: vcpus(1) },
      }),
      capacity: wide,
      jobs: jobs('a', 6),
    },
    placed: ['j0', 'j1', 'j2'],
  },
  'a share borrows so many percent of its own limit, rounded down': {
    given: {
      ...queue({ a: { limits: vcpus(3), sharing: 50 }, b: { limits: vcpus(8) } }),
      capacity: wide,
      jobs: jobs('a', 8),
    },
    placed: ['j0', 'j1', 'j2', 'j3'],
  },
  'what is its own goes before what another would borrow': {
    given: {
      ...queue({ a: { limits: vcpus(1), sharing: -1 }, b: { limits: vcpus(2) } }),
      capacity: wide,
      jobs: [...jobs('a', 3), ...jobs('b', 2)],
    },
    placed: ['j0', 'j3', 'j4'],
  },
  'what is idle goes to those that borrow in the order of submission': {
    given: {
      ...queue({
        a: { limits: vcpus(0), sharing: -1 },
        b: { limits: vcpus(0), sharing: -1 },
        c: { limits: vcpus(3) },
      }),
      capacity: wide,
      jobs: [...jobs('b', 1), ...jobs('a', 2), ...jobs('b', 1)],
    },
    placed: ['j0', 'j1', 'j2'],
  },
  'inside a share a higher priority goes first': {
    given: {
      ...queue({ a: { limits: vcpus(2) } }),
      capacity: wide,
      jobs: [...jobs('a', 2), ...jobs('a', 1, { priority: 3 })],
    },
    placed: ['j2', 'j0'],
  },
  'each unit counts for itself': {
    given: {
      ...queue({ a: { limits: { VCPU: 8, MEMORY: 300 } }, b: { limits: { VCPU: 1 } } }),
      capacity: wide,
      jobs: [...jobs('a', 4), ...jobs('b', 1)],
    },
    // 128 MiB each; and of memory, which only the other share names, b has none.
    placed: ['j0', 'j1'],
  },
  'a unit that no share names is not limited': {
    given: {
      ...queue({ a: { limits: vcpus(1), sharing: -1 } }),
      capacity: needs(16, 16_384, 4),
      jobs: [{ needs: needs(1, 4096, 4), share: 'a' }],
    },
    placed: ['j0'],
  },
};

for (const [name, { given, placed }] of Object.entries(cases))
  test(name, () => assert.deepEqual(placeJobs(worldOf(given)), placed));

test('what ends gives back what it held, and the next goes at once', () => {
  const world = worldOf({
    ...queue({ a: { limits: vcpus(1) }, b: { limits: vcpus(1), sharing: 100 } }),
    capacity: wide,
    jobs: [...jobs('a', 2), ...jobs('b', 2)],
  });
  assert.deepEqual(placeJobs(world), ['j0', 'j2']);
  end(world, 'j0', 5);
  assert.deepEqual(placeJobs(world), ['j1'], 'its own goes before what b would borrow');
  end(world, 'j1', 6);
  assert.deepEqual(placeJobs(world), ['j3']);
  const { quotas } = world.scheduler.lines.of(q);
  assert.deepEqual(
    [...quotas!.held('b')],
    [
      ['VCPU', 2],
      ['MEMORY', 256],
    ],
  );
  assert.deepEqual([...quotas!.borrowed('b')], [['VCPU', 1]]);
  assert.deepEqual([...quotas!.borrowed('a')], []);
});

test('limits that are changed count from the next pass on', () => {
  const world = worldOf({
    ...queue({ a: { limits: vcpus(1) } }),
    capacity: wide,
    jobs: jobs('a', 4),
  });
  assert.deepEqual(placeJobs(world), ['j0']);
  storeShare(world, 'q', 'a', { limits: vcpus(3) });
  assert.deepEqual(placeJobs(world), ['j1', 'j2']);
  storeShare(world, 'q', 'a', { limits: vcpus(1) });
  end(world, 'j0', 5);
  end(world, 'j1', 5);
  assert.deepEqual(placeJobs(world), [], 'what runs fills the limit');
});

test('the order that is shown is the one in which jobs go', () => {
  const world = worldOf({
    ...queue({ a: { limits: vcpus(1), sharing: -1 }, b: { limits: vcpus(2) } }),
    capacity: wide,
    jobs: [...jobs('a', 2), ...jobs('a', 1, { priority: 1 }), ...jobs('b', 1)],
  });
  assert.deepEqual([...dispatchOrder(world, q)], ['j2', 'j3', 'j0', 'j1']);
  assert.equal(world.scheduler.lines.of(q).quotas!.front('a'), 'j2');
  assert.deepEqual(placeJobs(world), ['j2', 'j3', 'j0']);
});

test('a job of a queue with quota shares names one that takes jobs', () => {
  const world = worldOf({ ...queue({ a: { limits: vcpus(1) } }), jobs: [] });
  const line = world.scheduler.lines.of(q);
  const admitted = (shareIdentifier?: string): unknown => {
    const terms = line.admit({ shareIdentifier, schedulingPriority: undefined }, 0);
    return isRefusal(terms) ? terms.message : terms;
  };
  assert.deepEqual(admitted('a'), { identifier: 'a', schedulingPriority: 0 });
  assert.equal(admitted(), 'shareIdentifier must be specified.');
  assert.equal(admitted('x'), 'Quota share x of job queue q does not exist.');
  const [share] = world.quotaShares.of(q).values();
  world.apply({ type: 'quota-share-stored', share: { ...share!, state: 'DISABLED' } });
  assert.equal(admitted('a'), 'Quota share a is DISABLED and takes no jobs.');
});

// ---- why one waits ----

const why = (world: LiveWorld, id: string): string => {
  const job = world.jobs.get(jobId(id))!;
  return explain(world, world.jobQueues.get(q)!, job, () => 0).text;
};

const reasons: Record<string, { given: Case; id: string; reason: string }> = {
  'its limit is reached': {
    given: { ...queue({ a: { limits: vcpus(1) } }), jobs: jobs('a', 2) },
    id: 'j1',
    reason:
      'waiting for quota share a, whose limit is reached: it uses 1 of its 1 vCPUs, and the job asks for 1',
  },
  'its borrow limit is reached': {
    given: {
      ...queue({ a: { limits: vcpus(1), sharing: 100 }, b: { limits: vcpus(4) } }),
      jobs: jobs('a', 3),
    },
    id: 'j2',
    reason:
      'waiting for quota share a, whose borrow limit is reached: it uses 2 of its 1 vCPUs, and the job asks for 1; with what it may borrow, 2 vCPUs are the most that it may use',
  },
  'nothing is lent': {
    given: {
      ...queue({
        a: { limits: vcpus(1), sharing: -1 },
        b: { limits: vcpus(1), sharing: 'RESERVE' },
      }),
      jobs: jobs('a', 2),
    },
    id: 'j1',
    reason:
      'waiting to borrow for quota share a: it uses 1 of its 1 vCPUs, and the job asks for 1; no other share of queue q has so much idle to lend',
  },
  'it is larger than its share': {
    given: { ...queue({ a: { limits: vcpus(1) } }), jobs: [{ needs: needs(2), share: 'a' }] },
    id: 'j0',
    reason:
      'waiting for quota share a: the job asks for 2 vCPUs, and the share may never use more than 1 vCPUs',
  },
};

for (const [name, { given, id, reason }] of Object.entries(reasons))
  test(`a job is told that ${name}`, () => {
    const world = worldOf(given);
    placeJobs(world);
    assert.equal(why(world, id), reason);
  });

test('a share goes with the jobs that wait in it, and comes again, while others are placed', () => {
  const world = worldOf({
    ...queue({ a: { limits: vcpus(1) }, b: { limits: vcpus(1) } }),
    capacity: wide,
    jobs: [...jobs('a', 2), ...jobs('b', 2)],
  });
  assert.deepEqual(placeJobs(world), ['j0', 'j2']);
  end(world, 'j0', 2);
  const [share] = world.quotaShares.of(q).values();
  world.apply({ type: 'quota-share-stored', share: { ...share!, state: 'DISABLED' } });
  carryOut(world, { type: 'delete-quota-share', scope, arn: share!.arn }, 3);
  assert.deepEqual([world.quotaShares.of(q).size, world.jobs.size], [1, 2], 'j1 ended with it');
  end(world, 'j2', 4);
  assert.deepEqual(placeJobs(world, 4), ['j3']);
  storeShare(world, 'q', 'a', { limits: vcpus(1) });
  submit(world, { queue: 'q', needs: needs(1), share: 'a' }, 5);
  assert.deepEqual(placeJobs(world, 5), ['j4']);
});
