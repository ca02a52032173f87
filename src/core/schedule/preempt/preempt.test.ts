// Preemption: who is stopped for whom, what is kept for whom it was freed, and what becomes of a
// job that was preempted.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, containerIdOf, hostId, jobId } from '../../../base/ids.ts';
import type { EndedAttempt } from '../../job/attempt.ts';
import type { Instance, RegisteredHost } from '../../host/host.ts';
import type { Needs } from '../../job/needs.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import {
  attemptOf,
  carryOut,
  displace,
  end,
  needs,
  placeJobs,
  scope,
  storeShare,
  submit,
  worldOf,
  type Case,
  type ExampleJob,
} from '../../../../test/house/world.ts';
import {
  jobsOf as jobs,
  q,
  sharedQueue as queue,
  vcpus,
  wide,
} from '../../../../test/house/quotas.ts';
import { explain } from '../explain/explain.ts';

/** The container of a job that was placed runs, from then on. */
function start(world: LiveWorld, id: string, atMs: number): void {
  const report = { type: 'started', atMs } as const;
  const containerId = containerIdOf(attemptOf(id), 0);
  carryOut(world, { type: 'report-container', containerId, report }, atMs);
}

function terminate(world: LiveWorld, id: string, atMs: number): void {
  const reason = 'enough';
  carryOut(world, { type: 'stop-job', scope, jobId: jobId(id), by: 'terminate', reason }, atMs);
}

/** A job that was told to stop has stopped. */
function stopped(world: LiveWorld, id: string, atMs: number): void {
  const report = { type: 'exited', atMs, exit: { exitCode: 143, outOfMemory: false } } as const;
  const containerId = containerIdOf(attemptOf(id), 0);
  carryOut(world, { type: 'report-container', containerId, report }, atMs);
}

/** A world in which `first` jobs run, started in the order of submission, and others have come. */
function given(example: Case, later: readonly ExampleJob[], startAll = true): LiveWorld {
  const world = worldOf(example);
  for (const [index, id] of placeJobs(world).entries()) if (startAll) start(world, id, 10 + index);
  for (const job of later) submit(world, job, 100);
  assert.deepEqual(placeJobs(world, 100), []);
  return world;
}

const lender = { limits: vcpus(4) };
const borrower = { limits: vcpus(0), sharing: -1 };

