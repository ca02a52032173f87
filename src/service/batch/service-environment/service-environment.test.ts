// The four operations of service environments, and the queues that use one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  CreateJobQueueCommandInput,
  CreateServiceEnvironmentCommandInput,
} from '@aws-sdk/client-batch';
import { Rig } from '../../../../test/house/rig.ts';
import { trainingRig } from '../../../../test/house/training.ts';
import { createJobQueue } from '../job-queue/create-job-queue.ts';
import { describeJobQueues } from '../job-queue/describe-job-queues.ts';
import { updateJobQueue } from '../job-queue/update-job-queue.ts';
import { createSchedulingPolicy } from '../scheduling-policy/create-scheduling-policy.ts';
import { listTagsForResource } from '../tag/list-tags-for-resource.ts';
import { tagResource } from '../tag/tag-resource.ts';
import { createServiceEnvironment } from './create-service-environment.ts';
import { deleteServiceEnvironment } from './delete-service-environment.ts';
import { describeServiceEnvironments } from './describe-service-environments.ts';
import { updateServiceEnvironment } from './update-service-environment.ts';

const arnOf = (name: string): string =>
  `arn:aws:batch:eu-west-1:123456789012:service-environment/${name}`;
const instances = (maxCapacity: number) => [{ capacityUnit: 'NUM_INSTANCES', maxCapacity }];
const byType = [{ capacityUnit: 'ml.m5.large', maxCapacity: 3 }];
const environment = (
  more: Partial<CreateServiceEnvironmentCommandInput> = {},
): CreateServiceEnvironmentCommandInput => ({
  serviceEnvironmentName: 'se',
  serviceEnvironmentType: 'SAGEMAKER_TRAINING',
  capacityLimits: instances(5),
  ...more,
});
const queue = (more: Partial<CreateJobQueueCommandInput> = {}): CreateJobQueueCommandInput => ({
  jobQueueName: 'q',
  priority: 1,
  serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: 'se' }],
  ...more,
});
const described = async (rig: Rig, serviceEnvironments?: string[]) =>
  (await rig.call(describeServiceEnvironments, { serviceEnvironments })).serviceEnvironments ?? [];

test('one comes back by name and by ARN, with its limits and tags, also after a restart', async () => {
  const rig = await Rig.bare();
  assert.deepEqual(
    await rig.call(createServiceEnvironment, environment({ tags: { team: 'blue' } })),
    { serviceEnvironmentName: 'se', serviceEnvironmentArn: arnOf('se') },
  );
  await rig.call(tagResource, { resourceArn: arnOf('se'), tags: { more: '1' } });
  const shown = {
    serviceEnvironmentName: 'se',
    serviceEnvironmentArn: arnOf('se'),
    serviceEnvironmentType: 'SAGEMAKER_TRAINING',
    state: 'ENABLED',
    status: 'VALID',
    capacityLimits: instances(5),
    tags: { team: 'blue', more: '1' },
  };
  for (const names of [undefined, ['se'], [arnOf('se'), 'se', 'unknown']])
    assert.deepEqual(await described(rig, names), [shown]);
  assert.deepEqual(await described(await rig.restart().up()), [shown]);
});

test('many come in pages, by name', async () => {
  const rig = await Rig.bare();
  for (const serviceEnvironmentName of ['c', 'a', 'b'])
    await rig.call(createServiceEnvironment, environment({ serviceEnvironmentName }));
  const first = await rig.call(describeServiceEnvironments, { maxResults: 2 });
  const { nextToken } = first;
  const second = await rig.call(describeServiceEnvironments, { maxResults: 2, nextToken });
  assert.deepEqual(
    [first, second].map((page) =>
      page.serviceEnvironments?.map((one) => one.serviceEnvironmentName),
    ),
    [['a', 'b'], ['c']],
  );
  assert.equal(second.nextToken, undefined);
});

const refused: readonly [string, Partial<CreateServiceEnvironmentCommandInput>, RegExp][] = [
  ['no name', { serviceEnvironmentName: '-' }, /serviceEnvironmentName must be/],
  ['another type', { serviceEnvironmentType: 'X' as never }, /serviceEnvironmentType must be one/],
  ['no limit', { capacityLimits: [] }, /capacityLimits must have 1 to 5 entries/],
  ['another unit', { capacityLimits: [{ capacityUnit: 'VCPU', maxCapacity: 1 }] }, /NUM_INSTANCES/],
  ['no unit', { capacityLimits: [{ maxCapacity: 1 }] }, /capacityUnit must be provided/],
  ['no capacity', { capacityLimits: [{ capacityUnit: 'NUM_INSTANCES' }] }, /maxCapacity must be/],
  ['nothing at all', { capacityLimits: instances(0) }, /whole number from 1 to/],
  ['a unit twice', { capacityLimits: [...byType, ...byType] }, /two limits of ml.m5.large/],
  ['two ways of counting', { capacityLimits: [...byType, ...instances(1)] }, /counts every inst/],
  ['a tag of AWS', { tags: { 'aws:x': '1' } }, /aws:/],
  ['the same name again', {}, /Object already exists/],
];
for (const [what, more, message] of refused)
  test(`is not created with ${what}`, async () => {
    const rig = await trainingRig();
    await assert.rejects(rig.call(createServiceEnvironment, environment(more)), message);
  });

