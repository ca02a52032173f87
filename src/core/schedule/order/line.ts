// The line of one queue: its classes in the order in which they are tried. FIFO goes by rank; fair
// share by the key of the share, and inside a share by scheduling priority, then rank (spec 6).
// What is in hand of a pass stands in no line.

import { StandingHeap, type Standing } from '../../../base/standing-heap.ts';
import type { Arn } from '../../../base/ids.ts';
import type { JobClass } from './job-class.ts';
import type { Shares } from './share.ts';

export interface Line extends Standing {
  readonly queueArn: Arn;
  /** Of the class that goes next; undefined: none stands here. */
  readonly rank: number | undefined;
  /** Puts the class in, or where it belongs by now. */
  put(jobClass: JobClass): void;
  remove(jobClass: JobClass): void;
  peek(): JobClass | undefined;
}

const byRank = (a: JobClass, b: JobClass): boolean =>
  a.rank === b.rank ? a.key < b.key : a.rank < b.rank;

export class FifoLine implements Line {
  readonly queueArn: Arn;
  heapIndex = -1;
  readonly #classes = new StandingHeap<JobClass>(byRank);

  constructor(queueArn: Arn) {
    this.queueArn = queueArn;
  }

  get rank(): number | undefined {
    return this.#classes.peek()?.rank;
  }

  put(jobClass: JobClass): void {
    this.#classes.put(jobClass);
  }

  remove(jobClass: JobClass): void {
    this.#classes.remove(jobClass);
  }

  peek(): JobClass | undefined {
    return this.#classes.peek();
  }
}

const priorityOf = ({ claim }: JobClass): number => claim.share?.schedulingPriority ?? 0;
const byPriority = (a: JobClass, b: JobClass): boolean =>
  priorityOf(a) === priorityOf(b) ? byRank(a, b) : priorityOf(a) > priorityOf(b);

/** A share of which something waits. */
interface Waiting extends Standing {
  readonly identifier: string;
  readonly classes: StandingHeap<JobClass>;
  key: bigint;
}

/** The lowest key first; then the share whose next job came first. */
function byKey(a: Waiting, b: Waiting): boolean {
  if (a.key !== b.key) return a.key < b.key;
  const [first, second] = [a.classes.peek(), b.classes.peek()];
  return first !== undefined && second !== undefined && byRank(first, second);
}

export class FairLine implements Line {
  readonly queueArn: Arn;
  heapIndex = -1;
  readonly #shares: Shares;
  readonly #waiting = new Map<string, Waiting>();
  readonly #order = new StandingHeap<Waiting>(byKey);
  /** Keys are as of this second, and by these rules. */
  #second = 0;
  #rules: unknown;

  constructor(queueArn: Arn, shares: Shares) {
    this.queueArn = queueArn;
    this.#shares = shares;
  }

  get rank(): number | undefined {
    return this.peek()?.rank;
  }

  peek(): JobClass | undefined {
    return this.#order.peek()?.classes.peek();
  }

  put(jobClass: JobClass): void {
    const waiting = this.#of(jobClass);
    waiting.classes.put(jobClass);
    this.#order.put(waiting);
  }

  remove(jobClass: JobClass): void {
    const waiting = this.#of(jobClass);
    waiting.classes.remove(jobClass);
    if (waiting.classes.size > 0) this.#order.put(waiting);
    else this.#order.remove(waiting);
  }

  /**
   * Keys move with time and with the policy: as of now, all of them anew, at most once a second.
   */
  refresh(second: number): void {
    const { rules } = this.#shares;
    if (second === this.#second && rules === this.#rules) return;
    this.#second = second;
    this.#rules = rules;
    for (const [identifier, waiting] of this.#waiting) {
      waiting.key = this.#shares.keyOf(identifier, second);
      // Between two passes everything stands that waits.
      if (waiting.heapIndex < 0) this.#waiting.delete(identifier);
    }
    this.#order.restore();
  }

  /** What the share holds has changed. */
  reweigh(identifier: string): void {
    const waiting = this.#waiting.get(identifier);
    if (waiting === undefined) return;
    waiting.key = this.#shares.keyOf(identifier, this.#second);
    if (waiting.heapIndex >= 0) this.#order.put(waiting);
  }

  /** For checkers: every share that waits, with its key. */
  keys(): Iterable<{ readonly identifier: string; readonly key: bigint }> {
    return this.#order.values();
  }

  #of({ claim }: JobClass): Waiting {
    const identifier = claim.share?.identifier ?? '';
    let waiting = this.#waiting.get(identifier);
    if (waiting === undefined) {
      waiting = {
        identifier,
        classes: new StandingHeap(byPriority),
        key: this.#shares.keyOf(identifier, this.#second),
        heapIndex: -1,
      };
      this.#waiting.set(identifier, waiting);
    }
    return waiting;
  }
}
