// Waiting jobs that are alike: of the same queue, the same needs (of all nodes), also of consumable
// resources and of an architecture, of which no more than so many may be under way at once, and, on
// a fair share queue, the same share and scheduling priority. One that does not fit speaks for all,
// so that a class is skipped in one step however many wait in it.

import type { Standing } from '../../../base/standing-heap.ts';
import { splitJobId, type Arn, type JobId } from '../../../base/ids.ts';
import { needsKey, type Needs } from '../../job/needs.ts';
import { consumablesOfAll, needsOfAll } from '../../job/nodes.ts';
import type { JobTerms } from '../../job/terms.ts';
import { amountsOfAll, type Amounts } from '../../quota-share/amounts.ts';
import type { Hold } from './hold.ts';

/** One job, or one array whose runnable children are taken in order of index. */
export interface BacklogEntry {
  /**
   * Order inside the queue; lower goes first. A submission's sequence number, or less where a job
   * was put in front.
   */
  readonly rank: number;
  readonly jobId: JobId;
  readonly isArray?: true;
}

/** What may be asked of a class. */
export type JobClassView = Readonly<
  Omit<JobClass, 'add' | 'head' | 'left' | 'withdraw' | 'compact'>
>;

/** The head of a class. */
export interface HeadView {
  readonly jobClass: JobClassView;
  readonly entry: BacklogEntry;
}

/** … as a pass takes it. */
export interface Head extends HeadView {
  readonly jobClass: JobClass;
}

/** Whether an entry still stands for something that can be placed; the world knows. */
export type StillRunnable = (jobId: JobId) => boolean;

/** What of its terms decides when and where a job is placed. */
export type Claim = Pick<
  JobTerms,
  'needs' | 'share' | 'consumables' | 'nodes' | 'architecture' | 'parallel' | 'service'
>;

/** Jobs alike in this take the same room. */
function shapeKey({ needs, nodes }: Pick<Claim, 'needs' | 'nodes'>): string {
  if (nodes === undefined) return needsKey(needs);
  const groups = nodes.groups.map(
    ({ from, to, terms }) => `${from}:${to}=${needsKey(terms.needs)}`,
  );
  return `${nodes.mainNode} of ${groups.join(',')} on ${nodes.instanceType ?? 'any'}`;
}

/**
 * What scaling knows them by: in which order they stand, and what else they wait for, is nothing to
 * it.
 */
export const unmetKey = (queueArn: Arn, claim: Pick<Claim, 'needs' | 'nodes'>): string =>
  `${queueArn} ${shapeKey(claim)}`;

export function classKey(queueArn: Arn, claim: Claim): string {
  const { share, architecture, parallel, service } = claim;
  let key = `${queueArn} ${shapeKey(claim)}`;
  if (architecture !== undefined) key += ` ${architecture}`;
  if (share !== undefined) key += ` ${share.identifier} ${share.schedulingPriority}`;
  if (service !== undefined) key += ` ${service.instances} ${service.instanceType}`;
  for (const { arn, quantity } of consumablesOfAll(claim) ?? []) key += ` ${arn}=${quantity}`;
  if (parallel !== undefined) key += ` ${parallel.atOnce} of ${parallel.among}`;
  return key;
}

export class JobClass implements Standing {
  readonly queueArn: Arn;
  readonly claim: Claim;
  readonly key: string;
  readonly unmetKey: string;
  /** What all nodes ask for together. */
  readonly needs: Needs;
  /** … in the units of quota shares. */
  readonly amounts: Amounts;
  heapIndex = -1;
  /** The rank at which the class stands in the order: its head's, when it was put there. */
  rank = Number.POSITIVE_INFINITY;
  /** It stands in no line: no more of those with which its jobs are counted may start now. */
  isParked = false;
  /** Capacity is kept for its head. */
  hold: Hold | undefined;
  /** Jobs that were placed while the head was passed over, and since when that happens. */
  overtaken = 0;
  overtakenSinceMs: number | undefined;
  #entries: BacklogEntry[] = [];
  #head = 0;
  /**
   * Single jobs that stand here, and arrays of which anything does: to count them costs nothing
   * that grows with the jobs.
   */
  #singles = 0;
  readonly #arrays = new Set<JobId>();

  constructor(queueArn: Arn, claim: Claim) {
    this.queueArn = queueArn;
    this.claim = claim;
    this.key = classKey(queueArn, claim);
    this.unmetKey = unmetKey(queueArn, claim);
    this.needs = needsOfAll(claim);
    this.amounts = amountsOfAll(claim);
  }

