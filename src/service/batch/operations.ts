// Every operation of AWS Batch, by AWS's name. An operation is added here and in a file of its own
// (doc/checklist).

import { type OperationTable } from '../../wire/operation.ts';
import { cancelJob } from './job/cancel-job.ts';
import { cancelJobs } from './job/cancel-jobs.ts';
import { createComputeEnvironment } from './compute-environment/create-compute-environment.ts';
import { createJobQueue } from './job-queue/create-job-queue.ts';
import { createConsumableResource } from './consumable-resource/create-consumable-resource.ts';
import { deleteConsumableResource } from './consumable-resource/delete-consumable-resource.ts';
import { describeConsumableResource } from './consumable-resource/describe-consumable-resource.ts';
import { listConsumableResources } from './consumable-resource/list-consumable-resources.ts';
import { listJobsByConsumableResource } from './consumable-resource/list-jobs-by-consumable-resource.ts';
import { updateConsumableResource } from './consumable-resource/update-consumable-resource.ts';
import { createQuotaShare } from './quota-share/create-quota-share.ts';
import { deleteQuotaShare } from './quota-share/delete-quota-share.ts';
import { describeQuotaShare } from './quota-share/describe-quota-share.ts';
import { listQuotaShares } from './quota-share/list-quota-shares.ts';
import { updateQuotaShare } from './quota-share/update-quota-share.ts';
import { createSchedulingPolicy } from './scheduling-policy/create-scheduling-policy.ts';
import { deleteComputeEnvironment } from './compute-environment/delete-compute-environment.ts';
import { deleteJobQueue } from './job-queue/delete-job-queue.ts';
import { deleteSchedulingPolicy } from './scheduling-policy/delete-scheduling-policy.ts';
import type { BatchDeps } from './deps.ts';
import { deregisterJobDefinition } from './job-definition/deregister-job-definition.ts';
import { describeComputeEnvironments } from './compute-environment/describe-compute-environments.ts';
import { describeJobDefinitions } from './job-definition/describe-job-definitions.ts';
import { describeJobQueues } from './job-queue/describe-job-queues.ts';
import { describeJobs } from './job/describe-jobs.ts';
import { describeSchedulingPolicies } from './scheduling-policy/describe-scheduling-policies.ts';
import { getJobQueueSnapshot } from './job-queue/get-job-queue-snapshot.ts';
import { listJobs } from './job/list-jobs.ts';
import { listSchedulingPolicies } from './scheduling-policy/list-scheduling-policies.ts';
import { listTagsForResource } from './tag/list-tags-for-resource.ts';
import { registerJobDefinition } from './job-definition/register-job-definition.ts';
import { createServiceEnvironment } from './service-environment/create-service-environment.ts';
import { deleteServiceEnvironment } from './service-environment/delete-service-environment.ts';
import { describeServiceEnvironments } from './service-environment/describe-service-environments.ts';
import { updateServiceEnvironment } from './service-environment/update-service-environment.ts';
import { submitJob } from './job/submit-job.ts';
import { describeServiceJob } from './service-job/describe-service-job.ts';
import { listServiceJobs } from './service-job/list-service-jobs.ts';
import { updateServiceJob } from './service-job/update-service-job.ts';
import { submitServiceJob } from './service-job/submit-service-job.ts';
import { terminateServiceJob } from './service-job/terminate-service-job.ts';
import { terminateServiceJobs } from './service-job/terminate-service-jobs.ts';
import { tagResource } from './tag/tag-resource.ts';
import { terminateJob } from './job/terminate-job.ts';
import { terminateJobs } from './job/terminate-jobs.ts';
import { untagResource } from './tag/untag-resource.ts';
import { updateComputeEnvironment } from './compute-environment/update-compute-environment.ts';
import { updateJobQueue } from './job-queue/update-job-queue.ts';
import { updateSchedulingPolicy } from './scheduling-policy/update-scheduling-policy.ts';

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
  CreateQuotaShare: createQuotaShare,
  DeleteQuotaShare: deleteQuotaShare,
  DescribeQuotaShare: describeQuotaShare,
  ListQuotaShares: listQuotaShares,
  UpdateQuotaShare: updateQuotaShare,
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

  CreateServiceEnvironment: createServiceEnvironment,
  DeleteServiceEnvironment: deleteServiceEnvironment,
  DescribeServiceEnvironments: describeServiceEnvironments,
  UpdateServiceEnvironment: updateServiceEnvironment,
  DescribeServiceJob: describeServiceJob,
  ListServiceJobs: listServiceJobs,
  SubmitServiceJob: submitServiceJob,
  TerminateServiceJob: terminateServiceJob,
  TerminateServiceJobs: terminateServiceJobs,
  UpdateServiceJob: updateServiceJob,
};
