// What a job was submitted under and every attempt at it is held to. One frozen value for all jobs
// of a definition that override nothing of it: a hundred thousand jobs do not each hold a copy.
// Never changes after submission.

import type {
  ContainerProperties,
  EvaluateOnExit,
  JobTimeout,
  RetryStrategy,
} from '@aws-sdk/client-batch';
import { isRefusal, refuse, type Refusal } from '../../base/refusal.ts';
import type { ConsumableClaim } from '../consumable-resource/consumable-resource.ts';
import type { JobDefinition } from '../job-definition/job-definition.ts';
import type { Settings } from '../settings.ts';
import { logTarget, needsOf, type LogTarget } from './container.ts';
import type { Needs } from './needs.ts';

export interface JobTerms {
  readonly needs: Needs;
  /** Absent where another log driver takes the output. */
  readonly log?: LogTarget | undefined;
  /** Absent: one attempt. */
  readonly retry?: RetryTerms | undefined;
  /** From an attempt's start; absent: it may take for ever. */
  readonly timeoutSeconds?: number | undefined;
  /** On a fair share queue only. */
  readonly share?: ShareTerms | undefined;
  /** What it takes of consumable resources, by ARN. */
  readonly consumables?: readonly ConsumableClaim[] | undefined;
  /**
   * The nodes of a multi-node parallel job. Needs, output and consumables beside are its main
   * node's; retries and timeout the job's.
   */
  readonly nodes?: NodeTerms | undefined;
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

/** Where a job stands among those of a fair share queue. */
export interface ShareTerms {
  readonly identifier: string;
  /** Higher goes first inside the share. */
  readonly schedulingPriority: number;
}

/** `retryStrategy`, filled in. */
export interface RetryTerms {
  /** All in all, the first included. */
  readonly attempts: number;
  /** `evaluateOnExit`, in order. */
  readonly rules: readonly RetryRule[];
}

/** A rule of `evaluateOnExit`, its action in the lower case in which AWS gives it back. */
export type RetryRule = Omit<EvaluateOnExit, 'action'> & { readonly action: 'retry' | 'exit' };

/** What the terms of a submission are made of: definition and overrides laid over each other. */
interface TermsSource extends Work {
  readonly retryStrategy?: RetryStrategy | undefined;
  readonly timeout?: JobTimeout | undefined;
  readonly share?: ShareTerms | undefined;
}

/** What a job runs and consumes. */
export interface Work extends ContainerWork {
  /** The nodes of a multi-node parallel job; the above is its main node. */
  readonly nodes?: NodesWork | undefined;
}

interface ContainerWork {
  readonly container: ContainerProperties;
  readonly consumables?: readonly ConsumableClaim[] | undefined;
}

export interface NodesWork extends Omit<NodeTerms, 'groups'> {
  /** As the groups of {@link NodeTerms}. */
  readonly groups: readonly (Omit<NodeGroup, 'terms'> & ContainerWork)[];
}

/** Terms that jobs of a definition have come with lately. */
const known = new WeakMap<JobDefinition, Map<string, JobTerms>>();
const mostKnown = 1000;

/** The terms of a submission, shared with those before it that came to the same. */
export function termsOf(definition: JobDefinition, source: TermsSource): JobTerms | Refusal {
  const { share, nodes } = source;
  const own = containerTerms(definition, source, share);
  if (isRefusal(own)) return own;
  const nodeTerms = nodes && nodeTermsOf(definition, nodes, share);
  if (isRefusal(nodeTerms)) return nodeTerms;
  return shared(definition, {
    ...own,
    retry: retryTerms(source.retryStrategy),
    timeoutSeconds: source.timeout?.attemptDurationSeconds,
    nodes: nodeTerms,
  });
}

function shared(definition: JobDefinition, terms: JobTerms): JobTerms {
  const key = JSON.stringify(terms);
  let ofDefinition = known.get(definition);
  if (ofDefinition === undefined || ofDefinition.size >= mostKnown)
    known.set(definition, (ofDefinition = new Map()));
  const found = ofDefinition.get(key) ?? Object.freeze(terms);
  ofDefinition.set(key, found);
  return found;
}

function containerTerms(
  definition: JobDefinition,
  { container, consumables }: ContainerWork,
  share: ShareTerms | undefined,
): JobTerms | Refusal {
  const needs = needsOf(container);
  return isRefusal(needs)
    ? needs
    : { needs, log: logTarget(container, definition.name), share, consumables };
}

function nodeTermsOf(
  definition: JobDefinition,
  nodes: NodesWork,
  share: ShareTerms | undefined,
): NodeTerms | Refusal {
  const groups: NodeGroup[] = [];
  for (const { from, to, ...work } of nodes.groups) {
    const terms = containerTerms(definition, work, share);
    if (isRefusal(terms)) return terms;
    groups.push({ from, to, terms: shared(definition, terms) });
  }
  return { ...nodes, groups };
}

function retryTerms(strategy: RetryStrategy | undefined): RetryTerms | undefined {
  const attempts = strategy?.attempts ?? 1;
  if (attempts === 1) return undefined;
  return {
    attempts,
    rules: (strategy?.evaluateOnExit ?? []).map((rule) => ({
      ...rule,
      action: rule.action?.toLowerCase() === 'exit' ? 'exit' : 'retry',
    })),
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
