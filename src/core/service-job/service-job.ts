// A service job as it is kept and named: what its submission said beside what every job has, and
// the training job that each of its attempts is to SageMaker's clients. Pure; it decides nothing.

import type {
  ContainerProperties,
  KeyValuePair,
  ServiceJobPreemptionConfiguration,
  ServiceJobRetryStrategy,
  ServiceJobTimeout,
} from '@aws-sdk/client-batch';
import { scopeParts, type AttemptId, type Scope } from '../../base/ids.ts';
import { partitionOf } from '../../base/partition.ts';
import type { LogStream, LogTarget } from '../job/container.ts';
import type { RetryTerms } from '../job/terms.ts';
import type { TrainingJob } from './training-job.ts';

/** What DescribeServiceJob echoes: fixed at submission. */
export interface ServiceJobRecord {
  readonly type: 'SAGEMAKER_TRAINING';
  /** As it was given; {@link readTrainingJob} reads it. */
  readonly payload: string;
  /** Of the training jobs: what every attempt's name is made of. */
  readonly trainingJobName: string;
  /** Absent: the image's own. */
  readonly entrypoint?: readonly string[] | undefined;
  readonly retryStrategy?: ServiceJobRetryStrategy | undefined;
  readonly timeoutConfig?: ServiceJobTimeout | undefined;
  /** Of a queue with quota shares. */
  readonly quotaShareName?: string | undefined;
  readonly preemptionConfiguration?: ServiceJobPreemptionConfiguration | undefined;
}

/** Before what SageMaker has to say (user guide, Service job retry strategies). */
export const fromSageMaker = (said: string): string => `Received status from SageMaker: ${said}`;

/** A training job's name has 63 characters at most. */
const nameStart = 'AWSBatch';
const ownCharacters = 63 - nameStart.length - 32;

/** The training job that an attempt is: AWS Batch makes a name of the user's and the attempt's. */
export const trainingJobName = (name: string, attemptId: AttemptId): string =>
  `${nameStart}${name.slice(0, ownCharacters)}${attemptId}`;

export function trainingJobArn(scope: Scope, name: string, attemptId: AttemptId): string {
  const { account, region } = scopeParts(scope);
  return `arn:${partitionOf(region)}:sagemaker:${region}:${account}:training-job/${trainingJobName(name, attemptId)}`;
}

/** … of a job as it is kept; undefined of one that is no service job. */
export const trainingArnOf = (
  { scope, service }: { readonly scope: Scope; readonly service?: ServiceJobRecord | undefined },
  attemptId: AttemptId,
): string | undefined => service && trainingJobArn(scope, service.trainingJobName, attemptId);

/** Where the output of its attempts goes; each has streams that begin with its own name. */
export const trainingLog = ({ name }: Pick<TrainingJob, 'name'>): LogTarget => ({
  group: '/aws/sagemaker/TrainingJobs',
  prefix: name,
});

/** Of the first instance: `NAME/algo-1-SECONDS`. */
export const trainingLogStream = (
  { group, prefix }: LogTarget,
  attemptId: AttemptId,
  atMs: number,
): LogStream => ({
  group,
  stream: `${trainingJobName(prefix, attemptId)}/algo-1-${Math.floor(atMs / 1000)}`,
});

/**
 * What its container is, as a job's. SageMaker runs an image with the argument `train` (SageMaker's
 * developer guide, How Amazon SageMaker Runs Your Training Image).
 */
export function trainingContainer(training: TrainingJob): ContainerProperties {
  const { image, entrypoint, arguments: given, environment, roleArn } = training;
  return {
    image,
    command: [...(given ?? (entrypoint === undefined ? ['train'] : []))],
    environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
    jobRoleArn: roleArn,
  };
}

/** What SageMaker tells the container of itself. */
export function trainingVariables(
  scope: Scope,
  { trainingJobName: name }: ServiceJobRecord,
  attemptId: AttemptId,
): KeyValuePair[] {
  return [
    { name: 'TRAINING_JOB_NAME', value: trainingJobName(name, attemptId) },
    { name: 'TRAINING_JOB_ARN', value: trainingJobArn(scope, name, attemptId) },
  ];
}

/** A status reason is all that may be asked of. */
export function serviceRetry(
  strategy: ServiceJobRetryStrategy | undefined,
): RetryTerms | undefined {
  const attempts = strategy?.attempts ?? 1;
  if (attempts === 1) return undefined;
  return {
    attempts,
    rules: (strategy?.evaluateOnExit ?? []).map(({ action, onStatusReason }) => ({
      action: action?.toLowerCase() === 'exit' ? 'exit' : 'retry',
      onStatusReason,
    })),
  };
}
