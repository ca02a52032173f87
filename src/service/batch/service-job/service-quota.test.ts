// Service jobs in quota shares: capacity of instance types, lent, borrowed and taken back.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  DescribeServiceJobCommandOutput,
  SubmitServiceJobCommandInput,
} from '@aws-sdk/client-batch';
import { must } from '../../../base/assert.ts';
import { jobId } from '../../../base/ids.ts';
import { scope } from '../../../../test/house/caller.ts';
import type { Happening } from '../../../core/turn/happening.ts';
import type { Ec2Deps } from '../../ec2/deps.ts';
import { happeningEvent } from '../../events/happening-event.ts';
import { Rig, type RigOptions } from '../../../../test/house/rig.ts';
import { submitTraining, training } from '../../../../test/house/training.ts';
import { createJobQueue } from '../job-queue/create-job-queue.ts';
import { getJobQueueSnapshot } from '../job-queue/get-job-queue-snapshot.ts';
import { createQuotaShare } from '../quota-share/create-quota-share.ts';
import { createSchedulingPolicy } from '../scheduling-policy/create-scheduling-policy.ts';
import { createServiceEnvironment } from '../service-environment/create-service-environment.ts';
import { describeServiceJob } from './describe-service-job.ts';
import { terminateServiceJob } from './terminate-service-job.ts';

/** The machine has room for four. */
const type = 'ml.t2.micro';
const small = { ResourceConfig: { ...training.ResourceConfig, InstanceType: type } };
const submit = (rig: Rig, more: Partial<SubmitServiceJobCommandInput>) =>
  submitTraining(rig, more, small);
const limits = (maxCapacity: number, capacityUnit: string = type) => [
  { capacityUnit, maxCapacity },
];
const sharing = {
  resourceSharingConfiguration: { strategy: 'LEND_AND_BORROW', borrowLimit: -1 },
  preemptionConfiguration: { inSharePreemption: 'DISABLED' },
} as const;

const described = (rig: Rig, id: string): Promise<Partial<DescribeServiceJobCommandOutput>> =>
  rig.call(describeServiceJob, { jobId: id });

const createQueue = async (rig: Rig, capacityLimits: object[], schedulingPolicyArn?: string) => {
  await rig.call(createServiceEnvironment, {
    serviceEnvironmentName: 'se',
    serviceEnvironmentType: 'SAGEMAKER_TRAINING',
    capacityLimits,
  });
  return rig.call(createJobQueue, {
    jobQueueName: 'training',
    priority: 1,
    jobQueueType: 'SAGEMAKER_TRAINING',
    serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: 'se' }],
    schedulingPolicyArn,
  });
};

const policyOf = async (rig: Rig, kind: object): Promise<string> =>
  (await rig.call(createSchedulingPolicy, { name: 'p', ...kind })).arn ?? '';
const quotaShares = { quotaSharePolicy: { idleResourceAssignmentStrategy: 'FIFO' } };

/** Three instances, two of them share `one`'s and one share `two`'s; either lends and borrows. */
async function quotaRig(options: RigOptions = {}): Promise<Rig> {
  const rig = await Rig.bare(options);
  rig.engine.onStart = () => new Promise(() => undefined);
  await createQueue(rig, limits(3), await policyOf(rig, quotaShares));
  for (const [quotaShareName, most] of [
    ['one', 2],
    ['two', 1],
  ] as const)
    await rig.call(createQuotaShare, {
      quotaShareName,
      jobQueue: 'training',
      capacityLimits: limits(most),
      ...sharing,
    });
  return rig;
}

