// What leave each operation asks for: the action, what it touches, and the condition keys that a
// policy may look at, as the service authorization reference of AWS Batch lists them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notBuilt } from '../../wire/operation.ts';
import { context } from '../../../test/house/caller.ts';
import { serviceJob } from '../../../test/house/training.ts';
import { batchOperations } from './operations.ts';

const at = 'arn:aws:batch:eu-west-1:123456789012';
const order = [{ order: 1, computeEnvironment: 'ce' }];
const policy = `${at}:scheduling-policy/p`;
const share = `${at}:job-queue/q/quota-share/s`;
const tags = { team: 'blue' };

/** By operation: an input, and the actions with their resources below this account and region. */
const cases: Readonly<Record<string, readonly [input: object, ...asked: string[]]>> = {
  CancelJob: [{ jobId: 'j' }, 'CancelJob job/j'],
  CancelJobs: [{ jobs: ['i', 'j'] }, 'CancelJob job/i job/j'],
  CreateComputeEnvironment: [
    { computeEnvironmentName: 'ce' },
    'CreateComputeEnvironment compute-environment/ce',
  ],
  CreateConsumableResource: [
    { consumableResourceName: 'r', tags },
    'CreateConsumableResource consumable-resource/r',
    'TagResource consumable-resource/r',
  ],
  CreateJobQueue: [
    { jobQueueName: 'q', computeEnvironmentOrder: order, schedulingPolicyArn: policy },
    'CreateJobQueue job-queue/q compute-environment/ce scheduling-policy/p',
  ],
  CreateQuotaShare: [
    { quotaShareName: 's', jobQueue: 'q', tags },
    'CreateQuotaShare job-queue/q/quota-share/s job-queue/q',
    'TagResource job-queue/q/quota-share/s job-queue/q',
  ],
  CreateServiceEnvironment: [
    { serviceEnvironmentName: 's', tags },
    'CreateServiceEnvironment service-environment/s',
    'TagResource service-environment/s',
  ],
  SubmitServiceJob: [
    {
      jobQueue: 'q',
      serviceRequestPayload: serviceJob().serviceRequestPayload,
      tags,
    },
    'SubmitServiceJob job-queue/q',
    'TagResource job-queue/q',
    'iam:PassRole arn:aws:iam::210987654321:role/trainer',
  ],
  DescribeServiceJob: [{ jobId: 'j' }, 'DescribeServiceJob *'],
  ListServiceJobs: [{ jobQueue: 'q' }, 'ListServiceJobs *'],
  TerminateServiceJob: [{ jobId: 'j' }, 'TerminateServiceJob service-job/j'],
  UpdateServiceJob: [{ jobId: 'j' }, 'UpdateServiceJob service-job/j'],
  TerminateServiceJobs: [
    { jobs: ['i', `${at}:service-job/j`] },
    'TerminateServiceJob service-job/i service-job/j',
  ],
  DeleteServiceEnvironment: [
    { serviceEnvironment: 's' },
    'DeleteServiceEnvironment service-environment/s',
  ],
  DescribeServiceEnvironments: [{}, 'DescribeServiceEnvironments *'],
  UpdateServiceEnvironment: [
    { serviceEnvironment: `${at}:service-environment/s` },
    'UpdateServiceEnvironment service-environment/s',
  ],
  CreateSchedulingPolicy: [{ name: 'p' }, 'CreateSchedulingPolicy scheduling-policy/p'],
  DeleteComputeEnvironment: [
    { computeEnvironment: 'ce' },
    'DeleteComputeEnvironment compute-environment/ce',
  ],
  DeleteConsumableResource: [
    { consumableResource: 'r' },
    'DeleteConsumableResource consumable-resource/r',
  ],
  DeleteJobQueue: [{ jobQueue: 'q' }, 'DeleteJobQueue job-queue/q'],
  DeleteQuotaShare: [{ quotaShareArn: share }, 'DeleteQuotaShare job-queue/q/quota-share/s'],
  DeleteSchedulingPolicy: [{ arn: policy }, 'DeleteSchedulingPolicy scheduling-policy/p'],
  DeregisterJobDefinition: [{ jobDefinition: 'd:1' }, 'DeregisterJobDefinition job-definition/d:1'],
  DescribeComputeEnvironments: [{}, 'DescribeComputeEnvironments *'],
  DescribeConsumableResource: [
    { consumableResource: `${at}:consumable-resource/r` },
    'DescribeConsumableResource consumable-resource/r',
  ],
  DescribeJobDefinitions: [{}, 'DescribeJobDefinitions *'],
  DescribeJobQueues: [{}, 'DescribeJobQueues *'],
  DescribeJobs: [{}, 'DescribeJobs *'],
  DescribeQuotaShare: [{ quotaShareArn: share }, 'DescribeQuotaShare job-queue/q/quota-share/s'],
  DescribeSchedulingPolicies: [{ arns: [policy] }, 'DescribeSchedulingPolicies *'],
  GetJobQueueSnapshot: [{ jobQueue: 'q' }, 'GetJobQueueSnapshot job-queue/q'],
  ListConsumableResources: [{}, 'ListConsumableResources *'],
  ListJobs: [{}, 'ListJobs *'],
  ListJobsByConsumableResource: [
    { consumableResource: 'r' },
    'ListJobsByConsumableResource consumable-resource/r',
  ],
  ListQuotaShares: [{ jobQueue: 'q' }, 'ListQuotaShares job-queue/q'],
  ListSchedulingPolicies: [{}, 'ListSchedulingPolicies *'],
  ListTagsForResource: [{ resourceArn: policy }, 'ListTagsForResource scheduling-policy/p'],
  RegisterJobDefinition: [
    { jobDefinitionName: 'd', tags },
    'RegisterJobDefinition job-definition/d',
    'TagResource job-definition/d',
  ],
  SubmitJob: [
    { jobQueue: 'q', jobDefinition: 'd', tags },
    'SubmitJob job-definition/d job-queue/q',
    'TagResource job-definition/d job-queue/q',
  ],
  TagResource: [{ resourceArn: policy, tags }, 'TagResource scheduling-policy/p'],
  TerminateJob: [{ jobId: 'j' }, 'TerminateJob job/j'],
  TerminateJobs: [{ jobs: ['i', `${at}:job/j`] }, 'TerminateJob job/i job/j'],
  UntagResource: [{ resourceArn: policy, tagKeys: ['team'] }, 'UntagResource scheduling-policy/p'],
  UpdateComputeEnvironment: [
    { computeEnvironment: `${at}:compute-environment/ce` },
    'UpdateComputeEnvironment compute-environment/ce',
  ],
  UpdateConsumableResource: [
    { consumableResource: 'r' },
    'UpdateConsumableResource consumable-resource/r',
  ],
  UpdateJobQueue: [
    { jobQueue: 'q', computeEnvironmentOrder: order },
    'UpdateJobQueue job-queue/q compute-environment/ce',
  ],
  UpdateQuotaShare: [{ quotaShareArn: share }, 'UpdateQuotaShare job-queue/q/quota-share/s'],
  UpdateSchedulingPolicy: [{ arn: policy }, 'UpdateSchedulingPolicy scheduling-policy/p'],
};