const victims: Record<string, { given: Case; later: ExampleJob[]; stopped: string[] }> = {
  'a lender takes back as much as it needs, from who started last': {
    given: { ...queue({ l: lender, b: borrower }), capacity: wide, jobs: jobs('b', 4) },
    later: jobs('l', 2),
    stopped: ['j3', 'j2'],
  },
  'from the lowest priority before that': {
    given: {
      ...queue({ l: lender, b: borrower }),
      capacity: wide,
      jobs: [...jobs('b', 1, { priority: 1 }), ...jobs('b', 3, { priority: 2 })],
    },
    later: jobs('l', 2),
    stopped: ['j0', 'j3'],
  },
  'nobody is stopped who need not be': {
    given: {
      ...queue({ l: lender, b: borrower }),
      capacity: wide,
      jobs: [...jobs('b', 1), { needs: needs(3), share: 'b', priority: 1 }],
    },
    // The one vCPU of the lowest priority would not do.
    later: [{ needs: needs(2), share: 'l' }],
    stopped: ['j1'],
  },
  'a share loses what it borrows and nothing of its own': {
    given: {
      ...queue({ l: lender, a: { limits: vcpus(1), sharing: -1 }, b: borrower }),
      capacity: wide,
      jobs: [...jobs('b', 2, { priority: 9 }), ...jobs('a', 3)],
    },
    later: jobs('l', 4),
    stopped: ['j4', 'j3', 'j1', 'j0'],
  },
  'what others lend as well is left to those that borrow it': {
    given: {
      ...queue({ l: { limits: vcpus(2) }, m: { limits: vcpus(2) }, b: borrower }),
      capacity: wide,
      jobs: jobs('b', 4),
    },
    later: jobs('l', 1),
    stopped: ['j3'],
  },
  'a job that does not fit its share stops nobody': {
    given: { ...queue({ l: lender, b: borrower }), capacity: wide, jobs: jobs('b', 4) },
    later: [{ needs: needs(5), share: 'l' }],
    stopped: [],
  },
  'nor does one that waits for something else': {
    given: {
      ...queue({ l: lender, b: borrower }),
      capacity: wide,
      consumables: { licence: 0 },
      jobs: jobs('b', 4),
    },
    later: [{ needs: needs(1), share: 'l', consumes: { licence: 1 } }],
    stopped: [],
  },
  'nor one that no host could hold, though its quota would come free': {
    given: {
      ...queue({ l: { limits: vcpus(4) }, b: borrower }),
      capacity: needs(4, 1024),
      jobs: jobs('b', 4),
    },
    later: [{ needs: needs(1, 128, 1), share: 'l' }],
    stopped: [],
  },
  'nobody who keeps to its own is stopped, though hosts are full': {
    given: {
      ...queue({ l: { limits: vcpus(4) }, o: { limits: vcpus(4) } }),
      capacity: needs(4, 4096),
      jobs: jobs('o', 4),
    },
    later: jobs('l', 1),
    stopped: [],
  },
  'where hosts are full, those make way that borrow': {
    given: {
      ...queue({
        l: { limits: vcpus(4) },
        o: { limits: vcpus(2) },
        b: { limits: vcpus(0), sharing: -1 },
      }),
      capacity: needs(4, 4096),
      jobs: [...jobs('o', 2), ...jobs('b', 2)],
    },
    later: jobs('l', 1),
    stopped: ['j3'],
  },
  'a higher priority displaces a lower one of its share, where that is so': {
    given: {
      ...queue({ s: { limits: vcpus(2), inShare: true } }),
      capacity: wide,
      jobs: [...jobs('s', 1, { priority: 3 }), ...jobs('s', 1, { priority: 2 })],
    },
    later: jobs('s', 2, { priority: 3 }),
    stopped: ['j1'],
  },
  'and does not where it is not': {
    given: { ...queue({ s: { limits: vcpus(1) } }), capacity: wide, jobs: jobs('s', 1) },
    later: jobs('s', 1, { priority: 3 }),
    stopped: [],
  },
  'what is its own does not make way for what its share would have to borrow': {
    given: {
      ...queue({
        s: { limits: { VCPU: 1, MEMORY: 256 }, sharing: -1, inShare: true },
        l: { limits: { VCPU: 0, MEMORY: 1024 } },
      }),
      capacity: wide,
      jobs: jobs('s', 1),
    },
    later: [{ needs: needs(1, 512), share: 's', priority: 1 }],
    stopped: [],
  },
  'those that borrow make way before its own': {
    given: {
      ...queue({ s: { limits: vcpus(2), inShare: true }, b: borrower }),
      capacity: wide,
      jobs: [...jobs('s', 1), ...jobs('b', 1, { priority: 9 })],
    },
    later: jobs('s', 1, { priority: 3 }),
    stopped: ['j1'],
  },
  'each unit counts for itself': {
    given: {
      ...queue({
        l: { limits: { VCPU: 8, MEMORY: 1024 } },
        b: { limits: { VCPU: 8, MEMORY: 128 }, sharing: -1 },
      }),
      capacity: wide,
      jobs: jobs('b', 8),
    },
    // Of the memory 1024 - 7 * 128 MiB are idle; of vCPUs there are enough.
    later: [{ needs: needs(1, 400), share: 'l' }],
    stopped: ['j7', 'j6', 'j5'],
  },
};

for (const [name, example] of Object.entries(victims))
  test(name, () => {
    const world = given(example.given, example.later);
    assert.deepEqual(displace(world, 100), example.stopped);
    assert.deepEqual(placeJobs(world, 101), [], 'nothing is free yet');
    assert.deepEqual(displace(world, 101), [], 'and nobody is stopped a second time');
    assert.deepEqual(displace(world, 9999), [], 'however long it takes');
  });

test('what was freed goes to whom it was freed for, and the preempted wait in front', () => {
  const world = given(
    { ...queue({ l: lender, b: borrower }), capacity: wide, jobs: jobs('b', 6) },
    [{ needs: needs(3), share: 'l' }],
  );
  assert.deepEqual(displace(world, 100), ['j3', 'j2', 'j1']);
  stopped(world, 'j3', 110);
  assert.deepEqual(placeJobs(world, 110), [], 'one vCPU is kept: nobody borrows it');
  stopped(world, 'j2', 120);
  assert.deepEqual(placeJobs(world, 120), []);
  stopped(world, 'j1', 130);
  assert.deepEqual(placeJobs(world, 130), ['j6']);
  assert.deepEqual(displace(world, 130), []);
  end(world, 'j6', 200, 131);
  assert.deepEqual(placeJobs(world, 200), ['j1', 'j2', 'j3'], 'before those that never ran');
});

