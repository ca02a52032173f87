// Where the file systems of AWS are that jobs name, those of EFS and of S3 Files: what the operator
// named in their place, a directory of the host or an NFS server, else EFS's own address (ADR
// 0050). Every engine asks here, so that a volume means the same on all. It mounts nothing and
// looks at no file.

import type { EFSVolumeConfiguration, Volume } from '@aws-sdk/client-batch';
import { partitionOfRegion } from '../base/partition.ts';

/** What stands for a file system, or for what an access point shows of one. */
export type FileSystemPlace =
  /** A directory of whichever host runs the job. */
  | { readonly directory: string }
  /** `path` on an NFS server, both as its host calls them. */
  | { readonly server: string; readonly path: string };

/** By the ids `fs-…` and `fsap-…`. */
type Places = ReadonlyMap<string, FileSystemPlace>;

/** What the operator named. */
export interface FileSystems {
  readonly efs: Places;
  readonly s3Files: Places;
}

export const noFileSystems: FileSystems = { efs: new Map(), s3Files: new Map() };

/** Where a volume's files are. `title` is how people call the file system. */
export type VolumeSource = { readonly title: string } & (
  | {
      /** A directory of the host, and where in it the volume begins; '' where it is all of it. */
      readonly directory: string;
      readonly within: string;
    }
  | { readonly server: string; readonly path: string }
);

/** What is asked for cannot be had here: what the user reads. */
export interface NoSource {
  readonly cannotStart: string;
}

/**
 * The sources of those volumes that are on a file system of AWS, by the volume's name. `region`:
 * the job's.
 */
export function volumeSources(
  volumes: readonly Volume[],
  region: string,
  places: FileSystems,
): ReadonlyMap<string, VolumeSource> | NoSource {
  const sources = new Map<string, VolumeSource>();
  for (const {
    name = '',
    efsVolumeConfiguration: efs,
    s3filesVolumeConfiguration: files,
  } of volumes) {
    const found =
      efs?.fileSystemId !== undefined
        ? efsSource(efs, efs.fileSystemId, region, places.efs)
        : files?.fileSystemArn !== undefined
          ? s3FilesSource(
              idIn(files.fileSystemArn),
              files.accessPointArn ? idIn(files.accessPointArn) : undefined,
              files.rootDirectory,
              places.s3Files,
            )
          : undefined;
    if (typeof found === 'string') return { cannotStart: cannotSetUp(name, found) };
    if (found !== undefined) sources.set(name, found);
  }
  return sources;
}

/** As Amazon ECS begins what it says of a volume that it cannot give to a task. */
export const cannotSetUp = (volume: string, why: string): string =>
  `ResourceInitializationError: unable to set up volume ${volume}: ${why}`;

function efsSource(
  { transitEncryption, authorizationConfig, rootDirectory }: EFSVolumeConfiguration,
  id: string,
  region: string,
  places: Places,
): VolumeSource | string {
  const title = `EFS file system ${id}`;
  const accessPointId = authorizationConfig?.accessPointId || undefined;
  const place = places.get(accessPointId ?? id);
  if (place !== undefined) return placed(title, place, rootDirectory);
  if (accessPointId !== undefined && places.has(id))
    return `what access point ${accessPointId} shows of ${title} is not known here: --efs ${accessPointId}=/path names the directory`;
  // Both are asked for together with encryption, which Docker's NFS mounts do not have.
  if (transitEncryption === 'ENABLED')
    return `${title} is to be mounted with encryption in transit, which takes Amazon's mount helper and this engine does not have: --efs ${accessPointId ?? id}=/path names a directory of the host, where it may be mounted`;
  return {
    title,
    server: `${id}.efs.${region}.${partitionOfRegion(region).dnsSuffix}`,
    path: rootOf(rootDirectory) || '/',
  };
}

function s3FilesSource(
  id: string,
  accessPointId: string | undefined,
  rootDirectory: string | undefined,
  places: Places,
): VolumeSource | string {
  const title = `S3 Files file system ${id}`;
  const place = places.get(accessPointId ?? id);
  if (place !== undefined) return placed(title, place, rootDirectory);
  if (accessPointId !== undefined && places.has(id))
    return `what access point ${accessPointId} shows of ${title} is not known here: --s3-files ${accessPointId}=/path names the directory`;
  return `${title} takes Amazon's mount helper, which this engine does not have: --s3-files ${accessPointId ?? id}=/path names a directory of the host, where it may be mounted`;
}

function placed(
  title: string,
  place: FileSystemPlace,
  rootDirectory: string | undefined,
): VolumeSource | string {
  const within = rootOf(rootDirectory);
  // A definition of an earlier version may have them.
  if (within.split('/').includes('..')) return `rootDirectory ${rootDirectory} holds '..'`;
  return 'directory' in place
    ? { title, directory: place.directory, within }
    : {
        title,
        server: place.server,
        path: `${place.path === '/' ? '' : place.path}${within}` || '/',
      };
}

/** '' for the root; else it begins with a slash and does not end with one. */
function rootOf(rootDirectory: string | undefined): string {
  const parts = (rootDirectory ?? '').split('/').filter((part) => part !== '' && part !== '.');
  return parts.map((part) => `/${part}`).join('');
}

const idIn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
