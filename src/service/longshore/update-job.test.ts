// A job that waits gets another priority or goes to another queue: where it stands then, what is
// refused, and that it is so after a restart.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JobSummary } from '@aws-sdk/client-batch';
import { childId, type JobId } from '../../base/ids.ts';
import { checkWorld } from '../../core/world/invariant.ts';
import { createJobQueue } from '../batch/job-queue/create-job-queue.ts';
import { createSchedulingPolicy } from '../batch/scheduling-policy/create-scheduling-policy.ts';
import { describeJobs } from '../batch/job/describe-jobs.ts';
import { listJobs } from '../batch/job/list-jobs.ts';
import { Rig } from '../../../test/house/rig.ts';
import { updateJob } from './update-job.ts';

const computeEnvironmentOrder = [{ order: 1, computeEnvironment: 'ce' }];

/** Queue `q`, `other` and, with shares, `fair`; all four vCPUs are taken by `busy`. */
async function crowded(): Promise<{ rig: Rig; busy: JobId }> {
  const rig = await Rig.open();
  const { arn } = await rig.call(createSchedulingPolicy, { name: 'p' });
  for (const [jobQueueName, schedulingPolicyArn] of [
    ['other', undefined],
    ['fair', arn],
  ])
    await rig.call(createJobQueue, {
      jobQueueName,
      priority: 1,
      computeEnvironmentOrder,
      schedulingPolicyArn,
    });
  return { rig, busy: await rig.submit('d', { containerOverrides: { vcpus: 4 } }) };
}

const shared = (shareIdentifier: string, schedulingPriorityOverride = 0) => ({
  jobQueue: 'fair',
  shareIdentifier,
  schedulingPriorityOverride,
});

