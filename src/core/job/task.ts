// The task of a job with several containers: what a submission's overrides make of a definition's,
// what it asks for and in which order its containers go (user guide, chapter Create job definitions
// using EcsProperties). Pure; forms and single members were checked before, and how containers fare
// is not known here.

import type {
  ContainerProperties,
  EcsProperties,
  EcsPropertiesOverride,
  EcsTaskProperties,
  TaskContainerDependency,
  TaskContainerOverrides,
  TaskContainerProperties,
} from '@aws-sdk/client-batch';
import { must } from '../../base/assert.ts';
import { isRefusal, refuse, type Refusal } from '../../base/refusal.ts';
import {
  commandOf,
  logTarget,
  needsOf,
  overridesLength,
  referenceRefusal,
  resolveContainer,
} from './container.ts';
import { firelensRefusal, isRouted } from './firelens.ts';
import { addNeeds, noNeeds, type Needs } from './needs.ts';
import type { ContainerCondition, ContainerTerms } from './terms.ts';

/** The one task that the properties have; undefined: there are none. */
export const taskOf = (properties: EcsProperties | undefined): EcsTaskProperties | undefined =>
  properties?.taskProperties?.[0];

/** "If this parameter is omitted, a container is assumed to be essential." */
const isEssential = ({ essential }: TaskContainerProperties): boolean => essential ?? true;

const containersOf = ({ containers }: EcsTaskProperties): readonly TaskContainerProperties[] =>
  containers ?? [];

/**
 * What a container waits for: what it says, and where its output goes through the task's log router
 * that this one runs, which ECS's agent adds by itself.
 */
function dependenciesOf(
  task: EcsTaskProperties,
  container: TaskContainerProperties,
): readonly TaskContainerDependency[] {
  const { dependsOn = [] } = container;
  const router = containersOf(task).find((one) => one.firelensConfiguration);
  return router === undefined || router === container || !isRouted(container)
    ? dependsOn
    : [...dependsOn, { containerName: router.name, condition: 'START' }];
}

const overridesOf = (overrides: EcsPropertiesOverride | undefined): TaskContainerOverrides[] =>
  overrides?.taskProperties?.[0]?.containers ?? [];

/** A definition's task with a submission's overrides laid over and parameters put in. */
interface ResolvedTask {
  readonly task: EcsTaskProperties;
  /** Characters of what the submission overrides of all its containers: ECS counts them as one. */
  readonly overridesLength: number;
}

/**
 * Refused are overrides of a container that the task does not have (in ECS's words), and a
 * placeholder without a value.
 */
export function resolveTask(
  task: EcsTaskProperties,
  overrides: EcsPropertiesOverride | undefined,
  parameters: Readonly<Record<string, string>>,
): ResolvedTask | Refusal {
  const changes = new Map(overridesOf(overrides).map((change) => [change.name, change]));
  const defined = containersOf(task);
  const stranger = [...changes.keys()].find((name) => !defined.some((one) => one.name === name));
  if (stranger !== undefined)
    return refuse(
      'invalid',
      `Override for container named ${stranger} is not a container in the TaskDefinition.`,
    );
  const containers: TaskContainerProperties[] = [];
  let length = 0;
  for (const container of defined) {
    const { name: _, ...change } = changes.get(container.name) ?? {};
    const unknown = referenceRefusal(commandOf(container, change), parameters);
    if (unknown) return unknown;
    const { command, environment, resourceRequirements } = resolveContainer(
      container,
      change,
      parameters,
    );
    const resolved = {
      ...container,
      ...(command && { command }),
      ...(environment && { environment }),
      ...(resourceRequirements && { resourceRequirements }),
    };
    length += overridesLength(container, change, resolved);
    containers.push(resolved);
  }
  return { task: { ...task, containers }, overridesLength: length };
}

/**
 * What all containers of the task ask for together, for they share its host from its start to its
 * end; a refusal says which figure of which container is missing or wrong.
 */
export function taskNeeds(task: EcsTaskProperties): Needs | Refusal {
  let sum = noNeeds;
  for (const container of containersOf(task)) {
    const needs = needsOfContainer(container);
    if (isRefusal(needs)) return needs;
    sum = addNeeds(sum, needs);
  }
  return sum;
}

function needsOfContainer(container: TaskContainerProperties): Needs | Refusal {
  const needs = needsOf(container);
  return isRefusal(needs)
    ? { ...needs, message: `Container ${container.name}: ${needs.message}` }
    : needs;
}

