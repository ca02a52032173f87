// The pod of a job on Amazon EKS, in definitions and in overrides: forms and ranges of single
// members (the model's documentation of EksPodProperties and its members; user guide, Memory and
// vCPU considerations). How its containers stand together is core's question (core/job/pod.ts), and
// what the API does not say is left to the cluster.

import type {
  EksContainer,
  EksContainerEnvironmentVariable,
  EksContainerResourceRequirements,
  EksPodProperties,
  EksProperties,
  EksPropertiesOverride,
} from '@aws-sdk/client-batch';
import { reservedVariablePrefix } from '../../../core/job/container.ts';
import { podOf, podResources } from '../../../core/job/pod.ts';
import { limit } from '../../../core/limit.ts';
import { given, lengthIn, matches, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import { checkContainerSecurity, checkPodSecurity } from './eks-security.ts';
import { checkMounts, checkPodVolumes, subdomainForm } from './eks-volumes.ts';
import { checkImage } from './image.ts';
import { checkPodMetadata } from './pod-metadata.ts';
import { refuseNul } from './text.ts';

const wordsOf = <T extends string>(...words: readonly T[]): Readonly<Record<string, T>> =>
  Object.fromEntries(words.map((word) => [word, word]));

const dnsPolicies = wordsOf('Default', 'ClusterFirst', 'ClusterFirstWithHostNet');
const pullPolicies = wordsOf('Always', 'IfNotPresent', 'Never');
const labelForm = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** `where`: the member that it is, as messages name it. */
export function checkEksProperties(properties: EksProperties, where: string): void {
  checkPod(given(podOf(properties), `${where}.podProperties`), `${where}.podProperties`);
}

function checkPod(pod: EksPodProperties, where: string): void {
  refuseNul(pod, where);
  const { containers, initContainers = [], serviceAccountName, imagePullSecrets = [] } = pod;
  lengthIn(
    given(containers, `${where}.containers`),
    1,
    limit.pod.containers,
    `${where}.containers`,
  );
  lengthIn(initContainers, 0, limit.pod.containers, `${where}.initContainers`);
  containers?.forEach((one, index) => checkContainer(one, `${where}.containers[${index}]`));
  initContainers.forEach((one, index) => checkContainer(one, `${where}.initContainers[${index}]`));
  checkSubdomain(serviceAccountName, `${where}.serviceAccountName`);
  oneOf(dnsPolicies, pod.dnsPolicy || undefined, `${where}.dnsPolicy`);
  imagePullSecrets.forEach(({ name }, index) => {
    const at = `${where}.imagePullSecrets[${index}].name`;
    checkSubdomain(given(name || undefined, at), at);
  });
  checkPodVolumes(pod.volumes, `${where}.volumes`);
  checkPodMetadata(pod.metadata, `${where}.metadata`);
  checkPodSecurity(pod.securityContext, `${where}.securityContext`);
}

function checkContainer(container: EksContainer, where: string): void {
  matches(
    container.name || undefined,
    labelForm,
    `${where}.name`,
    'up to 63 lower-case letters, digits and hyphens, at both ends a letter or digit',
  );
  checkImage(container.image, `${where}.image`);
  oneOf(pullPolicies, container.imagePullPolicy || undefined, `${where}.imagePullPolicy`);
  checkVariables(container.env, `${where}.env`);
  checkResources(container.resources, `${where}.resources`);
  checkMounts(container.volumeMounts, `${where}.volumeMounts`);
  checkContainerSecurity(container.securityContext, `${where}.securityContext`);
}

/** What a submission overrides; which containers there are, core knows. */
export function checkEksOverrides(overrides: EksPropertiesOverride, where: string): void {
  const { containers = [], initContainers = [], metadata } = overrides.podProperties ?? {};
  const at = `${where}.podProperties`;
  refuseNul(overrides, where);
  for (const [member, list] of [
    ['containers', containers],
    ['initContainers', initContainers],
  ] as const) {
    lengthIn(list, 0, limit.pod.containers, `${at}.${member}`);
    list.forEach(({ image, env, resources }, index) => {
      const one = `${at}.${member}[${index}]`;
      if (image !== undefined) checkImage(image, `${one}.image`);
      checkVariables(env, `${one}.env`);
      checkResources(resources, `${one}.resources`);
    });
  }
  checkPodMetadata(metadata, `${at}.metadata`);
}

/** Kubernetes takes a variable without a value for an empty one. */
function checkVariables(
  variables: readonly EksContainerEnvironmentVariable[] | undefined,
  where: string,
): void {
  for (const { name = '' } of variables ?? []) {
    if (name.startsWith(reservedVariablePrefix))
      throw invalid(
        `${where}: '${name}' begins with ${reservedVariablePrefix}, which is reserved for variables that AWS Batch sets`,
      );
    if (!/^[\x20-\x3c\x3e-\x7e]+$/.test(name))
      throw invalid(`${where}: '${name}' is not a name of a variable`);
  }
}

interface ResourceForm {
  readonly form: RegExp;
  readonly explained: string;
  readonly least: number;
  /** How the limit stands to the request, where both are given. */
  readonly limitMay: 'be larger' | 'be the same only';
}

/** The values that AWS Batch takes of each resource. */
const resourceForms: Readonly<Record<(typeof podResources)[number], ResourceForm>> = {
  cpu: {
    form: /^\d{1,6}(?:\.(?:0+|250*|50*|750*))?$/,
    explained: 'a multiple of 0.25 of at least 0.25, such as 0.25, 1 or 2.5',
    least: 0.25,
    limitMay: 'be larger',
  },
  memory: {
    form: /^\d{1,9}Mi$/,
    explained: `a whole number of MiB of at least ${limit.memoryMibMin}, such as 1024Mi`,
    least: limit.memoryMibMin,
    limitMay: 'be the same only',
  },
  'nvidia.com/gpu': {
    form: /^\d{1,3}$/,
    explained: 'a whole number',
    least: 0,
    limitMay: 'be the same only',
  },
};

const amountOf = (text: string): number => Number(text.replace(/Mi$/, ''));

function checkResources(
  resources: EksContainerResourceRequirements | undefined,
  where: string,
): void {
  for (const map of ['limits', 'requests'] as const)
    for (const [name, value] of Object.entries(resources?.[map] ?? {})) {
      const known = podResources.find((one) => one === name);
      if (known === undefined)
        throw invalid(
          `${where}.${map}: '${name.slice(0, 64)}' is none of the resources ${podResources.join(', ')}`,
        );
      const { form, explained, least } = resourceForms[known];
      if (!form.test(value) || amountOf(value) < least)
        throw invalid(
          `${where}.${map}.${name} must be ${explained}; it is '${value.slice(0, 64)}'`,
        );
    }
  for (const name of podResources) {
    const most = resources?.limits?.[name];
    const asked = resources?.requests?.[name];
    if (most === undefined || asked === undefined) continue;
    if (resourceForms[name].limitMay === 'be larger' && amountOf(most) < amountOf(asked))
      throw invalid(
        `${where}: the limit of ${name} (${most}) must be at least as large as the request (${asked})`,
      );
    if (resourceForms[name].limitMay === 'be the same only' && amountOf(most) !== amountOf(asked))
      throw invalid(
        `${where}: the limit of ${name} (${most}) must be equal to the request (${asked})`,
      );
  }
}

/** Names of objects of Kubernetes. Empty is none. */
function checkSubdomain(name: string | undefined, member: string): void {
  matches(
    name || undefined,
    subdomainForm,
    member,
    'a DNS subdomain name: up to 253 lower-case letters, digits, hyphens and periods, at both ends a letter or digit',
  );
}
