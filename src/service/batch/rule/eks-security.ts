// Security contexts of pods and their containers (the model's documentation of
// EksContainerSecurityContext and EksPodSecurityContext). Whether a cluster allows one is its own
// affair.

import type {
  EksContainerLinuxCapabilities,
  EksContainerSecurityContext,
  EksPodSecurityContext,
  EksSeccompProfile,
} from '@aws-sdk/client-batch';
import { limit } from '../../../core/limit.ts';
import { given, integerIn, lengthIn, matches, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';

const ids = ['runAsUser', 'runAsGroup'] as const;

export function checkContainerSecurity(
  context: EksContainerSecurityContext | undefined,
  where: string,
): void {
  for (const member of ids) integerIn(context?.[member], 0, limit.pod.userId, `${where}.${member}`);
  checkCapabilities(context?.capabilities, `${where}.capabilities`);
  checkSeccomp(context?.seccompProfile, `${where}.seccompProfile`);
}

export function checkPodSecurity(context: EksPodSecurityContext | undefined, where: string): void {
  for (const member of [...ids, 'fsGroup'] as const)
    integerIn(context?.[member], 0, limit.pod.userId, `${where}.${member}`);
  checkSeccomp(context?.seccompProfile, `${where}.seccompProfile`);
}

function checkCapabilities(
  capabilities: EksContainerLinuxCapabilities | undefined,
  where: string,
): void {
  for (const member of ['add', 'drop'] as const) {
    lengthIn(capabilities?.[member], 0, limit.pod.capabilities, `${where}.${member}`);
    for (const name of capabilities?.[member] ?? []) {
      lengthIn(name, 1, limit.pod.capabilityCharacters, `${where}.${member}`);
      if (name.startsWith('CAP_'))
        throw invalid(`${where}.${member}: capabilities are named without CAP_, so not '${name}'`);
    }
  }
}

const types = {
  RuntimeDefault: 'RuntimeDefault',
  Localhost: 'Localhost',
  Unconfined: 'Unconfined',
} as const;

/** "You must specify this parameter when type is Localhost. Don't set this for any other type." */
function checkSeccomp(profile: EksSeccompProfile | undefined, where: string): void {
  if (profile === undefined) return;
  const type = oneOf(types, given(profile.type || undefined, `${where}.type`), `${where}.type`);
  const local = profile.localhostProfile || undefined;
  if (type !== 'Localhost') {
    if (local !== undefined)
      throw invalid(`${where}.localhostProfile is only for a profile of type Localhost`);
    return;
  }
  const path = given(local, `${where}.localhostProfile`);
  lengthIn(path, 1, 4_095, `${where}.localhostProfile`);
  matches(
    path,
    /^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))/,
    `${where}.localhostProfile`,
    "a relative path without '..'",
  );
}
