// Tags of ours: what people ask of AWS Batch and do not get, said in tags, so that every client can
// say it and AWS ignores it (doc/beyond-aws.md). A tag is an entry in the table below. What is not
// there is refused where it is set; what stands in rows and cannot be read says nothing.

import { refuse, type Refusal } from '../../base/refusal.ts';
import { clusterArnForm, clusterNameForm } from '../arn.ts';
import { limit } from '../limit.ts';
import { retryDelayForm, retryDelayOf, type RetryDelay } from './retry-delay.ts';

type Tags = Readonly<Record<string, string>>;

/** What the tags of a resource say, those of ours; absent: nothing. */
export interface OwnTags {
  /** A job goes on whatever became of those that it depends on. */
  readonly after?: 'any' | 'success' | undefined;
  /** Between a failed attempt and the next one. */
  readonly retryDelay?: RetryDelay | undefined;
  /** So many at once: children of an array, jobs of a queue, or jobs of the group. */
  readonly maxParallel?: number | undefined;
  readonly group?: string | undefined;
  /** How often the job waits again after a preemption. */
  readonly preemptionRetries?: number | undefined;
  /** A compute environment's capacity is this Kubernetes cluster, by name or ARN. */
  readonly cluster?: string | undefined;
  /** Its pods are in this namespace. */
  readonly namespace?: string | undefined;
  /** Who chooses the nodes of a compute environment on a cluster. */
  readonly placement?: 'node' | 'cluster' | undefined;
}

/** Resources of AWS Batch by what tags of ours say of them. */
export type TagBearer =
  | 'job'
  | 'job definition'
  | 'job queue'
  | 'compute environment'
  | 'other resource';

interface OwnTag {
  readonly on: readonly TagBearer[];
  /** Undefined: the value is no such thing. */
  read(value: string): OwnTags | undefined;
  /** What a value must be, after "must be". */
  readonly form: string;
}

const onJobs: readonly TagBearer[] = ['job', 'job definition'];

const table: Readonly<Record<string, OwnTag>> = {
  'longshore:after': {
    on: onJobs,
    read: (value) => (value === 'any' || value === 'success' ? { after: value } : undefined),
    form: "'any', or 'success', which is what holds without the tag",
  },
  'longshore:retry-delay': {
    on: onJobs,
    read(value) {
      const retryDelay = retryDelayOf(value);
      return retryDelay && { retryDelay };
    },
    form: retryDelayForm,
  },
  'longshore:max-parallel': {
    on: [...onJobs, 'job queue'],
    read(value) {
      const maxParallel = wholeNumber(value, 1, limit.parallelJobs);
      return maxParallel === undefined ? undefined : { maxParallel };
    },
    form: `a whole number from 1 to ${limit.parallelJobs}`,
  },
  'longshore:group': {
    on: onJobs,
    read: (value) => (/^[\w./-]{1,128}$/.test(value) ? { group: value } : undefined),
    form: 'a name of 1 to 128 letters, digits, hyphens, underscores, periods and slashes',
  },
  'longshore:preemption-retries': {
    on: onJobs,
    read(value) {
      const preemptionRetries = wholeNumber(value, 0, limit.preemptionRetries);
      return preemptionRetries === undefined ? undefined : { preemptionRetries };
    },
    form: `a whole number from 0 to ${limit.preemptionRetries}`,
  },
  'longshore:cluster': {
    on: ['compute environment'],
    read: (value) =>
      clusterArnForm.test(value) || clusterNameForm.test(value) ? { cluster: value } : undefined,
    form: 'the name or the ARN of a Kubernetes cluster that the server was told of',
  },
  'longshore:namespace': {
    on: ['compute environment'],
    read: (value) =>
      /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(value) ? { namespace: value } : undefined,
    form: 'the name of a namespace of a Kubernetes cluster: up to 63 small letters, digits and hyphens',
  },
  'longshore:placement': {
    on: ['compute environment'],
    read: (value) => (value === 'node' || value === 'cluster' ? { placement: value } : undefined),
    form: "'cluster', or 'node', which is what holds without the tag",
  },
};

const wholeNumber = (value: string, least: number, most: number): number | undefined =>
  /^(?:0|[1-9]\d{0,6})$/.test(value) && Number(value) >= least && Number(value) <= most
    ? Number(value)
    : undefined;

const prefix = 'longshore:';
const isOwnTag = (key: string): boolean => key.toLowerCase().startsWith(prefix);

/** Undefined, as for nearly all: none of them is ours. */
export function ownTagsOf(tags: Tags | undefined): OwnTags | undefined {
  let own: OwnTags | undefined;
  for (const key in tags)
    if (isOwnTag(key)) own = { ...own, ...table[key]?.read(tags[key] as string) };
  return own;
}

/** A tag of ours that is none, says nothing of such a resource, or has a value without meaning. */
export function ownTagRefusal(key: string, value: string, bearer: TagBearer): Refusal | undefined {
  if (!isOwnTag(key)) return undefined;
  const tag = table[key];
  if (tag === undefined)
    return refuse(
      'invalid',
      `Tag key '${key}' begins with longshore:, and there is no such tag. There are ${Object.keys(table).join(', ')}.`,
    );
  if (!tag.on.includes(bearer))
    return refuse('invalid', `Tag ${key} is for a ${tag.on.join(' or a ')}.`);
  return tag.read(value) === undefined
    ? refuse('invalid', `The value of tag ${key} must be ${tag.form}; it is '${value}'`)
    : undefined;
}

/** When those of ours are read, where to change them later would change nothing. */
const readOnce: Partial<Record<TagBearer, string>> = {
  job: 'a job is submitted',
  'compute environment': 'a compute environment is created',
};

/** Undefined: the tag may be set and taken away at any time. */
export function lateTagRefusal(key: string, bearer: TagBearer): Refusal | undefined {
  const when = readOnce[bearer];
  return when === undefined || !isOwnTag(key)
    ? undefined
    : refuse('invalid', `Tag ${key} is read when ${when}, and cannot be changed afterwards.`);
}

/** The resource that an ARN of AWS Batch names. */
export function bearerOf(arn: string): TagBearer {
  const kind = /^arn:[^:]*:batch:[^:]*:[^:]*:([a-z-]+)\//.exec(arn)?.[1];
  if (kind === 'job') return 'job';
  if (kind === 'job-definition') return 'job definition';
  if (kind === 'compute-environment') return 'compute environment';
  return kind === 'job-queue' ? 'job queue' : 'other resource';
}
