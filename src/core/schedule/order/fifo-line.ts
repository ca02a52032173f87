// The line of a FIFO queue: jobs go in the order of their submission, those that are tried again
// first. It has no shares, and what a job has used counts for nothing.

import { StandingHeap } from '../../../base/standing-heap.ts';
import type { Arn, JobId } from '../../../base/ids.ts';
import { refuse, type Refusal } from '../../../base/refusal.ts';
import { byRank, type Claim, type HeadView, type JobClass } from './job-class.ts';
import type { Line, LineFacts, NamedShare, Standpoint } from './line.ts';
import { withoutQuotaShares } from './no-quota-shares.ts';
import { WaitingList } from './waiting-list.ts';

export class FifoLine implements Line {
  readonly queueArn: Arn;
  readonly isBySubmission = true;
  heapIndex = -1;
  readonly #facts: LineFacts;
  readonly #classes = new StandingHeap<JobClass>(byRank);
  readonly #list = new WaitingList();

  constructor(queueArn: Arn, facts: LineFacts) {
    this.queueArn = queueArn;
    this.#facts = facts;
  }

  /** A scheduling priority is of no account here. */
  admit({ shareIdentifier }: Standpoint): undefined | Refusal {
    if (shareIdentifier === undefined) return undefined;
    const { name } = this.#facts.queueOf(this.queueArn);
    return refuse(
      'invalid',
      `shareIdentifier cannot be specified: job queue ${name} has no fair-share scheduling policy.`,
    );
  }

  shareNamed(asked: NamedShare): string | undefined | Refusal {
    return withoutQuotaShares(this.#facts.queueOf(this.queueArn), asked);
  }

  submitted(): void {}
  joined(): void {}
  left(): void {}
  weigh(): void {}
  leaves(): void {}
  sharesChanged(): void {}
  promise(): void {}
  restore(): void {}

  get rank(): number | undefined {
    return this.#classes.peek()?.rank;
  }

  peek(): JobClass | undefined {
    return this.#classes.peek();
  }

  put(jobClass: JobClass): void {
    this.#classes.put(jobClass);
  }

  remove(jobClass: JobClass): void {
    this.#classes.remove(jobClass);
  }

  refresh(): boolean {
    return false;
  }

  holdsBack(): undefined {
    return undefined;
  }

  granting(): (claim: Claim, count: number) => number {
    return (_claim, count) => count;
  }

  comparing(): (a: HeadView, b: HeadView) => number {
    return (a, b) => a.entry.rank - b.entry.rank;
  }

  listOf(): WaitingList {
    return this.#list;
  }

  lists(): readonly WaitingList[] {
    return [this.#list];
  }

  inTurn(): Iterable<JobId> {
    return this.#list;
  }
}
