// DescribeTasks: attempts by the taskArn that DescribeJobs shows, under way or stopped within the
// hour.

import type { DescribeTasksCommandInput, DescribeTasksCommandOutput } from '@aws-sdk/client-ecs';
import { TaskField } from '@aws-sdk/client-ecs';
import { taskArn } from '../../core/arn.ts';
import { describable, oneOf } from './check.ts';
import { onEach } from './access.ts';
import { clusterName, knownCluster } from './cluster.ts';
import { endedAfterMs, type EcsOperation } from './deps.ts';
import { invalidParameter } from './error.ts';
import { attemptIdOf, taskDetail } from './task.ts';

export const describeTasks: EcsOperation<DescribeTasksCommandInput, DescribeTasksCommandOutput> = {
  authorizes: (input, context) =>
    onEach('ecs:DescribeTasks', 'task', input.tasks, input.cluster, context),

  handle(deps, input, { scope }) {
    const { reader } = deps;
    const asked = describable(input.tasks, 'tasks');
    if (asked.length === 0) throw invalidParameter('Tasks cannot be empty.');
    const showsTags =
      input.include?.some((one) => oneOf(TaskField, one, 'include') === 'TAGS') ?? false;
    const environment = knownCluster(reader, scope, input.cluster);
    const found = asked.map((given) => ({
      given,
      view: reader.task(environment, attemptIdOf(given), endedAfterMs(deps)),
    }));
    return {
      tasks: found.flatMap(({ view }) =>
        view === undefined ? [] : [taskDetail(view, reader.taskFacts(view.jobId), showsTags)],
      ),
      failures: found.flatMap(({ given, view }) =>
        view === undefined
          ? [
              {
                arn: taskArn(scope, clusterName(environment), attemptIdOf(given)),
                reason: 'MISSING',
              },
            ]
          : [],
      ),
    };
  },
};
