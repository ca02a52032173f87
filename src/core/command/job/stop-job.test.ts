// Stops of arrays: what waits ends at once, what runs is stopped or left alone, and the first
// reason stays.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, attemptId, containerIdOf, hostId, jobId, scopeOf } from '../../../base/ids.ts';
import { checkWorld } from '../../world/invariant.ts';
import { ChildTable } from '../../job/child-table.ts';
import { isArrayParent, isCancelled, type EndedJob, type LiveJob } from '../../job/job.ts';
import { stopBy } from '../../job/stop.ts';
import { LiveWorld } from '../../world/live-world.ts';
import { carryOut } from '../../../../test/house/world.ts';
import { submittedDetail, submittedIdentity } from '../../../../test/house/submitted.ts';
import { stopEffects } from './stop-job.ts';

const scope = scopeOf('000000000000', 'us-east-1');
const id = jobId('array');
const attempt = (index: number) => attemptId(String(index));

/** An array of three whose first child runs. */
function arrayWorld(): LiveWorld {
  const world = new LiveWorld();
  world.apply({
    type: 'job-queue-stored',
    queue: {
      arn: arn('q'),
      scope,
      name: 'q',
      state: 'ENABLED',
      status: 'VALID',
      priority: 1,
      computeEnvironmentOrder: [],
      jobQueueType: 'ECS',
      createdAtMs: 0,
      firstSequence: 1,
    },
  });
  const identity = submittedIdentity(id);
  const detail = { ...identity, ...submittedDetail, container: {} };
  world.apply({
    type: 'job-submitted',
    detail,
    job: {
      ...identity,
      arraySize: 3,
      status: 'SUBMITTED',
      rest: { status: 'SUBMITTED' },
      children: new ChildTable(3, 'SUBMITTED', 0),
    },
  });
  world.apply({ type: 'job-runnable', jobId: id, atMs: 0 });
  const placement = {
    attemptId: attempt(0),
    number: 1,
    hostId: hostId('h'),
    computeEnvironmentArn: arn('ce'),
  };
  world.apply({ type: 'attempt-placed', jobId: jobId(`${id}:0`), placement, atMs: 1 });
  world.apply({ type: 'attempt-running', jobId: jobId(`${id}:0`), attemptId: attempt(0), atMs: 2 });
  return world;
}

function stop(world: LiveWorld, by: 'cancel' | 'terminate', reason: string, target = id): string[] {
  const command = { type: 'stop-job', scope, jobId: target, by, reason } as const;
  const { effects } = carryOut(world, command, 5);
  if (world.jobs.size > 0) checkWorld(world);
  return effects.map((effect) => effect.type);
}

function exit(world: LiveWorld, exitCode: number, atMs = 9): void {
  const report = { type: 'exited', atMs, exit: { exitCode, outOfMemory: false } } as const;
  carryOut(
    world,
    { type: 'report-container', containerId: containerIdOf(attempt(0), 0), report },
    9,
  );
}

function parent(world: LiveWorld) {
  const job = world.changes.jobs.get(id);
  assert(job !== undefined && isArrayParent(job));
  return job;
}

test('cancelling an array ends what waits and lets run what runs; the array then ends with the reason', () => {
  const world = arrayWorld();
  assert.deepEqual(stop(world, 'cancel', 'no more'), []);
  assert.deepEqual(world.arrayParent(id).children.summary().FAILED, 2);
  exit(world, 0);
  assert.deepEqual([parent(world).status, parent(world).statusReason], ['FAILED', 'no more']);
});

test('terminating an array stops what runs too', () => {
  const world = arrayWorld();
  assert.deepEqual(stop(world, 'terminate', 'enough'), ['stop-container']);
  exit(world, 143);
  assert.deepEqual(
    [parent(world).status, parent(world).statusReason, parent(world).stops?.[0]?.by],
    ['FAILED', 'enough', 'terminate'],
  );
  assert.equal(world.jobs.size, 0);
});

test('terminating an array that was cancelled stops what ran on; the first reason stays, and both calls show', () => {
  const world = arrayWorld();
  stop(world, 'cancel', 'first');
  assert.deepEqual(stop(world, 'terminate', 'second'), ['stop-container']);
  assert.deepEqual(stop(world, 'terminate', 'third'), []);
  exit(world, 143);
  assert.deepEqual(parent(world).stops, [
    { by: 'cancel', reason: 'first', atMs: 5 },
    { by: 'terminate', reason: 'second', atMs: 5 },
  ]);
  assert.equal(parent(world).statusReason, 'first');
});

