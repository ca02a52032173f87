// What a job's container is: the definition's properties with the submission's overrides laid over
// and parameters put in (user guide, chapters Job Definition Parameters and Submitting a Job).
// Pure; knows no engine.

import type {
  ContainerOverrides,
  ContainerProperties,
  KeyValuePair,
  ResourceRequirement,
} from '@aws-sdk/client-batch';
import { refuse, type Refusal } from '../../base/refusal.ts';
import { eventStartOf } from './event-start.ts';
import type { Needs } from './needs.ts';

/** Variables of this beginning are the service's own; a user may not set them. */
export const reservedVariablePrefix = 'AWS_BATCH';

/**
 * Replaces `Ref::name` by the parameter of that name, wherever in the text it stands; an unknown
 * name stays as it is. The longest parameter name that fits wins, so that `Ref::inputfile` is not
 * read as `Ref::input`.
 */
export function substitute(
  text: string,
  parameters: Readonly<Record<string, string>>,
  names = byLength(parameters),
): string {
  if (!text.includes('Ref::')) return text;
  let result = '';
  let from = 0;
  for (let at = text.indexOf('Ref::'); at >= 0; at = text.indexOf('Ref::', from)) {
    const name = names.find((candidate) => text.startsWith(candidate, at + 5));
    result += text.slice(from, at) + (name === undefined ? 'Ref::' : parameters[name]);
    from = at + 5 + (name?.length ?? 0);
  }
  return result + text.slice(from);
}

/** {@link substitute}, in each of the texts. */
export function substituteAll(
  texts: readonly string[],
  parameters: Readonly<Record<string, string>>,
): string[] {
  const names = byLength(parameters);
  return texts.map((text) => substitute(text, parameters, names));
}

/** A name runs on over these; what follows may belong to the text around it. */
const wordRun = /^[A-Za-z0-9_-]+/;

/**
 * The name of the first reference in the text that no parameter has; `Ref::` before no name is no
 * reference.
 */
function missingReference(text: string, names: readonly string[]): string | undefined {
  for (let at = text.indexOf('Ref::'); at >= 0; at = text.indexOf('Ref::', at + 5)) {
    const rest = text.slice(at + 5);
    const name = names.find((candidate) => rest.startsWith(candidate));
    // `Ref::inputfile` does not ask for `input`, and `Ref::input.gz` does.
    if (name !== undefined && !/^[A-Za-z0-9_]/.test(rest.slice(name.length))) continue;
    const run = wordRun.exec(rest)?.[0];
    if (run !== undefined) return run;
  }
  return undefined;
}

/**
 * What a container of these properties runs: the override's command, or where that says nothing the
 * definition's.
 */
export const commandOf = (
  properties: ContainerProperties,
  overrides: ContainerOverrides | undefined,
): string[] | undefined =>
  overrides?.command && overrides.command.length > 0 ? overrides.command : properties.command;

/** AWS takes no submission of which a placeholder has no value. */
export function referenceRefusal(
  command: readonly string[] | undefined,
  parameters: Readonly<Record<string, string>>,
): Refusal | undefined {
  const names = byLength(parameters);
  for (const word of command ?? []) {
    const missing = missingReference(word, names);
    if (missing !== undefined)
      return refuse(
        'invalid',
        `Unable to substitute value. No parameter found for reference ${missing}`,
      );
  }
  return undefined;
}

/**
 * Characters of what a submission overrides of a container, as the JSON that ECS is sent: the
 * overrides, and a command into which parameters go.
 */
export function overridesLength(
  properties: ContainerProperties,
  overrides: ContainerOverrides | undefined,
  resolved: ContainerProperties,
): number {
  const command = commandOf(properties, overrides);
  const isOverridden =
    command !== properties.command || (command ?? []).some((word) => word.includes('Ref::'));
  const said = { ...overrides, command: isOverridden ? resolved.command : undefined };
  return Object.values(said).every((value) => value === undefined)
    ? 0
    : JSON.stringify(said).length;
}

