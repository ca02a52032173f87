// The pod of a job on Amazon EKS: what a submission's overrides make of a definition's, what it
// asks of a node and which containers it has (user guide, chapters Amazon EKS jobs, and Memory and
// vCPU considerations). Pure; forms and single members were checked before, and how a cluster runs
// it is not known here.

import type {
  EksContainer,
  EksContainerEnvironmentVariable,
  EksContainerOverride,
  EksContainerResourceRequirements,
  EksMetadata,
  EksPodProperties,
  EksPodPropertiesOverride,
  EksProperties,
  RegisterJobDefinitionCommandInput,
} from '@aws-sdk/client-batch';
import type { AttemptId } from '../../base/ids.ts';
import { isRefusal, refuse, type Refusal } from '../../base/refusal.ts';
import { logTarget, referenceRefusal, substituteAll } from './container.ts';
import { addNeeds, mostOfEach, noNeeds, type Needs } from './needs.ts';
import type { ContainerTerms } from './terms.ts';

/** The pod that the properties have; undefined: there is none. */
export const podOf = (properties: EksProperties | undefined): EksPodProperties | undefined =>
  properties?.podProperties;

/** Whether the jobs of a definition, or all their nodes, are pods. */
export const hasPods = ({
  eksProperties,
  nodeProperties,
}: Pick<RegisterJobDefinitionCommandInput, 'eksProperties' | 'nodeProperties'>): boolean =>
  podOf(eksProperties) !== undefined ||
  (nodeProperties?.nodeRangeProperties ?? []).some(
    (range) => podOf(range.eksProperties) !== undefined,
  );

/** As AWS Batch calls the pod of an attempt. */
export const podNameOf = (attemptId: AttemptId): string => `aws-batch.${attemptId}`;

/** The only container without a name that a pod may have is called so. */
export const podContainerName = ({ name }: Pick<EksContainer, 'name'>): string => name || 'default';

/** A container of a pod; in the order by which an attempt's containers are counted. */
interface PodContainer {
  readonly container: EksContainer;
  /** It runs to its end before those that do not, one of them at a time. */
  readonly init: boolean;
}

/** Init containers first. */
export const podContainersOf = ({
  containers = [],
  initContainers = [],
}: EksPodProperties): readonly PodContainer[] => [
  ...initContainers.map((container) => ({ container, init: true })),
  ...containers.map((container) => ({ container, init: false })),
];

type Parameters = Readonly<Record<string, string>>;

/**
 * A definition's pod with a submission's overrides laid over and parameters put in. Refused are
 * overrides of a container that the pod does not have, and a placeholder without a value.
 */
export function resolvePod(
  pod: EksPodProperties,
  overrides: EksPodPropertiesOverride | undefined,
  parameters: Parameters,
): EksPodProperties | Refusal {
  const containers = resolveAll(pod.containers, overrides?.containers, 'containers', parameters);
  if (isRefusal(containers)) return containers;
  const initContainers = resolveAll(
    pod.initContainers,
    overrides?.initContainers,
    'initContainers',
    parameters,
  );
  if (isRefusal(initContainers)) return initContainers;
  const metadata = mergeMetadata(pod.metadata, overrides?.metadata);
  return {
    ...pod,
    ...(containers && { containers }),
    ...(initContainers && { initContainers }),
    ...(metadata && { metadata }),
  };
}

function resolveAll(
  defined: readonly EksContainer[] | undefined,
  overrides: readonly EksContainerOverride[] = [],
  where: string,
  parameters: Parameters,
): EksContainer[] | undefined | Refusal {
  const [only, ...others] = defined ?? [];
  const changes = new Map<string, EksContainerOverride>();
  for (const change of overrides) {
    const name = change.name || (only && others.length === 0 ? podContainerName(only) : undefined);
    if (name === undefined)
      return refuse(
        'invalid',
        `eksPropertiesOverride.podProperties.${where}: the name of the container to override must be given.`,
      );
    if (!(defined ?? []).some((container) => podContainerName(container) === name))
      return refuse(
        'invalid',
        `Override for container named ${name} is not a container in the ${where} of the job definition's podProperties.`,
      );
    changes.set(name, change);
  }
  const resolved: EksContainer[] = [];
  for (const container of defined ?? []) {
    const one = resolveOne(container, changes.get(podContainerName(container)), parameters);
    if (isRefusal(one)) return one;
    resolved.push(one);
  }
  return defined && resolved;
}

function resolveOne(
  container: EksContainer,
  change: EksContainerOverride | undefined,
  parameters: Parameters,
): EksContainer | Refusal {
  const command = change?.command ?? container.command;
  const args = change?.args ?? container.args;
  const unknown = referenceRefusal(command, parameters) ?? referenceRefusal(args, parameters);
  if (unknown) return unknown;
  const env = mergeVariables(container.env, change?.env);
  const resources = mergeResources(container.resources, change?.resources);
  return {
    ...container,
    ...(change?.image && { image: change.image }),
    ...(command && { command: substituteAll(command, parameters) }),
    ...(args && { args: substituteAll(args, parameters) }),
    ...(env && { env }),
    ...(resources && { resources }),
  };
}

