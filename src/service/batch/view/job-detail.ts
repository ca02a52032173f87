// A job as DescribeJobs answers it. Which members stand there, and when, is what clients read
// meaning into: `container` on all but multi-node parallel jobs (their nodes have one each),
// `stoppedAt` on all that ended, `reason` only where there is one.

import type {
  AttemptContainerDetail,
  AttemptDetail,
  AttemptEcsTaskDetails,
  AttemptTaskContainerDetails,
  ContainerDetail,
  ContainerProperties,
  EcsTaskDetails,
  EcsTaskProperties,
  JobDetail,
  LogConfiguration,
  NetworkInterface,
} from '@aws-sdk/client-batch';
import { containerInstanceArn, nameInArn, taskArn } from '../../../core/arn.ts';
import { logsOf, type EndedAttempt, type LiveAttempt } from '../../../core/job/attempt.ts';
import { hasStarted, type EndedContainer } from '../../../core/job/container-run.ts';
import { logTarget } from '../../../core/job/container.ts';
import { isArrayParent, isCancelled } from '../../../core/job/job.ts';
import { stopBy } from '../../../core/job/stop.ts';
import { runsOfJob, type Runs } from '../../../core/job/runs.ts';
import { shownContainer, shownNodes, shownTask } from './container.ts';
import { podAttempt, podDetail } from './pod.ts';
import {
  arrayFacts,
  containerEnd,
  containerJobStatus,
  jobArnOf,
  shownAttempt,
  startedAt,
  statusReason,
  stoppedAt,
  type ShownJob,
} from './facts.ts';

export function jobDetail(view: ShownJob): JobDetail {
  const { detail, job } = view;
  return {
    jobArn: jobArnOf(view),
    jobName: detail.name,
    jobId: view.id,
    jobQueue: detail.queueArn,
    status: containerJobStatus(job),
    shareIdentifier: detail.shareIdentifier,
    schedulingPriority: detail.schedulingPriority,
    ...attemptsOf(view),
    statusReason: statusReason(view),
    createdAt: job.createdAtMs,
    retryStrategy: {
      attempts: detail.retryStrategy?.attempts ?? 1,
      evaluateOnExit: detail.retryStrategy?.evaluateOnExit ?? [],
    },
    startedAt: startedAt(job),
    stoppedAt: stoppedAt(job),
    dependsOn: [...(detail.dependsOn ?? [])],
    jobDefinition: detail.definitionArn,
    parameters: { ...detail.parameters },
    ...work(view),
    arrayProperties: arrayFacts(view),
    timeout: detail.timeout,
    tags: { ...view.tags },
    propagateTags: detail.propagateTags,
    platformCapabilities: [...(detail.platformCapabilities ?? (isPod(view) ? [] : ['EC2']))],
    isCancelled: isCancelled(job),
    isTerminated: stopBy(job.stops, 'terminate') !== undefined,
    consumableResourceProperties: detail.consumableResourceProperties,
  };
}

/**
 * Metaflow takes a job for a multi-node parallel one where it has no `container`. One with a task
 * of several has none, as on AWS.
 */
function work(
  view: ShownJob,
): Pick<
  JobDetail,
  'container' | 'ecsProperties' | 'eksProperties' | 'nodeProperties' | 'nodeDetails'
> {
  const { detail, nodeIndex } = view;
  const { nodeProperties } = detail;
  if (nodeProperties === undefined) return running(view, runsOfShown(view));
  if (nodeIndex !== undefined) {
    return {
      ...running(view, runsOfShown(view)),
      nodeDetails: { nodeIndex, isMainNode: nodeIndex === nodeProperties.mainNode },
    };
  }
  return {
    nodeProperties: shownNodes(
      nodeProperties,
      (container) => shownProperties(container, detail),
      (task) => shownTask(task, detail.platformCapabilities),
    ),
  };
}

/** What it runs; of a multi-node parallel job its main node, unless it is a node of it. */
const runsOfShown = ({ detail, nodeIndex }: ShownJob): Runs => runsOfJob(detail, nodeIndex);

function running(
  view: ShownJob,
  { container = {}, task, pod }: Runs,
): Pick<JobDetail, 'container' | 'ecsProperties' | 'eksProperties'> {
  if (pod !== undefined) return { eksProperties: { podProperties: podDetail(view, pod) } };
  return task === undefined
    ? { container: containerDetail(view, container) }
    : { ecsProperties: { taskProperties: [taskDetail(view, task)] } };
}

const isPod = ({ job }: ShownJob): boolean => job.terms.pod === true;

/** Those of pods have a list of their own. */
function attemptsOf(view: ShownJob): Pick<JobDetail, 'attempts' | 'eksAttempts'> {
  const { job } = view;
  const attempts = isArrayParent(job) ? [] : job.attempts;
  return isPod(view)
    ? { attempts: [], eksAttempts: attempts.map((attempt) => podAttempt(view, attempt)) }
    : { attempts: attempts.map((attempt) => attemptDetail(view, attempt)) };
}

