// The operations of service jobs through the product: their statuses, what they run as, how they
// end, are stopped and tried again, and that container jobs are something else.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DescribeServiceJobCommandOutput } from '@aws-sdk/client-batch';
import { containerIdOf, jobId } from '../../../base/ids.ts';
import { must } from '../../../base/assert.ts';
import { scope } from '../../../../test/house/caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import {
  serviceJob,
  submitTraining,
  training,
  trainingRig,
} from '../../../../test/house/training.ts';
import { describeJobs } from '../job/describe-jobs.ts';
import { listJobs } from '../job/list-jobs.ts';
import { terminateJob } from '../job/terminate-job.ts';
import { createJobQueue } from '../job-queue/create-job-queue.ts';
import { deleteJobQueue } from '../job-queue/delete-job-queue.ts';
import { getJobQueueSnapshot } from '../job-queue/get-job-queue-snapshot.ts';
import { updateJobQueue } from '../job-queue/update-job-queue.ts';
import { createSchedulingPolicy } from '../scheduling-policy/create-scheduling-policy.ts';
import { updateServiceEnvironment } from '../service-environment/update-service-environment.ts';
import { listTagsForResource } from '../tag/list-tags-for-resource.ts';
import { tagResource } from '../tag/tag-resource.ts';
import { describeServiceJob } from './describe-service-job.ts';
import { listServiceJobs } from './list-service-jobs.ts';
import { submitServiceJob } from './submit-service-job.ts';
import { terminateServiceJob } from './terminate-service-job.ts';
import { terminateServiceJobs } from './terminate-service-jobs.ts';
import { updateServiceJob } from './update-service-job.ts';

type Described = Omit<DescribeServiceJobCommandOutput, '$metadata'>;

const described = (rig: Rig, id: string): Promise<Described> =>
  rig.call(describeServiceJob, { jobId: id });
const statusOf = async (rig: Rig, ...ids: string[]) =>
  Promise.all(ids.map(async (id) => (await described(rig, id)).status));
const reasonOf = async (rig: Rig, id: string) => (await described(rig, id)).statusReason;
const attemptOf = (rig: Rig, id: string) => rig.attempt(jobId(id));
const specOf = (rig: Rig, id: string) =>
  must(rig.engine.specs.get(containerIdOf(attemptOf(rig, id), 0)), 'its attempt was started');
const arnOf = (kind: string, id: string): string =>
  `arn:aws:batch:eu-west-1:123456789012:${kind}/${id}`;

