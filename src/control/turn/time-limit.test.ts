// jobStateTimeLimitActions (doc/reasons.md, time limits): who blocks the head of a queue for too
// long is cancelled, to the second, whatever happens meanwhile.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JobQueue } from '../../core/job-queue/job-queue.ts';
import { checkWorld } from '../../core/world/invariant.ts';
import type { JobId } from '../../base/ids.ts';
import { scope } from '../../../test/house/caller.ts';
import { Rig } from '../../../test/house/rig.ts';

const tooLarge = 'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE';
const noGpu = 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT';
const action = (reason: string, maxTimeSeconds = 600) =>
  ({ reason, maxTimeSeconds, state: 'RUNNABLE', action: 'CANCEL' }) as const;
const text = (reason: string): string =>
  `Canceled by JobStateTimeLimit action due to reason: ${reason}`;

async function rigWith(...actions: ReturnType<typeof action>[]): Promise<Rig> {
  return limited(await Rig.open(), ...actions);
}

async function limited(rig: Rig, ...actions: ReturnType<typeof action>[]): Promise<Rig> {
  await rig.ask({
    type: 'update-job-queue',
    scope,
    request: { jobQueue: 'q', jobStateTimeLimitActions: actions },
  });
  await rig.define('large', { vcpus: 300 });
  await rig.define('gpu', { resourceRequirements: [{ type: 'GPU', value: '1' }] });
  return rig;
}

const queueOf = (rig: Rig): JobQueue => [...rig.control.world.jobQueues.values()][0] as JobQueue;
const fate = (rig: Rig, id: JobId) => [
  rig.store.job(id).status,
  rig.store.job(id).statusReason,
  rig.store.job(id).stops?.[0]?.by,
];

describe('a time limit', () => {
  it('cancels the head to the second, and the next one has its own time', async () => {
    const rig = await rigWith(action(tooLarge));
    const first = await rig.submit('large');
    await rig.clock.pass(100_000);
    const second = await rig.submit('large');
    await rig.clock.pass(499_999);
    assert.equal(rig.job(first)?.status, 'RUNNABLE');
    await rig.clock.pass(1);
    assert.deepEqual(fate(rig, first), ['FAILED', text(tooLarge), 'cancel']);
    assert.equal(queueOf(rig).blockedHead?.jobId, second);
    await rig.clock.pass(599_999);
    assert.equal(rig.job(second)?.status, 'RUNNABLE');
    await rig.clock.pass(1);
    assert.deepEqual(fate(rig, second), ['FAILED', text(tooLarge), 'cancel']);
    assert.equal(queueOf(rig).blockedHead, undefined);
    checkWorld(rig.control.world);
  });

  it('is for its own reason alone', async () => {
    const rig = await rigWith(action(noGpu), action('CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY'));
    const large = await rig.submit('large');
    await rig.clock.pass(86_400_000);
    assert.equal(rig.job(large)?.status, 'RUNNABLE');
    await rig.terminate(large);
    const gpu = await rig.submit('gpu');
    await rig.clock.pass(600_000);
    assert.deepEqual(fate(rig, gpu), ['FAILED', text(noGpu), 'cancel']);
  });

  it('never ends a job that waits for this machine or for a full environment', async () => {
    const rig = await rigWith(
      action('CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY'),
      action(tooLarge),
      action(noGpu),
    );
    await rig.define('whole', { vcpus: 4 });
    const running = await rig.submit('whole');
    const waiting = await rig.submit('whole');
    await rig.clock.pass(86_400_000);
    assert.deepEqual(
      [rig.job(running)?.status, rig.job(waiting)?.status],
      ['STARTING', 'RUNNABLE'],
    );
  });

  it('counts anew when the head was helped meanwhile', async () => {
    const rig = await rigWith(action(tooLarge));
    const id = await rig.submit('large');
    await rig.clock.pass(300_000);
    const change = (maxvCpus: number) =>
      rig.ask({
        type: 'update-compute-environment',
        scope,
        request: { computeEnvironment: 'ce', computeResources: { maxvCpus } },
      });
    await rig.submit();
    await change(300);
    assert.equal(rig.job(id)?.status, 'RUNNABLE', 'it waits for the machine');
    await change(256);
    await rig.clock.pass(599_999);
    assert.equal(rig.job(id)?.status, 'RUNNABLE');
    await rig.clock.pass(1);
    assert.equal(rig.store.job(id).status, 'FAILED');
  });

  it('follows the queue when it is changed or taken away', async () => {
    const rig = await rigWith(action(tooLarge));
    const id = await rig.submit('large');
    const update = (...actions: ReturnType<typeof action>[]) =>
      rig.ask({
        type: 'update-job-queue',
        scope,
        request: { jobQueue: 'q', jobStateTimeLimitActions: actions },
      });
    await rig.clock.pass(500_000);
    await update();
    await rig.clock.pass(500_000);
    assert.equal(rig.job(id)?.status, 'RUNNABLE');
    assert.equal(queueOf(rig).blockedHead, undefined);
    await update(action(tooLarge, 900));
    await rig.clock.pass(800_000);
    await update(action(tooLarge, 700));
    await rig.clock.pass();
    assert.equal(
      rig.store.job(id).status,
      'FAILED',
      'it has been blocked for longer than the new limit',
    );
  });

  it('goes on through a restart', async () => {
    const before = await rigWith(action(tooLarge));
    const id = await before.submit('large');
    assert.equal(queueOf(before).blockedHead?.jobId, id);
    await before.clock.pass(400_000);
    const after = await before.restart().up();
    await after.clock.pass(199_999);
    assert.equal(after.job(id)?.status, 'RUNNABLE');
    await after.clock.pass(1);
    assert.equal(after.job(id), undefined);
    assert.equal(after.store.job(id).statusReason, text(tooLarge));
  });

  it('goes on where nothing else begins with the restart: the server has no machine', async () => {
    const rig = await Rig.open({ settings: { hasMachine: false } });
    const before = await limited(rig, action(tooLarge));
    const id = await before.submit('large');
    assert.equal(queueOf(before).blockedHead?.jobId, id);
    const after = await before.restart().up();
    await after.clock.pass(600_000);
    assert.equal(after.store.job(id).statusReason, text(tooLarge));
  });

  it('of an array ends one child after the other', async () => {
    const rig = await rigWith(action(tooLarge));
    const id = await rig.submit('large', { arrayProperties: { size: 2 } });
    await rig.clock.pass(600_000);
    assert.deepEqual(rig.control.world.arrayParent(id).children.summary().FAILED, 1);
    await rig.clock.pass(600_000);
    assert.equal(rig.job(id), undefined);
    assert.deepEqual(
      [rig.store.job(id).status, rig.store.job(id).statusReason],
      ['FAILED', 'Array Child Job failed'],
    );
  });
});
