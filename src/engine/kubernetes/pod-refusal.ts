// What a container may ask for that a pod cannot give: said in words, in which its attempt fails.
// What of it a pod says otherwise than Docker is in pod-container.ts. Pure.

import type { LinuxParameters, Tmpfs } from '@aws-sdk/client-batch';
import type { ContainerSpec, TaskPlace } from '../../port/engine.ts';

const byCluster = 'CannotCreateContainerError: a Kubernetes cluster cannot give';

/** Options of a file system in memory that say what it is in any case. */
const plainTmpfsOptions = new Set(['defaults', 'rw', 'nosuid', 'nodev', 'noexec', 'relatime']);
const numericUser = /^\d+(?::\d+)?$/;

/** Undefined: a pod can say all of it. */
export function podRefusal(spec: ContainerSpec): string | undefined {
  const amiss = whatItCannot(spec);
  if (amiss !== undefined) return `${byCluster} ${amiss}`;
  const volumes = new Set((spec.volumes ?? []).map(({ name }) => name));
  const stray = spec.mountPoints?.find(({ sourceVolume }) => !volumes.has(sourceVolume));
  return (
    stray &&
    `CannotCreateContainerError: mount point ${stray.containerPath} names the volume ${stray.sourceVolume}, which the job definition does not have`
  );
}

function whatItCannot(spec: ContainerSpec): string | undefined {
  const driver = spec.logConfiguration?.logDriver ?? 'awslogs';
  if (spec.ulimits?.length) return `ulimits (${spec.ulimits.map(({ name }) => name).join(', ')})`;
  if (spec.logRouter !== undefined || spec.routedTo !== undefined || driver === 'awsfirelens')
    return 'the log driver awsfirelens';
  if (driver !== 'awslogs') return `the log driver ${driver}`;
  if (spec.user && userOf(spec.user) === undefined)
    return `the user ${spec.user}: it takes numbers alone`;
  const remote = spec.volumes?.find(
    (volume) => volume.efsVolumeConfiguration ?? volume.s3filesVolumeConfiguration,
  );
  if (remote !== undefined)
    return `the volume ${remote.name}, which is on a file system of AWS: an EKS job definition mounts it by a persistentVolumeClaim`;
  return whatLinuxCannot(spec.linuxParameters ?? {}, spec.task) ?? whatTaskCannot(spec.task);
}

function whatLinuxCannot(
  { devices, maxSwap, initProcessEnabled, tmpfs }: LinuxParameters,
  task: TaskPlace | undefined,
): string | undefined {
  if (devices?.length)
    return `devices (${devices.map(({ hostPath }) => hostPath).join(', ')}); GPUs are a resource requirement`;
  // A pod has none, which may be asked for.
  if (maxSwap) return `swap (maxSwap ${maxSwap})`;
  if (initProcessEnabled && (task?.containers ?? 1) > 1 && task?.pidMode !== 'task')
    return 'initProcessEnabled to one of several containers that do not share their processes';
  const odd = tmpfs?.flatMap(oddOptions) ?? [];
  return odd.length > 0 ? `mountOptions of a tmpfs (${odd.join(', ')})` : undefined;
}

const oddOptions = ({ mountOptions = [] }: Tmpfs): string[] =>
  mountOptions.filter((option) => !plainTmpfsOptions.has(option));

/** Containers of a pod are in one IPC namespace, whatever they want. */
const whatTaskCannot = (task: TaskPlace | undefined): string | undefined =>
  task?.ipcMode === 'none' ? 'ipcMode none: containers of a pod share it' : undefined;

/** As numbers; undefined: it is no number. */
export function userOf(user: string): { uid: number; gid?: number } | undefined {
  const plain = user === 'root' ? '0' : user === 'root:root' ? '0:0' : user;
  if (!numericUser.test(plain)) return undefined;
  const [uid = 0, gid] = plain.split(':').map(Number);
  return { uid, ...(gid !== undefined && { gid }) };
}
