// Lays over a pod what Amazon EKS' pod identity webhook adds for the role of its service account: a
// token of the account, made for whoever gives out the role's credentials, and the variables by
// which SDKs find both. Names and paths are the webhook's, which then finds its work done. Pure.

import type { KeyValuePair } from '@aws-sdk/client-batch';
import type { Container, Pod, Volume } from 'kubernetes-types/core/v1.js';
import type { AccountRole } from './account-roles.ts';

/** By a container's name what else leads to the role; undefined: nothing is added to it. */
type Variables = (container: string) => readonly KeyValuePair[] | undefined;

const volumeName = 'aws-iam-token';
const mountPath = '/var/run/secrets/eks.amazonaws.com/serviceaccount';
const tokenName = 'token';
const roleVariable = 'AWS_ROLE_ARN';
const tokenVariable = 'AWS_WEB_IDENTITY_TOKEN_FILE';
/** Of a pod: containers that are to have nothing of it. */
const skipped = 'eks.amazonaws.com/skip-containers';

export function withAccountRole(pod: Pod, role: AccountRole, variables: Variables): Pod {
  const { spec } = pod;
  if (spec === undefined || spec.volumes?.some(({ name }) => name === volumeName)) return pod;
  const skip = (pod.metadata?.annotations?.[skipped] ?? '').split(',').map((one) => one.trim());
  let isUsed = false;
  const given = (container: Container): Container => {
    const { name, env = [], volumeMounts = [] } = container;
    const more = skip.includes(name) ? undefined : variables(name);
    const isOwn = env.some((one) => one.name === roleVariable || one.name === tokenVariable);
    if (more === undefined || isOwn) return container;
    isUsed = true;
    const added = [
      { name: roleVariable, value: role.roleArn },
      { name: tokenVariable, value: `${mountPath}/${tokenName}` },
      ...more,
    ].map(({ name: called = '', value = '' }) => ({ name: called, value: literal(value) }));
    return {
      ...container,
      env: [...added.filter((one) => !env.some((own) => own.name === one.name)), ...env],
      volumeMounts: [...volumeMounts, { name: volumeName, mountPath, readOnly: true }],
    };
  };
  const containers = spec.containers.map(given);
  const initContainers = spec.initContainers?.map(given);
  if (!isUsed) return pod;
  return {
    ...pod,
    spec: {
      ...spec,
      containers,
      ...(initContainers && { initContainers }),
      volumes: [...(spec.volumes ?? []), tokenVolume(role)],
    },
  };
}

/** Kubernetes puts variables in for `$(NAME)`, and paths of roles may have that. */
const literal = (text: string): string => text.replaceAll('$', '$$$$');

const tokenVolume = ({ audience, tokenSeconds }: AccountRole): Volume => ({
  name: volumeName,
  projected: {
    sources: [
      { serviceAccountToken: { audience, expirationSeconds: tokenSeconds, path: tokenName } },
    ],
  },
});