describe('a service job', () => {
  it('is told from its submission to its end, and the same after a restart', async () => {
    const rig = await trainingRig();
    rig.engine.onStart = () => new Promise(() => undefined);
    const request = serviceJob({
      tags: { team: 'blue' },
      schedulingPriority: 7,
      retryStrategy: { attempts: 1 },
      timeoutConfig: { attemptDurationSeconds: 60 },
    });
    const submitted = await rig.call(submitServiceJob, request);
    const id = submitted.jobId ?? '';
    assert.deepEqual(submitted, { jobId: id, jobName: 'job', jobArn: arnOf('service-job', id) });
    const resource = {
      name: 'TrainingJobArn',
      value: `arn:aws:sagemaker:eu-west-1:123456789012:training-job/AWSBatchtrain-it${attemptOf(rig, id)}`,
    } as const;
    const createdAt = rig.clock.now();
    const starting = {
      jobArn: arnOf('service-job', id),
      jobId: id,
      jobName: 'job',
      jobQueue: arnOf('job-queue', 'training'),
      serviceJobType: 'SAGEMAKER_TRAINING',
      status: 'STARTING',
      createdAt,
      scheduledAt: createdAt,
      capacityUsage: [{ capacityUnit: 'ml.t3.medium', quantity: 1 }],
      latestAttempt: { serviceResourceId: resource },
      attempts: [],
      isTerminated: false,
      retryStrategy: { attempts: 1, evaluateOnExit: [] },
      schedulingPriority: 7,
      serviceRequestPayload: request.serviceRequestPayload,
      tags: { team: 'blue' },
      timeoutConfig: { attemptDurationSeconds: 60 },
    };
    const shown = (view: Described) => JSON.parse(JSON.stringify(view)) as object;
    assert.deepEqual(shown(await described(rig, id)), starting);
    assert.deepEqual(shown(await described(rig, arnOf('service-job', id))), starting);
    await rig.clock.pass(1_000);
    await rig.started(attemptOf(rig, id));
    const startedAt = createdAt + 1_000;
    assert.deepEqual(shown(await described(rig, id)), {
      ...starting,
      status: 'RUNNING',
      startedAt,
    });
    await rig.exited(attemptOf(rig, id));
    const stoppedAt = rig.clock.now();
    const statusReason = 'Received status from SageMaker: Training job completed';
    const ended = {
      ...starting,
      status: 'SUCCEEDED',
      statusReason,
      startedAt,
      stoppedAt,
      attempts: [{ serviceResourceId: resource, startedAt, stoppedAt, statusReason }],
    };
    assert.deepEqual(shown(await described(rig, id)), ended);
    assert.deepEqual(shown(await described(await rig.restart().up(), id)), ended);
  });

  it('is one, however often its request is sent with the same token', async () => {
    const rig = await trainingRig();
    const request = serviceJob({ clientToken: 'token' });
    const first = await rig.call(submitServiceJob, request);
    const id = first.jobId ?? '';
    assert.deepEqual(await rig.call(submitServiceJob, request), first);
    const others = [
      serviceJob({ clientToken: 'other' }),
      serviceJob({ clientToken: 'token', jobName: 'other' }),
      serviceJob(),
    ];
    for (const other of others)
      assert.notEqual((await rig.call(submitServiceJob, other)).jobId, id);
    await rig.exited(attemptOf(rig, id));
    assert.deepEqual(await statusOf(rig, id), ['SUCCEEDED']);
    assert.deepEqual(await rig.call(submitServiceJob, request), first);
    assert.deepEqual(await rig.restart().call(submitServiceJob, request), first);
    assert.deepEqual(await statusOf(rig, id), ['SUCCEEDED']);
  });

  it('goes by the priority that it is given later', async () => {
    const rig = await trainingRig(1);
    rig.engine.onStart = () => new Promise(() => undefined);
    const policy = await rig.call(createSchedulingPolicy, { name: 'fair' });
    await rig.call(createJobQueue, {
      jobQueueName: 'fair',
      priority: 1,
      jobQueueType: 'SAGEMAKER_TRAINING',
      serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: 'se' }],
      schedulingPolicyArn: policy.arn,
    });
    const submit = () =>
      submitTraining(rig, { jobQueue: 'fair', shareIdentifier: 'one', schedulingPriority: 5 });
    const [running, second, third] = [await submit(), await submit(), await submit()];
    const update = (id: string, schedulingPriority: number) =>
      rig.call(updateServiceJob, { jobId: id, schedulingPriority });
    assert.deepEqual(await update(third, 6), {
      jobId: third,
      jobName: 'job',
      jobArn: arnOf('service-job', third),
    });
    await update(arnOf('service-job', running), 7);
    const prioritiesIn = async (where: Rig) =>
      Promise.all(
        [running, second, third].map(async (id) => (await described(where, id)).schedulingPriority),
      );
    assert.deepEqual(await prioritiesIn(rig), [7, 5, 6]);
    await rig.exited(attemptOf(rig, running));
    assert.deepEqual(await statusOf(rig, running, second, third), [
      'SUCCEEDED',
      'RUNNABLE',
      'STARTING',
    ]);
    await assert.rejects(update(running, 1), /Service job .* does not exist, or has ended/);
    assert.deepEqual(await prioritiesIn(await rig.restart().up()), [7, 5, 6]);
  });

  it('shows a priority where its queue goes by submission', async () => {
    const rig = await trainingRig(1);
    rig.engine.onStart = () => new Promise(() => undefined);
    const [running, second, third] = [
      await submitTraining(rig),
      await submitTraining(rig),
      await submitTraining(rig),
    ];
    await rig.call(updateServiceJob, { jobId: third, schedulingPriority: 9 });
    assert.equal((await described(rig, third)).schedulingPriority, 9);
    await rig.exited(attemptOf(rig, running));
    assert.deepEqual(await statusOf(rig, second, third), ['STARTING', 'RUNNABLE']);
  });

  it('is updated by its own operation alone', async () => {
    const rig = await trainingRig(1);
    rig.engine.onStart = () => new Promise(() => undefined);
    const id = (await Promise.all([submitTraining(rig), submitTraining(rig)]))[1];
    const update = { type: 'update-job', scope, jobId: jobId(id), schedulingPriority: 1 } as const;
    assert.deepEqual(await rig.ask(update), {
      refusal: 'not-found',
      message: `Job ${id} does not exist, or has ended.`,
    });
    for (const wrong of [{}, { schedulingPriority: -1 }, { schedulingPriority: 10_000 }])
      await assert.rejects(
        rig.call(updateServiceJob, { jobId: id, schedulingPriority: undefined, ...wrong }),
        /schedulingPriority must be/,
      );
    await assert.rejects(
      rig.call(updateServiceJob, { jobId: arnOf('job', id), schedulingPriority: 1 }),
      /does not exist/,
    );
  });

  it('is SCHEDULED from its place to the beginning of its start', async () => {
    const rig = await trainingRig();
    rig.engine.onStart = () => new Promise(() => undefined);
    const id = await submitTraining(rig);
    const statuses = rig.store.commits.flatMap((commit) =>
      [...commit.rows.jobs.values()].map(({ status }) => status),
    );
    assert.deepEqual(statuses.slice(-2), ['SCHEDULED', 'STARTING']);
    // One that was SCHEDULED when its server went is found, and goes on.
    const next = await rig.restart().up();
    assert.deepEqual(await statusOf(next, id), ['STARTING']);
  });

  it('runs its image as SageMaker would', async () => {
    const rig = await trainingRig();
    const id = await submitTraining(rig, {}, { Environment: { SEED: '1' } });
    const name = `AWSBatchtrain-it${attemptOf(rig, id)}`;
    const { image, command, entrypoint, environment, milliVcpu, memoryMib } = specOf(rig, id);
    assert.deepEqual(
      { image, command, entrypoint, milliVcpu, memoryMib },
      {
        image: 'busybox',
        command: ['train'],
        entrypoint: undefined,
        milliVcpu: 2000,
        memoryMib: 3921,
      },
    );
    assert.deepEqual(
      environment.map(({ name: variable, value }) => `${variable}=${value}`),
      [
        'AWS_REGION=eu-west-1',
        'SEED=1',
        `TRAINING_JOB_NAME=${name}`,
        `TRAINING_JOB_ARN=arn:aws:sagemaker:eu-west-1:123456789012:training-job/${name}`,
      ],
    );
    assert.equal(rig.stream(jobId(id)), `${name}/algo-1-${Math.floor(rig.clock.now() / 1000)}`);
    await rig.exited(attemptOf(rig, id));
    for (const [said, expected] of [
      [{ ContainerArguments: ['fit'] }, [undefined, ['fit']]],
      [{ ContainerEntrypoint: ['sh'] }, [['sh'], []]],
      [
        { ContainerEntrypoint: ['sh'], ContainerArguments: ['-c', 'true'] },
        [['sh'], ['-c', 'true']],
      ],
    ] as const) {
      const other = await submitTraining(
        rig,
        {},
        { AlgorithmSpecification: { ...training.AlgorithmSpecification, ...said } },
      );
      const spec = specOf(rig, other);
      assert.deepEqual([spec.entrypoint, spec.command], expected);
      await rig.exited(attemptOf(rig, other));
    }
  });

  it('waits for capacity of its service environment, and for this machine', async () => {
    const rig = await trainingRig(1, {});
    const [first, second] = [await submitTraining(rig), await submitTraining(rig)];
    assert.deepEqual(await statusOf(rig, first, second), ['STARTING', 'RUNNABLE']);
    assert.match(
      (await reasonOf(rig, second)) ?? '',
      /^waiting for service environment se: 1 of 1 instances in use$/,
    );
    await rig.call(updateServiceEnvironment, {
      serviceEnvironment: 'se',
      capacityLimits: [{ capacityUnit: 'NUM_INSTANCES', maxCapacity: 4 }],
    });
    assert.match(
      (await reasonOf(rig, second)) ?? '',
      /^waiting for this machine: .* MiB of memory/,
    );
    await rig.exited(attemptOf(rig, first));
    assert.deepEqual(await statusOf(rig, first, second), ['SUCCEEDED', 'STARTING']);
    await rig.call(updateServiceEnvironment, { serviceEnvironment: 'se', state: 'DISABLED' });
    const third = await submitTraining(rig);
    assert.match(
      (await reasonOf(rig, third)) ?? '',
      /^waiting for service environment se: it is DIS/,
    );
    await rig.exited(attemptOf(rig, second));
    assert.deepEqual(await statusOf(rig, third), ['RUNNABLE']);
    await rig.call(updateServiceEnvironment, { serviceEnvironment: 'se', state: 'ENABLED' });
    assert.deepEqual(await statusOf(rig, third), ['STARTING']);
  });

  it('says that no machine here has what its instance has', async () => {
    const rig = await trainingRig();
    const id = await submitTraining(
      rig,
      {},
      { ResourceConfig: { ...training.ResourceConfig, InstanceType: 'ml.p3.2xlarge' } },
    );
    assert.match((await reasonOf(rig, id)) ?? '', /^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - /);
  });
});

