// From the flags of `submit`, or a file, to the input of SubmitJob. What is wrong in itself is told
// here; whether the server takes it is the server's to say.

import { readFile } from 'node:fs/promises';
import type {
  ArrayJobDependency,
  JobDependency,
  ResourceRequirement,
  ResourceType,
  SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import { didYouMean } from './did-you-mean.ts';
import { Failure, UsageError } from './failure.ts';
import { pairs, wholeNumber, type Flags, type Values } from './flags.ts';
import { definitionName } from './image-definition.ts';
import type { Io } from './io.ts';

export const defaultQueue = 'first-run-job-queue';

export const submitFlags = {
  name: {
    type: 'string',
    short: 'n',
    value: 'NAME',
    help: "the job's name (default: that of the definition or the image)",
  },
  queue: {
    type: 'string',
    short: 'q',
    value: 'NAME',
    help: `the job queue (default ${defaultQueue})`,
  },
  definition: {
    type: 'string',
    short: 'd',
    value: 'NAME',
    help: 'the job definition: name, name:revision or ARN',
  },
  image: { type: 'string', value: 'IMAGE', help: 'an image instead of a definition' },
  file: {
    type: 'string',
    value: 'FILE',
    help: "the operation's input as JSON; - reads it from standard input",
  },
  vcpus: { type: 'string', value: 'N', help: 'vCPUs' },
  memory: {
    type: 'string',
    value: 'MIB',
    help: 'memory in MiB, or with a unit as docker run has it: 512m, 2g',
  },
  gpus: { type: 'string', value: 'N', help: 'GPUs' },
  env: {
    type: 'string',
    multiple: true,
    short: 'e',
    value: 'K=V',
    help: 'a variable of the container; K alone takes its value from here',
  },
  param: {
    type: 'string',
    multiple: true,
    short: 'p',
    value: 'K=V',
    help: "a parameter, for Ref::K in the definition's command",
  },
  array: { type: 'string', value: 'N', help: 'an array job of this many children, at least 2' },
  'depends-on': {
    type: 'string',
    multiple: true,
    value: 'ID[:TYPE]',
    help: 'a job to wait for; the type is N_TO_N or SEQUENTIAL',
  },
  timeout: {
    type: 'string',
    value: 'TIME',
    help: 'how long an attempt may take: seconds, or 90s, 15m, 2h (at least 60 s)',
  },
  attempts: { type: 'string', value: 'N', help: 'how often to try, 1 to 10' },
  'retry-delay': {
    type: 'string',
    value: 'TIME',
    help: 'how long to wait between two tries: 30s, or 30s..10m, which backs off',
  },
  after: {
    type: 'string',
    value: 'any',
    help: 'any: go on whatever becomes of the jobs that it depends on',
  },
  'max-parallel': {
    type: 'string',
    value: 'N',
    help: 'at most so many children of the array at once, or jobs of the group',
  },
  group: { type: 'string', value: 'NAME', help: 'jobs that --max-parallel counts together' },
  tag: { type: 'string', multiple: true, value: 'K=V', help: 'a tag of the job' },
} as const satisfies Flags;

type SubmitValues = Values<typeof submitFlags>;

const knownMembers = [
  'arrayProperties',
  'consumableResourcePropertiesOverride',
  'containerOverrides',
  'dependsOn',
  'ecsPropertiesOverride',
  'eksPropertiesOverride',
  'jobDefinition',
  'jobName',
  'jobQueue',
  'nodeOverrides',
  'parameters',
  'propagateTags',
  'retryStrategy',
  'schedulingPriorityOverride',
  'shareIdentifier',
  'tags',
  'timeout',
] as const satisfies readonly (keyof SubmitJobCommandInput)[];

/**
 * What the file holds. Throws {@link Failure} where it cannot be read, {@link UsageError} where it
 * is no SubmitJob input.
 */
export async function baseRequest(
  path: string,
  io: Pick<Io, 'readStdin'>,
): Promise<Partial<SubmitJobCommandInput>> {
  const name = path === '-' ? 'standard input' : path;
  const text =
    path === '-'
      ? await io.readStdin()
      : await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
          throw new Failure(
            `${path} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`,
          );
        });
  const request = parseJson(name, text);
  // The SDK drops what it does not know without a word, and a misspelt member would be lost.
  for (const member of Object.keys(request)) {
    if (!knownMembers.some((known) => known === member))
      throw new UsageError(
        `--file: ${name}: SubmitJob has no member '${member}'`,
        didYouMean(member, knownMembers),
      );
  }
  return request;
}

