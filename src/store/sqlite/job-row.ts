// A job's changing part as text in a row, and back. The columns beside it hold what they hold; they are not repeated inside.

import { childId, nodeId, type Arn, type JobId, type Scope } from '../../base/ids.ts';
import { ChildTable } from '../../core/job/child-table.ts';
import { isArrayParent, type ArrayChild, type ArrayParent, type Job } from '../../core/job/job.ts';
import { termsOfNode } from '../../core/job/nodes.ts';
import { isEnded, jobStatuses, type JobStatus } from '../../core/job/status.ts';

/** What a row's columns, or the parent of a child, say already. */
export interface RowFacts {
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

/** The state column. An array that has not ended keeps no table of its children: their own rows and `rest` make it up. */
export function encodeState(job: Job | ArrayParent): string {
  const { id: _id, scope: _scope, queueArn: _queue, createdAtMs: _created, sequence: _sequence, ...state } = job;
  if ('children' in state) return JSON.stringify({ ...state, children: undefined });
  return JSON.stringify(state);
}

type State = Omit<Job | ArrayParent, keyof RowFacts>;

/** Equal values of many rows become one in memory: jobs of a definition that wait differ in nothing but their columns. */
export class Interner {
  readonly #states = new Map<string, State>();
  readonly #texts = new Map<string, string>();

  state(text: string): State {
    let state = this.#states.get(text);
    if (state === undefined) {
      state = JSON.parse(text) as State;
      this.#states.set(text, state);
    }
    return state;
  }

  text<T extends string>(text: T): T {
    const known = this.#texts.get(text);
    if (known !== undefined) return known as T;
    this.#texts.set(text, text);
    return text;
  }
}

/** With an interner the parts that many rows share are one value. */
export function decodeState(facts: RowFacts, text: string, interner?: Interner): Job | ArrayParent {
  const state = interner?.state(text) ?? (JSON.parse(text) as State);
  const job = { ...facts, ...state } as Job | ArrayParent;
  if (!isArrayParent(job) || isEnded(job.status)) return job;
  return { ...job, children: new ChildTable(job.arraySize, job.rest.status, job.createdAtMs) } as ArrayParent;
}

/** Arrays, and multi-node parallel jobs of which a node is as a child is. */
export const hasChildren = (job: Job | ArrayParent): boolean => isArrayParent(job) || job.terms.nodes !== undefined;

/** A child's row, or a node's; what it shares with its parent is taken from there. */
export function decodeChild(parent: Job | ArrayParent, index: number, text: string): ArrayChild {
  const { nodes } = parent.terms;
  const facts = { id: nodes === undefined ? childId(parent.id, index) : nodeId(parent.id, index), scope: parent.scope, queueArn: parent.queueArn, createdAtMs: parent.createdAtMs, sequence: parent.sequence };
  const job = { ...(decodeState(facts, text) as Job), terms: nodes === undefined ? parent.terms : termsOfNode(nodes, index) };
  return { parentId: parent.id, index, job };
}

export function encodeChild(job: Job): string {
  const { id: _id, scope: _scope, queueArn: _queue, createdAtMs: _created, sequence: _sequence, terms: _terms, ...state } = job;
  return JSON.stringify(state);
}
