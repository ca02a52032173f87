// Volumes and the mount points that name them, of a container or a task.

import type { MountPoint, Volume } from '@aws-sdk/client-batch';
import { matches } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import { checkEfs, checkS3Files, type MountingJob } from './file-systems.ts';
import { saysAnything } from './says-anything.ts';
import { checkAbsolute } from './path.ts';

/** The names of the volumes. `where`: what has them. */
export function checkVolumes(
  volumes: readonly Volume[] | undefined,
  where: string,
  job: MountingJob,
): ReadonlySet<string> {
  const declared = new Set<string>();
  for (const volume of volumes ?? []) {
    const name = volume.name ?? '';
    matches(
      name,
      /^[A-Za-z0-9_-]{1,255}$/,
      `${where}.volumes.name`,
      '1 to 255 letters, digits, hyphens and underscores',
    );
    if (declared.has(name)) throw invalid(`${where}.volumes: two volumes have the name ${name}`);
    declared.add(name);
    checkKind(volume, `${where}.volumes`, job);
  }
  return declared;
}

/** A volume is a path of the host, or of one of AWS's file systems, or made for the job. */
function checkKind(volume: Volume, at: string, job: MountingJob): void {
  const { name, host, efsVolumeConfiguration: efs, s3filesVolumeConfiguration: files } = volume;
  const kinds = [
    ...(host?.sourcePath ? ['host'] : []),
    ...(saysAnything(efs) ? ['efsVolumeConfiguration'] : []),
    ...(saysAnything(files) ? ['s3filesVolumeConfiguration'] : []),
  ];
  if (kinds.length > 1)
    throw invalid(`${at}: volume ${name} has ${kinds.join(' and ')}, and can be one of them only`);
  if (host?.sourcePath) checkAbsolute(host.sourcePath, `${at}.host.sourcePath`);
  if (efs !== undefined && saysAnything(efs)) checkEfs(efs, `${at}.efsVolumeConfiguration`, job);
  if (files !== undefined && saysAnything(files))
    checkS3Files(files, `${at}.s3filesVolumeConfiguration`, job);
}

/** Each names one of the volumes. */
export function checkMountPoints(
  mountPoints: readonly MountPoint[] | undefined,
  volumes: ReadonlySet<string>,
  where: string,
): void {
  const paths = new Set<string>();
  for (const { sourceVolume = '', containerPath = '' } of mountPoints ?? []) {
    if (!volumes.has(sourceVolume))
      throw invalid(
        `${where}.mountPoints: sourceVolume '${sourceVolume}' is not one of the volumes`,
      );
    checkAbsolute(containerPath, `${where}.mountPoints.containerPath`);
    if (paths.has(containerPath))
      throw invalid(`${where}.mountPoints: two mount points have the path ${containerPath}`);
    paths.add(containerPath);
  }
}