describe('an attempt of a service job', () => {
  const failed = async (retryStrategy?: object, code = 3) => {
    const rig = await trainingRig();
    const id = await submitTraining(rig, { retryStrategy: retryStrategy as never });
    await rig.exited(attemptOf(rig, id), code);
    return { rig, id };
  };
  const reason = 'Received status from SageMaker: AlgorithmError: , exit code: 3';

  it('tells of its end in the words of SageMaker', async () => {
    const { rig, id } = await failed();
    const { status, statusReason, attempts } = await described(rig, id);
    assert.deepEqual([status, statusReason], ['FAILED', reason]);
    assert.deepEqual(
      attempts?.map((attempt) => attempt.statusReason),
      [reason],
    );
  });

  const rules: readonly [string, object[], boolean][] = [
    ['no rule', [], true],
    ['a rule that says RETRY', [{ action: 'Retry', onStatusReason: '*AlgorithmError*' }], true],
    ['a rule that says EXIT', [{ action: 'EXIT', onStatusReason: '*' }], false],
    ['a rule of something else', [{ action: 'EXIT', onStatusReason: '*Capacity*' }], true],
    [
      'the first that matches',
      [
        { action: 'EXIT', onStatusReason: `${reason.slice(0, 40)}*` },
        { action: 'RETRY', onStatusReason: '*' },
      ],
      false,
    ],
  ];
  for (const [what, evaluateOnExit, isRetried] of rules)
    it(`is ${isRetried ? '' : 'not '}followed by another with ${what}`, async () => {
      const { rig, id } = await failed({ attempts: 2, evaluateOnExit });
      const { status, attempts } = await described(rig, id);
      assert.deepEqual([status, attempts?.length], [isRetried ? 'STARTING' : 'FAILED', 1]);
    });

  it('may take as long as its timeout and its payload say', async () => {
    for (const [seconds, most, statusReason] of [
      [10, 3600, 'Job attempt duration exceeded timeout'],
      [
        undefined,
        5,
        'Received status from SageMaker: Training job runtime exceeded MaxRuntimeInSeconds provided',
      ],
    ] as const) {
      const rig = await trainingRig();
      const id = await submitTraining(
        rig,
        {
          timeoutConfig: { attemptDurationSeconds: seconds },
          retryStrategy: { attempts: 2 },
        },
        { StoppingCondition: { MaxRuntimeInSeconds: most } },
      );
      await rig.started(attemptOf(rig, id));
      await rig.clock.pass((Math.min(seconds ?? most, most) + 1) * 1000);
      assert.ok(rig.engine.calls.includes(`stop ${attemptOf(rig, id)}`));
      await rig.exited(attemptOf(rig, id), 143);
      assert.deepEqual(
        [await statusOf(rig, id), await reasonOf(rig, id)],
        [['FAILED'], statusReason],
      );
    }
  });
});

