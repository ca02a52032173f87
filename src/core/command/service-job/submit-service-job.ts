// SubmitServiceJob: a service job comes into being, and waits like any other job. What it runs is
// read off its payload once and for all; what of that cannot be run is refused here, where AWS
// hands the payload on and the job fails later (ADR 0046).

import type { SubmitServiceJobCommandInput } from '@aws-sdk/client-batch';
import type { Arn, JobId, Scope } from '../../../base/ids.ts';
import { isRefusal, refuse, type Refusal } from '../../../base/refusal.ts';
import { serviceJobArn } from '../../arn.ts';
import { capacityOf } from '../../instance-type/instance-type.ts';
import type { JobDetailRecord, WaitingJob } from '../../job/job.ts';
import type { JobTerms } from '../../job/terms.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import { serviceRetry, trainingContainer, trainingLog } from '../../service-job/service-job.ts';
import { readTrainingJob, type TrainingJob } from '../../service-job/training-job.ts';
import type { World } from '../../world/world.ts';
import type { Decided } from '../decision.ts';
import { fullRefusal, openQueue } from '../job/open-queue.ts';

export interface SubmitServiceJob {
  readonly type: 'submit-service-job';
  readonly scope: Scope;
  /** Of a request with a clientToken the same each time. */
  readonly jobId: JobId;
  readonly request: SubmitServiceJobCommandInput;
  /** A job of that id has ended. */
  readonly hasEnded?: boolean | undefined;
}

interface SubmitServiceJobReply {
  readonly jobId: JobId;
  readonly jobName: string;
  readonly jobArn: Arn;
}

export function decideSubmitServiceJob(
  world: World,
  { scope, jobId, request, hasEnded = false }: SubmitServiceJob,
  nowMs: number,
): Decided<SubmitServiceJobReply> {
  const jobName = request.jobName ?? '';
  const jobArn = serviceJobArn(scope, jobId);
  const reply = { jobId, jobName, jobArn };
  // The same request again.
  if (hasEnded || world.jobs.has(jobId) || world.changes.jobs.has(jobId))
    return { events: [], effects: [], reply };
  const queue = openQueue(world, scope, request.jobQueue);
  if (isRefusal(queue)) return queue;
  if (queue.jobQueueType !== 'SAGEMAKER_TRAINING')
    return refuse(
      'invalid',
      `Job queue ${queue.name} is of type ${queue.jobQueueType}; service jobs are submitted to one of type SAGEMAKER_TRAINING.`,
    );
  const full = fullRefusal(world, queue);
  if (full !== undefined) return full;
  const training = readTrainingJob(request.serviceRequestPayload ?? '');
  if (isRefusal(training)) return training;
  const terms = termsOf(world, queue, request, training, nowMs);
  if (isRefusal(terms)) return terms;
  const identity = { id: jobId, scope: queue.scope, queueArn: queue.arn, createdAtMs: nowMs };
  const sequence = world.nextSequence;
  const detail: JobDetailRecord = {
    ...identity,
    arn: jobArn,
    sequence,
    name: jobName,
    definitionArn: '' as Arn,
    definitionName: '',
    shareIdentifier: terms.share?.identifier,
    parameters: {},
    container: trainingContainer(training),
    service: {
      type: 'SAGEMAKER_TRAINING',
      payload: request.serviceRequestPayload ?? '',
      trainingJobName: training.name,
      entrypoint: training.entrypoint,
      retryStrategy: request.retryStrategy,
      timeoutConfig: request.timeoutConfig,
      quotaShareName: request.quotaShareName || undefined,
      preemptionConfiguration: request.preemptionConfiguration,
    },
  };
  const job: WaitingJob = { ...identity, terms, sequence, attempts: [], status: 'SUBMITTED' };
  const tags = request.tags && Object.keys(request.tags).length > 0 ? request.tags : undefined;
  return {
    events: [
      { type: 'job-submitted', detail, job, tags },
      { type: 'job-runnable', jobId, atMs: nowMs },
    ],
    effects: [],
    reply,
  };
}

function termsOf(
  world: World,
  queue: JobQueue,
  request: SubmitServiceJobCommandInput,
  training: TrainingJob,
  nowMs: number,
): JobTerms | Refusal {
  const { schedulingPriority, retryStrategy, timeoutConfig, preemptionConfiguration } = request;
  const { instanceType, instanceCount } = training.resources;
  const type = world.settings.instanceTypes.type(instanceType.slice('ml.'.length));
  if (type === undefined)
    return refuse(
      'invalid',
      `serviceRequestPayload: ResourceConfig.InstanceType ${instanceType} is not known.`,
    );
  if (instanceCount > 1)
    return refuse(
      'invalid',
      'serviceRequestPayload: ResourceConfig.InstanceCount above 1 is not supported by Longshore: a training job runs on one instance.',
    );
  const line = world.scheduler.lines.of(queue.arn);
  const shareName = line.shareNamed(request);
  if (isRefusal(shareName)) return shareName;
  const share = line.admit(
    { shareIdentifier: shareName, schedulingPriority: schedulingPriority ?? 0 },
    nowMs,
  );
  if (isRefusal(share)) return share;
  const preemptionRetries = preemptionConfiguration?.preemptionRetriesBeforeTermination;
  const { maxRuntimeSeconds } = training.stopping;
  const given = timeoutConfig?.attemptDurationSeconds ?? Number.POSITIVE_INFINITY;
  return {
    needs: capacityOf(type),
    log: trainingLog(training),
    retry: serviceRetry(retryStrategy),
    timeoutSeconds: Math.min(given, maxRuntimeSeconds),
    share,
    ...(preemptionRetries !== undefined && { preemption: { retries: preemptionRetries } }),
    service: {
      type: 'SAGEMAKER_TRAINING',
      instanceType,
      instances: instanceCount,
      schedulingPriority,
      ...(maxRuntimeSeconds <= given && { hasOwnTimeout: true }),
    },
  };
}
