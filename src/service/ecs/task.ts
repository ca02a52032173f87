// An attempt under way as ECS shows a task. Tasks that have stopped are not shown: ECS forgets them within the hour, and the
// job tells all that there is to tell.

import type { Task } from '@aws-sdk/client-ecs';
import { attemptId, type AttemptId } from '../../base/ids.ts';
import { containerInstanceArn, taskArn } from '../../core/arn.ts';
import type { TaskView } from '../../port/cluster-reader.ts';
import { clusterName } from './cluster.ts';

export const attemptIdOf = (given: string): AttemptId => attemptId(given.slice(given.lastIndexOf('/') + 1));

export const arnOfTask = ({ environment, attemptId: id }: TaskView): string => taskArn(environment.scope, clusterName(environment), id);

export function taskDetail(view: TaskView): Task {
  const { environment, job, jobId } = view;
  const { attempt } = job;
  const cluster = clusterName(environment);
  const arn = arnOfTask(view);
  const lastStatus = job.status === 'RUNNING' ? 'RUNNING' : 'PENDING';
  return {
    taskArn: arn,
    clusterArn: environment.ecsClusterArn,
    containerInstanceArn: containerInstanceArn(environment.scope, cluster, attempt.hostId),
    lastStatus,
    desiredStatus: job.stopRequested === undefined ? 'RUNNING' : 'STOPPED',
    cpu: String(Math.floor((job.terms.needs.milliVcpu * 1024) / 1000)),
    memory: String(job.terms.needs.memoryMib),
    createdAt: new Date(attempt.placedAtMs),
    startedAt: job.status === 'RUNNING' ? new Date(job.attempt.startedAtMs) : undefined,
    startedBy: jobId,
    launchType: environment.computeResources?.type?.startsWith('FARGATE') ? 'FARGATE' : 'EC2',
    containers: [{ name: 'default', taskArn: arn, lastStatus, networkInterfaces: [] }],
    attachments: [],
    attributes: [],
    tags: [],
  };
}
