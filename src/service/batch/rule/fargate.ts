// What only Fargate's jobs say of themselves, of a container or of a task: platform version,
// storage, public address, operating system and architecture (the API's documentation of
// ContainerProperties and its members). Pure; which jobs may say it is platform.ts's.

import type {
  EphemeralStorage,
  FargatePlatformConfiguration,
  NetworkConfiguration,
  RuntimePlatform,
} from '@aws-sdk/client-batch';
import { AssignPublicIp } from '@aws-sdk/client-batch';
import { limit } from '../../../core/limit.ts';
import { given, integerIn, matches, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import { saysAnything } from './says-anything.ts';

const versionForm = /^(?:LATEST|(\d{1,4})\.(\d{1,4})\.\d{1,4})$/;

/** LATEST, which is 1.4.0 for Linux, or a version. Empty is LATEST. */
export function checkPlatformVersion(
  platform: FargatePlatformConfiguration | undefined,
  where: string,
): void {
  matches(
    platform?.platformVersion || undefined,
    versionForm,
    `${where}.platformVersion`,
    'LATEST or a version such as 1.4.0',
  );
}

/**
 * Network file systems and storage of a size came with platform version 1.4.0: `what` needs it
 * ("Jobs that are running on Fargate resources must specify a platformVersion of at least 1.4.0").
 */
export function needsPlatform14(platformVersion: string | undefined, what: string): void {
  const [, major, minor] = versionForm.exec(platformVersion || 'LATEST') ?? [];
  if (major === undefined || Number(major) * 10_000 + Number(minor) >= 10_004) return;
  throw invalid(
    `${what} needs Fargate platform version 1.4.0 or later; platformVersion is ${platformVersion}`,
  );
}

export function checkEphemeralStorage(
  storage: EphemeralStorage | undefined,
  platformVersion: string | undefined,
  where: string,
): void {
  if (!saysAnything(storage)) return;
  integerIn(
    given(storage?.sizeInGiB, `${where}.sizeInGiB`),
    limit.ephemeralStorageGibMin,
    limit.ephemeralStorageGibMax,
    `${where}.sizeInGiB`,
  );
  needsPlatform14(platformVersion, where);
}

export function checkPublicIp(network: NetworkConfiguration | undefined, where: string): void {
  oneOf(AssignPublicIp, network?.assignPublicIp || undefined, `${where}.assignPublicIp`);
}

const windowsFamilies = [
  'WINDOWS_SERVER_2019_CORE',
  'WINDOWS_SERVER_2019_FULL',
  'WINDOWS_SERVER_2022_CORE',
  'WINDOWS_SERVER_2022_FULL',
];

/** An architecture is judged against hosts when the job is placed; a family that has none, here. */
export function checkRuntimePlatform(platform: RuntimePlatform | undefined, where: string): void {
  const { operatingSystemFamily, cpuArchitecture } = platform ?? {};
  if (windowsFamilies.includes(operatingSystemFamily ?? ''))
    throw invalid(
      `${where}.operatingSystemFamily ${operatingSystemFamily} is not supported by Longshore: its engines run Linux containers alone`,
    );
  matches(
    operatingSystemFamily || undefined,
    /^LINUX$/,
    `${where}.operatingSystemFamily`,
    `LINUX (or, on AWS, ${windowsFamilies.join(', ')})`,
  );
  matches(
    cpuArchitecture || undefined,
    /^(X86_64|ARM64)$/,
    `${where}.cpuArchitecture`,
    'X86_64 or ARM64',
  );
}
