// An attempt as ECS shows a task, while it is under way and for an hour after it has stopped.

import type { Container, LaunchType, Task, TaskStopCode } from '@aws-sdk/client-ecs';
import { attemptId, splitJobId, type AttemptId } from '../../base/ids.ts';
import { isRefusal } from '../../base/refusal.ts';
import { containerInstanceArn, taskArn, taskDefinitionArn } from '../../core/arn.ts';
import {
  isFargate,
  isManagedInstances,
  type ComputeEnvironment,
} from '../../core/compute-environment/compute-environment.ts';
import type { EndedAttempt } from '../../core/job/attempt.ts';
import { needsOf } from '../../core/job/container.ts';
import { containersOf, runsOfJob, type Runs } from '../../core/job/runs.ts';
import { stopShown } from '../../core/job/stop.ts';
import type { TaskFacts, TaskView } from '../../port/cluster-reader.ts';
import { clusterName } from './cluster.ts';

export const attemptIdOf = (given: string): AttemptId =>
  attemptId(given.slice(given.lastIndexOf('/') + 1));

export const arnOfTask = ({
  environment,
  attemptId: id,
}: Pick<TaskView, 'environment' | 'attemptId'>): string =>
  taskArn(environment.scope, clusterName(environment), id);

/** `facts` are absent where the job was removed in between. */
export function taskDetail(view: TaskView, facts: TaskFacts | undefined, showsTags: boolean): Task {
  const { environment, job, jobId, attempt } = view;
  const cluster = clusterName(environment);
  const { milliVcpu, memoryMib } = job.terms.needs;
  const lastStatus =
    attempt.state === 'ended' ? 'STOPPED' : attempt.state === 'running' ? 'RUNNING' : 'PENDING';
  const startedAt = attempt.state === 'starting' ? undefined : whenMs(attempt.startedAtMs);
  return {
    taskArn: arnOfTask(view),
    clusterArn: environment.ecsClusterArn,
    taskDefinitionArn: facts && taskDefinitionArn(facts.detail),
    containerInstanceArn: attempt.anyNode
      ? undefined
      : containerInstanceArn(environment.scope, cluster, attempt.hostId),
    lastStatus,
    desiredStatus: attempt.state === 'ended' || job.stops !== undefined ? 'STOPPED' : 'RUNNING',
    cpu: String(Math.floor((milliVcpu * 1024) / 1000)),
    memory: String(memoryMib),
    createdAt: whenMs(attempt.placedAtMs),
    startedAt,
    connectivity: 'CONNECTED',
    connectivityAt: startedAt,
    ...(attempt.state === 'ended' ? stopOf(view, attempt) : {}),
    startedBy: jobId,
    group: facts && `family:${facts.detail.definitionName}`,
    launchType: launchTypeOf(environment),
    enableExecuteCommand:
      facts &&
      containersOf(runsOfTask(view, facts)).some(
        ({ properties }) => properties.enableExecuteCommand,
      ),
    containers: containers(view, facts, lastStatus),
    overrides: { containerOverrides: [], inferenceAcceleratorOverrides: [] },
    attachments: [],
    attributes: [],
    tags: showsTags
      ? Object.entries(facts?.tags ?? {}).map(([key, value]) => ({ key, value }))
      : [],
  };
}

const launchTypeOf = (environment: ComputeEnvironment): LaunchType => {
  if (isManagedInstances(environment)) return 'MANAGED_INSTANCES';
  return isFargate(environment) ? 'FARGATE' : 'EC2';
};

const whenMs = (ms: number | undefined): Date | undefined =>
  ms === undefined ? undefined : new Date(ms);

/** What the task runs, as its definition names it. */
function containers(view: TaskView, facts: TaskFacts | undefined, lastStatus: string): Container[] {
  const { attempt } = view;
  return containersOf(runsOfTask(view, facts)).map(({ name, properties }, index) => {
    const asked = needsOf(properties);
    const { milliVcpu, memoryMib } = isRefusal(asked) ? view.job.terms.needs : asked;
    return {
      name,
      image: properties.image,
      taskArn: arnOfTask(view),
      runtimeId: attempt.attemptId,
      ...standing(attempt, index, lastStatus),
      cpu: String(Math.floor((milliVcpu * 1024) / 1000)),
      memory: String(memoryMib),
      networkBindings: [],
      networkInterfaces: [],
    };
  });
}

/** Where a container stands in ECS's words, and how it ended. */
function standing(
  attempt: TaskView['attempt'],
  index: number,
  taskStatus: string,
): Pick<Container, 'lastStatus' | 'exitCode' | 'reason'> {
  const run = attempt.containers?.[index];
  if (run === undefined)
    return attempt.state === 'ended'
      ? { lastStatus: taskStatus, exitCode: attempt.exitCode, reason: attempt.containerReason }
      : { lastStatus: taskStatus };
  if (run.state === 'ended')
    return { lastStatus: 'STOPPED', exitCode: run.exitCode, reason: run.reason };
  return { lastStatus: run.state === 'running' ? 'RUNNING' : 'PENDING' };
}

/** What is not known any more counts as one container. */
function runsOfTask({ jobId }: TaskView, facts: TaskFacts | undefined): Runs {
  const { detail } = facts ?? {};
  const node = splitJobId(jobId).node ?? detail?.nodeProperties?.mainNode ?? 0;
  return runsOfJob(detail ?? {}, node);
}

function stopOf({ job }: TaskView, attempt: EndedAttempt): Partial<Task> {
  const stoppedAt = whenMs(attempt.stoppedAtMs);
  const stoppedReason = attempt.statusReason ?? 'Essential container in task exited';
  return {
    stopCode: stopCode(job, attempt),
    stoppedReason,
    stoppingAt: stoppedAt,
    stoppedAt,
    executionStoppedAt: stoppedAt,
  };
}

function stopCode({ stops, attempts }: TaskView['job'], attempt: EndedAttempt): TaskStopCode {
  if (attempt.startedAtMs === undefined) return 'TaskFailedToStart';
  // Stops are the last attempt's.
  const stop = attempts.at(-1) === attempt ? stopShown(stops, attempt.statusReason)?.by : undefined;
  if (stop === 'cancel' || stop === 'terminate' || stop === 'timeout') return 'UserInitiated';
  if (stop === 'preempt') return 'ServiceSchedulerInitiated';
  return stop === 'host' || attempt.exitCode === undefined
    ? 'TerminationNotice'
    : 'EssentialContainerExited';
}