describe('TerminateServiceJob', () => {
  it('ends what waits at once, and stops what runs', async () => {
    const rig = await trainingRig(1);
    const [runs, waits] = [await submitTraining(rig), await submitTraining(rig)];
    await rig.started(attemptOf(rig, runs));
    for (const id of [waits, runs])
      assert.deepEqual(await rig.call(terminateServiceJob, { jobId: id, reason: 'enough' }), {});
    const { status, statusReason, isTerminated, stoppedAt } = await described(rig, waits);
    assert.deepEqual(
      [status, statusReason, isTerminated, stoppedAt !== undefined],
      ['FAILED', 'enough', true, true],
    );
    assert.deepEqual(await statusOf(rig, runs), ['RUNNING']);
    assert.equal((await described(rig, runs)).isTerminated, true);
    await rig.exited(attemptOf(rig, runs), 0);
    assert.deepEqual(
      [await statusOf(rig, runs), await reasonOf(rig, runs)],
      [['FAILED'], 'enough'],
    );
  });

  it('comes for many at once, and tells which names are none', async () => {
    const rig = await trainingRig(1);
    const ids = [await submitTraining(rig), await submitTraining(rig)];
    const unknown = '00000000-0000-7000-8000-000000009999';
    const answer = await rig.call(terminateServiceJobs, {
      jobs: [...ids, unknown, 'no id'],
      reason: 'enough',
    });
    assert.deepEqual(answer.successful, [...ids, unknown]);
    assert.deepEqual(
      answer.errors?.map(({ job, code }) => [job, code]),
      [['no id', 'ValidationException']],
    );
    for (const id of ids) assert.equal((await described(rig, id)).isTerminated, true);
  });

  it('comes with the deletion of its queue', async () => {
    const rig = await trainingRig(1);
    const id = await submitTraining(rig);
    await rig.call(updateJobQueue, { jobQueue: 'training', state: 'DISABLED' });
    await rig.call(deleteJobQueue, { jobQueue: 'training' });
    await rig.exited(attemptOf(rig, id), 143);
    assert.deepEqual(await statusOf(rig, id), ['FAILED']);
  });
});