test('nor does a higher priority of the share wait for a lower one that others are stopped for', () => {
  const world = given(
    { ...queue({ l: lender, b: borrower }), capacity: wide, jobs: jobs('b', 4) },
    [{ needs: needs(3), share: 'l' }],
  );
  assert.deepEqual(displace(world, 100), ['j3', 'j2', 'j1']);
  submit(world, { needs: needs(2), share: 'l', priority: 1 }, 105);
  assert.deepEqual(placeJobs(world, 105), []);
  assert.deepEqual(displace(world, 105), [], 'what it needs is on its way');
  stopped(world, 'j3', 110);
  assert.deepEqual(placeJobs(world, 110), []);
  stopped(world, 'j2', 120);
  assert.deepEqual(placeJobs(world, 120), ['j5']);
  stopped(world, 'j1', 130);
  assert.deepEqual(placeJobs(world, 130), []);
  end(world, 'j5', 200, 121);
  assert.deepEqual(placeJobs(world, 200), ['j4']);
});

test('though its very first would have to borrow, and waits', () => {
  const limits = { VCPU: 4, MEMORY: 1024 };
  const world = given(
    { ...queue({ l: { limits }, b: borrower }), capacity: wide, jobs: jobs('b', 4) },
    [{ needs: needs(3), share: 'l' }],
  );
  assert.deepEqual(displace(world, 100), ['j3', 'j2', 'j1']);
  submit(world, { needs: needs(1, 2048), share: 'l', priority: 2 }, 105);
  submit(world, { needs: needs(3), share: 'l', priority: 1 }, 105);
  assert.deepEqual(placeJobs(world, 105), []);
  assert.deepEqual(displace(world, 105), []);
  for (const id of ['j3', 'j2', 'j1']) stopped(world, id, 110);
  assert.deepEqual(placeJobs(world, 110), ['j6']);
});

test('and takes the room on a host first that comes free for it', () => {
  const world = given(
    { ...queue({ l: lender, b: borrower }), capacity: needs(4, 4096), jobs: jobs('b', 4) },
    [{ needs: needs(2), share: 'l' }],
  );
  assert.deepEqual(displace(world, 100), ['j3', 'j2']);
  submit(world, { needs: needs(1), share: 'l', priority: 1 }, 105);
  assert.deepEqual(placeJobs(world, 105), []);
  assert.deepEqual(displace(world, 105), ['j1']);
  stopped(world, 'j3', 110);
  assert.deepEqual(placeJobs(world, 110), ['j5']);
  stopped(world, 'j2', 120);
  assert.deepEqual(placeJobs(world, 120), []);
  stopped(world, 'j1', 130);
  assert.deepEqual(placeJobs(world, 130), ['j4']);
});

test('room on a host is kept against other queues as well', () => {
  const world = worldOf({
    queues: {
      q: { priority: 1, order: ['ce'], shares: { l: lender, b: borrower } },
      other: { priority: 1, order: ['ce'] },
    },
    capacity: needs(4, 4096),
    jobs: jobs('b', 4),
  });
  for (const id of placeJobs(world)) start(world, id, 10);
  submit(world, { needs: needs(2), share: 'l' }, 100);
  submit(world, { needs: needs(1), queue: 'other' }, 100);
  assert.deepEqual(placeJobs(world, 100), []);
  const gone = displace(world, 100);
  assert.equal(gone.length, 2);
  stopped(world, gone[0]!, 110);
  assert.deepEqual(placeJobs(world, 110), []);
  stopped(world, gone[1]!, 120);
  assert.deepEqual(placeJobs(world, 120), ['j4']);
});

test('a limit that is lowered makes what lies beyond it preemptible', () => {
  const world = given(
    {
      ...queue({ l: { limits: vcpus(4) }, a: { limits: vcpus(4) } }),
      capacity: needs(4, 4096),
      jobs: jobs('a', 4),
    },
    jobs('l', 1),
  );
  assert.deepEqual(displace(world, 100), []);
  storeShare(world, 'q', 'a', { limits: vcpus(3) });
  assert.deepEqual(placeJobs(world, 101), []);
  assert.deepEqual(displace(world, 101), ['j3']);
});

