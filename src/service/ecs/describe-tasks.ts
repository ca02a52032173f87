// DescribeTasks: attempts under way, by the taskArn that DescribeJobs shows.

import type { DescribeTasksCommandInput, DescribeTasksCommandOutput } from '@aws-sdk/client-ecs';
import { taskArn } from '../../core/arn.ts';
import { describable } from './check.ts';
import { clusterName, knownCluster, onCluster } from './cluster.ts';
import type { EcsOperation } from './deps.ts';
import { invalidParameter } from './error.ts';
import { attemptIdOf, taskDetail } from './task.ts';

export const describeTasks: EcsOperation<DescribeTasksCommandInput, DescribeTasksCommandOutput> = {
  authorizes: (input, context) => onCluster('ecs:DescribeTasks', input.cluster, context),

  handle({ reader }, input, { scope }) {
    const asked = describable(input.tasks, 'tasks');
    if (asked.length === 0) throw invalidParameter('Tasks cannot be empty.');
    const environment = knownCluster(reader, scope, input.cluster);
    const found = asked.map((given) => ({ given, view: reader.task(environment, attemptIdOf(given)) }));
    return {
      tasks: found.flatMap(({ view }) => (view === undefined ? [] : [taskDetail(view)])),
      failures: found.flatMap(({ given, view }) => (view === undefined ? [{ arn: taskArn(scope, clusterName(environment), attemptIdOf(given)), reason: 'MISSING' }] : [])),
    };
  },
};