function parseJson(name: string, text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--file: ${name} is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(`--file: ${name} does not hold a JSON object`);
  return value;
}

/**
 * The input of SubmitJob; `image` where its definition is yet to be found. Throws {@link
 * UsageError}.
 */
export function requestOf(
  base: Partial<SubmitJobCommandInput>,
  values: SubmitValues,
  command: readonly string[] | undefined,
  env: Io['env'],
): { request: SubmitJobCommandInput; image: string | undefined } {
  const { image } = values;
  if (image !== undefined && values.definition !== undefined)
    throw new UsageError('--image and --definition cannot go together');
  const jobDefinition = values.definition ?? base.jobDefinition;
  if (image === undefined && jobDefinition === undefined) {
    throw new UsageError(
      'submit needs --definition, --image or --file',
      'For example: longshore submit --image busybox -- echo hello',
    );
  }
  const request: SubmitJobCommandInput = {
    ...base,
    jobName: values.name ?? base.jobName ?? defaultName(image, jobDefinition),
    jobQueue: values.queue ?? base.jobQueue ?? defaultQueue,
    jobDefinition,
    containerOverrides: overridesOf(base.containerOverrides, values, command, env),
    parameters: merged(base.parameters, pairs('--param', values.param)),
    tags: merged(base.tags, [...pairs('--tag', values.tag), ...ownTags(values)]),
  };
  if (values.array !== undefined)
    request.arrayProperties = { size: wholeNumber('--array', values.array, 2) };
  if (values['depends-on'].length > 0)
    request.dependsOn = [...(base.dependsOn ?? []), ...values['depends-on'].map(dependency)];
  if (values.timeout !== undefined)
    request.timeout = { attemptDurationSeconds: seconds(values.timeout) };
  if (values.attempts !== undefined)
    request.retryStrategy = {
      ...base.retryStrategy,
      attempts: wholeNumber('--attempts', values.attempts, 1, 10),
    };
  return { request, image };
}

/** Flags that say what AWS Batch does not know, as the tags in which the server reads it. */
function ownTags(values: SubmitValues): [string, string][] {
  if (values.after !== undefined && values.after !== 'any' && values.after !== 'success')
    throw new UsageError(`--after: '${values.after}' is neither any nor success`);
  const parallel = values['max-parallel'];
  const said: [name: string, value: string | undefined][] = [
    ['after', values.after],
    ['retry-delay', values['retry-delay']],
    [
      'max-parallel',
      parallel === undefined ? undefined : String(wholeNumber('--max-parallel', parallel, 1)),
    ],
    ['group', values.group],
  ];
  return said.flatMap(([name, value]) =>
    value === undefined ? [] : [[`longshore:${name}`, value]],
  );
}

