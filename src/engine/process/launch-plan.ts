// What a container's properties mean for a plain process: a request to the launcher, or the reason
// why the attempt cannot run. A property that a process cannot have fails the attempt where the job
// would otherwise read or write the wrong place or count on a device that is not there; it is left
// out, and the engine's notice says so, where the job runs the same without.
//
// | property                              | as a process                                        |
// | ------------------------------------- | --------------------------------------------------- |
// | image                                 | not used                                            |
// | command                               | run as it is, without a shell; empty: cannot start, |
// |                                       | there is no image                                   |
// | environment                           | all that the process gets, over PATH (the           |
// |                                       | server's), HOME (the attempt's working directory,   |
// |                                       | empty at its start) and LANG=C.UTF-8                |
// | memory, maxSwap, swappiness, vcpus    | control groups, where they can be made              |
// |                                       | (job-cgroups.ts); else left out                     |
// | ulimits                               | `prlimit` of util-linux; an unknown name or no      |
// |                                       | prlimit: cannot start                               |
// | user                                  | its uid and gid from /etc/passwd and /etc/group;    |
// |                                       | another user than the server's own where the server |
// |                                       | is not root: cannot start                           |
// | privileged, readonlyRootFilesystem    | left out: a process has the rights of the server's  |
// |                                       | user, no more, no less                              |
// | volumes, mountPoints                  | a path of the host, its own or that of a directory  |
// |                                       | that stands for a file system of AWS, mounted       |
// |                                       | writable at the same path is there anyway; else:    |
// |                                       | cannot start, the job would use another directory   |
// |                                       | than it means                                       |
// | devices                               | at the host's own path: there anyway; at another:   |
// |                                       | cannot start                                        |
// | tmpfs                                 | cannot start                                        |
// | sharedMemorySize, initProcessEnabled, | left out: /dev/shm and the disk are the machine's,  |
// | ephemeralStorage                      | and a group's rest is always ended                  |
// | gpus                                  | cannot start                                        |
// | logConfiguration                      | awslogs; another driver, or a router of the output  |
// |                                       | of others: cannot start                             |
// | ipcMode, pidMode of a task            | left out: processes share the machine's             |
// | hostNames                             | left out: names are the machine's                   |
// | network                               | private: a loopback address of the node's own       |
// |                                       | (process-engine.ts); the process may listen on any, |
// |                                       | it is the script that binds there                   |

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { LinuxParameters, MountPoint, Ulimit, Volume } from '@aws-sdk/client-batch';
import type { ContainerSpec } from '../../port/engine.ts';
import type { FoundSource } from '../found-sources.ts';
import { resolveUser, type UserFiles } from './launch-user.ts';
import type { LaunchRequest } from './protocol.ts';

/** What the plan depends on beside the spec. */
export interface Surroundings {
  readonly path: string;
  /** The server's own; undefined where there are no such numbers. */
  readonly uid: number | undefined;
  readonly users: () => UserFiles;
  readonly isExecutable: (path: string) => boolean;
  /** Of volumes on file systems of AWS, by name. */
  readonly sources: ReadonlyMap<string, FoundSource>;
}

export type LaunchPlan = { readonly request: LaunchRequest } | { readonly cannotStart: string };

class CannotStart extends Error {}

/** Throws what `planLaunch` answers. */
function cannotStart(what: string): never {
  throw new CannotStart(what);
}

export function planLaunch(spec: ContainerSpec, surroundings: Surroundings): LaunchPlan {
  try {
    return { request: plan(spec, surroundings) };
  } catch (error) {
    if (error instanceof CannotStart)
      return { cannotStart: `CannotStartContainerError: the process engine ${error.message}` };
    throw error;
  }
}

function plan(spec: ContainerSpec, surroundings: Surroundings): LaunchRequest {
  if (commandOf(spec).length === 0)
    cannotStart('needs a command: it does not use the image, which would give one');
  if (spec.gpus > 0) cannotStart('gives no GPUs');
  if (spec.logRouter !== undefined) cannotStart('runs no router of logs');
  const driver = spec.logConfiguration?.logDriver;
  if (driver !== undefined && driver !== 'awslogs') cannotStart(`has no log driver ${driver}`);
  checkMounts(spec.volumes ?? [], spec.mountPoints ?? [], surroundings.sources);
  if (spec.linuxParameters) checkLinuxParameters(spec.linuxParameters);
  const environment = environmentOf(spec, surroundings);
  return {
    id: spec.containerId,
    argv: withUlimits(spec, environment['PATH'] ?? '', surroundings),
    environment,
    limits: {
      memoryMib: spec.memoryMib,
      // Without maxSwap as much as the memory, as Docker does.
      swapMib: spec.linuxParameters?.maxSwap ?? spec.memoryMib,
      // swappiness without maxSwap is ignored (user guide, chapter Job Definition Parameters).
      swappiness:
        spec.linuxParameters?.maxSwap === undefined ? undefined : spec.linuxParameters.swappiness,
      // 1,024 a vCPU, within what kernels take.
      cpuShares: Math.min(262_144, Math.max(2, Math.floor((spec.milliVcpu * 1024) / 1000))),
    },
    ...userOf(spec.user, surroundings),
  };
}

