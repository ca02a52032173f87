// What a job definition may hold on EC2 and what on Fargate (the API's documentation says of each
// member on which of the two it applies).

import type { ContainerProperties, PlatformCapability } from '@aws-sdk/client-batch';
import { AssignPublicIp, PlatformCapability as PlatformCapabilities } from '@aws-sdk/client-batch';
import { integerIn, matches, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import { refuseUnbuilt, saysAnything } from './not-yet.ts';
import { checkFargateSize } from './resource-requirements.ts';

/** Whether the definition is for Fargate. */
export function checkPlatforms(platforms: readonly PlatformCapability[] | undefined): boolean {
  if ((platforms?.length ?? 0) > 1)
    throw invalid('platformCapabilities: Exactly 1 capability must be provided.');
  for (const platform of platforms ?? []) {
    oneOf(PlatformCapabilities, platform, 'platformCapabilities');
    if (platform === 'MANAGED_INSTANCES')
      refuseUnbuilt(platform, 'platformCapabilities MANAGED_INSTANCES');
  }
  return platforms?.includes('FARGATE') ?? false;
}

/** Checks a single-node job. */
export function checkPlatform(
  container: ContainerProperties,
  where: string,
  fargate: boolean,
): void {
  if (container.instanceType)
    throw invalid(`${where}.instanceType is only for multi-node parallel jobs`);
  if (fargate) checkFargate(container, where);
  else checkEc2(container, where);
}

/** What only Fargate has is refused. */
export function checkEc2(container: ContainerProperties, where: string): void {
  for (const member of [
    'networkConfiguration',
    'fargatePlatformConfiguration',
    'ephemeralStorage',
    'runtimePlatform',
  ] as const) {
    if (saysAnything(container[member]))
      throw invalid(`${where}.${member} is only for jobs on Fargate resources`);
  }
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
  if (driver !== undefined && driver !== 'awslogs' && driver !== 'splunk')
    throw invalid(
      `${where}.logConfiguration: Fargate has the log drivers awslogs and splunk, not ${driver}`,
    );
  oneOf(
    AssignPublicIp,
    container.networkConfiguration?.assignPublicIp || undefined,
    `${where}.networkConfiguration.assignPublicIp`,
  );
  matches(
    container.fargatePlatformConfiguration?.platformVersion || undefined,
    /^(LATEST|\d+\.\d+\.\d+)$/,
    `${where}.fargatePlatformConfiguration.platformVersion`,
    'LATEST or a version such as 1.4.0',
  );
  integerIn(container.ephemeralStorage?.sizeInGiB, 21, 200, `${where}.ephemeralStorage.sizeInGiB`);
  const { operatingSystemFamily, cpuArchitecture } = container.runtimePlatform ?? {};
  if (operatingSystemFamily?.startsWith('WINDOWS'))
    refuseUnbuilt(
      operatingSystemFamily,
      `${where}.runtimePlatform.operatingSystemFamily ${operatingSystemFamily}`,
    );
  matches(
    operatingSystemFamily || undefined,
    /^LINUX$/,
    `${where}.runtimePlatform.operatingSystemFamily`,
    'LINUX',
  );
  matches(
    cpuArchitecture || undefined,
    /^(X86_64|ARM64)$/,
    `${where}.runtimePlatform.cpuArchitecture`,
    'X86_64 or ARM64',
  );
}