test('its state and limits change, and what is not given stays', async () => {
  const rig = await Rig.bare();
  await rig.call(createServiceEnvironment, environment());
  const change = (more: object) =>
    rig.call(updateServiceEnvironment, { serviceEnvironment: 'se', ...more });
  assert.deepEqual(await change({ state: 'DISABLED' }), {
    serviceEnvironmentName: 'se',
    serviceEnvironmentArn: arnOf('se'),
  });
  await change({ capacityLimits: byType });
  const [shown] = await described(rig);
  assert.deepEqual([shown?.state, shown?.capacityLimits], ['DISABLED', byType]);
  await assert.rejects(change({}), /One of \[state \| capacity-limits\] is required/);
  await assert.rejects(
    rig.call(updateServiceEnvironment, { serviceEnvironment: 'none', state: 'DISABLED' }),
    /Service environment none does not exist/,
  );
});

test('a queue has one, and no compute environment beside', async () => {
  const rig = await Rig.open();
  await rig.call(createServiceEnvironment, environment());
  const computeEnvironmentOrder = [{ order: 1, computeEnvironment: 'ce' }];
  const serviceEnvironmentOrder = [1, 2].map((order) => ({ order, serviceEnvironment: 'se' }));
  const wrong: readonly [Partial<CreateJobQueueCommandInput>, RegExp][] = [
    [{ computeEnvironmentOrder }, /cannot have both/],
    [{ serviceEnvironmentOrder }, /exactly one service environment; it holds 2/],
    [{ jobQueueType: 'ECS' }, /jobQueueType is ECS/],
    [
      { serviceEnvironmentOrder: undefined, jobQueueType: 'SAGEMAKER_TRAINING' },
      /serviceEnvironmentOrder must be specified/,
    ],
    [
      { serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: 'none' }] },
      /Service environment none does not exist/,
    ],
  ];
  for (const [more, message] of wrong)
    await assert.rejects(rig.call(createJobQueue, queue({ jobQueueName: 'x', ...more })), message);
  await rig.call(createJobQueue, queue({ jobQueueName: 'service' }));
  const [shown] = (await rig.call(describeJobQueues, { jobQueues: ['service'] })).jobQueues ?? [];
  assert.deepEqual(
    [shown?.jobQueueType, shown?.computeEnvironmentOrder, shown?.serviceEnvironmentOrder],
    ['SAGEMAKER_TRAINING', [], [{ order: 1, serviceEnvironment: arnOf('se') }]],
  );
  await assert.rejects(
    rig.call(updateJobQueue, { jobQueue: 'service', computeEnvironmentOrder }),
    /type SAGEMAKER_TRAINING cannot become one of type ECS_FARGATE/,
  );
  await assert.rejects(
    rig.call(updateJobQueue, {
      jobQueue: 'q',
      serviceEnvironmentOrder: serviceEnvironmentOrder.slice(1),
    }),
    /type ECS_FARGATE cannot become one of type SAGEMAKER_TRAINING/,
  );
});

test('time limits of such a queue terminate', async () => {
  const rig = await trainingRig();
  const limits = (action: 'CANCEL' | 'TERMINATE') => ({
    jobStateTimeLimitActions: [
      {
        reason: 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
        state: 'RUNNABLE' as const,
        maxTimeSeconds: 600,
        action,
      },
    ],
  });
  await assert.rejects(
    rig.call(createJobQueue, queue(limits('CANCEL'))),
    /action must be TERMINATE for queues of service environments/,
  );
  await rig.call(createJobQueue, queue(limits('TERMINATE')));
  await assert.rejects(
    rig.call(updateJobQueue, { jobQueue: 'q', ...limits('CANCEL') }),
    /action must be TERMINATE/,
  );
});

test('it is deleted when it is DISABLED and no queue uses it, with its tags', async () => {
  const rig = await Rig.bare();
  await rig.call(createServiceEnvironment, environment({ tags: { team: 'blue' } }));
  await rig.call(createServiceEnvironment, environment({ serviceEnvironmentName: 'other' }));
  await rig.call(createJobQueue, queue());
  const remove = () => rig.call(deleteServiceEnvironment, { serviceEnvironment: arnOf('se') });
  await assert.rejects(remove(), /Cannot delete, found existing JobQueue relationship: q/);
  await rig.call(updateJobQueue, {
    jobQueue: 'q',
    serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: 'other' }],
  });
  await assert.rejects(remove(), /state must be DISABLED/);
  await rig.call(updateServiceEnvironment, { serviceEnvironment: 'se', state: 'DISABLED' });
  assert.deepEqual(await remove(), {});
  await assert.rejects(remove(), /does not exist/);
  await rig.call(createServiceEnvironment, environment());
  assert.deepEqual((await rig.call(listTagsForResource, { resourceArn: arnOf('se') })).tags, {});
});

test('one that counts by instance types serves one queue, and counts so while it does', async () => {
  const rig = await Rig.bare();
  await rig.call(createServiceEnvironment, environment({ capacityLimits: byType }));
  const { arn: schedulingPolicyArn } = await rig.call(createSchedulingPolicy, {
    name: 'quotas',
    quotaSharePolicy: { idleResourceAssignmentStrategy: 'FIFO' },
  });
  await rig.call(createJobQueue, queue({ schedulingPolicyArn }));
  await assert.rejects(
    rig.call(createJobQueue, queue({ jobQueueName: 'other', schedulingPolicyArn })),
    /serves one job queue, which is q/,
  );
  await assert.rejects(
    rig.call(updateServiceEnvironment, {
      serviceEnvironment: 'se',
      capacityLimits: instances(1),
    }),
    /counts by instance types as long as job queue q uses it/,
  );
});