test('nor is anybody stopped for what others of its share were to get under a higher limit', () => {
  const world = given(
    {
      ...queue({ a: { limits: vcpus(4) }, g: { limits: vcpus(0) } }),
      capacity: needs(3, 4096),
      jobs: [...jobs('a', 1), { needs: needs(2), share: 'a' }],
    },
    [...jobs('g', 1), ...jobs('a', 2)],
  );
  terminate(world, 'j1', 101);
  assert.deepEqual(displace(world, 102), [], 'both wait for what j1 gives back');
  storeShare(world, 'q', 'g', { limits: vcpus(1) });
  storeShare(world, 'q', 'a', { limits: vcpus(2) });
  assert.deepEqual(placeJobs(world, 103), []);
  assert.deepEqual(displace(world, 103), [], 'j0 is all that its share holds');
  stopped(world, 'j1', 110);
  assert.deepEqual(placeJobs(world, 110).sort(), ['j2', 'j3']);
});

test('nor for what a higher priority of its share took meanwhile, nor does anybody wait for it', () => {
  const world = given(
    {
      ...queue({ a: { limits: vcpus(3) }, g: { limits: vcpus(1) } }),
      capacity: wide,
      jobs: jobs('a', 3),
    },
    jobs('a', 2),
  );
  terminate(world, 'j1', 101);
  terminate(world, 'j2', 101);
  assert.deepEqual(displace(world, 102), [], 'both wait for what j1 and j2 give back');
  submit(world, { needs: needs(1), share: 'a', priority: 1 }, 103);
  stopped(world, 'j1', 110);
  assert.deepEqual(placeJobs(world, 110), ['j5']);
  submit(world, { needs: needs(1), share: 'g' }, 111);
  const placed = placeJobs(world, 111);
  assert.deepEqual(displace(world, 111), [], 'a holds no more than its own');
  assert.deepEqual([...placed, ...placeJobs(world, 111)], ['j6'], 'which is its own');
});

const between: Record<string, { first: ExampleJob[]; then?: ExampleJob[]; placed: string[] }> = {
  'of jobs that are not alike who was submitted first goes first': {
    first: [...jobs('l', 1), { needs: needs(1, 200), share: 'l' }, ...jobs('l', 1)],
    placed: ['j4', 'j5'],
  },
  'and all of them are waited for at once': {
    first: [1, 2].flatMap(() => [
      { needs: needs(0.5), share: 'l' },
      { needs: needs(0.5, 200), share: 'l' },
    ]),
    placed: ['j4', 'j5', 'j6', 'j7'],
  },
  'but nobody waits behind one that no host has room for': {
    first: [...jobs('l', 1), { needs: needs(1, 4000), share: 'l' }, ...jobs('l', 1)],
    placed: ['j4', 'j6'],
  },
};

for (const [name, { first, placed }] of Object.entries(between))
  test(name, () => {
    const world = given(
      {
        ...queue({ l: { limits: vcpus(2) }, b: borrower }),
        capacity: needs(4, 4096),
        jobs: jobs('b', 4),
      },
      first,
    );
    const gone = displace(world, 100);
    assert.equal(gone.length, 2);
    assert.deepEqual(placeJobs(world, 101), []);
    assert.deepEqual(displace(world, 101), []);
    for (const id of gone) stopped(world, id, 110);
    assert.deepEqual(placeJobs(world, 110).sort(), placed);
  });

test('what is a share’s own takes what is kept for a borrower that others of its share were stopped for', () => {
  const world = given(
    {
      ...queue({
        l: { limits: vcpus(3) },
        b: { limits: vcpus(1), sharing: -1, inShare: true },
      }),
      capacity: needs(4, 4096),
      jobs: jobs('b', 4),
    },
    [{ needs: needs(2), share: 'b', priority: 2 }],
  );
  assert.deepEqual(displace(world, 100), ['j3', 'j2']);
  stopped(world, 'j3', 110);
  submit(world, jobs('l', 1)[0]!, 111);
  assert.deepEqual(placeJobs(world, 111), [], 'what is free is kept for j4');
  displace(world, 111);
  assert.deepEqual(placeJobs(world, 112), ['j5']);
});

test('who could not be made way for is looked at again when another is told to stop', () => {
  const world = given(
    {
      ...queue({ l: { limits: vcpus(3) }, o: { limits: vcpus(1) }, b: borrower }),
      capacity: needs(3, 4096),
      jobs: [...jobs('l', 1), ...jobs('o', 1), ...jobs('b', 1)],
    },
    [{ needs: needs(2), share: 'l' }],
  );
  assert.deepEqual(displace(world, 100), [], 'one vCPU would not do');
  assert.equal(world.scheduler.displacingWanted, false);
  terminate(world, 'j1', 105);
  assert.equal(world.scheduler.displacingWanted, true);
  assert.deepEqual(displace(world, 105), ['j2']);
});

