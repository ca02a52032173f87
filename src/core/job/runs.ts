// What a job, or a node of one, runs: one container, the containers of a task, or a pod. Definition
// and overrides laid over each other, whichever it is, and what becomes of it in the terms. Pure;
// who asks need not know which it is.

import type {
  ContainerOverrides,
  ContainerProperties,
  EcsProperties,
  EcsPropertiesOverride,
  EcsTaskProperties,
  EksContainer,
  EksPodProperties,
  EksProperties,
  EksPropertiesOverride,
  NodeProperties,
} from '@aws-sdk/client-batch';
import { must } from '../../base/assert.ts';
import { isRefusal, refuse, type Refusal } from '../../base/refusal.ts';
import {
  architectureOfJob,
  commandOf,
  logTarget,
  needsOf,
  overridesLength,
  referenceRefusal,
  resolveContainer,
} from './container.ts';
import type { Needs } from './needs.ts';
import { propertiesOfNode } from './nodes.ts';
import {
  podContainerName,
  podContainersOf,
  podNeeds,
  podOf,
  podRefusal,
  podTermsOf,
  resolvePod,
} from './pod.ts';
import {
  containerPropertiesOf,
  containerTermsOf,
  resolveTask,
  taskNeeds,
  taskOf,
  taskRefusal,
} from './task.ts';
import type { WorkTerms } from './terms.ts';

export type Runs =
  | {
      readonly container: ContainerProperties;
      readonly task?: undefined;
      readonly pod?: undefined;
    }
  | { readonly task: EcsTaskProperties; readonly container?: undefined; readonly pod?: undefined }
  | { readonly pod: EksPodProperties; readonly container?: undefined; readonly task?: undefined };

/** As definitions, and the ranges of nodes in them, say it: one of the three. */
interface Defined {
  readonly container?: ContainerProperties | undefined;
  readonly ecsProperties?: EcsProperties | undefined;
  readonly eksProperties?: EksProperties | undefined;
}

export function runsOf({ container = {}, ecsProperties, eksProperties }: Defined): Runs {
  const pod = podOf(eksProperties);
  if (pod !== undefined) return { pod };
  const task = taskOf(ecsProperties);
  return task === undefined ? { container } : { task };
}

/** What a job was submitted with: what it runs, or what its nodes do. */
interface Submitted {
  readonly container?: ContainerProperties | undefined;
  readonly task?: EcsTaskProperties | undefined;
  readonly pod?: EksPodProperties | undefined;
  readonly nodeProperties?: NodeProperties | undefined;
}

/** What the job runs, or the node of it; what is not known any more counts as one container. */
export function runsOfJob(
  { container = {}, task, pod, nodeProperties }: Submitted,
  node: number | undefined,
): Runs {
  if (nodeProperties !== undefined && node !== undefined)
    return runsOf(propertiesOfNode(nodeProperties, node));
  if (pod !== undefined) return { pod };
  return task === undefined ? { container } : { task };
}

/** One of what a job runs, under its name. */
interface NamedContainer {
  readonly name: string;
  readonly essential: boolean;
  /** As if it stood alone. */
  readonly properties: ContainerProperties;
}

/** In their order; the one container of a job is called `default`, as AWS Batch calls it. */
export function containersOf({ container, task, pod }: Runs): readonly NamedContainer[] {
  if (pod !== undefined)
    return podContainersOf(pod).map((each) => ({
      name: podContainerName(each.container),
      essential: true,
      properties: propertiesOfPodContainer(each.container),
    }));
  return task === undefined
    ? [{ name: 'default', essential: true, properties: container }]
    : (task.containers ?? []).map(({ name = '', essential = true }, index) => ({
        name,
        essential,
        properties: containerPropertiesOf(task, index),
      }));
}

/** What a pod's container has in common with others: its own command is an entry point. */
const propertiesOfPodContainer = ({ image, args, env }: EksContainer): ContainerProperties => ({
  image,
  ...(args && { command: args }),
  ...(env && { environment: env.map(({ name, value = '' }) => ({ name, value })) }),
});

/** As if it stood alone, by its index in {@link containersOf}. */
export function propertiesAt(runs: Runs, index: number): ContainerProperties {
  if (runs.task !== undefined) return containerPropertiesOf(runs.task, index);
  if (runs.pod === undefined) return runs.container;
  const { container } = must(podContainersOf(runs.pod)[index], 'the container is one of the pod');
  return propertiesOfPodContainer(container);
}