function asked(name: string, input: object) {
  const operation = batchOperations[name];
  assert.ok(operation !== undefined && operation !== notBuilt);
  return operation.authorizes(input, context);
}

for (const [name, operation] of Object.entries(batchOperations)) {
  if (operation === notBuilt) continue;
  test(`${name} asks for leave`, () => {
    const [input, ...expected] = cases[name] ?? [{}];
    assert.deepEqual(
      asked(name, input).map(({ action, resources }) =>
        [action.replace(/^batch:/, ''), ...resources.map((one) => one.replace(`${at}:`, ''))].join(
          ' ',
        ),
      ),
      expected,
    );
  });
}

test('condition keys tell the share of a job', () => {
  const [access] = asked('SubmitJob', { jobQueue: 'q', jobDefinition: 'd', shareIdentifier: 's' });
  assert.deepEqual(access?.conditions?.(), { 'batch:ShareIdentifier': 's' });
});

test('a service job of a quota share asks for the share, too', () => {
  const [access] = asked('SubmitServiceJob', { jobQueue: 'q', quotaShareName: 's' });
  assert.deepEqual(access?.resources, [`${at}:job-queue/q`, `${at}:job-queue/q/quota-share/s`]);
});

test('condition keys tell where a service job is to stand', () => {
  const [access] = asked('SubmitServiceJob', {
    jobQueue: 'q',
    shareIdentifier: 's',
    schedulingPriority: 3,
  });
  assert.deepEqual(access?.conditions?.(), {
    'batch:ShareIdentifier': 's',
    'batch:SchedulingPriority': '3',
  });
});

test('condition keys tell the tags that are given', () => {
  const keys = { 'aws:RequestTag/team': 'blue', 'aws:TagKeys': ['team'] };
  const conditions = (input: object) =>
    asked('CreateSchedulingPolicy', input).map((one) => one.conditions?.());
  assert.deepEqual(conditions({ name: 'p', tags: {} }), [{}]);
  assert.deepEqual(conditions({ name: 'p', tags }), [keys, keys]);
});
