// What a job, or a node of one, runs: one container, or the containers of a task. Definition and
// overrides laid over each other, whichever of the two it is, and what becomes of it in the terms.
// Pure; who asks need not know which of the two it is.

import type {
  ContainerOverrides,
  ContainerProperties,
  EcsProperties,
  EcsPropertiesOverride,
  EcsTaskProperties,
} from '@aws-sdk/client-batch';
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
  | { readonly container: ContainerProperties; readonly task?: undefined }
  | { readonly task: EcsTaskProperties; readonly container?: undefined };

/** As definitions, and the ranges of nodes in them, say it: one of the two. */
interface Defined {
  readonly container?: ContainerProperties | undefined;
  readonly ecsProperties?: EcsProperties | undefined;
}

export const runsOf = ({ container = {}, ecsProperties }: Defined): Runs => {
  const task = taskOf(ecsProperties);
  return task === undefined ? { container } : { task };
};

/** One of what a job runs, under its name. */
interface NamedContainer {
  readonly name: string;
  readonly essential: boolean;
  /** As if it stood alone. */
  readonly properties: ContainerProperties;
}

/** In their order; the one container of a job is called `default`, as AWS Batch calls it. */
export const containersOf = ({ container, task }: Runs): readonly NamedContainer[] =>
  task === undefined
    ? [{ name: 'default', essential: true, properties: container }]
    : (task.containers ?? []).map(({ name = '', essential = true }, index) => ({
        name,
        essential,
        properties: containerPropertiesOf(task, index),
      }));

/** As submissions, and the ranges of nodes in them, override it. */
interface Changes {
  readonly containerOverrides?: ContainerOverrides | undefined;
  readonly ecsPropertiesOverride?: EcsPropertiesOverride | undefined;
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

/**
 * With the overrides laid over and parameters put in. Refused are overrides of the other kind, and
 * a placeholder without a value.
 */
export function resolveRuns(
  runs: Runs,
  { containerOverrides, ecsPropertiesOverride }: Changes,
  parameters: Readonly<Record<string, string>>,
): ResolvedRuns | Refusal {
  if (runs.task !== undefined) {
    if (says(containerOverrides))
      return refuse(
        'invalid',
        'Container overrides should not be set for jobs with ecsProperties: use ecsPropertiesOverride, whose containers are named.',
      );
    const resolved = resolveTask(runs.task, ecsPropertiesOverride, parameters);
    if (isRefusal(resolved)) return resolved;
    return { runs: { task: resolved.task }, overridesLength: resolved.overridesLength };
  }
  if (says(ecsPropertiesOverride))
    return refuse(
      'invalid',
      'ecsPropertiesOverride should not be set for jobs with containerProperties: use containerOverrides.',
    );
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
  const architecture = architectureOfJob(runs.task ?? runs.container);
  if (runs.task === undefined)
    return { needs, log: logTarget(runs.container, definitionName), architecture };
  const containers = containerTermsOf(runs.task, definitionName);
  return isRefusal(containers) ? containers : { needs, containers, architecture };
}

const runsNeeds = (runs: Runs): Needs | Refusal =>
  runs.task === undefined ? needsOf(runs.container) : taskNeeds(runs.task);

/** Whether a definition can have it. */
export function runsRefusal(runs: Runs): Refusal | undefined {
  const needs = runsNeeds(runs);
  if (isRefusal(needs)) return needs;
  return runs.task === undefined ? undefined : taskRefusal(runs.task);
}