describe('a queue of service jobs with quota shares', () => {
  it('counts in instance types, and no other queue does', async () => {
    const rig = await Rig.bare();
    const arn = await policyOf(rig, quotaShares);
    await assert.rejects(createQueue(rig, limits(3, 'NUM_INSTANCES'), arn), {
      message: /counts all instances together; that of job queue training, which has quota shares/,
    });
    for (const policy of [undefined, await policyOf(rig, { name: 'fair', fairsharePolicy: {} })]) {
      const other = await Rig.bare();
      const fair = policy && (await policyOf(other, { name: 'fair', fairsharePolicy: {} }));
      await assert.rejects(createQueue(other, limits(3), fair), {
        message: /counts instances by type for quota shares, and job queue training has no/,
      });
    }
  });

  it('names no unit of container jobs, without shares either', async () => {
    const rig = await Rig.bare();
    const { jobQueueArn = '' } = await createQueue(
      rig,
      limits(3),
      await policyOf(rig, quotaShares),
    );
    const units = () => {
      const { quotas } = rig.control.reader.batch.queueSnapshot(scope, jobQueueArn, 1) ?? {};
      return quotas?.used.map(({ capacityUnit }) => capacityUnit);
    };
    assert.deepEqual(units(), []);
    const { queueUtilization } = await rig.call(getJobQueueSnapshot, { jobQueue: 'training' });
    assert.deepEqual(queueUtilization?.totalCapacityUsage, []);
    await rig.call(createQuotaShare, {
      quotaShareName: 'one',
      jobQueue: 'training',
      capacityLimits: limits(1),
      ...sharing,
    });
    assert.deepEqual(units(), [type]);
  });

  it('has shares of instance types alone', async () => {
    const rig = await quotaRig();
    for (const unit of ['VCPU', 'NUM_INSTANCES'])
      await assert.rejects(
        rig.call(createQuotaShare, {
          quotaShareName: 'three',
          jobQueue: 'training',
          capacityLimits: limits(1, unit),
          ...sharing,
        }),
        { message: new RegExp(`is counted in instance types .*'${unit}' is none of them`) },
      );
  });

  it('wants jobs to name a share, and no other queue does', async () => {
    const rig = await quotaRig();
    const refused = async (where: Rig, more: object, message: RegExp) =>
      assert.rejects(submit(where, more), { message });
    await refused(rig, {}, /quotaShareName must be specified/);
    await refused(rig, { shareIdentifier: 'one' }, /quotaShareName must be specified, not share/);
    await refused(rig, { quotaShareName: 'three' }, /Quota share three of job queue training does/);
    const plain = await Rig.bare();
    await createQueue(plain, limits(1, 'NUM_INSTANCES'));
    await refused(plain, { quotaShareName: 'one' }, /quotaShareName cannot be specified/);
    await refused(plain, { preemptionConfiguration: {} }, /preemptionConfiguration cannot be/);
  });
});

/** Submits so many to share `one`, more than it may hold without borrowing, and runs them. */
async function borrowing(rig: Rig, count: number, more: object = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push(await submit(rig, { quotaShareName: 'one', ...more }));
  await rig.clock.pass();
  for (const id of ids.slice(0, 3)) await rig.started(rig.attempt(jobId(id)));
  return ids;
}

