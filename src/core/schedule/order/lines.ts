// The lines of all queues, and which kinds of lines there are. Part of the scheduler's memory.

import { must } from '../../../base/assert.ts';
import type { Arn } from '../../../base/ids.ts';
import type { LiveArrayParent, WaitingJob } from '../../job/job.ts';
import type { SchedulingPolicy } from '../../scheduling-policy/scheduling-policy.ts';
import { FairLine } from './fair-line.ts';
import { FifoLine } from './fifo-line.ts';
import type { Line, LineFacts, LineView } from './line.ts';
import { QuotaLine } from './quota-line.ts';
import type { WaitingList, WaitingListView } from './waiting-list.ts';

interface LineKind {
  /** Whether a queue with this policy, or with none, has such a line. */
  suits(policy: SchedulingPolicy | undefined): boolean;
  readonly Line: new (queueArn: Arn, facts: LineFacts) => Line;
}

/** The first that suits is a queue's for good. A new kind of line is a file and an entry here. */
const kinds: readonly LineKind[] = [
  { suits: (policy) => policy?.kind === 'fair-share', Line: FairLine },
  { suits: (policy) => policy?.kind === 'quota-share', Line: QuotaLine },
  { suits: () => true, Line: FifoLine },
];

/** What may be asked of them. */
export interface LinesView {
  of(queueArn: Arn): LineView;
  /** The list in which the job stands when it is RUNNABLE. */
  listOf(job: Pick<WaitingJob | LiveArrayParent, 'queueArn' | 'terms'>): WaitingListView;
}

export class Lines implements LinesView {
  readonly #ofQueues = new Map<Arn, Line>();
  readonly #facts: LineFacts;
  /** The second of the last pass. */
  #second = 0;

  constructor(facts: LineFacts) {
    this.#facts = facts;
  }

  of(queueArn: Arn): Line {
    return must(this.#ofQueues.get(queueArn), 'a queue has a line as long as it is there');
  }

  has(queueArn: Arn): boolean {
    return this.#ofQueues.has(queueArn);
  }

  listOf(job: Pick<WaitingJob | LiveArrayParent, 'queueArn' | 'terms'>): WaitingList {
    return this.of(job.queueArn).listOf(job);
  }

  values(): Iterable<Line> {
    return this.#ofQueues.values();
  }

  /** The queue was stored. */
  open(queueArn: Arn): void {
    if (this.#ofQueues.has(queueArn)) return;
    const policy = this.#facts.policyOf(queueArn);
    const { Line } = must(
      kinds.find(({ suits }) => suits(policy)),
      'one kind suits all',
    );
    const line = new Line(queueArn, this.#facts);
    line.refresh(this.#second);
    this.#ofQueues.set(queueArn, line);
  }

  close(queueArn: Arn): void {
    this.#ofQueues.delete(queueArn);
  }

  /** A pass begins. Gives the lines of which the order may have changed by now. */
  *refresh(second: number): Generator<Line> {
    this.#second = second;
    for (const line of this.#ofQueues.values()) if (line.refresh(second)) yield line;
  }

  /** After a restart nobody knows since when jobs stand where they stand. */
  restart(atMs: number): void {
    for (const line of this.#ofQueues.values()) for (const list of line.lists()) list.restart(atMs);
  }
}
