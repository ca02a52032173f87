// A service job as DescribeServiceJob and ListServiceJobs answer it. Its attempts are training jobs
// of SageMaker's by their ARNs, which nobody can ask SageMaker for.

import type {
  DescribeServiceJobCommandOutput,
  LatestServiceJobAttempt,
  ServiceJobAttemptDetail,
  ServiceJobPreemptionSummary,
  ServiceJobSummary,
  ServiceResourceId,
} from '@aws-sdk/client-batch';
import { must } from '../../../base/assert.ts';
import { preemptionsOf, type EndedAttempt, type LiveAttempt } from '../../../core/job/attempt.ts';
import { isArrayParent } from '../../../core/job/job.ts';
import { stopBy } from '../../../core/job/stop.ts';
import { trainingJobArn } from '../../../core/service-job/service-job.ts';
import type { Reply } from '../reply.ts';
import { shownAttempt, startedAt, statusReason, stoppedAt, type ShownJob } from './facts.ts';

const recordOf = ({ detail }: ShownJob) => must(detail.service, 'a service job has its record');
const termsOf = ({ job }: ShownJob) => must(job.terms.service, 'a service job has its terms');

export function serviceJobDetail(view: ShownJob): Reply<DescribeServiceJobCommandOutput> {
  const { payload, retryStrategy, timeoutConfig, preemptionConfiguration } = recordOf(view);
  const attempts = isArrayParent(view.job) ? [] : view.job.attempts;
  return {
    ...shared(view),
    attempts: attempts.map((attempt) => attemptDetail(view, attempt)),
    jobQueue: view.detail.queueArn,
    isTerminated: isTerminated(view),
    retryStrategy: retryStrategy ?? { attempts: 1, evaluateOnExit: [] },
    schedulingPriority: termsOf(view).schedulingPriority,
    serviceRequestPayload: payload,
    tags: { ...view.tags },
    timeoutConfig,
    preemptionConfiguration,
    preemptionSummary: preemptionSummary(view, attempts),
    startedAt: startedAt(view.job),
  };
}

export const serviceJobSummary = (view: ShownJob): ServiceJobSummary => ({
  ...shared(view),
  startedAt: startedAt(view.job),
  // "This field is only present when the value is true."
  isTerminated: isTerminated(view) || undefined,
});

function shared(view: ShownJob) {
  const { detail, job } = view;
  const { type, quotaShareName } = recordOf(view);
  const { instanceType, instances } = termsOf(view);
  const attempt = shownAttempt(job);
  return {
    jobArn: detail.arn,
    jobId: view.id,
    jobName: detail.name,
    serviceJobType: type,
    status: job.status,
    statusReason: statusReason(view),
    createdAt: job.createdAtMs,
    scheduledAt: attempt?.placedAtMs,
    stoppedAt: stoppedAt(job),
    quotaShareName,
    shareIdentifier: quotaShareName === undefined ? detail.shareIdentifier : undefined,
    capacityUsage: [{ capacityUnit: instanceType, quantity: instances }],
    latestAttempt: attempt && latest(view, attempt),
  };
}

const isTerminated = ({ job }: ShownJob): boolean => stopBy(job.stops, 'terminate') !== undefined;

const latest = (view: ShownJob, attempt: LiveAttempt | EndedAttempt): LatestServiceJobAttempt => ({
  serviceResourceId: resourceId(view, attempt),
});

const attemptDetail = (view: ShownJob, attempt: EndedAttempt): ServiceJobAttemptDetail => ({
  serviceResourceId: resourceId(view, attempt),
  startedAt: attempt.startedAtMs,
  stoppedAt: attempt.stoppedAtMs,
  statusReason: attempt.statusReason,
});

/** Only of one that was preempted. */
function preemptionSummary(
  view: ShownJob,
  attempts: readonly EndedAttempt[],
): ServiceJobPreemptionSummary | undefined {
  const preempted = attempts.filter((attempt) => attempt.preempted !== undefined);
  return preempted.length === 0
    ? undefined
    : {
        preemptedAttemptCount: preemptionsOf(attempts),
        recentPreemptedAttempts: preempted.map((attempt) => attemptDetail(view, attempt)),
      };
}

const resourceId = (
  view: ShownJob,
  { attemptId }: LiveAttempt | EndedAttempt,
): ServiceResourceId => ({
  name: 'TrainingJobArn',
  value: trainingJobArn(view.detail.scope, recordOf(view).trainingJobName, attemptId),
});
