// Volumes of pods and what mounts them (the model's documentation of EksVolume and
// EksContainerVolumeMount). That a mount names one of the volumes is core's question.

import type { EksContainerVolumeMount, EksVolume } from '@aws-sdk/client-batch';
import { given, matches, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import { checkAbsolute } from './path.ts';

/** The names of most objects of Kubernetes. */
export const subdomainForm =
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const subdomain = 'a DNS subdomain name: up to 253 lower-case letters, digits, hyphens and periods';

/** A quantity of Kubernetes, in bytes. */
const sizeForm = /^\d{1,15}(\.\d{1,9})?([KMGTPE]i|[kMGTPE]|e\d{1,2})?$/;

const media = { memory: 'Memory' } as const;

const kinds = ['hostPath', 'emptyDir', 'secret', 'persistentVolumeClaim'] as const;

/** Each has a name of its own and is of one kind. `where`: the list, as messages name it. */
export function checkPodVolumes(volumes: readonly EksVolume[] | undefined, where: string): void {
  const names = new Set<string>();
  volumes?.forEach((volume, index) => {
    const at = `${where}[${index}]`;
    const name = given(volume.name || undefined, `${at}.name`);
    matches(name, subdomainForm, `${at}.name`, subdomain);
    if (names.has(name)) throw invalid(`${where}: two volumes have the name ${name}`);
    names.add(name);
    const said = kinds.filter((kind) => volume[kind] !== undefined);
    if (said.length !== 1)
      throw invalid(
        `${at} must have exactly one of ${kinds.join(', ')}; it has ${said.join(' and ') || 'none'}`,
      );
    checkKind(volume, at);
  });
}

function checkKind(volume: EksVolume, at: string): void {
  const { hostPath, emptyDir, secret, persistentVolumeClaim: claim } = volume;
  if (hostPath) {
    const path = given(hostPath.path || undefined, `${at}.hostPath.path`);
    checkAbsolute(path, `${at}.hostPath.path`);
  }
  oneOf(media, emptyDir?.medium || undefined, `${at}.emptyDir.medium`);
  matches(
    emptyDir?.sizeLimit || undefined,
    sizeForm,
    `${at}.emptyDir.sizeLimit`,
    'a size such as 512Mi or 2Gi',
  );
  if (secret) {
    const name = given(secret.secretName || undefined, `${at}.secret.secretName`);
    matches(name, subdomainForm, `${at}.secret.secretName`, subdomain);
  }
  if (claim) {
    const name = given(claim.claimName || undefined, `${at}.persistentVolumeClaim.claimName`);
    matches(name, subdomainForm, `${at}.persistentVolumeClaim.claimName`, subdomain);
  }
}

/** No two of them at one path, and none leaves its volume. */
export function checkMounts(
  mounts: readonly EksContainerVolumeMount[] | undefined,
  where: string,
): void {
  const paths = new Set<string>();
  mounts?.forEach(({ name, mountPath, subPath = '' }, index) => {
    const at = `${where}[${index}]`;
    given(name || undefined, `${at}.name`);
    const path = given(mountPath || undefined, `${at}.mountPath`);
    checkAbsolute(path, `${at}.mountPath`);
    if (paths.has(path)) throw invalid(`${where}: two volume mounts have the path ${path}`);
    paths.add(path);
    if (subPath.startsWith('/') || subPath.split('/').includes('..'))
      throw invalid(`${at}.subPath must be a relative path without '..'; it is '${subPath}'`);
  });
}
