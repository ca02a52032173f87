// Every operation of AWS Batch, by AWS's name. An operation is added here and in a file of its own
// (doc/checklist).

import { notBuilt, type OperationTable } from '../../wire/operation.ts';
import { cancelJob } from './cancel-job.ts';
import { cancelJobs } from './cancel-jobs.ts';
import { createComputeEnvironment } from './create-compute-environment.ts';
import { createJobQueue } from './create-job-queue.ts';
import { createConsumableResource } from './create-consumable-resource.ts';
import { deleteConsumableResource } from './delete-consumable-resource.ts';
import { describeConsumableResource } from './describe-consumable-resource.ts';
import { listConsumableResources } from './list-consumable-resources.ts';
import { listJobsByConsumableResource } from './list-jobs-by-consumable-resource.ts';
import { updateConsumableResource } from './update-consumable-resource.ts';
import { createSchedulingPolicy } from './create-scheduling-policy.ts';
import { deleteComputeEnvironment } from './delete-compute-environment.ts';
import { deleteJobQueue } from './delete-job-queue.ts';
import { deleteSchedulingPolicy } from './delete-scheduling-policy.ts';
import type { BatchDeps } from './deps.ts';
import { deregisterJobDefinition } from './deregister-job-definition.ts';
import { describeComputeEnvironments } from './describe-compute-environments.ts';
import { describeJobDefinitions } from './describe-job-definitions.ts';
import { describeJobQueues } from './describe-job-queues.ts';
import { describeJobs } from './describe-jobs.ts';
import { describeSchedulingPolicies } from './describe-scheduling-policies.ts';
import { getJobQueueSnapshot } from './get-job-queue-snapshot.ts';
import { listJobs } from './list-jobs.ts';
import { listSchedulingPolicies } from './list-scheduling-policies.ts';
import { listTagsForResource } from './list-tags-for-resource.ts';
import { registerJobDefinition } from './register-job-definition.ts';
import { submitJob } from './submit-job.ts';
import { tagResource } from './tag-resource.ts';
import { terminateJob } from './terminate-job.ts';
import { terminateJobs } from './terminate-jobs.ts';
import { untagResource } from './untag-resource.ts';
import { updateComputeEnvironment } from './update-compute-environment.ts';
import { updateJobQueue } from './update-job-queue.ts';
import { updateSchedulingPolicy } from './update-scheduling-policy.ts';

/** Start-up fails if the SDK knows an operation that does not stand here. */
export const batchOperations: OperationTable<BatchDeps> = {
  CancelJob: cancelJob,
  CancelJobs: cancelJobs,
  CreateComputeEnvironment: createComputeEnvironment,
  CreateJobQueue: createJobQueue,
  CreateConsumableResource: createConsumableResource,
  DeleteConsumableResource: deleteConsumableResource,
  DescribeConsumableResource: describeConsumableResource,
  ListConsumableResources: listConsumableResources,
  ListJobsByConsumableResource: listJobsByConsumableResource,
  UpdateConsumableResource: updateConsumableResource,
  CreateSchedulingPolicy: createSchedulingPolicy,
  DeleteComputeEnvironment: deleteComputeEnvironment,
  DeleteJobQueue: deleteJobQueue,
  DeleteSchedulingPolicy: deleteSchedulingPolicy,
  DeregisterJobDefinition: deregisterJobDefinition,
  DescribeComputeEnvironments: describeComputeEnvironments,
  DescribeJobDefinitions: describeJobDefinitions,
  DescribeJobQueues: describeJobQueues,
  DescribeJobs: describeJobs,
  DescribeSchedulingPolicies: describeSchedulingPolicies,
  GetJobQueueSnapshot: getJobQueueSnapshot,
  ListJobs: listJobs,
  ListSchedulingPolicies: listSchedulingPolicies,
  ListTagsForResource: listTagsForResource,
  RegisterJobDefinition: registerJobDefinition,
  SubmitJob: submitJob,
  TagResource: tagResource,
  TerminateJob: terminateJob,
  TerminateJobs: terminateJobs,
  UntagResource: untagResource,
  UpdateComputeEnvironment: updateComputeEnvironment,
  UpdateJobQueue: updateJobQueue,
  UpdateSchedulingPolicy: updateSchedulingPolicy,

  // Quota shares: a later issue.
  CreateQuotaShare: notBuilt,
  DeleteQuotaShare: notBuilt,
  DescribeQuotaShare: notBuilt,
  ListQuotaShares: notBuilt,
  UpdateQuotaShare: notBuilt,

  // Service environments and service jobs: a later issue.
  CreateServiceEnvironment: notBuilt,
  DeleteServiceEnvironment: notBuilt,
  DescribeServiceEnvironments: notBuilt,
  UpdateServiceEnvironment: notBuilt,
  DescribeServiceJob: notBuilt,
  ListServiceJobs: notBuilt,
  SubmitServiceJob: notBuilt,
  TerminateServiceJob: notBuilt,
  TerminateServiceJobs: notBuilt,
  UpdateServiceJob: notBuilt,
};
