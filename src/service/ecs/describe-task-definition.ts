// DescribeTaskDefinition: a job definition as ECS shows the task definition that AWS Batch makes of
// it, by family, `family:revision` or ARN.

import type { ContainerProperties } from '@aws-sdk/client-batch';
import type {
  ContainerDefinition,
  DescribeTaskDefinitionCommandInput,
  DescribeTaskDefinitionCommandOutput,
  TaskDefinition,
} from '@aws-sdk/client-ecs';
import { onAll } from '../access.ts';
import { TaskDefinitionField } from '@aws-sdk/client-ecs';
import { isRefusal } from '../../base/refusal.ts';
import { nameInArn, taskDefinitionArn } from '../../core/arn.ts';
import { needsOf } from '../../core/job/container.ts';
import { noNeeds } from '../../core/job/needs.ts';
import { propertiesOfNode } from '../../core/job/nodes.ts';
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
    if (found === undefined || (isArn && given !== arnOf(found.definition)))
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
    nodeProperties,
    platformCapabilities = ['EC2'],
  } = definition.request;
  const container =
    (nodeProperties
      ? propertiesOfNode(nodeProperties, nodeProperties.mainNode ?? 0).container
      : containerProperties) ?? {};
  const compatibilities = platformCapabilities.map((one) =>
    one === 'FARGATE' ? 'FARGATE' : 'EC2',
  );
  return {
    taskDefinitionArn: arnOf(definition),
    family: definition.name,
    revision: definition.revision,
    status: definition.status,
    containerDefinitions: [containerDefinition(container)],
    volumes: (container.volumes ?? []).map(({ name, host }) => ({
      name,
      host: host && { sourcePath: host.sourcePath },
    })),
    networkMode: nodeProperties || compatibilities.includes('FARGATE') ? 'awsvpc' : 'host',
    taskRoleArn: container.jobRoleArn,
    executionRoleArn: container.executionRoleArn,
    compatibilities,
    requiresCompatibilities: compatibilities,
    placementConstraints: [],
  };
}

/**
 * Under the name that AWS Batch gives it. What a definition leaves to its submissions counts as
 * nothing.
 */
function containerDefinition(container: ContainerProperties): ContainerDefinition {
  const asked = needsOf(container);
  const { milliVcpu, memoryMib } = isRefusal(asked) ? noNeeds : asked;
  return {
    name: 'default',
    image: container.image,
    cpu: Math.floor((milliVcpu * 1024) / 1000),
    memory: memoryMib,
    essential: true,
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
