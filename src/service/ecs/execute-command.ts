// ExecuteCommand: judged and looked up as on AWS, and then refused all the same. Its answer names a
// channel of Systems Manager, whose protocol this server does not speak; a command runs in a job by
// an operation of our own (ADR 0049).

import type { ExecuteCommandCommandInput, ExecuteCommandCommandOutput } from '@aws-sdk/client-ecs';
import { namedClusterArn, nameInArn, taskArn } from '../../core/arn.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Access, RequestContext } from '../../wire/operation.ts';
import { knownCluster } from './cluster.ts';
import { endedAfterMs, type EcsOperation } from './deps.ts';
import { invalidParameter } from './error.ts';
import { attemptIdOf, taskDetail } from './task.ts';

export const executeCommand: EcsOperation<ExecuteCommandCommandInput, ExecuteCommandCommandOutput> =
  {
    authorizes: accessOf,

    handle(deps, { cluster, task, container, command }, { scope }) {
      const { reader } = deps;
      if (!command) throw invalidParameter('Command cannot be empty.');
      const environment = knownCluster(reader, scope, cluster);
      const view = reader.task(environment, attemptIdOf(task ?? ''), endedAfterMs(deps));
      if (view === undefined) throw invalidParameter('The referenced task was not found.');
      const {
        lastStatus,
        enableExecuteCommand,
        containers = [],
      } = taskDetail(view, reader.taskFacts(view.jobId), false);
      if (lastStatus !== 'RUNNING')
        throw invalidParameter(
          'The execute command failed because the task is not in the RUNNING state.',
        );
      if (enableExecuteCommand !== true)
        throw invalidParameter(
          'The execute command failed because execute command was not enabled when the task was run or the execute command agent isn’t running. Wait and try again or run a new task with execute command enabled and try again.',
        );
      if (container && !containers.some(({ name }) => name === container))
        throw invalidParameter(`The task has no container with the name ${container}.`);
      throw new AwsError(
        'TargetNotConnectedException',
        400,
        `Longshore has no channel of AWS Systems Manager. Run the command with: longshore exec -i ${view.jobId} -- sh`,
      );
    },
  };

function accessOf(
  { cluster, task, container }: ExecuteCommandCommandInput,
  { scope }: RequestContext,
): Access[] {
  const of = namedClusterArn(scope, cluster || 'default');
  const arn = taskArn(scope, nameInArn(of) ?? '', attemptIdOf(task ?? ''));
  return [
    {
      action: 'ecs:ExecuteCommand',
      resources: [of, arn],
      conditions: () => ({
        'ecs:cluster': of,
        'ecs:task': arn,
        ...(container && { 'ecs:container-name': container }),
      }),
    },
  ];
}
