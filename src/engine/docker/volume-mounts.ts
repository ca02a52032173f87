// Volumes and mount points of a container become binds and mounts of Docker's create call. Pure.

import type { MountPoint, Volume } from '@aws-sdk/client-batch';
import type { FoundSource } from '../found-sources.ts';
import type { BindMount, VolumeMount } from './docker-api.ts';

interface Mounting {
  readonly volumes: readonly Volume[];
  readonly mountPoints: readonly MountPoint[];
  /** Of those volumes that are on file systems of AWS, by name. */
  readonly sources: ReadonlyMap<string, FoundSource>;
  /** Other containers of its attempt may mount the volumes as well. */
  readonly isOfTask?: boolean | undefined;
  /** Begins the names of volumes that are made for the container, or for all of its attempt. */
  readonly namePrefix: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What is mounted beside. */
  readonly more: readonly VolumeMount[];
}

/**
 * A volume with a host path is bound, and Docker makes a missing path, as on ECS. One on a file
 * system of AWS is bound or mounted, and must be there. One without any is made for the attempt and
 * goes with it: anonymous, or by a name of the attempt's where two mount points, of one container
 * or of several, may share it.
 */
export function volumeMounts({
  volumes,
  mountPoints,
  sources,
  isOfTask = false,
  namePrefix,
  labels,
  more,
}: Mounting): {
  Binds?: string[];
  Mounts?: (VolumeMount | BindMount)[];
} {
  const binds: string[] = [];
  const mounts: (VolumeMount | BindMount)[] = [...more];
  const known = new Map(
    volumes.map((volume, index) => [volume.name ?? '', { volume, index }] as const),
  );
  for (const { sourceVolume = '', containerPath = '', readOnly } of mountPoints) {
    const { volume, index } = known.get(sourceVolume) as { volume: Volume; index: number };
    const path = volume.host?.sourcePath;
    const at = { Target: containerPath, ReadOnly: readOnly ?? false };
    const source = sources.get(sourceVolume);
    if (path) {
      binds.push(`${path}:${containerPath}${readOnly ? ':ro' : ''}`);
    } else if (source !== undefined) {
      mounts.push(
        'directory' in source
          ? { Type: 'bind', Source: source.directory, ...at }
          : { Type: 'volume', ...at, VolumeOptions: nfsOptions(source) },
      );
    } else {
      const shared =
        isOfTask || mountPoints.filter((other) => other.sourceVolume === sourceVolume).length > 1;
      mounts.push({
        Type: 'volume',
        ...at,
        ...(shared && { Source: `${namePrefix}-${index}`, VolumeOptions: { Labels: labels } }),
      });
    }
  }
  return {
    ...(binds.length > 0 && { Binds: binds }),
    ...(mounts.length > 0 && { Mounts: mounts }),
  };
}

/**
 * Docker's own driver mounts it, with what Amazon EFS recommends for NFS clients (EFS user guide,
 * Recommended NFS mount settings); the daemon looks the server's name up.
 */
function nfsOptions({
  server,
  path,
}: Extract<FoundSource, { readonly server: string }>): NonNullable<VolumeMount['VolumeOptions']> {
  return {
    NoCopy: true,
    DriverConfig: {
      Name: 'local',
      Options: {
        type: 'nfs',
        o: `addr=${server},nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport`,
        device: `:${path}`,
      },
    },
  };
}

/**
 * What the daemon says of a container that it could not start, fit to be read: the paths and
 * options of a mount that failed take more room than a reason has.
 */
export function withoutMountNoise(message: string, sources: Mounting['sources']): string {
  const servers = [...sources.values()].flatMap((source) =>
    'server' in source ? `${source.title} is mounted by NFS from ${source.server}` : [],
  );
  if (servers.length === 0) return message;
  const short = message
    .replaceAll(/[: ]'?\/[^\s:']*\/_data'?/g, '')
    .replace(/, (?:flags: \S+, )?data: \S+:/, ':');
  return [short, ...new Set(servers)].join('; ');
}