test('nor does an earlier job wait for a later one, whose room was made first', () => {
  const world = given(
    {
      ...queue({ l: { limits: vcpus(2) }, o: { limits: vcpus(2) }, b: borrower }),
      capacity: needs(4, 4096),
      jobs: [{ needs: needs(2, 3000), share: 'o' }, ...jobs('b', 2)],
    },
    [...[1, 2].map(() => ({ needs: needs(1, 1500), share: 'l' })), ...jobs('l', 1)],
  );
  assert.deepEqual(displace(world, 100), ['j2'], 'o holds what the first two need');
  end(world, 'j0', 110);
  assert.deepEqual(placeJobs(world, 110), ['j3', 'j4']);
  assert.deepEqual(displace(world, 110), []);
  stopped(world, 'j2', 120);
  assert.deepEqual(placeJobs(world, 120), ['j2'], 'which l can give no more');
});

test('what others take of the room that is made is made anew at once', () => {
  const world = given(
    {
      queues: {
        q: { priority: 1, order: ['ce'], shares: { l: lender, b: borrower } },
        h: { priority: 2, order: ['ce'] },
      },
      capacity: needs(4, 4096),
      jobs: jobs('b', 4, { queue: 'q' }),
    },
    [{ needs: needs(2), share: 'l', queue: 'q' }],
  );
  assert.deepEqual(displace(world, 100), ['j3', 'j2']);
  stopped(world, 'j3', 110);
  const other = submit(world, { needs: needs(1), queue: 'h' }, 110);
  assert.deepEqual(placeJobs(world, 110), [other], 'of a queue that goes first');
  assert.deepEqual(displace(world, 110), ['j1']);
  assert.deepEqual(displace(world, 111), []);
  stopped(world, 'j2', 120);
  assert.deepEqual(placeJobs(world, 120), []);
  stopped(world, 'j1', 130);
  assert.deepEqual(placeJobs(world, 130), ['j4']);
});

test('who was overtaken for long enough gets its own back as well', () => {
  const world = given(
    {
      ...queue({ l: { limits: vcpus(2) }, o: { limits: vcpus(4) } }),
      settings: { overtakeJobs: 1 },
      capacity: needs(4, 4096),
      jobs: jobs('o', 4),
    },
    [{ needs: needs(2), share: 'l' }, ...jobs('o', 1)],
  );
  end(world, 'j0', 110);
  assert.deepEqual(placeJobs(world, 110), ['j5'], 'which overtakes j4');
  start(world, 'j5', 111);
  end(world, 'j1', 120);
  submit(world, jobs('o', 1)[0]!, 120);
  assert.deepEqual(placeJobs(world, 120), [], 'what is free is kept for j4');
  assert.deepEqual(displace(world, 120), [], 'o holds no more than its own');
  storeShare(world, 'q', 'o', { limits: vcpus(2) });
  assert.deepEqual(placeJobs(world, 130), []);
  assert.deepEqual(displace(world, 130), ['j5'], 'what o holds beyond that');
  assert.deepEqual(placeJobs(world, 131), []);
  assert.deepEqual(displace(world, 131), []);
  stopped(world, 'j5', 140);
  assert.deepEqual(placeJobs(world, 140), ['j4']);
});

/** All is lent to share b, but for one vCPU that is kept for j4, which wants two. */
function withOvertakenBorrower(): LiveWorld {
  const world = given(
    {
      ...queue({ l: lender, b: borrower }),
      settings: { overtakeJobs: 1 },
      capacity: needs(4, 4096),
      jobs: jobs('b', 4),
    },
    [{ needs: needs(2), share: 'b' }, ...jobs('b', 1)],
  );
  end(world, 'j0', 110);
  assert.deepEqual(placeJobs(world, 110), ['j5'], 'which overtakes j4');
  start(world, 'j5', 111);
  end(world, 'j1', 120);
  assert.deepEqual(placeJobs(world, 120), [], 'what is free is kept for j4');
  return world;
}

