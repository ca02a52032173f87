// A container's properties as AWS shows them, in definitions and jobs alike: with the lists that
// are there though they are empty, which programs index without asking, and with the platform
// version of Fargate. No other default is added: Terraform strips just these before it compares,
// and what is described can be registered again.

import type {
  ContainerProperties,
  NodeProperties,
  PlatformCapability,
} from '@aws-sdk/client-batch';

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
 * The node properties of a multi-node parallel job, whose ranges show their instance types as well.
 */
export const shownNodes = (
  properties: NodeProperties,
  shown: (container: ContainerProperties) => ContainerProperties,
): NodeProperties => ({
  ...properties,
  nodeRangeProperties: properties.nodeRangeProperties?.map((range) => ({
    ...range,
    container: shown(range.container ?? {}),
    instanceTypes: range.instanceTypes ?? [],
  })),
});
