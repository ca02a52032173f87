// GetJobQueueSnapshot: who goes next, since when, and what the queue's jobs hold.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FairsharePolicy } from '@aws-sdk/client-batch';
import { childId, type JobId } from '../../../base/ids.ts';
import { isRefusal } from '../../../base/refusal.ts';
import { jobArn } from '../../../core/arn.ts';
import { limit } from '../../../core/limit.ts';
import { getJobQueueSnapshot } from './get-job-queue-snapshot.ts';
import { scope } from '../../../../test/house/caller.ts';
import { Rig } from '../../../../test/house/rig.ts';

async function snapshot(rig: Rig, jobQueue = 'q') {
  const { frontOfQueue, queueUtilization } = await rig.call(getJobQueueSnapshot, { jobQueue });
  return {
    front: frontOfQueue?.jobs?.map((job) => job.jobArn),
    since: frontOfQueue?.jobs?.map((job) => job.earliestTimeAtPosition),
    vcpus: queueUtilization?.totalCapacityUsage?.[0]?.quantity,
    shares: queueUtilization?.fairshareUtilization?.topCapacityUtilization?.map((one) => [
      one.shareIdentifier,
      one.capacityUsage?.[0]?.quantity,
    ]),
  };
}

const arns = (...ids: JobId[]) => ids.map((id) => jobArn(scope, id));

/** A queue of the same environment with shares of equal weight. */
async function addShares(rig: Rig, fairsharePolicy: FairsharePolicy): Promise<void> {
  const policy = await rig.ask({
    type: 'create-scheduling-policy',
    scope,
    request: { name: 'p', fairsharePolicy },
  });
  assert.ok(!isRefusal(policy));
  await rig.ask({
    type: 'create-job-queue',
    scope,
    request: {
      jobQueueName: 'shared',
      priority: 2,
      schedulingPolicyArn: policy.arn,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ce' }],
    },
  });
}

describe('the front of a queue', () => {
  it('holds jobs and children one by one, as they are tried, since when they stand there', async () => {
    const rig = await Rig.open();
    await rig.define('all', { vcpus: 4 });
    const running = await rig.submit('all');
    const first = await rig.submit('all');
    const submittedAt = rig.clock.now();
    await rig.clock.pass(1_000);
    const array = await rig.submit('all', { arrayProperties: { size: 2 } });
    const last = await rig.submit();
    await rig.submit('all', { dependsOn: [{ jobId: last }] });
    assert.deepEqual(await snapshot(rig), {
      front: arns(first, childId(array, 0), childId(array, 1), last),
      since: [submittedAt, ...Array(3).fill(submittedAt + 1_000)],
      vcpus: 4,
      shares: undefined,
    });
    await rig.exited(rig.attempt(running));
    const { front, since } = await snapshot(rig);
    assert.deepEqual(front, arns(childId(array, 0), childId(array, 1), last));
    assert.deepEqual(since, Array(3).fill(rig.clock.now()));
  });

  it('begins with the job that room is kept for', async () => {
    const rig = await Rig.open({ settings: { overtakeJobs: 0 } });
    await rig.define('all', { vcpus: 4 });
    await rig.submit();
    const [large, small] = [await rig.submit('all'), await rig.submit()];
    assert.deepEqual((await snapshot(rig)).front, arns(large, small));
  });

  it('ends after a hundred jobs', async () => {
    const rig = await Rig.open();
    await rig.submit('d', { arrayProperties: { size: 200 } });
    assert.equal((await snapshot(rig)).front?.length, limit.snapshotJobs);
  });

  it('shows nothing of another queue', async () => {
    const rig = await Rig.open();
    await addShares(rig, {});
    await rig.submit('d', { arrayProperties: { size: 9 } });
    assert.deepEqual(await snapshot(rig, 'shared'), {
      front: [],
      since: [],
      vcpus: 0,
      shares: [],
    });
  });

  it('of a fair share queue takes turns among shares, and counts what each holds', async () => {
    const rig = await Rig.open();
    await addShares(rig, {});
    const submit = (shareIdentifier: string): Promise<JobId> =>
      rig.submit('d', {
        jobQueue: 'shared',
        shareIdentifier,
        schedulingPriorityOverride: 1,
      });
    for (const share of ['b', 'c', 'c', 'a']) await submit(share);
    const waiting = [await submit('c'), await submit('c'), await submit('b'), await submit('z')];
    const [c1, c2, b1, z1] = waiting as [JobId, JobId, JobId, JobId];
    assert.deepEqual(await snapshot(rig, 'shared'), {
      front: arns(z1, b1, c1, c2),
      since: Array(4).fill(rig.clock.now()),
      vcpus: 4,
      shares: [
        ['c', 2],
        ['a', 1],
        ['b', 1],
      ],
    });
  });
});

it('a queue that nobody made has no front', async () => {
  const rig = await Rig.open();
  await assert.rejects(snapshot(rig, 'x'), /Job queue x does not exist/);
});