function attemptDetail(view: ShownJob, attempt: EndedAttempt): AttemptDetail {
  const { task } = runsOfShown(view);
  return {
    ...(task === undefined
      ? { container: attemptContainer(view, attempt) }
      : { taskProperties: [attemptTask(view, task, attempt)] }),
    startedAt: attempt.startedAtMs,
    stoppedAt: attempt.stoppedAtMs,
    statusReason: attempt.statusReason,
  };
}

const attemptContainer = (view: ShownJob, attempt: EndedAttempt): AttemptContainerDetail => ({
  ...whereItRan(view, attempt),
  exitCode: attempt.exitCode,
  reason: attempt.containerReason,
  logStreamName: streamOf(attempt),
  networkInterfaces: interfaces(attempt),
});

/** There is none where its group was not there. */
const streamOf = (attempt: LiveAttempt | EndedAttempt): string | undefined =>
  attempt.log?.ofGivenGroup && !('startedAtMs' in attempt && attempt.startedAtMs !== undefined)
    ? undefined
    : attempt.log?.stream;

/** The properties that the job runs with, and the last attempt's facts. */
function containerDetail(view: ShownJob, container: ContainerProperties): ContainerDetail {
  const attempt = shownAttempt(view.job);
  return {
    ...shownProperties(container, view.detail),
    networkInterfaces: interfaces(attempt),
    ...(attempt && whereItRan(view, attempt)),
    ...containerEnd(view.job),
    // "Each container attempt receives a log stream name when they reach the RUNNING status."
    logStreamName:
      attempt === undefined || attempt.state === 'starting' ? undefined : streamOf(attempt),
  };
}

/** The task that the job runs with, and the last attempt's facts of it and of each container. */
function taskDetail(view: ShownJob, task: EcsTaskProperties): EcsTaskDetails {
  const attempt = shownAttempt(view.job);
  const { platformCapabilities } = view.detail;
  const { containers, ...rest } = shownTask(task, platformCapabilities);
  return {
    ...rest,
    // "This field is populated for jobs running on Amazon ECS Managed Instances."
    ...(platformCapabilities?.includes('MANAGED_INSTANCES') && { networkMode: 'host' }),
    ...(attempt && whereItRan(view, attempt)),
    containers: containers?.map((container, index) => ({
      ...container,
      ...containerFacts(view, attempt, index),
      networkInterfaces: interfaces(attempt),
    })),
  };
}

const attemptTask = (
  view: ShownJob,
  task: EcsTaskProperties,
  attempt: EndedAttempt,
): AttemptEcsTaskDetails => ({
  ...whereItRan(view, attempt),
  containers: task.containers?.map(({ name }, index) => ({
    name,
    ...containerFacts(view, attempt, index),
    networkInterfaces: interfaces(attempt),
  })),
});

/** How one of several containers fared. */
function containerFacts(
  { job }: ShownJob,
  attempt: LiveAttempt | EndedAttempt | undefined,
  index: number,
): Pick<AttemptTaskContainerDetails, 'exitCode' | 'reason' | 'logStreamName'> {
  const run = attempt?.containers?.[index];
  if (attempt === undefined || run === undefined) return {};
  const { exitCode, reason }: Partial<EndedContainer> = run.state === 'ended' ? run : {};
  // "Each container attempt receives a log stream name when they reach the RUNNING status."
  const log = hasStarted(run) ? logsOf(job.terms, attempt)[index] : undefined;
  return { exitCode, reason, logStreamName: log?.stream };
}

const shownProperties = (
  container: ContainerProperties,
  { definitionName, platformCapabilities }: ShownJob['detail'],
): ContainerProperties => ({
  ...shownContainer(container, platformCapabilities),
  logConfiguration: logDetail(container, definitionName),
});

/** Where other nodes reach a node of a multi-node parallel job. */
const interfaces = (attempt: LiveAttempt | EndedAttempt | undefined): NetworkInterface[] =>
  attempt?.address === undefined ? [] : [{ privateIpv4Address: attempt.address }];

/**
 * Cromwell reads `options['awslogs-group']` of every job, so that it stands there also where nobody
 * gave one.
 */
function logDetail(container: ContainerProperties, definitionName: string): LogConfiguration {
  const target = logTarget(container, definitionName);
  const given: LogConfiguration = container.logConfiguration ?? { logDriver: 'awslogs' };
  const options =
    target === undefined ? given.options : { ...given.options, 'awslogs-group': target.group };
  return { ...given, options: options ?? {}, secretOptions: given.secretOptions ?? [] };
}

function whereItRan(
  { detail }: ShownJob,
  attempt: LiveAttempt | EndedAttempt,
): { containerInstanceArn?: string; taskArn: string } {
  const cluster = attempt.cluster ?? nameInArn(attempt.computeEnvironmentArn) ?? 'default';
  return {
    ...(!attempt.anyNode && {
      containerInstanceArn: containerInstanceArn(detail.scope, cluster, attempt.hostId),
    }),
    taskArn: taskArn(detail.scope, cluster, attempt.attemptId),
  };
}