const byLength = (parameters: Readonly<Record<string, string>>): string[] =>
  Object.keys(parameters)
    .filter((name) => name !== '')
    .sort((a, b) => b.length - a.length);

/** Later entries win; AWS drops entries without a value (Terraform compares what comes back). */
function mergeEnvironment(
  base: readonly KeyValuePair[] | undefined,
  over: readonly KeyValuePair[] | undefined,
): KeyValuePair[] | undefined {
  if (!over || over.length === 0) return base as KeyValuePair[] | undefined;
  const merged = new Map<string, KeyValuePair>();
  for (const entry of base ?? []) merged.set(entry.name ?? '', entry);
  for (const entry of over) merged.set(entry.name ?? '', entry);
  return [...merged.values()].filter((entry) => entry.name && entry.value);
}

function mergeRequirements(
  base: readonly ResourceRequirement[] | undefined,
  over: readonly ResourceRequirement[] | undefined,
): ResourceRequirement[] | undefined {
  if (!over || over.length === 0) return base as ResourceRequirement[] | undefined;
  const kept = (base ?? []).filter((entry) => !over.some((other) => other.type === entry.type));
  return [...kept, ...over];
}

/**
 * The container that a job of these properties runs. `vcpus` and `memory` of an override change
 * those of the definition and never its `resourceRequirements`, as AWS documents for
 * ContainerOverrides.
 */
export function resolveContainer(
  properties: ContainerProperties,
  overrides: ContainerOverrides | undefined,
  parameters: Readonly<Record<string, string>>,
): ContainerProperties {
  const command = commandOf(properties, overrides);
  const resolved: ContainerProperties = { ...properties };
  if (command) resolved.command = substituteAll(command, parameters);
  if (overrides === undefined) return resolved;
  const environment = mergeEnvironment(properties.environment, overrides.environment);
  if (environment) resolved.environment = environment;
  const requirements = mergeRequirements(
    properties.resourceRequirements,
    overrides.resourceRequirements,
  );
  if (requirements) resolved.resourceRequirements = requirements;
  // The old figures count, and are shown, only where no requirement of their kind stands above
  // them.
  const required = new Set(resolved.resourceRequirements?.map((entry) => entry.type));
  if (overrides.vcpus && !required.has('VCPU')) resolved.vcpus = overrides.vcpus;
  if (overrides.memory && !required.has('MEMORY')) resolved.memory = overrides.memory;
  if (required.has('VCPU')) delete resolved.vcpus;
  if (required.has('MEMORY')) delete resolved.memory;
  if (overrides.instanceType) resolved.instanceType = overrides.instanceType;
  return resolved;
}

const requirement = (
  properties: ContainerProperties,
  type: 'VCPU' | 'MEMORY' | 'GPU',
): string | undefined =>
  properties.resourceRequirements?.find((entry) => entry.type === type)?.value;

/**
 * What the container asks of a host, in whole numbers; a refusal says which figure is missing or
 * wrong.
 */
export function needsOf(properties: ContainerProperties): Needs | Refusal {
  const vcpuText = requirement(properties, 'VCPU') ?? properties.vcpus?.toString();
  const memoryText = requirement(properties, 'MEMORY') ?? properties.memory?.toString();
  const gpuText = requirement(properties, 'GPU');
  if (vcpuText === undefined || vcpuText === '0')
    return refuse(
      'invalid',
      'Container properties: vcpus must be given, by resourceRequirements of type VCPU or by vcpus.',
    );
  if (memoryText === undefined || memoryText === '0')
    return refuse(
      'invalid',
      'Container properties: memory must be given, by resourceRequirements of type MEMORY or by memory.',
    );
  const milliVcpu = Math.round(Number(vcpuText) * 1000);
  if (!/^\d{1,6}(\.\d+)?$/.test(vcpuText) || milliVcpu < 1)
    return refuse('invalid', `Container properties: '${vcpuText}' is not a number of vCPUs.`);
  if (!/^\d{1,9}$/.test(memoryText) || Number(memoryText) < 4)
    return refuse(
      'invalid',
      `Container properties: '${memoryText}' is not a memory size in MiB of at least 4.`,
    );
  if (gpuText !== undefined && !/^\d{1,3}$/.test(gpuText))
    return refuse('invalid', `Container properties: '${gpuText}' is not a number of GPUs.`);
  return { milliVcpu, memoryMib: Number(memoryText), gpus: Number(gpuText ?? 0) };
}

