// ListTasks: the attempts under way in a cluster.

import type { ListTasksCommandInput, ListTasksCommandOutput } from '@aws-sdk/client-ecs';
import { DesiredStatus } from '@aws-sdk/client-ecs';
import { oneOf, page } from './check.ts';
import { knownCluster, onCluster } from './cluster.ts';
import { hostIdOf } from './container-instance.ts';
import type { EcsOperation } from './deps.ts';
import { invalidParameter } from './error.ts';
import { arnOfTask, taskDetail } from './task.ts';

export const listTasks: EcsOperation<ListTasksCommandInput, ListTasksCommandOutput> = {
  authorizes: (input, context) => onCluster('ecs:ListTasks', input.cluster, context),

  handle({ reader }, input, { scope }) {
    if (input.family || input.serviceName || input.launchType) throw invalidParameter('family, serviceName and launchType are not supported by Longshore');
    const desired = oneOf(DesiredStatus, input.desiredStatus, 'desiredStatus') ?? 'RUNNING';
    const on = input.containerInstance === undefined ? undefined : hostIdOf(input.containerInstance);
    const tasks = reader.tasks(knownCluster(reader, scope, input.cluster)).filter((view) => {
      if (on !== undefined && view.job.attempt.hostId !== on) return false;
      if (input.startedBy !== undefined && view.jobId !== input.startedBy) return false;
      return taskDetail(view).desiredStatus === desired;
    });
    const { names, nextToken } = page(tasks.map(arnOfTask), input);
    return { taskArns: names, nextToken };
  },
};