/** As submissions, and the ranges of nodes in them, override it. */
interface Changes {
  readonly containerOverrides?: ContainerOverrides | undefined;
  readonly ecsPropertiesOverride?: EcsPropertiesOverride | undefined;
  readonly eksPropertiesOverride?: EksPropertiesOverride | undefined;
}

interface ResolvedRuns {
  readonly runs: Runs;
  /** Characters of what is overridden. */
  readonly overridesLength: number;
}

/** Clients send empty objects, and empty lists in them, for "nothing is said". */
export const says = (overrides: object | undefined): boolean =>
  Object.values(overrides ?? {}).some(
    (value) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );

/** What a definition of each kind is called, and its overrides, and how they say what is meant. */
const kinds = {
  container: ['containerProperties', 'containerOverrides', 'containerOverrides'],
  task: [
    'ecsProperties',
    'ecsPropertiesOverride',
    'ecsPropertiesOverride, whose containers are named',
  ],
  pod: [
    'eksProperties',
    'eksPropertiesOverride',
    'eksPropertiesOverride, whose containers are named',
  ],
} as const;

const kindOf = ({ task, pod }: Runs): keyof typeof kinds =>
  pod === undefined ? (task === undefined ? 'container' : 'task') : 'pod';

/** That nothing is overridden of another kind than the definition is of. */
function foreignRefusal(runs: Runs, changes: Changes): Refusal | undefined {
  const [defined, own, use] = kinds[kindOf(runs)];
  const [, foreign] =
    Object.values(kinds).find(([, member]) => member !== own && says(changes[member])) ?? [];
  return (
    foreign &&
    refuse(
      'invalid',
      `${foreign === 'containerOverrides' ? 'Container overrides' : foreign} should not be set for jobs with ${defined}: use ${use}.`,
    )
  );
}

/**
 * With the overrides laid over and parameters put in. Refused are overrides of another kind, and a
 * placeholder without a value.
 */
export function resolveRuns(
  runs: Runs,
  changes: Changes,
  parameters: Readonly<Record<string, string>>,
): ResolvedRuns | Refusal {
  const foreign = foreignRefusal(runs, changes);
  if (foreign) return foreign;
  const { containerOverrides, ecsPropertiesOverride, eksPropertiesOverride } = changes;
  if (runs.pod !== undefined) {
    const pod = resolvePod(runs.pod, eksPropertiesOverride?.podProperties, parameters);
    // ECS's bound of what is overridden is none of a cluster's.
    return isRefusal(pod) ? pod : { runs: { pod }, overridesLength: 0 };
  }
  if (runs.task !== undefined) {
    const resolved = resolveTask(runs.task, ecsPropertiesOverride, parameters);
    if (isRefusal(resolved)) return resolved;
    return { runs: { task: resolved.task }, overridesLength: resolved.overridesLength };
  }
  const unknown = referenceRefusal(commandOf(runs.container, containerOverrides), parameters);
  if (unknown) return unknown;
  const container = resolveContainer(runs.container, containerOverrides, parameters);
  return {
    runs: { container },
    overridesLength: overridesLength(runs.container, containerOverrides, container),
  };
}

/** What it asks for, and where its output goes; jobs of this definition are the asker. */
export function runsTerms(
  runs: Runs,
  definitionName: string,
): Omit<WorkTerms, 'consumables'> | Refusal {
  const needs = runsNeeds(runs);
  if (isRefusal(needs)) return needs;
  if (runs.pod !== undefined) {
    const containers = podTermsOf(runs.pod, definitionName);
    return isRefusal(containers) ? containers : { needs, containers, pod: true };
  }
  const architecture = architectureOfJob(runs.task ?? runs.container);
  if (runs.task === undefined)
    return { needs, log: logTarget(runs.container, definitionName), architecture };
  const containers = containerTermsOf(runs.task, definitionName);
  return isRefusal(containers) ? containers : { needs, containers, architecture };
}

function runsNeeds(runs: Runs): Needs | Refusal {
  if (runs.pod !== undefined) return podNeeds(runs.pod);
  return runs.task === undefined ? needsOf(runs.container) : taskNeeds(runs.task);
}

/** Whether a definition can have it. */
export function runsRefusal(runs: Runs): Refusal | undefined {
  const needs = runsNeeds(runs);
  if (isRefusal(needs)) return needs;
  if (runs.pod !== undefined) return podRefusal(runs.pod);
  return runs.task === undefined ? undefined : taskRefusal(runs.task);
}
