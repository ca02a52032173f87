// DescribeTaskDefinition: a job definition as ECS shows the task definition that AWS Batch makes of
// it, by family, `family:revision` or ARN.

import type { TaskContainerProperties } from '@aws-sdk/client-batch';
import type {
  ContainerCondition,
  ContainerDefinition,
  DescribeTaskDefinitionCommandInput,
  DescribeTaskDefinitionCommandOutput,
  IpcMode,
  PidMode,
  TaskDefinition,
} from '@aws-sdk/client-ecs';
import { onAll } from '../access.ts';
import { TaskDefinitionField } from '@aws-sdk/client-ecs';
import { isRefusal } from '../../base/refusal.ts';
import { nameInArn, taskDefinitionArn } from '../../core/arn.ts';
import { needsOf } from '../../core/job/container.ts';
import { noNeeds } from '../../core/job/needs.ts';
import { hasPods } from '../../core/job/pod.ts';
import { propertiesOfNode } from '../../core/job/nodes.ts';
import { containersOf, runsOf } from '../../core/job/runs.ts';
import type { JobDefinition } from '../../core/job-definition/job-definition.ts';
import { oneOf } from './check.ts';
import type { EcsOperation } from './deps.ts';
import { clientError } from './error.ts';

export const describeTaskDefinition: EcsOperation<
  DescribeTaskDefinitionCommandInput,
  DescribeTaskDefinitionCommandOutput
> = {
  authorizes: () => onAll('ecs:DescribeTaskDefinition'),

  handle({ definitions }, input, { scope }) {
    const showsTags =
      input.include?.some((one) => oneOf(TaskDefinitionField, one, 'include') === 'TAGS') ?? false;
    const given = input.taskDefinition ?? '';
    const isArn = given.startsWith('arn:');
    const found = definitions.jobDefinition(scope, (isArn ? nameInArn(given) : given) ?? '');
    const isNone = found === undefined || hasPods(found.definition.request);
    if (isNone || (isArn && given !== arnOf(found.definition)))
      throw clientError('Unable to describe task definition.');
    return {
      taskDefinition: shown(found.definition),
      tags: showsTags
        ? Object.entries(found.tags).map(([key, value]) => ({ key, value }))
        : undefined,
    };
  },
};

const arnOf = ({ scope, arn }: JobDefinition): string =>
  taskDefinitionArn({ scope, definitionArn: arn });

/** The task definition; a multi-node parallel job's is as its main node is. */
function shown(definition: JobDefinition): TaskDefinition {
  const {
    containerProperties,
    ecsProperties,
    nodeProperties,
    platformCapabilities = ['EC2'],
  } = definition.request;
  const runs = runsOf(
    nodeProperties
      ? propertiesOfNode(nodeProperties, nodeProperties.mainNode ?? 0)
      : { container: containerProperties, ecsProperties },
  );
  const { jobRoleArn, executionRoleArn, volumes } = containersOf(runs)[0]?.properties ?? {};
  const compatibilities = platformCapabilities.map((one) =>
    one === 'FARGATE' ? 'FARGATE' : 'EC2',
  );
  return {
    taskDefinitionArn: arnOf(definition),
    family: definition.name,
    revision: definition.revision,
    status: definition.status,
    containerDefinitions: containersOf(runs).map((one, index) => ({
      ...containerDefinition(one),
      ...orderOf(runs.task?.containers?.[index]),
    })),
    volumes: (volumes ?? []).map(({ name, host }) => ({
      name,
      host: host && { sourcePath: host.sourcePath },
    })),
    networkMode: nodeProperties || compatibilities.includes('FARGATE') ? 'awsvpc' : 'host',
    ipcMode: runs.task?.ipcMode as IpcMode | undefined,
    pidMode: runs.task?.pidMode as PidMode | undefined,
    taskRoleArn: jobRoleArn,
    executionRoleArn,
    compatibilities,
    requiresCompatibilities: compatibilities,
    placementConstraints: [],
  };
}

/** What only a container of a task has. */
const orderOf = (container: TaskContainerProperties | undefined): Partial<ContainerDefinition> => ({
  dependsOn: container?.dependsOn?.map(({ containerName, condition }) => ({
    containerName,
    condition: condition as ContainerCondition | undefined,
  })),
  firelensConfiguration: container?.firelensConfiguration,
  startTimeout: container?.startTimeout,
  stopTimeout: container?.stopTimeout,
});

/** What a definition leaves to its submissions counts as nothing. */
function containerDefinition({
  name,
  essential,
  properties: container,
}: ReturnType<typeof containersOf>[number]): ContainerDefinition {
  const asked = needsOf(container);
  const { milliVcpu, memoryMib } = isRefusal(asked) ? noNeeds : asked;
  return {
    name,
    image: container.image,
    cpu: Math.floor((milliVcpu * 1024) / 1000),
    memory: memoryMib,
    essential,
    command: container.command ?? [],
    environment: container.environment ?? [],
    secrets: container.secrets,
    repositoryCredentials: container.repositoryCredentials?.credentialsParameter
      ? { credentialsParameter: container.repositoryCredentials.credentialsParameter }
      : undefined,
    mountPoints: (container.mountPoints ?? []).map(({ sourceVolume, containerPath, readOnly }) => ({
      sourceVolume,
      containerPath,
      readOnly,
    })),
    privileged: container.privileged,
    readonlyRootFilesystem: container.readonlyRootFilesystem,
    user: container.user,
    portMappings: [],
    volumesFrom: [],
  };
}
