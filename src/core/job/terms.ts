// What a job was submitted under and every attempt at it is held to. One frozen value for all jobs
// of a definition that override nothing of it: a hundred thousand jobs do not each hold a copy.
// Never changes after submission, but for what an update of a job that waits says.

import type { EvaluateOnExit, JobTimeout, RetryStrategy } from '@aws-sdk/client-batch';
import { refuse, type Refusal } from '../../base/refusal.ts';
import type { ConsumableClaim } from '../consumable-resource/consumable-resource.ts';
import type { JobDefinition } from '../job-definition/job-definition.ts';
import type { OwnTags } from '../own-tag/own-tags.ts';
import type { RetryDelay } from '../own-tag/retry-delay.ts';
import type { Settings } from '../settings.ts';
import type { ServiceTerms } from '../service-job/service-terms.ts';
import type { JobArchitecture, LogTarget } from './container.ts';
import type { Needs } from './needs.ts';

export interface JobTerms {
  /** Of all its containers together. */
  readonly needs: Needs;
  /** Absent where another log driver takes the output, or each of several containers its own. */
  readonly log?: LogTarget | undefined;
  /** Those of a task or a pod, in its order; absent: one, which is essential. */
  readonly containers?: readonly ContainerTerms[] | undefined;
  /**
   * They are those of a pod, init containers first: its cluster orders them by itself, and its
   * attempt ends with the last of them.
   */
  readonly pod?: true | undefined;
  /** Absent: one attempt. */
  readonly retry?: RetryTerms | undefined;
  /** From an attempt's start; absent: it may take for ever. */
  readonly timeoutSeconds?: number | undefined;
  /** On a queue with a scheduling policy only. */
  readonly share?: ShareTerms | undefined;
  /** On a queue with quota shares; absent: it may be preempted any number of times. */
  readonly preemption?: PreemptionTerms | undefined;
  /** It goes on whatever became of the jobs, or the child, that it waits for. */
  readonly after?: 'any' | undefined;
  /** It starts while fewer than so many of those that are counted together hold room. */
  readonly parallel?: ParallelTerms | undefined;
  /** What it takes of consumable resources, by ARN. */
  readonly consumables?: readonly ConsumableClaim[] | undefined;
  /** What its host must run containers as; absent: anything. */
  readonly architecture?: JobArchitecture | undefined;
  /** A service job's. */
  readonly service?: ServiceTerms | undefined;
  /**
   * The nodes of a multi-node parallel job. Needs, output and consumables beside are its main
   * node's; retries and timeout the job's.
   */
  readonly nodes?: NodeTerms | undefined;
}

/**
 * What another container must have come to before one starts: that it runs, has ended, or has ended
 * with exit code 0.
 */
export type ContainerCondition = 'START' | 'COMPLETE' | 'SUCCESS';

/** One of several containers of a job. */
export interface ContainerTerms {
  readonly name: string;
  readonly needs: Needs;
  /** The others are stopped when it ends. */
  readonly essential: boolean;
  /** Of a pod: it runs before the others. */
  readonly init?: true | undefined;
  /** What it waits for, by the index of the other; without circles. */
  readonly dependsOn?:
    | readonly { readonly container: number; readonly condition: ContainerCondition }[]
    | undefined;
  /** Absent where another log driver takes its output. */
  readonly log?: LogTarget | undefined;
  /**
   * How long those that depend on it wait, from its start, for what they wait for; absent: for
   * ever.
   */
  readonly startTimeoutSeconds?: number | undefined;
  /** Between SIGTERM and SIGKILL; absent: as for every job. */
  readonly stopTimeoutSeconds?: number | undefined;
}

/**
 * Nodes from one index to another, both included, that share their properties (user guide: node
 * group).
 */
export interface NodeGroup {
  readonly from: number;
  readonly to: number;
  /**
   * What each of them asks for and where its output goes. Retries and the timeout are the job's.
   */
  readonly terms: JobTerms;
}

/** What makes a job a multi-node parallel one. */
export interface NodeTerms {
  readonly numNodes: number;
  readonly mainNode: number;
  /** Ascending and disjoint: together they are all nodes. */
  readonly groups: readonly NodeGroup[];
  /** All nodes run on instances of one type; absent: the smallest that holds the largest node. */
  readonly instanceType?: string | undefined;
}

/** Where a job stands among those of a queue with shares; of quota shares it is the name of one. */
export interface ShareTerms {
  readonly identifier: string;
  /** Higher goes first inside the share. */
  readonly schedulingPriority: number;
}

/** `preemptionConfiguration`, as service jobs have it. */
interface PreemptionTerms {
  /** How often the job waits again after a preemption; at the next one it fails. */
  readonly retries: number;
}

/** At most so many at once (tag longshore:max-parallel). */
export interface ParallelTerms {
  /** A job's own number: others of its group may come with another. */
  readonly atOnce: number;
  /** Which are counted together: the id of an array, or account, region and name of a group. */
  readonly among: string;
  /** Absent: the children of one array. */
  readonly group?: string | undefined;
}

/** `retryStrategy`, filled in. */
export interface RetryTerms {
  /** All in all, the first included. */
  readonly attempts: number;
  /** `evaluateOnExit`, in order. */
  readonly rules: readonly RetryRule[];
  /** From an attempt's end to the next one's start, at least; absent: none. */
  readonly delay?: RetryDelay | undefined;
}

/** A rule of `evaluateOnExit`, its action in the lower case in which AWS gives it back. */
export type RetryRule = Omit<EvaluateOnExit, 'action'> & { readonly action: 'retry' | 'exit' };

