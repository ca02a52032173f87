// What a job was submitted under and every attempt at it is held to. One frozen value for all jobs of a definition that
// override nothing of it: a hundred thousand jobs do not each hold a copy. Never changes after submission.

import type { ContainerProperties, EvaluateOnExit, JobTimeout, RetryStrategy } from '@aws-sdk/client-batch';
import { isRefusal, refuse, type Refusal } from '../../base/refusal.ts';
import type { ConsumableClaim } from '../consumable-resource/consumable-resource.ts';
import type { JobDefinition } from '../job-definition/job-definition.ts';
import type { World } from '../world.ts';
import { logTarget, needsOf, type LogTarget } from './container.ts';
import type { Needs } from './needs.ts';
import type { NodeTerms } from './nodes.ts';

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
  /** Of consumable resources, by ARN. */
  readonly consumables?: readonly ConsumableClaim[] | undefined;
  /** Of a multi-node parallel job. Needs, output and consumables beside are its main node's; retries and timeout the job's. */
  readonly nodes?: NodeTerms | undefined;
}

/** Where a job stands among those of a fair share queue (spec 6). */
export interface ShareTerms {
  readonly identifier: string;
  /** Higher goes first inside the share. */
  readonly schedulingPriority: number;
}

/** `retryStrategy` (spec 4.6). */
export interface RetryTerms {
  /** All in all, the first included. */
  readonly attempts: number;
  /** `evaluateOnExit`, in order. */
  readonly rules: readonly RetryRule[];
}

/** A rule of `evaluateOnExit`, its action in the lower case in which AWS gives it back. */
export type RetryRule = Omit<EvaluateOnExit, 'action'> & { readonly action: 'retry' | 'exit' };

/** What terms are made of: definition and overrides laid over each other. */
export interface TermsSource {
  readonly container: ContainerProperties;
  readonly retryStrategy?: RetryStrategy | undefined;
  readonly timeout?: JobTimeout | undefined;
  readonly share?: ShareTerms | undefined;
  readonly consumables?: readonly ConsumableClaim[] | undefined;
}

/** Terms that jobs of a definition have come with lately. */
const known = new WeakMap<JobDefinition, Map<string, JobTerms>>();
const mostKnown = 1000;

/** The terms of a submission, shared with those before it that came to the same. */
export function termsOf(definition: JobDefinition, source: TermsSource): JobTerms | Refusal {
  const needs = needsOf(source.container);
  if (isRefusal(needs)) return needs;
  const terms: JobTerms = { needs, log: logTarget(source.container, definition.name), retry: retryTerms(source.retryStrategy), timeoutSeconds: source.timeout?.attemptDurationSeconds, share: source.share, consumables: source.consumables };
  const key = JSON.stringify(terms);
  let ofDefinition = known.get(definition);
  if (ofDefinition === undefined || ofDefinition.size >= mostKnown) known.set(definition, (ofDefinition = new Map()));
  const shared = ofDefinition.get(key) ?? Object.freeze(terms);
  ofDefinition.set(key, shared);
  return shared;
}

function retryTerms(strategy: RetryStrategy | undefined): RetryTerms | undefined {
  const attempts = strategy?.attempts ?? 1;
  if (attempts === 1) return undefined;
  return { attempts, rules: (strategy?.evaluateOnExit ?? []).map((rule) => ({ ...rule, action: rule.action?.toLowerCase() === 'exit' ? 'exit' : 'retry' })) };
}

/** A timeout that is shorter than the service allows. */
export function timeoutRefusal({ settings }: World, timeout: JobTimeout | undefined): Refusal | undefined {
  const seconds = timeout?.attemptDurationSeconds;
  if (seconds === undefined || seconds >= settings.timeoutSecondsMin) return undefined;
  return refuse('invalid', `timeout.attemptDurationSeconds must be at least ${settings.timeoutSecondsMin}; it is ${seconds}`);
}