describe('service jobs in quota shares', () => {
  it('borrow what lies idle, and make way for whose it is', async () => {
    const rig = await quotaRig();
    const ids = await borrowing(rig, 4);
    const statuses = async () =>
      Promise.all(ids.map(async (id) => (await described(rig, id)).status));
    assert.deepEqual(await statuses(), ['RUNNING', 'RUNNING', 'RUNNING', 'RUNNABLE']);
    const last = rig.attempt(jobId(ids[2] ?? ''));
    const own = await submit(rig, {
      quotaShareName: 'two',
      preemptionConfiguration: { preemptionRetriesBeforeTermination: 3 },
    });
    await rig.clock.pass();
    await rig.exited(last, 143);
    await rig.clock.pass(1_000);
    const shown = await described(rig, own);
    assert.equal(shown.status, 'STARTING');
    assert.equal(shown.quotaShareName, 'two');
    assert.equal(shown.shareIdentifier, undefined);
    assert.deepEqual(shown.preemptionConfiguration, { preemptionRetriesBeforeTermination: 3 });
    assert.equal(shown.preemptionSummary, undefined);
    assert.deepEqual(await statuses(), ['RUNNING', 'RUNNING', 'RUNNABLE', 'RUNNABLE']);
    const { preemptionSummary } = await described(rig, ids[2] ?? '');
    assert.equal(preemptionSummary?.preemptedAttemptCount, 1);
    const [attempt] = preemptionSummary.recentPreemptedAttempts ?? [];
    assert.match(attempt?.statusReason ?? '', /taken back by quota share two/);
    const { queueUtilization } = await rig.call(getJobQueueSnapshot, { jobQueue: 'training' });
    assert.deepEqual(queueUtilization?.totalCapacityUsage, [{ capacityUnit: type, quantity: 3 }]);
  });

  it('are told of when they make way, and when they have, and nobody else is', async () => {
    const rig = await quotaRig({
      interest: {
        wants: () => false,
        tagsChanged: () => undefined,
        wantsBeside: ({ type: of }) => of.startsWith('preemption-'),
        blockedQueues: new Set(),
      },
    });
    const told = () =>
      rig.store.commits.flatMap(({ busEvents }) =>
        busEvents.flatMap(({ what }) => ('happening' in what ? [what.happening] : [])),
      );
    const ids = await borrowing(rig, 3, {
      preemptionConfiguration: { preemptionRetriesBeforeTermination: 1 },
    });
    const preempted = ids[2] ?? '';
    await submit(rig, { quotaShareName: 'two' });
    await rig.clock.pass();
    const { reader } = rig.control;
    const sources = {
      batch: reader.batch,
      jobs: reader.jobs,
      ec2: rig.depsOf<Ec2Deps>('ec2').space,
    };
    const eventOf = (at: number) =>
      happeningEvent(
        String(at),
        JSON.parse(JSON.stringify(must(told()[at], 'it was told'))) as Happening,
        sources,
      );
    const preemptedJobArn = (await described(rig, preempted)).jobArn;
    const started = eventOf(0);
    assert.deepEqual(
      [told().length, started?.source, started?.['detail-type'], started?.resources],
      [1, 'aws.batch', 'Batch Service Job Preemption Started', [preemptedJobArn]],
    );
    assert.deepEqual(started?.detail, {
      statusReason:
        'PREEMPTION_IN_PROGRESS: Cross-share preemption triggered to reclaim borrowed capacity',
      preemptedJobArn,
      status: 'RUNNING',
    });
    await rig.exited(rig.attempt(jobId(preempted)), 143);
    await rig.clock.pass();
    const completed = eventOf(1);
    const { preemptionSummary } = await described(rig, preempted);
    assert.equal(preemptionSummary?.preemptedAttemptCount, 1);
    assert.deepEqual(
      [told().length, completed?.['detail-type'], completed?.resources],
      [2, 'Batch Service Job Preemption Completed', [preemptedJobArn]],
    );
    assert.deepEqual(completed?.detail, { preemptedJobArn, preemptionSummary, status: 'RUNNABLE' });
    await rig.call(terminateServiceJob, { jobId: preempted, reason: 'enough' });
    for (const id of ids.slice(0, 2)) await rig.exited(rig.attempt(jobId(id)));
    assert.equal(told().length, 2, 'its end, and those of others, are none');
  });

  it('make way also where the environment has less than the shares together', async () => {
    const rig = await quotaRig();
    await rig.call(createQuotaShare, {
      quotaShareName: 'three',
      jobQueue: 'training',
      capacityLimits: limits(1),
      ...sharing,
    });
    const ids = await borrowing(rig, 3);
    const own = await submit(rig, { quotaShareName: 'two' });
    await rig.clock.pass();
    await rig.exited(rig.attempt(jobId(ids[2] ?? '')), 143);
    await rig.clock.pass(1_000);
    assert.equal((await described(rig, own)).status, 'STARTING');
    assert.equal((await described(rig, ids[2] ?? '')).status, 'RUNNABLE');
  });

  it('fail where they may not wait once more', async () => {
    const rig = await quotaRig();
    const ids = await borrowing(rig, 3, {
      preemptionConfiguration: { preemptionRetriesBeforeTermination: 0 },
    });
    await submit(rig, { quotaShareName: 'two' });
    await rig.clock.pass();
    await rig.exited(rig.attempt(jobId(ids[2] ?? '')), 143);
    assert.equal((await described(rig, ids[2] ?? '')).status, 'FAILED');
  });
});
