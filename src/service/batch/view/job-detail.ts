// A job as DescribeJobs answers it. Which members stand there, and when, is what clients read meaning into (spec
// users-and-clients, Part 2): `container` always, `stoppedAt` on all that ended, `reason` only where there is one.

import type { AttemptDetail, ContainerDetail, ContainerProperties, JobDetail, LogConfiguration } from '@aws-sdk/client-batch';
import type { Arn, Scope } from '../../../base/ids.ts';
import { containerInstanceArn, nameInArn, taskArn } from '../../../core/arn.ts';
import type { EndedAttempt, LiveAttempt } from '../../../core/job/attempt.ts';
import { logTarget } from '../../../core/job/container.ts';
import { isArrayParent } from '../../../core/job/job.ts';
import type { JobView, Reader } from '../../../port/reader.ts';
import { arrayFacts, containerEnd, jobArnOf, shownAttempt, startedAt, statusReason, stoppedAt } from './facts.ts';

/** The name of the ECS cluster of a compute environment. */
export type ClusterOf = (computeEnvironmentArn: Arn) => string;

/** For the jobs of one answer: each environment is read once, however many jobs ran in it. */
export function clusters(reader: Reader, scope: Scope): ClusterOf {
  const known = new Map<Arn, string>();
  return (environmentArn) => {
    let name = known.get(environmentArn);
    if (name === undefined) {
      // A deleted environment's cluster is not known any more; the environment's name still tells where it was.
      name = nameInArn(reader.computeEnvironment(scope, environmentArn)?.environment.ecsClusterArn ?? environmentArn) ?? 'default';
      known.set(environmentArn, name);
    }
    return name;
  };
}

export function jobDetail(view: JobView, clusterOf: ClusterOf): JobDetail {
  const { detail, job } = view;
  return {
    jobArn: jobArnOf(view),
    jobName: detail.name,
    jobId: view.id,
    jobQueue: detail.queueArn,
    status: job.status,
    shareIdentifier: detail.shareIdentifier,
    schedulingPriority: detail.schedulingPriority,
    attempts: isArrayParent(job) ? [] : job.attempts.map((attempt) => attemptDetail(view, attempt, clusterOf)),
    statusReason: statusReason(view),
    createdAt: job.createdAtMs,
    retryStrategy: { attempts: detail.retryStrategy?.attempts ?? 1, evaluateOnExit: detail.retryStrategy?.evaluateOnExit ?? [] },
    startedAt: startedAt(job),
    stoppedAt: stoppedAt(job),
    dependsOn: [...(detail.dependsOn ?? [])],
    jobDefinition: detail.definitionArn,
    parameters: { ...detail.parameters },
    container: containerDetail(view, clusterOf),
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

function attemptDetail(view: JobView, attempt: EndedAttempt, clusterOf: ClusterOf): AttemptDetail {
  return {
    container: { ...whereItRan(view, attempt, clusterOf), exitCode: attempt.exitCode, reason: attempt.containerReason, logStreamName: attempt.log?.stream, networkInterfaces: [] },
    startedAt: attempt.startedAtMs,
    stoppedAt: attempt.stoppedAtMs,
    statusReason: attempt.statusReason,
  };
}

/** The properties that the job runs with, the lists that AWS shows though they are empty, and the last attempt's facts. */
function containerDetail(view: JobView, clusterOf: ClusterOf): ContainerDetail {
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
    ...(attempt && whereItRan(view, attempt, clusterOf)),
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

function whereItRan({ detail }: JobView, attempt: LiveAttempt | EndedAttempt, clusterOf: ClusterOf): { containerInstanceArn: string; taskArn: string } {
  const cluster = clusterOf(attempt.computeEnvironmentArn);
  return { containerInstanceArn: containerInstanceArn(detail.scope, cluster, attempt.hostId), taskArn: taskArn(detail.scope, cluster, attempt.attemptId) };
}
