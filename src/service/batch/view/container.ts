// A container's properties as AWS shows them, in definitions and jobs alike: with the lists that
// are there though they are empty, which programs index without asking, and with the platform
// version of Fargate. No other default is added: Terraform strips just these before it compares,
// and what is described can be registered again.

import type {
  ContainerProperties,
  EcsTaskProperties,
  NodeProperties,
  NodeRangeProperty,
  PlatformCapability,
  TaskContainerProperties,
} from '@aws-sdk/client-batch';
import { podOf } from '../../../core/job/pod.ts';

/** `platforms`: of the definition. */
export function shownContainer(
  container: ContainerProperties,
  platforms: readonly PlatformCapability[] | undefined,
): ContainerProperties {
  const isFargate = platforms?.includes('FARGATE') ?? false;
  return {
    ...container,
    command: container.command ?? [],
    volumes: container.volumes ?? [],
    environment: container.environment ?? [],
    mountPoints: container.mountPoints ?? [],
    ulimits: container.ulimits ?? [],
    resourceRequirements: container.resourceRequirements ?? [],
    secrets: container.secrets ?? [],
    ...(isFargate && {
      fargatePlatformConfiguration: {
        platformVersion: container.fargatePlatformConfiguration?.platformVersion || 'LATEST',
      },
    }),
  };
}

/**
 * The same of a task with several containers. Neither whether one is essential is added nor where
 * its output goes: AWS shows what was said of these.
 */
export function shownTask(
  task: EcsTaskProperties,
  platforms: readonly PlatformCapability[] | undefined,
): EcsTaskProperties {
  const isFargate = platforms?.includes('FARGATE') ?? false;
  return {
    ...task,
    containers: task.containers?.map(shownTaskContainer),
    volumes: task.volumes ?? [],
    ...(isFargate && { platformVersion: task.platformVersion || 'LATEST' }),
  };
}

function shownTaskContainer(container: TaskContainerProperties): TaskContainerProperties {
  const { logConfiguration: log } = container;
  return {
    ...container,
    command: container.command ?? [],
    dependsOn: container.dependsOn ?? [],
    environment: container.environment ?? [],
    mountPoints: container.mountPoints ?? [],
    secrets: container.secrets ?? [],
    ulimits: container.ulimits ?? [],
    ...(log && { logConfiguration: { ...log, secretOptions: log.secretOptions ?? [] } }),
  };
}

/**
 * The node properties of a multi-node parallel job, whose ranges show their instance types as well.
 */
export const shownNodes = (
  properties: NodeProperties,
  shown: (container: ContainerProperties) => ContainerProperties,
  shownOf: (task: EcsTaskProperties) => EcsTaskProperties,
): NodeProperties => ({
  ...properties,
  nodeRangeProperties: properties.nodeRangeProperties?.map((range) => ({
    ...range,
    ...shownRange(range, shown, shownOf),
    instanceTypes: range.instanceTypes ?? [],
  })),
});

/** A pod is shown as it was registered. */
function shownRange(
  { container = {}, ecsProperties, eksProperties }: NodeRangeProperty,
  shown: (container: ContainerProperties) => ContainerProperties,
  shownOf: (task: EcsTaskProperties) => EcsTaskProperties,
): Pick<NodeRangeProperty, 'container' | 'ecsProperties'> {
  if (podOf(eksProperties) !== undefined) return {};
  return ecsProperties
    ? { ecsProperties: { taskProperties: ecsProperties.taskProperties?.map(shownOf) } }
    : { container: shown(container) };
}