  add(entry: BacklogEntry): void {
    const { parent, index } = splitJobId(entry.jobId);
    if (entry.isArray || index !== undefined) this.#arrays.add(parent);
    else this.#singles++;
    const last = this.#entries.at(-1);
    if (last === undefined || last.rank < entry.rank || this.#head === this.#entries.length) {
      this.#entries.push(entry);
      return;
    }
    // Out of turn: put in front, or rebuilt. Entries before #head are spent, and leave room for one
    // that goes first.
    const first = this.#entries[this.#head] as BacklogEntry;
    if (this.#head > 0 && entry.rank < first.rank) {
      this.#entries[--this.#head] = entry;
      return;
    }
    let low = this.#head;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle] as BacklogEntry).rank < entry.rank) low = middle + 1;
      else high = middle;
    }
    // An array may stand here already, for others of its children.
    const there = this.#entries[low];
    if (there?.rank !== entry.rank || there.jobId !== entry.jobId)
      this.#entries.splice(low, 0, entry);
  }

  /** The first entry that still stands; those before it that do not are dropped on the way. */
  head(stillRunnable: StillRunnable): BacklogEntry | undefined {
    for (;;) {
      const entry = this.#entries[this.#head];
      if (entry === undefined) {
        this.#entries = [];
        this.#head = 0;
        return undefined;
      }
      if (stillRunnable(entry.jobId)) return entry;
      this.#head++;
      if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
        this.#entries = this.#entries.slice(this.#head);
        this.#head = 0;
      }
    }
  }

  /** A job was placed, or has ended while it waited. Arrays count their children themselves. */
  left(jobId: JobId): void {
    if (splitJobId(jobId).index === undefined) this.#singles--;
  }

  /**
   * It stands elsewhere from here on; an array goes with all its children. `stood`: it could have
   * been placed until now, and was counted; else the entry is one that had not gone yet.
   */
  withdraw({ rank, jobId }: BacklogEntry, stood: boolean): void {
    const { parent, index } = splitJobId(jobId);
    let at = this.#head;
    let high = this.#entries.length;
    while (at < high) {
      const middle = (at + high) >> 1;
      if ((this.#entries[middle] as BacklogEntry).rank < rank) at = middle + 1;
      else high = middle;
    }
    // Children of one array that wait for another attempt share a rank.
    while (this.#entries[at]?.rank === rank && this.#entries[at]?.jobId !== jobId) at++;
    const found = this.#entries[at]?.rank === rank ? this.#entries[at] : undefined;
    if (found !== undefined) this.#entries.splice(at, 1);
    if (found?.isArray === true || index !== undefined) this.#arrays.delete(parent);
    else if (stood) this.#singles--;
  }

  /**
   * Jobs that could be placed, but `most` at most; `runnableIn` counts the children of an array.
   */
  count(most: number, runnableIn: (arrayId: JobId) => number): number {
    let count = this.#singles;
    for (const id of this.#arrays) {
      if (count >= most) break;
      const children = runnableIn(id);
      count += children;
      if (children === 0) this.#arrays.delete(id);
    }
    return Math.min(count, most);
  }

  /**
   * Jobs before the rank that could be placed, children of arrays one by one; looks at `most`
   * entries at most.
   */
  countBefore(rank: number, most: number, runnableIn: (id: JobId) => number): number {
    let count = 0;
    for (let at = this.#head; at < Math.min(this.#entries.length, this.#head + most); at++) {
      const entry = this.#entries[at] as BacklogEntry;
      if (entry.rank >= rank) break;
      count += runnableIn(entry.jobId);
    }
    return count;
  }

  /** Where its jobs that could be placed stand, one by one; children of an array stand together. */
  *ranks(runnableIn: (id: JobId) => number): Generator<number> {
    for (let at = this.#head; at < this.#entries.length; at++) {
      const { rank, jobId } = this.#entries[at] as BacklogEntry;
      for (let left = runnableIn(jobId); left > 0; left--) yield rank;
    }
  }

  /**
   * Drops what no longer stands, wherever it lies; for when much was cancelled behind a head that
   * cannot move.
   */
  compact(stillRunnable: StillRunnable): void {
    this.#entries = this.#entries.slice(this.#head).filter((entry) => stillRunnable(entry.jobId));
    this.#head = 0;
  }
}

export const byRank = (a: JobClassView, b: JobClassView): boolean =>
  a.rank === b.rank ? a.key < b.key : a.rank < b.rank;