/** What the terms of a submission are made of: definition and overrides laid over each other. */
interface TermsSource extends Work {
  readonly retryStrategy?: RetryStrategy | undefined;
  readonly timeout?: JobTimeout | undefined;
  readonly share?: ShareTerms | undefined;
  readonly preemption?: PreemptionTerms | undefined;
  /** What tags of ours say, of its definition and its own. */
  readonly ownTags?: OwnTags | undefined;
  readonly parallel?: ParallelTerms | undefined;
}

/** What a job, or a node of one, asks for and where its output goes. */
export type WorkTerms = Pick<
  JobTerms,
  'needs' | 'log' | 'containers' | 'pod' | 'consumables' | 'architecture'
>;

/** What a submission runs and consumes. */
export interface Work extends WorkTerms {
  /** The nodes of a multi-node parallel job; the above is its main node. */
  readonly nodes?: NodesWork | undefined;
}

export interface NodesWork extends Omit<NodeTerms, 'groups'> {
  /** As the groups of {@link NodeTerms}. */
  readonly groups: readonly (Omit<NodeGroup, 'terms'> & { readonly work: WorkTerms })[];
}

/** Terms that jobs of a definition have come with lately. */
const known = new WeakMap<JobDefinition, Map<string, JobTerms>>();
const mostKnown = 1000;

/** The terms of a submission, shared with those before it that came to the same. */
export function termsOf(definition: JobDefinition, source: TermsSource): JobTerms {
  const { share, nodes, ownTags, parallel } = source;
  // An array's own are no other job's: they are not looked for among those known.
  const common = { share, ...(parallel?.group !== undefined && { parallel }) };
  const terms = shared(definition, {
    ...workTerms(source, common),
    retry: retryTerms(source.retryStrategy, ownTags?.retryDelay),
    timeoutSeconds: source.timeout?.attemptDurationSeconds,
    ...(source.preemption && { preemption: source.preemption }),
    ...(ownTags?.after === 'any' && { after: 'any' }),
    nodes: nodes && nodeTermsOf(definition, nodes, common),
  });
  return parallel === undefined || parallel.group !== undefined
    ? terms
    : Object.freeze({ ...terms, parallel });
}

/** By the terms that they were made of. */
const withOtherShares = new WeakMap<JobTerms, Map<string, JobTerms>>();

/** The same but for the share, and shared by all that came with the same before. */
export function withShare(terms: JobTerms, share: ShareTerms | undefined): JobTerms {
  const key = share === undefined ? '' : `${share.schedulingPriority} ${share.identifier}`;
  let ofTerms = withOtherShares.get(terms);
  if (ofTerms === undefined) withOtherShares.set(terms, (ofTerms = new Map()));
  const found = ofTerms.get(key);
  if (found !== undefined) return found;
  const { share: _share, nodes, ...rest } = terms;
  const made: JobTerms = Object.freeze({
    ...rest,
    share,
    ...(nodes && {
      nodes: {
        ...nodes,
        groups: nodes.groups.map((group) => ({ ...group, terms: withShare(group.terms, share) })),
      },
    }),
  });
  ofTerms.set(key, made);
  return made;
}

/** What a job's nodes have in common. */
type CommonTerms = Pick<JobTerms, 'share' | 'parallel'>;

function shared(definition: JobDefinition, terms: JobTerms): JobTerms {
  const { containers, ...rest } = terms;
  const key = JSON.stringify(rest) + (containers === undefined ? '' : textOf(containers));
  let ofDefinition = known.get(definition);
  if (ofDefinition === undefined || ofDefinition.size >= mostKnown)
    known.set(definition, (ofDefinition = new Map()));
  const found = ofDefinition.get(key) ?? Object.freeze(terms);
  ofDefinition.set(key, found);
  return found;
}

const texts = new WeakMap<readonly ContainerTerms[], string>();

/** Submissions that say nothing of their containers have the very same. */
function textOf(containers: readonly ContainerTerms[]): string {
  let text = texts.get(containers);
  if (text === undefined) texts.set(containers, (text = JSON.stringify(containers)));
  return text;
}

const workTerms = (
  { needs, log, containers, pod, consumables, architecture }: WorkTerms,
  common: CommonTerms,
): JobTerms => ({
  needs,
  log,
  ...(containers && { containers }),
  ...(pod && { pod }),
  ...common,
  consumables,
  ...(architecture && { architecture }),
});

const nodeTermsOf = (
  definition: JobDefinition,
  nodes: NodesWork,
  common: CommonTerms,
): NodeTerms => ({
  ...nodes,
  groups: nodes.groups.map(({ from, to, work }) => ({
    from,
    to,
    terms: shared(definition, workTerms(work, common)),
  })),
});

function retryTerms(
  strategy: RetryStrategy | undefined,
  delay: RetryDelay | undefined,
): RetryTerms | undefined {
  const attempts = strategy?.attempts ?? 1;
  if (attempts === 1) return undefined;
  return {
    attempts,
    rules: (strategy?.evaluateOnExit ?? []).map((rule) => ({
      ...rule,
      action: rule.action?.toLowerCase() === 'exit' ? 'exit' : 'retry',
    })),
    ...(delay && { delay }),
  };
}

/** A timeout that is shorter than the service allows. */
export function timeoutRefusal(
  { timeoutSecondsMin }: Pick<Settings, 'timeoutSecondsMin'>,
  timeout: JobTimeout | undefined,
): Refusal | undefined {
  const seconds = timeout?.attemptDurationSeconds;
  if (seconds === undefined || seconds >= timeoutSecondsMin) return undefined;
  return refuse(
    'invalid',
    `timeout.attemptDurationSeconds must be at least ${timeoutSecondsMin}; it is ${seconds}`,
  );
}