test('what is kept for a borrower that was overtaken makes way for what is a share’s own', () => {
  const world = withOvertakenBorrower();
  submit(world, { needs: needs(3), share: 'l' }, 130);
  assert.deepEqual(placeJobs(world, 130), []);
  assert.deepEqual(displace(world, 130), ['j5', 'j3']);
  assert.deepEqual(placeJobs(world, 131), []);
  assert.deepEqual(displace(world, 131), []);
  stopped(world, 'j5', 140);
  assert.deepEqual(placeJobs(world, 140), []);
  stopped(world, 'j3', 150);
  assert.deepEqual(placeJobs(world, 150), ['j6']);
  end(world, 'j6', 160);
  submit(world, jobs('b', 1)[0]!, 160);
  assert.deepEqual(placeJobs(world, 160), ['j3', 'j5'], 'who are tried again; j7 waits behind j4');
  end(world, 'j2', 170);
  assert.deepEqual(placeJobs(world, 170), ['j4']);
});

test('though nobody borrows, and nobody has to make way', () => {
  const world = given(
    {
      ...queue({ l: { limits: vcpus(2) }, o: { limits: vcpus(3) }, b: borrower }),
      settings: { overtakeJobs: 1 },
      capacity: needs(4, 4096),
      jobs: [...jobs('o', 3), ...jobs('b', 1)],
    },
    [{ needs: needs(2), share: 'b' }, ...jobs('b', 1)],
  );
  end(world, 'j3', 110);
  assert.deepEqual(placeJobs(world, 110), ['j5'], 'which overtakes j4');
  end(world, 'j5', 121, 120);
  submit(world, jobs('b', 1)[0]!, 121);
  assert.deepEqual(placeJobs(world, 121), [], 'what is free is kept for j4');
  submit(world, jobs('l', 1)[0]!, 130);
  assert.deepEqual(placeJobs(world, 130), ['j7']);
  end(world, 'j0', 140);
  assert.deepEqual(placeJobs(world, 140), [], 'j6 waits behind j4');
  end(world, 'j1', 150);
  assert.deepEqual(placeJobs(world, 150), ['j4']);
});

test('nor does one take what comes free for that elsewhere', () => {
  const world = withOvertakenBorrower();
  submit(world, { needs: needs(2), share: 'l' }, 130);
  assert.deepEqual(placeJobs(world, 130), []);
  assert.deepEqual(displace(world, 130), ['j5'], 'and one vCPU is free');
  assert.deepEqual(placeJobs(world, 131), []);
  stopped(world, 'j5', 140);
  assert.deepEqual(placeJobs(world, 140), ['j6']);
});

test('nor is less kept for it where nobody could make way', () => {
  const world = given(
    {
      ...queue({ l: { limits: vcpus(3) }, o: { limits: vcpus(4) } }),
      settings: { overtakeJobs: 1 },
      capacity: needs(4, 4096),
      jobs: jobs('o', 4),
    },
    [{ needs: needs(3), share: 'l' }, ...jobs('o', 2)],
  );
  end(world, 'j0', 110);
  assert.deepEqual(placeJobs(world, 110), ['j5']);
  end(world, 'j1', 120);
  assert.deepEqual(placeJobs(world, 120), []);
  for (const atMs of [120, 9999]) assert.deepEqual(displace(world, atMs), []);
  assert.deepEqual(placeJobs(world, 9999), [], 'one vCPU is free, and j6 waits behind j4');
});

test('a preempted job has used no attempt, and is told why', () => {
  const world = given(
    { ...queue({ l: lender, b: borrower }), capacity: wide, jobs: jobs('b', 4) },
    jobs('l', 1),
  );
  displace(world, 100);
  stopped(world, 'j3', 110);
  const job = world.jobs.get(jobId('j3'))!;
  assert.equal(job.status, 'RUNNABLE');
  const [attempt] = 'attempts' in job ? job.attempts : [];
  assert.equal(
    (attempt as EndedAttempt).statusReason,
    'Preempted: borrowed capacity was taken back by quota share l',
  );
  assert.deepEqual([attempt!.free, attempt!.preempted, attempt!.number], [true, 1, 1]);
});

const fates: Record<
  string,
  { preemptions?: number; attempts?: number; times: number; ends: boolean }
> = {
  'without a number it waits each time': { times: 30, ends: false },
  'none: it fails at the first': { preemptions: 0, attempts: 5, times: 1, ends: true },
  'two: it fails at the third': { preemptions: 2, times: 3, ends: true },
  'two: it waits after the second': { preemptions: 2, times: 2, ends: false },
};