/** EC2's words for the architectures that a job can ask for. */
export type JobArchitecture = 'x86_64' | 'arm64';

/**
 * What the container must run as; undefined where it does not say, though AWS takes that for
 * X86_64: here it then runs as its host does.
 */
export function architectureOfJob({
  runtimePlatform,
}: Pick<ContainerProperties, 'runtimePlatform'>): JobArchitecture | undefined {
  const said = runtimePlatform?.cpuArchitecture;
  if (said === 'ARM64') return 'arm64';
  return said === 'X86_64' ? 'x86_64' : undefined;
}

/** The group of CloudWatch Logs that a job's output goes to unless it names its own. */
const defaultLogGroup = '/aws/batch/job';

/** Where the output of a definition's jobs goes. */
export interface LogTarget {
  readonly group: string;
  readonly prefix: string;
  /** As of {@link LogStream}. */
  readonly eventStart?: string | undefined;
  /** As of {@link LogStream}. */
  readonly ofGivenGroup?: true | undefined;
}

/**
 * Log group and stream prefix (doc/engines.md, awslogs); undefined where another driver takes the
 * output.
 */
export function logTarget(
  properties: ContainerProperties,
  definitionName: string,
): LogTarget | undefined {
  const configuration = properties.logConfiguration;
  if (configuration !== undefined && configuration.logDriver !== 'awslogs') return undefined;
  const options = configuration?.options ?? {};
  const eventStart = eventStartOf(options);
  const group = options['awslogs-group'] || defaultLogGroup;
  const makesGroup =
    group === defaultLogGroup || trueTexts.includes(options['awslogs-create-group'] ?? '');
  return {
    group,
    prefix: options['awslogs-stream-prefix'] || definitionName.slice(0, 200),
    ...(eventStart !== undefined && { eventStart }),
    ...(!makesGroup && { ofGivenGroup: true as const }),
  };
}

/** How CloudWatch Logs answers who writes to a group that is not there. */
export const noLogGroup = 'ResourceNotFoundException: The specified log group does not exist.';

/** As Docker reads what is to be true or not. */
const trueTexts = ['1', 't', 'T', 'TRUE', 'true', 'True'];
export const falseTexts = ['0', 'f', 'F', 'FALSE', 'false', 'False'];
export const booleanTexts = [...trueTexts, ...falseTexts];

/** Where the output of one attempt goes. */
export interface LogStream {
  readonly group: string;
  /** `prefix/container/task id`; the only container of a job is called `default`. */
  readonly stream: string;
  /** What the first line of an event matches, where an event may have several. */
  readonly eventStart?: string | undefined;
  /**
   * The group is not made with the stream (`awslogs-create-group`, whose default is false): where
   * there is none, there is no stream either, and the container cannot start.
   */
  readonly ofGivenGroup?: true | undefined;
}

/** The only container of a task is called `default`. */
export const logStreamOf = (
  { group, prefix, eventStart, ofGivenGroup }: LogTarget,
  taskId: string,
  containerName = 'default',
): LogStream => ({
  group,
  stream: `${prefix}/${containerName}/${taskId}`,
  ...(eventStart !== undefined && { eventStart }),
  ...(ofGivenGroup && { ofGivenGroup }),
});
