// What a job definition may hold on EC2 and what on Fargate (the API's documentation says of each
// member on which of the two it applies).

import type { ContainerProperties, PlatformCapability } from '@aws-sdk/client-batch';
import { PlatformCapability as PlatformCapabilities } from '@aws-sdk/client-batch';
import { never } from '../../../base/assert.ts';
import { oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import {
  checkEphemeralStorage,
  checkPlatformVersion,
  checkPublicIp,
  checkRuntimePlatform,
} from './fargate.ts';
import { saysAnything } from './says-anything.ts';
import { checkFargateSize } from './resource-requirements.ts';

/** What the definition is for; EC2 where it does not say. */
export function checkPlatforms(
  platforms: readonly PlatformCapability[] | undefined,
): PlatformCapability {
  if ((platforms?.length ?? 0) > 1)
    throw invalid('platformCapabilities: Exactly 1 capability must be provided.');
  return oneOf(PlatformCapabilities, platforms?.[0], 'platformCapabilities') ?? 'EC2';
}

/** Checks a single-node job. */
export function checkPlatform(
  container: ContainerProperties,
  where: string,
  platform: PlatformCapability,
): void {
  if (container.instanceType)
    throw invalid(`${where}.instanceType is only for multi-node parallel jobs`);
  switch (platform) {
    case 'FARGATE':
      return checkFargate(container, where);
    case 'MANAGED_INSTANCES':
      return checkManagedInstances(container, where);
    case 'EC2':
      return checkEc2(container, where);
    default:
      return never(platform);
  }
}

const fargateAlone = [
  'networkConfiguration',
  'fargatePlatformConfiguration',
  'ephemeralStorage',
] as const;

/** What EC2 does not have is refused. */
export function checkEc2(container: ContainerProperties, where: string): void {
  for (const member of [...fargateAlone, 'runtimePlatform'] as const) {
    if (saysAnything(container[member]))
      throw invalid(`${where}.${member} is only for jobs on Fargate resources`);
  }
}

/** "Use this to run jobs on ARM64 instances." */
function checkManagedInstances(container: ContainerProperties, where: string): void {
  for (const member of fargateAlone)
    if (saysAnything(container[member]))
      throw invalid(`${where}.${member} is only for jobs on Fargate resources`);
  checkRuntimePlatform(container.runtimePlatform, `${where}.runtimePlatform`);
}

function checkFargate(container: ContainerProperties, where: string): void {
  if (!container.executionRoleArn)
    throw invalid(`${where}.executionRoleArn must be provided for Fargate`);
  checkFargateSize(container.resourceRequirements, where);
  const linux = container.linuxParameters ?? {};
  const foreign: readonly [string, boolean][] = [
    ['privileged', container.privileged === true],
    ['ulimits', (container.ulimits ?? []).length > 0],
    ['linuxParameters.devices', (linux.devices ?? []).length > 0],
    ['linuxParameters.sharedMemorySize', linux.sharedMemorySize !== undefined],
    ['linuxParameters.tmpfs', (linux.tmpfs ?? []).length > 0],
    ['linuxParameters.maxSwap', linux.maxSwap !== undefined],
    ['linuxParameters.swappiness', linux.swappiness !== undefined],
    ['volumes.host', (container.volumes ?? []).some((volume) => volume.host?.sourcePath)],
  ];
  const found = foreign.find(([, given]) => given);
  if (found !== undefined)
    throw invalid(`${where}.${found[0]} is not applicable to jobs on Fargate resources`);
  const driver = container.logConfiguration?.logDriver;
  // AWS's list has two; awsfirelens beside them is in its guide of ecsProperties.
  if (driver !== undefined && !['awslogs', 'splunk', 'awsfirelens'].includes(driver))
    throw invalid(
      `${where}.logConfiguration: Fargate has the log drivers awslogs and splunk, not ${driver}`,
    );
  checkPublicIp(container.networkConfiguration, `${where}.networkConfiguration`);
  const platform = container.fargatePlatformConfiguration;
  checkPlatformVersion(platform, `${where}.fargatePlatformConfiguration`);
  checkEphemeralStorage(
    container.ephemeralStorage,
    platform?.platformVersion,
    `${where}.ephemeralStorage`,
  );
  checkRuntimePlatform(container.runtimePlatform, `${where}.runtimePlatform`);
}
