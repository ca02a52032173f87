// Service environments, queues and service jobs for tests: requests as clients make them.

import type { SubmitServiceJobCommandInput } from '@aws-sdk/client-batch';
import { createJobQueue } from '../../src/service/batch/job-queue/create-job-queue.ts';
import { createServiceEnvironment } from '../../src/service/batch/service-environment/create-service-environment.ts';
import { submitServiceJob } from '../../src/service/batch/service-job/submit-service-job.ts';
import { Rig, type RigOptions } from './rig.ts';

/** The least that a training job must say. Its role is elsewhere, and gives it nothing. */
export const training = {
  TrainingJobName: 'train-it',
  RoleArn: 'arn:aws:iam::210987654321:role/trainer',
  AlgorithmSpecification: { TrainingImage: 'busybox', TrainingInputMode: 'File' },
  OutputDataConfig: { S3OutputPath: 's3://bucket/output' },
  ResourceConfig: { InstanceType: 'ml.t3.medium', InstanceCount: 1, VolumeSizeInGB: 1 },
  StoppingCondition: { MaxRuntimeInSeconds: 3600 },
};

export const serviceJob = (
  more: Partial<SubmitServiceJobCommandInput> = {},
  payload: object = {},
): SubmitServiceJobCommandInput => ({
  jobName: 'job',
  jobQueue: 'training',
  serviceJobType: 'SAGEMAKER_TRAINING',
  serviceRequestPayload: JSON.stringify({ ...training, ...payload }),
  ...more,
});

/** A rig with a service environment `se` of so many instances, and its queue `training`. */
export async function trainingRig(
  maxCapacity = 2,
  options: RigOptions = {},
  queue: object = {},
): Promise<Rig> {
  const rig = await Rig.bare(options);
  await rig.call(createServiceEnvironment, {
    serviceEnvironmentName: 'se',
    serviceEnvironmentType: 'SAGEMAKER_TRAINING',
    capacityLimits: [{ capacityUnit: 'NUM_INSTANCES', maxCapacity }],
  });
  await rig.call(createJobQueue, {
    jobQueueName: 'training',
    priority: 1,
    jobQueueType: 'SAGEMAKER_TRAINING',
    serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: 'se' }],
    ...queue,
  });
  return rig;
}

/** Submits one; gives its id. */
export async function submitTraining(
  rig: Rig,
  more: Partial<SubmitServiceJobCommandInput> = {},
  payload: object = {},
): Promise<string> {
  return (await rig.call(submitServiceJob, serviceJob(more, payload))).jobId ?? '';
}