/** `arn:…:job-definition/render:3`, `render:3` and `render` are all called `render`. */
function defaultName(image: string | undefined, jobDefinition: string | undefined): string {
  if (image !== undefined) return definitionName(image.replace(/^.*\//, '').replace(/[:@].*$/, ''));
  return (jobDefinition ?? '').replace(/^arn:.*\//, '').replace(/:\d+$/, '');
}

function merged(
  base: Record<string, string> | undefined,
  entries: readonly (readonly [string, string])[],
): Record<string, string> | undefined {
  return entries.length === 0 ? base : { ...base, ...Object.fromEntries(entries) };
}

type Overrides = SubmitJobCommandInput['containerOverrides'];

function overridesOf(
  base: Overrides,
  values: SubmitValues,
  command: readonly string[] | undefined,
  env: Io['env'],
): Overrides {
  const requirements = requirementsOf(values);
  const variables = values.env.map((text) => variable(text, env));
  if (
    (command === undefined || command.length === 0) &&
    requirements.length === 0 &&
    variables.length === 0
  )
    return base;
  const overrides: NonNullable<Overrides> = { ...base };
  if (command !== undefined && command.length > 0) overrides.command = [...command];
  if (requirements.length > 0) {
    const kept = (base?.resourceRequirements ?? []).filter(
      ({ type }) => !requirements.some((one) => one.type === type),
    );
    overrides.resourceRequirements = [...kept, ...requirements];
  }
  if (variables.length > 0) {
    const kept = (base?.environment ?? []).filter(
      ({ name }) => !variables.some((one) => one.name === name),
    );
    overrides.environment = [...kept, ...variables];
  }
  return overrides;
}

function requirementsOf(values: SubmitValues): ResourceRequirement[] {
  const asked: [ResourceType, string | undefined][] = [
    ['VCPU', values.vcpus === undefined ? undefined : decimal('--vcpus', values.vcpus)],
    ['MEMORY', values.memory === undefined ? undefined : String(mebibytes(values.memory))],
    [
      'GPU',
      values.gpus === undefined ? undefined : String(wholeNumber('--gpus', values.gpus, 1, 999)),
    ],
  ];
  return asked.flatMap(([type, value]) => (value === undefined ? [] : [{ type, value }]));
}

/** `512`, `512m`, `1g`: Docker's units are powers of 1,024 too. */
function mebibytes(text: string): number {
  const [, digits = text, unit] = /^(\d+)([mg])i?b?$/i.exec(text) ?? [];
  return wholeNumber('--memory', digits, 1, 1_000_000) * (unit?.toLowerCase() === 'g' ? 1_024 : 1);
}

function decimal(flag: string, text: string): string {
  if (!/^\d+(\.\d+)?$/.test(text) || Number(text) === 0)
    throw new UsageError(`${flag}: '${text}' is not a number above 0`);
  return text;
}

function variable(text: string, env: Io['env']): { name: string; value: string } {
  const cut = text.indexOf('=');
  if (cut > 0) return { name: text.slice(0, cut), value: text.slice(cut + 1) };
  const value = cut < 0 ? env[text] : undefined;
  if (value === undefined)
    throw new UsageError(
      cut < 0 ? `--env: ${text} is not set here` : `--env: '${text}' is not of the form NAME=VALUE`,
    );
  return { name: text, value };
}

/**
 * `ID`, `ID:N_TO_N`, `ID:INDEX` (a child), or `SEQUENTIAL` alone: an array that waits for itself,
 * child by child.
 */
function dependency(text: string): JobDependency {
  const cut = text.lastIndexOf(':');
  const last = text.slice(cut + 1).toUpperCase();
  if (isDependencyType(last))
    return cut <= 0 ? { type: last } : { jobId: text.slice(0, cut), type: last };
  // The last part of an ARN has a slash.
  if (/[A-Za-z_]/.test(last) && !last.includes('/') && cut > 0)
    throw new UsageError(`--depends-on: '${text.slice(cut + 1)}' is neither N_TO_N nor SEQUENTIAL`);
  return { jobId: text };
}

const isDependencyType = (text: string): text is ArrayJobDependency =>
  text === 'N_TO_N' || text === 'SEQUENTIAL';

const secondsOf = { s: 1, m: 60, h: 3_600 } as const;

function seconds(text: string): number {
  const [, digits, unit = 's'] = /^(\d{1,9})([smh])?$/.exec(text) ?? [];
  if (digits === undefined)
    throw new UsageError(`--timeout: '${text}' is not a time such as 90, 90s, 15m or 2h`);
  return Number(digits) * secondsOf[unit as keyof typeof secondsOf];
}
