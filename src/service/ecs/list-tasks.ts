// ListTasks: the attempts in a cluster, those under way unless the stopped ones are asked for.

import type { ListTasksCommandInput, ListTasksCommandOutput } from '@aws-sdk/client-ecs';
import { DesiredStatus } from '@aws-sdk/client-ecs';
import { oneOf, page } from './check.ts';
import { onEach } from './access.ts';
import { knownCluster } from './cluster.ts';
import { hostIdOf } from './container-instance.ts';
import { endedAfterMs, type EcsOperation } from './deps.ts';
import { invalidParameter } from './error.ts';
import { arnOfTask } from './task.ts';

export const listTasks: EcsOperation<ListTasksCommandInput, ListTasksCommandOutput> = {
  authorizes: (input, context) =>
    onEach(
      'ecs:ListTasks',
      'container-instance',
      input.containerInstance === undefined ? [] : [input.containerInstance],
      input.cluster,
      context,
    ),

  handle(deps, input, { scope }) {
    const { reader } = deps;
    if (input.family || input.serviceName || input.launchType)
      throw invalidParameter('family, serviceName and launchType are not supported by Longshore');
    const desired = oneOf(DesiredStatus, input.desiredStatus, 'desiredStatus') ?? 'RUNNING';
    const on =
      input.containerInstance === undefined ? undefined : hostIdOf(input.containerInstance);
    const environment = knownCluster(reader, scope, input.cluster);
    const tasks = reader
      .tasks(environment, endedAfterMs(deps))
      .filter(({ hostId, jobId, isWanted }) => {
        if (
          (on !== undefined && hostId !== on) ||
          (input.startedBy !== undefined && jobId !== input.startedBy)
        )
          return false;
        return isWanted === (desired !== 'STOPPED');
      });
    const { names, nextToken } = page(
      tasks.map(({ attemptId }) => arnOfTask({ environment, attemptId })),
      input,
    );
    return { taskArns: names, nextToken };
  },
};