async function shown(rig: Rig, id: JobId): Promise<unknown[]> {
  const [job] = (await rig.call(describeJobs, { jobs: [id] })).jobs ?? [];
  return [
    job?.jobQueue?.replace(/^.*\//, ''),
    job?.status,
    job?.shareIdentifier,
    job?.schedulingPriority,
  ];
}

async function listed(rig: Rig, jobQueue: string): Promise<(string | undefined)[]> {
  const page = await rig.call(listJobs, { jobQueue, jobStatus: 'RUNNABLE' });
  return (page.jobSummaryList ?? []).map(({ jobId }: JobSummary) => jobId);
}

/** What starts, in turn, when there is room for one of them at a time. */
async function order(rig: Rig, busy: JobId, ids: readonly JobId[]): Promise<JobId[]> {
  const started: JobId[] = [];
  let running: JobId | undefined = busy;
  while (running !== undefined) {
    await rig.started(rig.attempt(running));
    await rig.exited(rig.attempt(running));
    checkWorld(rig.control.world);
    running = ids.find((id) => rig.job(id)?.status === 'STARTING');
    if (running !== undefined) started.push(running);
  }
  return started;
}
const whole = { containerOverrides: { vcpus: 4 } };

describe('another priority', () => {
  test('lets a job go first in its share', async () => {
    const { rig, busy } = await crowded();
    const ids = [
      await rig.submit('d', { ...whole, ...shared('a') }),
      await rig.submit('d', { ...whole, ...shared('a') }),
      await rig.submit('d', { ...whole, ...shared('a') }),
    ] as const;
    await rig.call(updateJob, { jobId: ids[2], schedulingPriority: '7' });
    assert.deepEqual(await shown(rig, ids[2]), ['fair', 'RUNNABLE', 'a', 7]);
    checkWorld(rig.control.world);
    const next = rig.restart();
    await next.up();
    assert.deepEqual(await shown(next, ids[2]), ['fair', 'RUNNABLE', 'a', 7]);
    assert.deepEqual(await order(next, busy, ids), [ids[2], ids[0], ids[1]]);
  });

  test('is one for an array with those of its children that are tried again, put off or not', async () => {
    const { rig, busy } = await crowded();
    const array = await rig.submit('d', {
      ...shared('a'),
      arrayProperties: { size: 3 },
      retryStrategy: { attempts: 2 },
      tags: { 'longshore:retry-delay': '60s' },
    });
    const plain = await rig.submit('d', {
      ...shared('a'),
      arrayProperties: { size: 2 },
      retryStrategy: { attempts: 2 },
    });
    const urgent = [await rig.submit(), await rig.submit(), await rig.submit()];
    await rig.ask({
      type: 'update-job-queue',
      scope: rig.job(array)!.scope,
      request: { jobQueue: 'q', priority: 9 },
    });
    const end = async (id: JobId, exitCode: number): Promise<void> => {
      await rig.started(rig.attempt(id));
      await rig.exited(rig.attempt(id), exitCode);
    };
    await end(busy, 0);
    for (const id of urgent) await end(id, 0);
    await end(childId(array, 0), 1);
    for (const index of [1, 2]) await end(childId(array, index), 0);
    // Both of the other's run; room goes to those of the queue of higher priority.
    const more = [
      await rig.submit(),
      await rig.submit(),
      await rig.submit(),
      await rig.submit(),
    ] as const;
    for (const [index, exitCode] of [
      [0, 1],
      [1, 0],
    ] as const)
      await end(childId(plain, index), exitCode);
    for (const jobId of [array, plain])
      await rig.call(updateJob, { jobId, schedulingPriority: '5' });
    checkWorld(rig.control.world);
    const next = rig.restart();
    await next.up();
    checkWorld(next.control.world);
    for (const id of [childId(array, 0), childId(plain, 0)])
      assert.deepEqual(await shown(next, id), ['fair', 'RUNNABLE', 'a', 5]);
    for (const id of more) {
      await next.started(next.attempt(id));
      await next.exited(next.attempt(id));
    }
    assert.deepEqual(await shown(next, childId(plain, 0)), ['fair', 'STARTING', 'a', 5]);
    await next.clock.pass(61_000);
    assert.deepEqual(await shown(next, childId(array, 0)), ['fair', 'STARTING', 'a', 5]);
  });

  test('is refused where a queue goes by submission, and where it is none', async () => {
    const { rig } = await crowded();
    const jobId = await rig.submit();
    await assert.rejects(rig.call(updateJob, { jobId, schedulingPriority: '7' }), {
      status: 400,
      message: /Job queue q goes by submission/,
    });
    for (const schedulingPriority of ['10000', '-1', 'high', ''])
      await assert.rejects(rig.call(updateJob, { jobId, schedulingPriority }), { status: 400 });
    await assert.rejects(rig.call(updateJob, { jobId }), { status: 400, message: /At least one/ });
  });
});

describe('another queue', () => {
  test('takes the job with its place by submission, and lists it, though it is younger', async () => {
    const { rig, busy } = await crowded();
    const ids = [
      await rig.submit('d', whole),
      await rig.submit('d', { ...whole, jobQueue: 'other' }),
    ] as const;
    await rig.call(createJobQueue, { jobQueueName: 'young', priority: 9, computeEnvironmentOrder });
    for (const id of ids) await rig.call(updateJob, { jobId: id, jobQueue: 'young' });
    assert.deepEqual(await listed(rig, 'q'), []);
    assert.deepEqual(await listed(rig, 'other'), []);
    assert.deepEqual(new Set(await listed(rig, 'young')), new Set(ids));
    checkWorld(rig.control.world);
    const next = rig.restart();
    await next.up();
    assert.deepEqual(await shown(next, ids[1]), ['young', 'RUNNABLE', undefined, undefined]);
    assert.deepEqual(await order(next, busy, ids), [...ids]);
  });

  for (const waits of ['at the front', 'for a while'])
    test(`takes a job that was tried before and waits ${waits}, and leaves nothing of it behind`, async () => {
      const { rig, busy } = await crowded();
      const end = async (id: JobId, exitCode: number): Promise<void> => {
        await rig.started(rig.attempt(id));
        await rig.exited(rig.attempt(id), exitCode);
      };
      const delay = waits === 'for a while' ? { tags: { 'longshore:retry-delay': '60s' } } : {};
      const tried = await rig.submit('d', {
        ...whole,
        jobQueue: 'other',
        retryStrategy: { attempts: 2 },
        ...delay,
      });
      await end(busy, 0);
      const scope = rig.job(tried)!.scope;
      await rig.ask({
        type: 'update-job-queue',
        scope,
        request: { jobQueue: 'q', priority: 9 },
      });
      const urgent = await rig.submit('d', whole);
      await end(tried, 1);
      await rig.call(updateJob, { jobId: tried, jobQueue: 'q' });
      checkWorld(rig.control.world);
      await rig.clock.pass(61_000);
      checkWorld(rig.control.world);
      await end(urgent, 0);
      assert.deepEqual(await shown(rig, tried), ['q', 'STARTING', undefined, undefined]);
    });

  test('with shares wants one, and one without takes it away', async () => {
    const { rig } = await crowded();
    const jobId = await rig.submit();
    await assert.rejects(rig.call(updateJob, { jobId, jobQueue: 'fair' }), {
      message: /shareIdentifier must be specified/,
    });
    await rig.call(updateJob, {
      jobId,
      jobQueue: 'fair',
      shareIdentifier: 'a',
      schedulingPriority: '3',
    });
    assert.deepEqual(await shown(rig, jobId), ['fair', 'RUNNABLE', 'a', 3]);
    checkWorld(rig.control.world);
    await rig.call(updateJob, { jobId, jobQueue: 'other' });
    assert.deepEqual(await shown(rig, jobId), ['other', 'RUNNABLE', undefined, 3]);
    checkWorld(rig.control.world);
  });

  test('takes an array as a whole, and one that waits for others', async () => {
    const { rig, busy } = await crowded();
    const array = await rig.submit('d', { arrayProperties: { size: 3 } });
    const later = await rig.submit('d', { dependsOn: [{ jobId: busy }] });
    for (const jobId of [array, later]) await rig.call(updateJob, { jobId, jobQueue: 'other' });
    checkWorld(rig.control.world);
    assert.deepEqual(await shown(rig, array), ['other', 'PENDING', undefined, undefined]);
    assert.deepEqual(await shown(rig, later), ['other', 'PENDING', undefined, undefined]);
    await rig.started(rig.attempt(busy));
    await rig.exited(rig.attempt(busy));
    checkWorld(rig.control.world);
    assert.deepEqual(await shown(rig, childId(array, 2)), [
      'other',
      'STARTING',
      undefined,
      undefined,
    ]);
  });

  test('is refused to what is under way, to a part of a job, and where the queue takes none', async () => {
    const { rig, busy } = await crowded();
    const array = await rig.submit('d', { arrayProperties: { size: 2 } });
    const refused: [jobId: string, jobQueue: string, status: number, RegExp][] = [
      [busy, 'other', 409, /is STARTING: only a job that waits/],
      [`${array}:1`, 'other', 400, /is a part of job/],
      [array, 'none', 404, /none does not exist/],
      ['unknown', 'other', 404, /does not exist/],
    ];
    for (const [jobId, jobQueue, status, message] of refused)
      await assert.rejects(rig.call(updateJob, { jobId, jobQueue }), { status, message });
    await rig.ask({
      type: 'update-job-queue',
      scope: rig.job(array)!.scope,
      request: { jobQueue: 'other', state: 'DISABLED' },
    });
    await assert.rejects(rig.call(updateJob, { jobId: array, jobQueue: 'other' }), {
      message: /other is DISABLED and takes no jobs/,
    });
    await rig.started(rig.attempt(busy));
    await rig.exited(rig.attempt(busy));
    await assert.rejects(rig.call(updateJob, { jobId: array, jobQueue: 'fair' }), {
      status: 409,
      message: /2 of the children of job .* are under way/,
    });
    await assert.rejects(rig.call(updateJob, { jobId: busy, jobQueue: 'other' }), {
      status: 404,
      message: /does not exist, or has ended/,
    });
  });
});

test('what is told of a job before it was moved tells the queue of then', async () => {
  const { rig, busy } = await crowded();
  const id = await rig.submit('d', { containerOverrides: { vcpus: 4 } });
  await rig.call(updateJob, {
    jobId: id,
    jobQueue: 'fair',
    shareIdentifier: 'a',
    schedulingPriority: '7',
  });
  await rig.exited(rig.attempt(busy));
  await rig.started(rig.attempt(id));
  const told = rig.store.commits
    .flatMap(({ transitions }) => transitions)
    .filter(({ jobId }) => jobId === id)
    .flatMap((change) => [...(rig.control.reader.history.changesOf(change) ?? [])]);
  assert.deepEqual(
    told.map(({ view: { job, detail } }) => [
      job.status,
      detail.queueArn.replace(/^.*\//, ''),
      detail.shareIdentifier,
    ]),
    [
      ['SUBMITTED', 'q', undefined],
      ['RUNNABLE', 'q', undefined],
      ['STARTING', 'fair', 'a'],
      ['RUNNING', 'fair', 'a'],
    ],
  );
  assert.equal(told.at(-1)?.view.detail.schedulingPriority, 7);
});
