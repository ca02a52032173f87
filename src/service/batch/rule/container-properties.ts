// The container of a job definition: forms, ranges and what must stand together (the model's
// documentation of ContainerProperties; user guide, chapter Job Definition Parameters). What only
// one platform has is in platform.ts, and what hangs on the file system in volumes.ts.

import type {
  ContainerProperties,
  LinuxParameters,
  LogConfiguration,
  Ulimit,
} from '@aws-sdk/client-batch';
import { DeviceCgroupPermission, LogDriver } from '@aws-sdk/client-batch';
import { integerIn, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import { checkLogOptions } from './awslogs-options.ts';
import { checkEnvironment } from './environment.ts';
import { checkImage } from './image.ts';
import { checkRole } from './name.ts';
import { checkAbsolute } from './path.ts';
import { checkAmounts } from './resource-requirements.ts';
import { checkSecrets } from './secrets.ts';
import { refuseNul } from './text.ts';
import { checkMountPoints, checkVolumes } from './volumes.ts';

const maxMib = 1_000_000_000;

/**
 * `where`: the member that it is, as messages name it. `hasRouter`: another container takes its
 * output where its log driver says so.
 */
export function checkContainer(
  container: ContainerProperties,
  where: string,
  fargate: boolean,
  hasRouter = false,
): void {
  checkImage(container.image, `${where}.image`);
  refuseNul(container, where);
  checkUser(container.user);
  checkRole(container.jobRoleArn, `${where}.jobRoleArn`);
  checkRole(container.executionRoleArn, `${where}.executionRoleArn`);
  checkAmounts(container, where, fargate);
  checkEnvironment(container.environment, where);
  const volumes = checkVolumes(container.volumes, where, {
    roleArn: container.jobRoleArn,
    isFargate: fargate,
    platformVersion: container.fargatePlatformConfiguration?.platformVersion,
  });
  checkMountPoints(container.mountPoints, volumes, where);
  checkUlimits(container.ulimits, where);
  checkLinux(container.linuxParameters, where);
  checkLog(container.logConfiguration, where, hasRouter);
  checkSecrets(container, where);
}

/** A name or number of a user, and behind a colon one of a group: what ECS takes. */
const userForm = /^[a-z0-9_][a-z0-9_.-]{0,254}(:[a-z0-9_][a-z0-9_.-]{0,254})?$/;

/** Empty is "none". */
function checkUser(user: string | undefined): void {
  if (user && !userForm.test(user))
    throw invalid(`User ${user.slice(0, 255)} does not match regex ${userForm.source}`);
}

/** The kinds that Docker knows; the model lists them with Ulimit. */
const ulimitNames = new Set([
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rss',
  'rtprio',
  'rttime',
  'sigpending',
  'stack',
]);
const unlimited = -1;

function checkUlimits(ulimits: readonly Ulimit[] | undefined, where: string): void {
  const seen = new Set<string>();
  for (const { name = '', softLimit = 0, hardLimit = 0 } of ulimits ?? []) {
    if (!ulimitNames.has(name))
      throw invalid(`${where}.ulimits: '${name}' is not one of ${[...ulimitNames].join(', ')}`);
    if (seen.has(name)) throw invalid(`${where}.ulimits holds ${name} twice`);
    seen.add(name);
    for (const value of [softLimit, hardLimit])
      if (!Number.isSafeInteger(value))
        throw invalid(
          `${where}.ulimits: a limit of ${name} must be a whole number; it is ${value}`,
        );
    if (softLimit < unlimited || hardLimit < unlimited)
      throw invalid(`${where}.ulimits: a limit of ${name} is below -1, which means unlimited`);
    const soft = softLimit === unlimited ? Infinity : softLimit;
    const hard = hardLimit === unlimited ? Infinity : hardLimit;
    if (soft > hard)
      throw invalid(
        `${where}.ulimits: the softLimit of ${name} (${softLimit}) is above its hardLimit (${hardLimit})`,
      );
  }
}

/** Names of mount options that the model lists with Tmpfs; some take a value behind `=`. */
const tmpfsOptions = new Set([
  'defaults',
  'ro',
  'rw',
  'suid',
  'nosuid',
  'dev',
  'nodev',
  'exec',
  'noexec',
  'sync',
  'async',
  'dirsync',
  'remount',
  'mand',
  'nomand',
  'atime',
  'noatime',
  'diratime',
  'nodiratime',
  'bind',
  'rbind',
  'unbindable',
  'runbindable',
  'private',
  'rprivate',
  'shared',
  'rshared',
  'slave',
  'rslave',
  'relatime',
  'norelatime',
  'strictatime',
  'nostrictatime',
  'mode',
  'uid',
  'gid',
  'nr_inodes',
  'nr_blocks',
  'mpol',
]);

/**
 * Those that take a value, and its form. They are joined by commas: a value with one would be two
 * options.
 */
const valued = new Map([
  ['mode', /^[0-7]{1,4}$/],
  ['uid', /^\d{1,10}$/],
  ['gid', /^\d{1,10}$/],
  ['nr_inodes', /^\d{1,15}[kmg]?$/i],
  ['nr_blocks', /^\d{1,15}[kmg]?$/i],
  ['mpol', /^[\w:=-]+$/],
]);

function checkLinux(linux: LinuxParameters | undefined, where: string): void {
  if (linux === undefined) return;
  const at = `${where}.linuxParameters`;
  integerIn(linux.sharedMemorySize, 1, maxMib, `${at}.sharedMemorySize`);
  integerIn(linux.maxSwap, 0, maxMib, `${at}.maxSwap`);
  // Without maxSwap AWS ignores it, so that is no error: "If a value isn't specified for maxSwap,
  // this parameter is ignored."
  integerIn(linux.swappiness, 0, 100, `${at}.swappiness`);
  for (const device of linux.devices ?? []) {
    checkAbsolute(device.hostPath, `${at}.devices.hostPath`);
    if (device.containerPath) checkAbsolute(device.containerPath, `${at}.devices.containerPath`);
    for (const permission of device.permissions ?? [])
      oneOf(DeviceCgroupPermission, permission, `${at}.devices.permissions`);
  }
  for (const mount of linux.tmpfs ?? []) {
    checkAbsolute(mount.containerPath, `${at}.tmpfs.containerPath`);
    integerIn(mount.size, 1, maxMib, `${at}.tmpfs.size`);
    for (const option of mount.mountOptions ?? []) {
      const [name = '', ...value] = option.split('=');
      const isRight =
        tmpfsOptions.has(name) &&
        (value.length === 0
          ? !valued.has(name)
          : (valued.get(name)?.test(value.join('=')) ?? false));
      if (!isRight)
        throw invalid(`${at}.tmpfs.mountOptions: '${option}' is not a mount option of tmpfs`);
    }
  }
}

function checkLog(log: LogConfiguration | undefined, where: string, hasRouter: boolean): void {
  if (log === undefined) return;
  const driver = oneOf(LogDriver, log.logDriver, `${where}.logConfiguration.logDriver`);
  if (driver === 'awsfirelens' && !hasRouter)
    throw invalid(
      `${where}.logConfiguration: the log driver awsfirelens needs a container with a firelensConfiguration beside it: use ecsProperties`,
    );
  if (driver === 'awslogs') checkLogOptions(log.options ?? {}, `${where}.logConfiguration.options`);
}