describe('service jobs and container jobs', () => {
  it('are shown and stopped by operations of their own', async () => {
    const rig = await trainingRig();
    const container = await Rig.open();
    const id = await submitTraining(rig);
    assert.deepEqual((await rig.call(describeJobs, { jobs: [id] })).jobs, []);
    assert.deepEqual(
      (await rig.call(listJobs, { jobQueue: 'training', jobStatus: 'STARTING' })).jobSummaryList,
      [],
    );
    await rig.call(terminateJob, { jobId: id, reason: 'enough' });
    assert.equal((await described(rig, id)).isTerminated, false);
    const other = await container.submit();
    await assert.rejects(described(container, other), /Service job .* does not exist/);
    await container.call(terminateServiceJob, { jobId: other, reason: 'enough' });
    assert.equal(container.job(other)?.stops, undefined);
    assert.deepEqual(
      (await container.call(listServiceJobs, { jobQueue: 'q', jobStatus: 'STARTING' }))
        .jobSummaryList,
      [],
    );
  });

  it('wait in queues of their own', async () => {
    const rig = await trainingRig();
    await rig.define('d');
    await assert.rejects(
      rig.call(submitServiceJob, serviceJob({ jobQueue: 'none' })),
      /Job queue none does not exist/,
    );
    const container = await Rig.open();
    await assert.rejects(
      container.call(submitServiceJob, serviceJob({ jobQueue: 'q' })),
      /is of type ECS_FARGATE; service jobs are submitted to one of type SAGEMAKER_TRAINING/,
    );
    const answer = await rig.ask({
      type: 'submit-job',
      scope,
      jobId: jobId(rig.ids.uuid()),
      request: { jobName: 'n', jobQueue: 'training', jobDefinition: 'd' },
    });
    assert.match(JSON.stringify(answer), /is for service jobs/);
  });

  it('have tags by ARNs of their own', async () => {
    const rig = await trainingRig();
    const id = await submitTraining(rig, { tags: { team: 'blue' } });
    const resourceArn = arnOf('service-job', id);
    await rig.call(tagResource, { resourceArn, tags: { more: '1' } });
    assert.deepEqual((await rig.call(listTagsForResource, { resourceArn })).tags, {
      team: 'blue',
      more: '1',
    });
    await assert.rejects(
      rig.call(listTagsForResource, { resourceArn: arnOf('job', id) }),
      /does not exist/,
    );
  });
});