/** In the order of the task, by which containers are counted; refused as {@link taskNeeds} does. */
export function containerTermsOf(
  task: EcsTaskProperties,
  definitionName: string,
): readonly ContainerTerms[] | Refusal {
  const containers = containersOf(task);
  const indexes = new Map(containers.map(({ name }, index) => [name, index]));
  const terms: ContainerTerms[] = [];
  for (const container of containers) {
    const { name = '', startTimeout, stopTimeout } = container;
    const dependsOn = dependenciesOf(task, container);
    const log = logTarget(container, definitionName);
    const needs = needsOfContainer(container);
    if (isRefusal(needs)) return needs;
    terms.push({
      name,
      needs,
      essential: isEssential(container),
      ...(dependsOn.length > 0 && {
        dependsOn: dependsOn.map(({ containerName, condition }) => ({
          container: must(indexes.get(containerName), 'a container depends on one of its task'),
          condition: condition as ContainerCondition,
        })),
      }),
      ...(log && { log }),
      ...(startTimeout !== undefined && { startTimeoutSeconds: startTimeout }),
      ...(stopTimeout !== undefined && { stopTimeoutSeconds: stopTimeout }),
    });
  }
  return terms;
}

/**
 * What one of the task's containers would be as a definition of its own: with the roles, volumes
 * and the rest that stand at the task.
 */
export function containerPropertiesOf(task: EcsTaskProperties, index: number): ContainerProperties {
  const {
    name: _name,
    essential: _essential,
    dependsOn: _dependsOn,
    firelensConfiguration: _firelens,
    startTimeout: _startTimeout,
    stopTimeout: _stopTimeout,
    ...own
  } = must(containersOf(task)[index], 'the container is one of the task');
  const { taskRoleArn, platformVersion, executionRoleArn, volumes } = task;
  const { ephemeralStorage, networkConfiguration, runtimePlatform, enableExecuteCommand } = task;
  return {
    ...own,
    jobRoleArn: taskRoleArn,
    executionRoleArn,
    volumes,
    ephemeralStorage,
    networkConfiguration,
    runtimePlatform,
    enableExecuteCommand,
    ...(platformVersion && { fargatePlatformConfiguration: { platformVersion } }),
  };
}

/**
 * Whether these are the containers of a task (user guide, and the API's documentation of
 * TaskContainerProperties): one of them is essential, each waits only for others that are there,
 * none for itself by way of others, and none for the end of one with which the task would end.
 */
export function taskRefusal(task: EcsTaskProperties): Refusal | undefined {
  const containers = containersOf(task);
  if (!containers.some(isEssential))
    return refuse('invalid', 'A task must have at least one essential container');
  const byName = new Map(containers.map((container) => [container.name, container]));
  for (const { name, dependsOn = [] } of containers)
    for (const { containerName, condition } of dependsOn) {
      const other = byName.get(containerName);
      if (other === undefined)
        return refuse(
          'invalid',
          `Cannot depend on container + '${containerName}' because it does not exist`,
        );
      if (other.name === name)
        return refuse('invalid', `Container ${name} cannot depend on itself`);
      if (condition !== 'START' && isEssential(other))
        return refuse(
          'invalid',
          'A dependency container with SUCCESS or COMPLETE condition cannot be an essential container',
        );
    }
  const lost = containers.find(isRouted);
  if (lost !== undefined && !containers.some((one) => one.firelensConfiguration))
    return refuse(
      'invalid',
      `The log driver awsfirelens of container ${lost.name} needs a container with a firelensConfiguration`,
    );
  const circle = circleOf(task);
  return circle === undefined
    ? firelensRefusal(task)
    : refuse('invalid', `Container dependencies should not have a cycle: ${circle.join(', ')}`);
}

/** Names of those that wait for each other: what is left when all others have had their turn. */
function circleOf(task: EcsTaskProperties): readonly string[] | undefined {
  let left = containersOf(task);
  for (;;) {
    const names = new Set(left.map(({ name }) => name));
    const blocked = left.filter((one) =>
      dependenciesOf(task, one).some(({ containerName }) => names.has(containerName)),
    );
    if (blocked.length === 0) return undefined;
    if (blocked.length === left.length) return left.map(({ name = '' }) => name);
    left = blocked;
  }
}

/** The largest /dev/shm that a container of the task asks for, in MiB; undefined: none does. */
export const sharedMemoryMib = (task: EcsTaskProperties): number | undefined =>
  containersOf(task).reduce<number | undefined>((most, { linuxParameters }) => {
    const asked = linuxParameters?.sharedMemorySize;
    return asked === undefined ? most : Math.max(asked, most ?? 0);
  }, undefined);
