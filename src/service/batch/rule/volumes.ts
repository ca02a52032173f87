// Volumes and the mount points that name them.

import type { ContainerProperties } from '@aws-sdk/client-batch';
import { matches } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import { refuseUnbuilt } from './not-yet.ts';
import { checkAbsolute } from './path.ts';

export function checkVolumes({ volumes, mountPoints }: ContainerProperties, where: string): void {
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
    const source = volume.host?.sourcePath;
    if (source) checkAbsolute(source, `${where}.volumes.host.sourcePath`);
    refuseUnbuilt(volume.efsVolumeConfiguration, `${where}.volumes.efsVolumeConfiguration`);
    refuseUnbuilt(volume.s3filesVolumeConfiguration, `${where}.volumes.s3filesVolumeConfiguration`);
  }
  const paths = new Set<string>();
  for (const { sourceVolume = '', containerPath = '' } of mountPoints ?? []) {
    if (!declared.has(sourceVolume))
      throw invalid(
        `${where}.mountPoints: sourceVolume '${sourceVolume}' is not one of the volumes`,
      );
    checkAbsolute(containerPath, `${where}.mountPoints.containerPath`);
    if (paths.has(containerPath))
      throw invalid(`${where}.mountPoints: two mount points have the path ${containerPath}`);
    paths.add(containerPath);
  }
}