for (const [name, { times, ends, ...job }] of Object.entries(fates))
  test(`preempted ${times} times, ${name}`, () => {
    const world = worldOf({
      ...queue({ l: { limits: vcpus(1) }, b: borrower }),
      capacity: wide,
      jobs: jobs('b', 1, job),
    });
    let nowMs = 1000;
    for (let time = 0; time < times; time++, nowMs += 1000) {
      assert.deepEqual(placeJobs(world, nowMs), ['j0']);
      start(world, 'j0', nowMs);
      const id = submit(world, { needs: needs(1), share: 'l' }, nowMs);
      placeJobs(world, nowMs);
      assert.deepEqual(displace(world, nowMs), ['j0']);
      stopped(world, 'j0', nowMs + 1);
      assert.deepEqual(placeJobs(world, nowMs + 1), [id]);
      end(world, id, nowMs + 3, nowMs + 2);
    }
    const left = world.jobs.get(jobId('j0'));
    assert.equal(left === undefined, ends);
    if (left === undefined || !('attempts' in left)) return;
    assert.equal(left.attempts.length, Math.min(times, 20), 'some are remembered');
    assert.equal(left.attempts.at(-1)!.preempted, times);
    assert.equal(left.attempts.at(-1)!.number, times);
  });

test('whoever is terminated while being preempted is not tried again', () => {
  const world = given(
    { ...queue({ l: lender, b: borrower }), capacity: wide, jobs: jobs('b', 4) },
    jobs('l', 1),
  );
  displace(world, 100);
  terminate(world, 'j3', 105);
  stopped(world, 'j3', 110);
  assert.equal(world.jobs.get(jobId('j3')), undefined);
});

test('children of arrays are preempted one by one and go back to their array', () => {
  const world = given(
    { ...queue({ l: lender, b: borrower }), capacity: wide, jobs: jobs('b', 1, { array: 4 }) },
    jobs('l', 2),
  );
  assert.deepEqual(displace(world, 100), ['j0:3', 'j0:2']);
  stopped(world, 'j0:3', 110);
  stopped(world, 'j0:2', 111);
  assert.deepEqual(placeJobs(world, 112), ['j1', 'j2']);
  assert.equal(world.jobs.get(jobId('j0:2'))?.status, 'RUNNABLE');
});

test('a multi-node job is preempted with all its nodes', () => {
  const world = worldOf({
    environments: { '~ce': 16 },
    settings: { machineServesUnmanaged: true },
    ...queue({ l: { limits: vcpus(4) }, b: borrower }),
    capacity: wide,
    jobs: [{ needs: needs(1), nodes: [[2, needs(1)]], share: 'b' }],
  });
  assert.deepEqual(placeJobs(world), ['j0']);
  submit(world, { needs: needs(2), share: 'l' }, 100);
  assert.deepEqual(placeJobs(world, 100), []);
  assert.deepEqual(displace(world, 100), ['j0']);
  stopped(world, 'j0', 110);
  assert.deepEqual(placeJobs(world, 110), ['j1']);
  assert.equal(world.jobs.get(jobId('j0'))?.status, 'RUNNABLE');
});

test('a multi-node job displaces others', () => {
  const world = worldOf({
    environments: { '~ce': 16 },
    settings: { machineServesUnmanaged: true },
    ...queue({ l: { limits: vcpus(4) }, b: borrower }),
    capacity: needs(4, 4096),
    jobs: jobs('b', 4),
  });
  for (const id of placeJobs(world)) start(world, id, 10);
  submit(world, { needs: needs(1), nodes: [[2, needs(1)]], share: 'l' }, 100);
  assert.deepEqual(placeJobs(world, 100), []);
  const gone = displace(world, 100);
  assert.equal(gone.length, 3);
  for (const id of gone) stopped(world, id, 110);
  assert.deepEqual(placeJobs(world, 110), ['j4']);
});

test('a job displaces others on an instance that is a machine of its own, and so do nodes', () => {
  for (const nodes of [undefined, [[1, needs(1)]]] as const) {
    const world = worldOf({
      environments: { '~ce': 16 },
      ...queue({ l: { limits: vcpus(4) }, b: borrower }),
      capacity: needs(1, 128),
      jobs: [],
    });
    for (const number of [1, 2])
      world.apply({ type: 'host-stored', host: apart(number, needs(1, 2000)) });
    for (const job of jobs('b', 2)) submit(world, job, 1);
    for (const id of placeJobs(world)) start(world, id, 10);
    submit(world, { needs: needs(1), nodes: nodes as ExampleJob['nodes'], share: 'l' }, 100);
    assert.deepEqual(placeJobs(world, 100), []);
    const gone = displace(world, 100);
    assert.equal(gone.length, nodes === undefined ? 1 : 2);
    for (const id of gone) stopped(world, id, 110);
    assert.deepEqual(placeJobs(world, 110), ['j2']);
  }
});