describe('ListServiceJobs', () => {
  it('lists by status, by name, by time and in pages', async () => {
    const rig = await trainingRig(1);
    const first = await submitTraining(rig, { jobName: 'Alpha' });
    await rig.clock.pass(1_000);
    const middle = String(rig.clock.now());
    await rig.clock.pass(1_000);
    const others = [
      await submitTraining(rig, { jobName: 'beta' }),
      await submitTraining(rig, { jobName: 'betamax' }),
    ];
    const list = async (more: object) =>
      (await rig.call(listServiceJobs, { jobQueue: 'training', ...more })).jobSummaryList?.map(
        ({ jobId: id }) => id,
      );
    const filter = (name: string, value: string) => ({ filters: [{ name, values: [value] }] });
    assert.deepEqual(await list({}), []);
    assert.deepEqual(await list({ jobStatus: 'STARTING' }), [first]);
    assert.deepEqual(await list({ jobStatus: 'RUNNABLE' }), others.toReversed());
    assert.deepEqual(await list(filter('JOB_NAME', 'ALPHA')), [first]);
    assert.deepEqual(await list(filter('JOB_NAME', 'Beta*')), others.toReversed());
    assert.deepEqual(await list(filter('BEFORE_CREATED_AT', middle)), [first]);
    assert.deepEqual(await list(filter('AFTER_CREATED_AT', middle)), others.toReversed());
    assert.deepEqual(await list(filter('SHARE_IDENTIFIER', 's')), []);
    const page = await rig.call(listServiceJobs, {
      jobQueue: 'training',
      jobStatus: 'RUNNABLE',
      maxResults: 1,
    });
    assert.equal(page.jobSummaryList?.length, 1);
    assert.deepEqual(await list({ jobStatus: 'RUNNABLE', nextToken: page.nextToken }), [others[0]]);
    await assert.rejects(list(filter('JOB_DEFINITION', 'd')), /Filter name must be/);
    await assert.rejects(list({ jobQueue: '' }), /jobQueue must be provided/);
    await assert.rejects(list({ jobStatus: 'NONE' }), /jobStatus must be one of/);
  });

  it('tells of a job what a summary has', async () => {
    const rig = await trainingRig();
    const id = await submitTraining(rig);
    const [summary] =
      (await rig.call(listServiceJobs, { jobQueue: 'training', jobStatus: 'STARTING' }))
        .jobSummaryList ?? [];
    assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(summary)) as object).sort(), [
      'capacityUsage',
      'createdAt',
      'jobArn',
      'jobId',
      'jobName',
      'latestAttempt',
      'scheduledAt',
      'serviceJobType',
      'status',
    ]);
    await rig.call(terminateServiceJob, { jobId: id, reason: 'enough' });
    const [after] =
      (await rig.call(listServiceJobs, { jobQueue: 'training', jobStatus: 'STARTING' }))
        .jobSummaryList ?? [];
    assert.equal(after?.isTerminated, true);
  });

  it('is beside the front of its queue, which tells of instances', async () => {
    const rig = await trainingRig(1);
    await submitTraining(rig);
    const waits = await submitTraining(rig);
    const { frontOfQueue, queueUtilization } = await rig.call(getJobQueueSnapshot, {
      jobQueue: 'training',
    });
    assert.deepEqual(
      frontOfQueue?.jobs?.map(({ jobArn }) => jobArn),
      [arnOf('service-job', waits)],
    );
    assert.deepEqual(queueUtilization?.totalCapacityUsage, [
      { capacityUnit: 'ml.t3.medium', quantity: 1 },
    ]);
  });
});