const commandOf = ({ entrypoint = [], command }: ContainerSpec): readonly string[] => [
  ...entrypoint,
  ...command,
];

function environmentOf(spec: ContainerSpec, { path }: Surroundings): Record<string, string> {
  const environment: Record<string, string> = { PATH: path, LANG: 'C.UTF-8' };
  for (const { name, value } of spec.environment) if (name) environment[name] = value ?? '';
  for (const { name, value } of spec.secretEnvironment ?? []) environment[name] = value.reveal();
  return environment;
}

function userOf(
  user: string | undefined,
  { uid, users }: Surroundings,
): { uid?: number; gid?: number } {
  if (user === undefined || user === '') return {};
  const found = resolveUser(user, users());
  if (typeof found === 'string') return cannotStart(found);
  if (uid !== 0 && found.uid !== uid)
    cannotStart(`runs jobs as user ${user} only where the server runs as root`);
  return uid === 0 ? found : {};
}

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

/** A process sets limits on itself before it becomes the command: prlimit does. */
function withUlimits(spec: ContainerSpec, path: string, surroundings: Surroundings): string[] {
  const command = commandOf(spec);
  if (!spec.ulimits || spec.ulimits.length === 0) return [...command];
  const options = spec.ulimits.map(ulimitOption);
  const prlimit = findProgram('prlimit', surroundings.path, surroundings.isExecutable);
  if (prlimit === undefined)
    cannotStart('sets ulimits by prlimit, which this machine does not have');
  const [program = '', ...words] = command;
  // Looked for here, because prlimit would start and then say in the job's output that there is no
  // such program.
  const found = findProgram(program, path, surroundings.isExecutable);
  if (found === undefined)
    cannotStart(
      `cannot run it: exec: "${program}": ${program.includes('/') ? 'no such file or directory' : 'executable file not found in $PATH'}`,
    );
  return [prlimit, ...options, '--', found, ...words];
}

function ulimitOption({ name = '', softLimit = -1, hardLimit = -1 }: Ulimit): string {
  if (!ulimitNames.has(name)) cannotStart(`knows no ulimit '${name}'`);
  const text = (limit: number): string => (limit < 0 ? 'unlimited' : String(limit));
  return `--${name}=${text(softLimit)}:${text(hardLimit)}`;
}

function findProgram(
  name: string,
  path: string,
  runs: (path: string) => boolean,
): string | undefined {
  if (name.includes('/')) return runs(name) ? name : undefined;
  return path
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find(runs);
}

function checkMounts(
  volumes: readonly Volume[],
  mountPoints: readonly MountPoint[],
  sources: Surroundings['sources'],
): void {
  for (const { containerPath, sourceVolume = '', readOnly } of mountPoints) {
    const volume = volumes.find(({ name }) => name === sourceVolume);
    const source = sources.get(sourceVolume);
    if (source !== undefined && 'server' in source)
      cannotStart(
        `cannot mount volume ${sourceVolume}: ${source.title} is at ${source.server}, and processes have no mounts of their own`,
      );
    const path = source?.directory ?? volume?.host?.sourcePath;
    if (path !== undefined && path === containerPath && !readOnly) continue;
    cannotStart(
      `cannot mount volume ${sourceVolume} at ${containerPath}: a process sees the paths of the machine`,
    );
  }
}

function checkLinuxParameters({ devices, tmpfs }: LinuxParameters): void {
  for (const { hostPath, containerPath } of devices ?? []) {
    if (containerPath !== undefined && containerPath !== hostPath)
      cannotStart(`cannot show device ${hostPath} as ${containerPath}`);
  }
  for (const { containerPath } of tmpfs ?? [])
    cannotStart(`cannot mount a tmpfs at ${containerPath}`);
}

/** By this process's rights. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