/** Later entries win; Kubernetes has empty values. */
function mergeVariables(
  base: readonly EksContainerEnvironmentVariable[] | undefined,
  over: readonly EksContainerEnvironmentVariable[] | undefined,
): EksContainerEnvironmentVariable[] | undefined {
  if (base === undefined && over === undefined) return undefined;
  return [
    ...new Map([...(base ?? []), ...(over ?? [])].map((entry) => [entry.name, entry])).values(),
  ];
}

/** Of a resource that the override names nothing of the definition's stays, limit nor request. */
function mergeResources(
  base: EksContainerResourceRequirements | undefined,
  over: EksContainerResourceRequirements | undefined,
): EksContainerResourceRequirements | undefined {
  if (over === undefined) return base;
  const named = new Set(Object.keys({ ...over.limits, ...over.requests }));
  const merged = (
    kept: Record<string, string> | undefined,
    added: Record<string, string> | undefined,
  ): Record<string, string> | undefined => {
    const entries = Object.entries(kept ?? {}).filter(([name]) => !named.has(name));
    return entries.length === 0 && added === undefined
      ? undefined
      : { ...Object.fromEntries(entries), ...added };
  };
  const limits = merged(base?.limits, over.limits);
  const requests = merged(base?.requests, over.requests);
  return { ...(limits && { limits }), ...(requests && { requests }) };
}

function mergeMetadata(
  base: EksMetadata | undefined,
  over: EksMetadata | undefined,
): EksMetadata | undefined {
  if (over === undefined) return base;
  return {
    ...base,
    ...(over.labels && { labels: { ...base?.labels, ...over.labels } }),
    ...(over.annotations && { annotations: { ...base?.annotations, ...over.annotations } }),
    ...(over.namespace && { namespace: over.namespace }),
  };
}

/**
 * What a node must have free for the pod: what its containers ask for together, or what the largest
 * of its init containers does, for those run before and one at a time (Kubernetes, Init Containers,
 * Resource sharing). A refusal says which figure of which container is missing or wrong.
 */
export function podNeeds(pod: EksPodProperties): Needs | Refusal {
  let sum = noNeeds;
  const before: Needs[] = [];
  for (const each of podContainersOf(pod)) {
    const needs = needsOfContainer(each);
    if (isRefusal(needs)) return needs;
    if (each.init) before.push(needs);
    else sum = addNeeds(sum, needs);
  }
  return mostOfEach([sum, ...before]);
}

/** In the order of {@link podContainersOf}; refused as {@link podNeeds} does. */
export function podTermsOf(
  pod: EksPodProperties,
  definitionName: string,
): readonly ContainerTerms[] | Refusal {
  const log = logTarget({}, definitionName);
  const terms: ContainerTerms[] = [];
  for (const each of podContainersOf(pod)) {
    const needs = needsOfContainer(each);
    if (isRefusal(needs)) return needs;
    const name = podContainerName(each.container);
    terms.push({ name, needs, essential: true, ...(each.init && { init: true }), log });
  }
  return terms;
}

/** The resources that AWS Batch knows; whatever else a cluster has is no part of its books. */
export const podResources = ['cpu', 'memory', 'nvidia.com/gpu'] as const;

/** AWS Batch places by the request; where there is none, the limit is the request. */
const askedOf = (
  { resources }: EksContainer,
  name: (typeof podResources)[number],
): string | undefined => resources?.requests?.[name] ?? resources?.limits?.[name];

/** An init container may ask for nothing: it then shares what the pod has. */
function needsOfContainer({ container, init }: PodContainer): Needs | Refusal {
  const cpu = askedOf(container, 'cpu');
  const memory = askedOf(container, 'memory');
  const missing = cpu === undefined ? 'cpu' : memory === undefined ? 'memory' : undefined;
  if (missing !== undefined && !init)
    return refuse(
      'invalid',
      `Container ${podContainerName(container)}: resources must specify ${missing} in limits or requests.`,
    );
  return {
    milliVcpu: Math.round(Number(cpu ?? 0) * 1000),
    memoryMib: Number(memory?.replace(/Mi$/, '') ?? 0),
    gpus: Number(askedOf(container, 'nvidia.com/gpu') ?? 0),
  };
}

/**
 * Whether these are the containers of a pod: each has a name of its own, init containers among
 * them, and each mounts only volumes that the pod has.
 */
export function podRefusal(pod: EksPodProperties): Refusal | undefined {
  const names = new Set<string>();
  const volumes = new Set((pod.volumes ?? []).map(({ name }) => name));
  for (const { container } of podContainersOf(pod)) {
    const name = podContainerName(container);
    if (names.has(name))
      return refuse(
        'invalid',
        `Each container in a pod must have a unique name; two are called ${name}.`,
      );
    names.add(name);
    const lost = container.volumeMounts?.find((mount) => !volumes.has(mount.name));
    if (lost !== undefined)
      return refuse(
        'invalid',
        `Container ${name}: the volume mount ${lost.name} is not the name of one of the pod's volumes.`,
      );
  }
  return undefined;
}
