// What a command did, as a value: every change of status in order, and what is to be done outside,
// also what only follows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { host, needs, submit, worldOf } from '../../../test/house/world.ts';
import { arn, attemptId, containerId, hostId, jobId } from '../../base/ids.ts';
import { isRefusal } from '../../base/refusal.ts';
import type { RegisteredHost } from '../host/host.ts';
import { checkWorld } from '../world/invariant.ts';
import type { LiveWorld } from '../world/live-world.ts';
import { transact, type Transacted } from './transact.ts';
import type { Transition } from './transition.ts';
import type { Command } from '../command/command.ts';

const scopeless = { by: 'terminate', reason: 'enough' } as const;

function run(world: LiveWorld, command: Command, nowMs = 9): Transacted {
  const done = transact(world, command, nowMs);
  assert.ok(!isRefusal(done.reply));
  checkWorld(world);
  return done;
}

/** `j0 RUNNABLE>STARTING at 9`; a range of children behind its array. */
const said = ({ jobId: id, from, to, atMs, reason, children }: Transition): string =>
  `${id}${children ? `[${children.join('-')}]` : ''} ${from ?? 'new'}>${to} at ${atMs}${reason ? ` ${reason}` : ''}`;

const placeJob = (id: string, on = host): Command => ({
  type: 'place-job',
  jobId: jobId(id),
  attemptId: attemptId(`a ${id}`),
  hostId: on,
  computeEnvironmentArn: arn('ce'),
});

const ended = (id: string, exitCode: number, atMs: number): Command => ({
  type: 'report-container',
  containerId: containerId(`a ${id}`),
  report: { type: 'exited', atMs, exit: { exitCode, outOfMemory: false } },
});

/** A job or an array that waits, and what was told of it so far. */
function submitted(array?: number): { world: LiveWorld; told: string[] } {
  const world = worldOf({ jobs: [], capacity: needs(8, 8192) });
  submit(world, { needs: needs(1), ...(array === undefined ? {} : { array }) }, 1);
  return { world, told: world.transitions.splice(0).map(said) };
}

test('of a job every change of status is told, with when and why', () => {
  const { world, told } = submitted();
  told.push(...run(world, placeJob('j0'), 2).transitions.map(said));
  told.push(...run(world, ended('j0', 1, 5), 6).transitions.map(said));
  assert.deepEqual(told, [
    'j0 new>SUBMITTED at 1',
    'j0 SUBMITTED>RUNNABLE at 1',
    'j0 RUNNABLE>STARTING at 2',
    'j0 STARTING>RUNNING at 2',
    'j0 RUNNING>FAILED at 5 Essential container in task exited',
  ]);
});

test('children that move together are told of as one range, others alone', () => {
  const { world, told } = submitted(4);
  told.push(...run(world, placeJob('j0:1'), 2).transitions.map(said));
  assert.deepEqual(told, [
    'j0 new>SUBMITTED at 1',
    'j0[0-3] new>SUBMITTED at 1',
    'j0[0-3] SUBMITTED>RUNNABLE at 1',
    'j0 SUBMITTED>PENDING at 1',
    'j0:1 RUNNABLE>STARTING at 2',
  ]);
  const scope = world.jobs.get(jobId('j0'))!.scope;
  const stop = { type: 'stop-job', scope, jobId: jobId('j0'), ...scopeless } as const;
  assert.deepEqual(run(world, stop, 3).transitions.map(said), [
    'j0[0-0] RUNNABLE>FAILED at 3 enough',
    'j0[2-3] RUNNABLE>FAILED at 3 enough',
  ]);
  assert.deepEqual(run(world, ended('j0:1', 0, 4), 5).transitions.map(said), [
    'j0:1 STARTING>RUNNING at 2',
    'j0:1 RUNNING>FAILED at 4 enough',
    'j0 PENDING>FAILED at 4 enough',
  ]);
});

test('a refusal tells of nothing, and neither does what was told before', () => {
  const { world } = submitted();
  const scope = world.jobs.get(jobId('j0'))!.scope;
  const refused = transact(world, { type: 'delete-job-queue', scope, jobQueue: 'none' }, 2);
  assert.ok(isRefusal(refused.reply));
  assert.deepEqual([refused.events, refused.transitions, refused.effects], [[], [], []]);
});

test('a queue that is being deleted goes with its last job, also where that is lost with its host', () => {
  const { world } = submitted();
  const there = hostId('7'.repeat(32));
  const registered = {
    kind: 'registered',
    id: there,
    title: 'there',
    scope: world.jobs.get(jobId('j0'))!.scope,
    computeEnvironmentArn: arn('ce'),
    capacity: needs(4, 4096),
    status: 'ACTIVE',
    oldContainers: [],
    endpoint: { url: 'tcp://there' },
    facts: {},
    registeredAtMs: 0,
  } as unknown as RegisteredHost;
  world.apply({ type: 'host-stored', host: registered });
  run(world, placeJob('j0', there));
  const queue = world.jobQueues.get(arn('q'))!;
  world.apply({ type: 'job-queue-stored', queue: { ...queue, status: 'DELETING' } });
  run(world, { type: 'note-host-contact', hostId: there, heard: false });
  assert.deepEqual([world.jobs.size, world.jobQueues.size], [0, 0]);
});