test('nodes displace others of a cluster beyond its maxvCpus, though hosts of it are empty', () => {
  const world = worldOf({
    environments: { ce: 2 },
    ...queue({ l: { limits: vcpus(4) }, b: borrower }),
    capacity: needs(1, 128),
    jobs: [],
  });
  const environment = world.computeEnvironments.get(arn('ce'))!;
  world.apply({
    type: 'compute-environment-stored',
    environment: { ...environment, capacity: { clusterArn: 'arn:aws:eks:r:1:cluster/c' } },
  });
  for (const number of [1, 2, 3])
    world.apply({ type: 'host-stored', host: apart(number, needs(4, 4000)) });
  for (const job of jobs('b', 2)) submit(world, job, 1);
  for (const id of placeJobs(world)) start(world, id, 10);
  assert.equal(new Set([...world.allocations.values()].map(({ hostId: id }) => id)).size, 1);
  submit(world, { needs: needs(1), nodes: [[1, needs(1)]], share: 'l' }, 100);
  assert.deepEqual(placeJobs(world, 100), []);
  const gone = displace(world, 100);
  assert.deepEqual(gone.toSorted(), ['j0', 'j1']);
  for (const id of gone) stopped(world, id, 110);
  assert.deepEqual(placeJobs(world, 110), ['j2']);
});

const apart = (number: number, capacity: Needs): Instance => ({
  kind: 'instance',
  own: true,
  id: hostId(String(number).padStart(32, 'e')),
  title: `node ${number}`,
  scope,
  computeEnvironmentArn: arn('ce'),
  instanceType: 'my.node',
  spot: false,
  revision: 1,
  capacity,
  state: 'RUNNING',
  launchedAtMs: 0,
});

test('people are told what is on its way', () => {
  const world = given(
    { ...queue({ l: lender, b: borrower }), capacity: wide, jobs: jobs('b', 5) },
    jobs('l', 1),
  );
  displace(world, 100);
  const why = (id: string): string => {
    const job = world.jobs.get(jobId(id))!;
    return explain(world, world.jobQueues.get(q)!, job, () => 0).text;
  };
  assert.equal(
    why('j5'),
    'waiting for what quota share l has lent: it uses 0 of its 4 vCPUs, and the job asks for 1; jobs that borrowed it are being stopped; room is kept for this job',
  );
  assert.match(why('j4'), /^waiting to borrow for quota share b/);
});

test('who was to get room on a host that is no longer there gets another’s at once', () => {
  const boxes = ['1', '2'].map((digit): RegisteredHost => ({
    ...box,
    id: hostId(digit.repeat(32)),
  }));
  const world = worldOf({
    environments: { '~ce': 0 },
    ...queue({ l: { limits: vcpus(4) }, b: borrower }),
    jobs: [],
  });
  for (const host of boxes) world.apply({ type: 'host-stored', host });
  for (let count = 0; count < 2; count++) submit(world, { needs: needs(2), share: 'b' }, 5);
  for (const [index, id] of placeJobs(world, 5).entries()) start(world, id, 10 + index);
  submit(world, { needs: needs(2), share: 'l' }, 100);
  assert.deepEqual(placeJobs(world, 100), []);
  assert.deepEqual(displace(world, 100), ['j1']);
  const [victim] = [...world.allocations.values()].filter(({ jobId: id }) => id === 'j1');
  const gone = boxes.find(({ id }) => id === victim?.hostId)!;
  world.apply({ type: 'host-stored', host: { ...gone, status: 'DRAINING' } });
  stopped(world, 'j1', 110);
  assert.deepEqual(placeJobs(world, 110), []);
  assert.deepEqual(displace(world, 110), ['j0']);
  stopped(world, 'j0', 120);
  assert.deepEqual(placeJobs(world, 120), ['j2']);
});

const box: RegisteredHost = {
  kind: 'registered',
  id: hostId('1'.repeat(32)),
  scope,
  title: 'box',
  computeEnvironmentArn: arn('ce'),
  status: 'ACTIVE',
  oldContainers: [],
  endpoint: { url: 'tcp://box:2375' },
  capacity: needs(2, 4096),
  registeredAtMs: 0,
  facts: {
    runtime: { name: 'Docker', version: '' },
    kernelVersion: '',
    operatingSystem: '',
    osType: 'linux',
    architecture: 'x86_64',
    vcpus: 2,
    memoryMib: 4096,
    gpus: 0,
    canGiveGpus: false,
    logDrivers: [],
  },
};
