// Placement decisions as tables: which job goes next, where it goes, and what is said of those that
// wait.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, jobId } from '../../base/ids.ts';
import { checkWorld } from '../world/invariant.ts';
import { explain } from './explain/explain.ts';
import { end, needs, place, worldOf, type Case } from '../../../test/house/world.ts';
import { Pass } from './fit/place.ts';

const cases: Record<string, { given: Case; placed: string[]; waits?: [string, string][] }> = {
  'jobs start in the order of submission as far as the machine goes': {
    given: {
      capacity: needs(2, 4096),
      jobs: [{ needs: needs(1) }, { needs: needs(1) }, { needs: needs(1) }],
    },
    placed: ['j0>ce', 'j1>ce'],
    waits: [['j2', 'waiting for this machine: 2 of 2 cores in use']],
  },
  'a job that does not fit now is passed by one that does': {
    given: {
      capacity: needs(4, 1024),
      jobs: [{ needs: needs(3) }, { needs: needs(2) }, { needs: needs(1) }],
    },
    placed: ['j0>ce', 'j2>ce'],
    waits: [['j1', 'waiting for this machine: 4 of 4 cores in use']],
  },
  'a queue of higher priority goes first, and equal ones share by submission': {
    given: {
      capacity: needs(3, 4096),
      queues: {
        low: { priority: 1, order: ['ce'] },
        high: { priority: 9, order: ['ce'] },
        peer: { priority: 9, order: ['ce'] },
      },
      jobs: [
        { queue: 'low', needs: needs(1) },
        { queue: 'high', needs: needs(1) },
        { queue: 'peer', needs: needs(1) },
        { queue: 'high', needs: needs(1) },
      ],
    },
    placed: ['j1>ce', 'j2>ce', 'j3>ce'],
  },
  'environments fill in the queue’s order, and a DISABLED one takes nothing': {
    given: {
      capacity: needs(9, 4096),
      environments: { '-off': 9, first: 1, second: 1 },
      jobs: [{ needs: needs(1) }, { needs: needs(1) }, { needs: needs(1) }],
    },
    placed: ['j0>first', 'j1>second'],
    waits: [['j2', 'waiting for compute environment second: 1 of 1 vCPUs in use']],
  },
  'a job larger than the machine runs alone, and others wait for it': {
    given: { capacity: needs(2, 4096), jobs: [{ needs: needs(8) }, { needs: needs(1) }] },
    placed: ['j0>ce'],
    waits: [['j1', 'waiting for this machine: 8 of 2 cores in use']],
  },
  'a job larger than the machine waits until nothing else runs': {
    given: { capacity: needs(2, 4096), jobs: [{ needs: needs(1) }, { needs: needs(1, 8192) }] },
    placed: ['j0>ce'],
    waits: [
      [
        'j1',
        'waiting for this machine: the job is larger than it (1 vCPU, 8192 MiB of 2 vCPU, 4096 MiB) and will run alone',
      ],
    ],
  },
  'memory bounds as cores do': {
    given: { capacity: needs(4, 200), jobs: [{ needs: needs(1) }, { needs: needs(1) }] },
    placed: ['j0>ce'],
    waits: [['j1', 'waiting for this machine: 128 of 200 MiB of memory in use']],
  },
  'what no environment could ever hold carries AWS’s final token': {
    given: { environments: { small: 2, smaller: 1 }, jobs: [{ needs: needs(3) }] },
    placed: [],
    waits: [
      [
        'j0',
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - the job asks for 3 vCPU and the largest maxvCpus of this queue's compute environments is 2",
      ],
    ],
  },
  'a GPU that no host has is final too, and never given for lack of others': {
    given: { jobs: [{ needs: needs(1, 128, 1) }] },
    placed: [],
    waits: [
      [
        'j0',
        "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - the job asks for 1 GPU and no host of this queue's compute environments has more than 0",
      ],
    ],
  },
  'with every environment DISABLED a job waits without a final token': {
    given: { environments: { '-off': 9 }, jobs: [{ needs: needs(1) }] },
    placed: [],
    waits: [['j0', 'waiting for compute environment off: it is DISABLED']],
  },
  'nothing is final while an environment that could hold the job only rests': {
    given: {
      environments: { '-off': 9, small: 2 },
      jobs: [{ needs: needs(3) }, { needs: needs(10) }, { needs: needs(1, 128, 1) }],
    },
    placed: [],
    waits: [
      ['j0', 'waiting for compute environment off: it is DISABLED'],
      [
        'j1',
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - the job asks for 10 vCPU and the largest maxvCpus of this queue's compute environments is 2",
      ],
      ['j2', 'waiting for compute environment off: it is DISABLED'],
    ],
  },
  'an array’s children go by index, in the array’s turn': {
    given: {
      capacity: needs(4, 4096),
      jobs: [{ needs: needs(1) }, { needs: needs(1), array: 2 }, { needs: needs(1) }],
    },
    placed: ['j0>ce', 'j1:0>ce', 'j1:1>ce', 'j2>ce'],
  },
};

for (const [title, { given, placed, waits = [] }] of Object.entries(cases)) {
  test(title, () => {
    const world = worldOf(given);
    checkWorld(world);
    assert.deepEqual(place(world), placed);
    for (const [id, reason] of waits) {
      const job = world.jobs.get(jobId(id))!;
      assert.equal(explain(world, world.jobQueues.get(job.queueArn)!, job, () => 0).text, reason);
    }
  });
}

test('a queue whose priority is raised goes first from then on', () => {
  const world = worldOf({
    capacity: needs(1, 4096),
    queues: { a: { priority: 2, order: ['ce'] }, b: { priority: 1, order: ['ce'] } },
    jobs: [
      { queue: 'a', needs: needs(1) },
      { queue: 'b', needs: needs(1, 64) },
    ],
  });
  world.apply({
    type: 'job-queue-stored',
    queue: { ...world.jobQueues.get(arn('b'))!, priority: 3 },
  });
  assert.deepEqual(place(world), ['j1>ce']);
});

test('a job that comes in front of its class is found in front', () => {
  const world = worldOf({
    capacity: needs(1, 4096),
    jobs: [{ needs: needs(2) }, { needs: needs(1) }, { needs: needs(1) }],
  });
  world.apply({
    type: 'job-ended',
    jobId: jobId('j1'),
    status: 'FAILED',
    statusReason: 'x',
    atMs: 1,
  });
  world.scheduler.backlog.add(arn('q'), { needs: needs(1) }, { rank: 0.5, jobId: jobId('j2') });
  assert.deepEqual(place(world), ['j2>ce']);
});

test('what is given back is given to the next', () => {
  const world = worldOf({
    capacity: needs(1, 4096),
    jobs: [{ needs: needs(1) }, { needs: needs(1) }],
  });
  assert.deepEqual(place(world), ['j0>ce']);
  end(world, 'j0', 3, 2);
  checkWorld(world);
  const pass = new Pass(world, world.scheduler, 4);
  assert.equal(pass.next()?.jobId, 'j1');
});

test('ten thousand jobs that were cancelled behind a full machine leave nothing in the backlog', () => {
  const world = worldOf({
    capacity: needs(1, 4096),
    jobs: Array.from({ length: 20_001 }, () => ({ needs: needs(1) })),
  });
  place(world);
  for (let index = 1; index <= 20_000; index++)
    world.apply({
      type: 'job-ended',
      jobId: jobId(`j${index}`),
      status: 'FAILED',
      statusReason: 'x',
      atMs: 2,
    });
  assert.equal([...world.scheduler.backlog.classes()].length, 0);
  checkWorld(world);
});
