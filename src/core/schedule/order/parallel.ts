// How many jobs hold room of those of which only so many may at once (tag longshore:max-parallel):
// of an array, of a named group, of a queue. A multi-node parallel job counts as one. Part of the
// scheduler's memory: it follows from the attempts that are under way, and the numbers are those of
// the jobs' terms and of the queues' tags as they are now.

import type { Arn, JobId } from '../../../base/ids.ts';
import type { ParallelTerms } from '../../job/terms.ts';
import type { Allocation } from '../../world/allocations.ts';
import type { Claim } from './job-class.ts';

/** So many hold room, and no more may: the job waits until one of them has ended. */
export interface AtMost {
  readonly type: 'at-most';
  readonly atOnce: number;
  readonly underWay: number;
  readonly of:
    | { readonly type: 'queue' }
    | { readonly type: 'array' }
    | { readonly type: 'group'; readonly name: string };
  /** What is counted. */
  readonly counts: (allocation: Allocation) => boolean;
}

/** What may be asked of them. */
export type ParallelView = Omit<Parallel, 'took' | 'gaveBack'>;

export interface ParallelFacts {
  /** Undefined: any number. */
  mostAtOnceIn(queueArn: Arn): number | undefined;
}

export class Parallel {
  readonly #facts: ParallelFacts;
  readonly #inQueues = new Map<Arn, number>();
  readonly #among = new Map<string, number>();
  /** Attempts that hold room, by multi-node parallel job. */
  readonly #ofNodes = new Map<JobId, number>();

  constructor(facts: ParallelFacts) {
    this.#facts = facts;
  }

  took(allocation: Allocation): void {
    if (allocation.ofNodes !== true || add(this.#ofNodes, allocation.jobId, 1) === 1)
      this.#count(allocation, 1);
  }

  gaveBack(allocation: Allocation): void {
    if (allocation.ofNodes !== true || add(this.#ofNodes, allocation.jobId, -1) === 0)
      this.#count(allocation, -1);
  }

  /** Jobs of the queue that hold room. */
  inQueue(queueArn: Arn): number {
    return this.#inQueues.get(queueArn) ?? 0;
  }

  among({ among }: ParallelTerms): number {
    return this.#among.get(among) ?? 0;
  }

  isBounded(queueArn: Arn): boolean {
    return this.#facts.mostAtOnceIn(queueArn) !== undefined;
  }

  isQueueFull(queueArn: Arn): boolean {
    const most = this.#facts.mostAtOnceIn(queueArn);
    return most !== undefined && this.inQueue(queueArn) >= most;
  }

  isFull(parallel: ParallelTerms): boolean {
    return this.among(parallel) >= parallel.atOnce;
  }

  /** How many more may start, by either bound; fewer than none where one was lowered. */
  left(queueArn: Arn, { parallel }: Claim): { readonly queue: number; readonly among: number } {
    const most = this.#facts.mostAtOnceIn(queueArn) ?? Number.POSITIVE_INFINITY;
    return {
      queue: most - this.inQueue(queueArn),
      among:
        parallel === undefined ? Number.POSITIVE_INFINITY : parallel.atOnce - this.among(parallel),
    };
  }

  /** What keeps such a job from starting; `isBehind`: others of its group go first. */
  full(queueArn: Arn, { parallel }: Claim, isBehind: boolean): AtMost | undefined {
    const most = this.#facts.mostAtOnceIn(queueArn);
    if (most !== undefined && this.inQueue(queueArn) >= most)
      return {
        type: 'at-most',
        atOnce: most,
        underWay: this.inQueue(queueArn),
        of: { type: 'queue' },
        counts: (allocation) => allocation.queueArn === queueArn,
      };
    if (parallel === undefined || (!isBehind && !this.isFull(parallel))) return undefined;
    const { atOnce, among, group } = parallel;
    return {
      type: 'at-most',
      atOnce,
      underWay: this.among(parallel),
      of: group === undefined ? { type: 'array' } : { type: 'group', name: group },
      counts: (allocation) => allocation.parallel?.among === among,
    };
  }

  #count({ queueArn, parallel }: Allocation, sign: 1 | -1): void {
    add(this.#inQueues, queueArn, sign);
    if (parallel !== undefined) add(this.#among, parallel.among, sign);
  }
}

/** Gives the new number; what counts nothing is forgotten. */
function add<Key>(counts: Map<Key, number>, key: Key, change: 1 | -1): number {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
  return count;
}