test('what is terminated while its timeout stops it is not tried again, though it had ended before that', () => {
  const world = arrayWorld();
  const child = jobId(`${id}:0`);
  world.apply({
    type: 'stop-requested',
    jobId: child,
    stop: { by: 'timeout', reason: 'Job attempt duration exceeded timeout', atMs: 4 },
  });
  assert.deepEqual(stop(world, 'cancel', 'too late', child), []);
  assert.deepEqual(stop(world, 'terminate', 'enough', child), ['stop-container']);
  assert.deepEqual(stop(world, 'terminate', 'once more', child), []);
  exit(world, 1, 3);
  assert.deepEqual(world.changes.children.get(child)?.job.statusReason, 'enough');
});

test('what its timeout has stopped shows that, though it is terminated before it ends', () => {
  const world = arrayWorld();
  const child = jobId(`${id}:0`);
  world.apply({
    type: 'stop-requested',
    jobId: child,
    stop: { by: 'timeout', reason: 'Job attempt duration exceeded timeout', atMs: 4 },
  });
  stop(world, 'terminate', 'enough', child);
  exit(world, 143, 5);
  const ended = world.changes.children.get(child)?.job;
  assert.deepEqual(
    [ended?.statusReason, stopBy(ended?.stops, 'terminate')?.reason],
    ['Job attempt duration exceeded timeout', 'enough'],
  );
});

test('stopping one child leaves the others, and fails the array in the end', () => {
  const world = arrayWorld();
  stop(world, 'cancel', 'not this one', jobId(`${id}:2`));
  assert.deepEqual(
    [world.arrayParent(id).children.status(1), world.arrayParent(id).children.status(2)],
    ['RUNNABLE', 'FAILED'],
  );
  stop(world, 'cancel', 'nor this', jobId(`${id}:1`));
  exit(world, 0);
  assert.deepEqual(
    [parent(world).status, parent(world).statusReason],
    ['FAILED', 'Array Child Job failed'],
  );
});

test('a child that has started is cancelled too late: it runs on, and is not tried again', () => {
  const world = arrayWorld();
  const child = jobId(`${id}:0`);
  const running = () => world.jobs.get(child) as LiveJob;
  const retried = {
    ...running(),
    terms: { ...running().terms, retry: { attempts: 3, rules: [] } },
  };
  world.jobs.set(retried);
  assert.deepEqual(stop(world, 'cancel', 'first', child), []);
  assert.deepEqual(stop(world, 'cancel', 'second', child), []);
  assert.deepEqual(
    [running().status, isCancelled(running()), running().stops],
    ['RUNNING', true, undefined],
  );
  exit(world, 1);
  const ended = world.changes.children.get(child)?.job as EndedJob;
  assert.deepEqual(
    [ended.status, ended.statusReason, ended.attempts.length, ended.lateCancel?.reason],
    ['FAILED', 'Essential container in task exited', 1, 'first'],
  );
});

test('an array is told to have started when its first child ran', () => {
  const world = arrayWorld();
  assert.equal(world.arrayParent(id).startedAtMs, 2);
});

test('unknown jobs, ended ones and children that are none are as the caller wants them', () => {
  const world = arrayWorld();
  for (const target of ['none', `${id}:3`, 'none:0'])
    assert.deepEqual(stop(world, 'terminate', 'x', jobId(target)), []);
  assert.equal(world.arrayParent(id).stops, undefined);
});

test('a container has 30 seconds to stop, and a training job, as SageMaker gives it, 120', () => {
  const child = arrayWorld().jobs.get(jobId(`${id}:0`)) as LiveJob;
  const service = {
    type: 'SAGEMAKER_TRAINING',
    instanceType: 'ml.m5.large',
    instances: 1,
  } as const;
  const graceOf = (job: LiveJob) => stopEffects(job).map(({ graceMs }) => graceMs);
  assert.deepEqual(graceOf(child), [30_000]);
  assert.deepEqual(graceOf({ ...child, terms: { ...child.terms, service } }), [120_000]);
});
