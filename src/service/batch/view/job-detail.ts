// A job as DescribeJobs answers it. Which members stand there, and when, is what clients read meaning into (spec
// users-and-clients, Part 2): `container` always, `stoppedAt` on all that ended, `reason` only where there is one.

import type { AttemptDetail, ContainerDetail, ContainerProperties, JobDetail, LogConfiguration } from '@aws-sdk/client-batch';
import { containerInstanceArn, nameInArn, taskArn } from '../../../core/arn.ts';
import type { EndedAttempt, LiveAttempt } from '../../../core/job/attempt.ts';
import { logTarget } from '../../../core/job/container.ts';
import { isArrayParent } from '../../../core/job/job.ts';
import type { JobView } from '../../../port/reader.ts';
import { arrayFacts, containerEnd, jobArnOf, shownAttempt, startedAt, statusReason, stoppedAt } from './facts.ts';

export function jobDetail(view: JobView): JobDetail {
  const { detail, job } = view;
  return {
    jobArn: jobArnOf(view),
    jobName: detail.name,
    jobId: view.id,
    jobQueue: detail.queueArn,
    status: job.status,
    shareIdentifier: detail.shareIdentifier,
    schedulingPriority: detail.schedulingPriority,
    attempts: isArrayParent(job) ? [] : job.attempts.map((attempt) => attemptDetail(view, attempt)),
    statusReason: statusReason(view),
    createdAt: job.createdAtMs,
    retryStrategy: { attempts: detail.retryStrategy?.attempts ?? 1, evaluateOnExit: detail.retryStrategy?.evaluateOnExit ?? [] },
    startedAt: startedAt(job),
    stoppedAt: stoppedAt(job),
    dependsOn: [...(detail.dependsOn ?? [])],
    jobDefinition: detail.definitionArn,
    parameters: { ...detail.parameters },
    container: containerDetail(view),
    arrayProperties: arrayFacts(view),
    timeout: detail.timeout,
    tags: { ...view.tags },
    propagateTags: detail.propagateTags,
    platformCapabilities: [...(detail.platformCapabilities ?? ['EC2'])],
    isCancelled: job.stopRequested?.by === 'cancel',
    isTerminated: job.stopRequested?.by === 'terminate' || job.stopRequested?.alsoTerminated === true,
    consumableResourceProperties: detail.consumableResourceProperties,
  };
}

function attemptDetail(view: JobView, attempt: EndedAttempt): AttemptDetail {
  return {
    container: { ...whereItRan(view, attempt), exitCode: attempt.exitCode, reason: attempt.containerReason, logStreamName: attempt.log?.stream, networkInterfaces: [] },
    startedAt: attempt.startedAtMs,
    stoppedAt: attempt.stoppedAtMs,
    statusReason: attempt.statusReason,
  };
}

/** The properties that the job runs with, the lists that AWS shows though they are empty, and the last attempt's facts. */
function containerDetail(view: JobView): ContainerDetail {
  const { container } = view.detail;
  const attempt = shownAttempt(view.job);
  return {
    ...container,
    command: container.command ?? [],
    volumes: container.volumes ?? [],
    environment: container.environment ?? [],
    mountPoints: container.mountPoints ?? [],
    ulimits: container.ulimits ?? [],
    resourceRequirements: container.resourceRequirements ?? [],
    secrets: container.secrets ?? [],
    networkInterfaces: [],
    logConfiguration: logDetail(container, view.detail.definitionName),
    ...(attempt && whereItRan(view, attempt)),
    ...containerEnd(view.job),
    // "Each container attempt receives a log stream name when they reach the RUNNING status."
    logStreamName: attempt === undefined || attempt.state === 'starting' ? undefined : attempt.log?.stream,
  };
}

/** Cromwell reads `options['awslogs-group']` of every job, so that it stands there also where nobody gave one. */
function logDetail(container: ContainerProperties, definitionName: string): LogConfiguration {
  const target = logTarget(container, definitionName);
  const given: LogConfiguration = container.logConfiguration ?? { logDriver: 'awslogs' };
  const options = target === undefined ? given.options : { ...given.options, 'awslogs-group': target.group };
  return { ...given, options: options ?? {}, secretOptions: given.secretOptions ?? [] };
}

function whereItRan({ detail }: JobView, attempt: LiveAttempt | EndedAttempt): { containerInstanceArn: string; taskArn: string } {
  const cluster = attempt.cluster ?? nameInArn(attempt.computeEnvironmentArn) ?? 'default';
  return { containerInstanceArn: containerInstanceArn(detail.scope, cluster, attempt.hostId), taskArn: taskArn(detail.scope, cluster, attempt.attemptId) };
}
