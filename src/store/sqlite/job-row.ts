// A job's changing part as text in a row, and back. The columns beside it hold what they hold; they
// are not repeated inside.

import { childId, nodeId, type Arn, type JobId, type Scope } from '../../base/ids.ts';
import { ChildTable } from '../../core/job/child-table.ts';
import { isArrayParent, type ArrayChild, type ArrayParent, type Job } from '../../core/job/job.ts';
import { termsOfNode } from '../../core/job/nodes.ts';
import { isEnded, jobStatuses, type JobStatus } from '../../core/job/status.ts';
import type { JobTerms } from '../../core/job/terms.ts';

/** What a row's columns, or the parent of a child, say already. */
interface RowFacts {
  readonly id: JobId;
  readonly scope: Scope;
  readonly queueArn: Arn;
  readonly createdAtMs: number;
  readonly sequence: number;
}

export const statusCode = (status: JobStatus): number => jobStatuses.indexOf(status);

/** `arn:aws:batch:region:account:…` names its pair. */
export function scopeOfArn(of: Arn): Scope {
  const [, , , region, account] = of.split(':');
  return `${account}/${region}` as Scope;
}

/**
 * The state column. An array that has not ended keeps no table of its children: their own rows and
 * `rest` make it up.
 */
export function encodeState(job: Job | ArrayParent): string {
  const {
    id: _id,
    scope: _scope,
    queueArn: _queue,
    createdAtMs: _created,
    sequence: _sequence,
    terms,
    ...state
  } = job;
  const rest = JSON.stringify('children' in state ? { ...state, children: undefined } : state);
  return `{"terms":${encodeTerms(terms)},${rest.slice(1)}`;
}

const encodedTerms = new WeakMap<JobTerms, string>();

/** They are the largest part of a row, many jobs have the same, and they are never another. */
function encodeTerms(terms: JobTerms): string {
  let text = encodedTerms.get(terms);
  if (text === undefined) encodedTerms.set(terms, (text = JSON.stringify(terms)));
  return text;
}

type State = Omit<Job | ArrayParent, keyof RowFacts>;

/**
 * How many of the values that came last are known: rows of one kind mostly stand together, and a
 * million kinds are not held as text.
 */
const most = { states: 1_000, terms: 20_000 };
const noAttempts: readonly never[] = Object.freeze([]);

/**
 * Equal values of many rows become one in memory: jobs of a definition that wait differ in nothing
 * but their columns.
 */
export class Interner {
  readonly #states = new Map<string, State>();
  readonly #terms = new Map<string, JobTerms>();

  state(text: string): State {
    return known(this.#states, most.states, text, () => {
      const state = JSON.parse(text) as State & { readonly attempts?: readonly unknown[] };
      // What waits for others is no other's like, but was submitted under the same.
      const terms = this.#sharedTerms(state.terms);
      return state.attempts?.length === 0
        ? { ...state, terms, attempts: noAttempts }
        : { ...state, terms };
    });
  }

  #sharedTerms(terms: JobTerms): JobTerms {
    return known(this.#terms, most.terms, JSON.stringify(terms), () => terms);
  }
}

function known<T>(values: Map<string, T>, size: number, key: string, make: () => T): T {
  let value = values.get(key);
  if (value === undefined) {
    value = make();
    if (values.size >= size) values.clear();
    values.set(key, value);
  }
  return value;
}

/** With an interner the parts that many rows share are one value. */
export function decodeState(facts: RowFacts, text: string, interner?: Interner): Job | ArrayParent {
  const state = interner?.state(text) ?? (JSON.parse(text) as State);
  const job = { ...facts, ...state } as Job | ArrayParent;
  if (!isArrayParent(job) || isEnded(job.status)) return job;
  return {
    ...job,
    children: new ChildTable(job.arraySize, job.rest.status, job.createdAtMs),
  } as ArrayParent;
}

/** Arrays, and multi-node parallel jobs of which a node is as a child is. */
export const hasChildren = (job: Job | ArrayParent): boolean =>
  isArrayParent(job) || job.terms.nodes !== undefined;

/** A child's row, or a node's; what it shares with its parent is taken from there. */
export function decodeChild(parent: Job | ArrayParent, index: number, text: string): ArrayChild {
  const { nodes } = parent.terms;
  const facts = {
    id: nodes === undefined ? childId(parent.id, index) : nodeId(parent.id, index),
    scope: parent.scope,
    queueArn: parent.queueArn,
    createdAtMs: parent.createdAtMs,
    sequence: parent.sequence,
  };
  const job = {
    ...(decodeState(facts, text) as Job),
    terms: nodes === undefined ? parent.terms : termsOfNode(nodes, index),
  };
  return { parentId: parent.id, index, job };
}

export function encodeChild(job: Job): string {
  const {
    id: _id,
    scope: _scope,
    queueArn: _queue,
    createdAtMs: _created,
    sequence: _sequence,
    terms: _terms,
    ...state
  } = job;
  return JSON.stringify(state);
}
