// What falls due by the mere passing of time, the earliest first. An index of the world, kept by
// its fold and rebuilt at start from what jobs carry; control asks for what is due and brings it to
// the rules as a command. It reads no clock.

import { Heap } from '../../base/heap.ts';
import type { Arn, AttemptId, HostId, JobId } from '../../base/ids.ts';

/** `dueAtMs` is when the limit is reached, however late somebody looks. */
export type Deadline =
  | { readonly type: 'attempt-timeout'; readonly dueAtMs: number; readonly attemptId: AttemptId }
  /** Those that depend on the container have waited long enough for it. */
  | {
      readonly type: 'container-start';
      readonly dueAtMs: number;
      readonly attemptId: AttemptId;
      readonly container: number;
    }
  /** A job that is tried again has waited for its delay. */
  | { readonly type: 'retry-due'; readonly dueAtMs: number; readonly jobId: JobId }
  /** The head of the queue has been blocked for as long as the queue allows. */
  | { readonly type: 'job-state-time-limit'; readonly dueAtMs: number; readonly queueArn: Arn }
  /** An instance that is being replaced has been given its time. */
  | { readonly type: 'instance-drain'; readonly dueAtMs: number; readonly hostId: HostId };

interface Entry {
  readonly deadline: Deadline;
  /** Order of arrival: makes the order of what falls due together a total one. */
  readonly number: number;
}

export class Deadlines {
  readonly #entries = new Heap<Entry>((a, b) =>
    a.deadline.dueAtMs === b.deadline.dueAtMs
      ? a.number < b.number
      : a.deadline.dueAtMs < b.deadline.dueAtMs,
  );
  readonly #stillMatters: (deadline: Deadline) => boolean;
  #added = 0;

  /** Deadlines are not taken back: whether one still matters is asked when it comes up. */
  constructor(stillMatters: (deadline: Deadline) => boolean) {
    this.#stillMatters = stillMatters;
  }

  add(deadline: Deadline): void {
    this.#entries.push({ deadline, number: this.#added++ });
  }

  /** When the next one falls due; undefined: nothing does. */
  get nextAtMs(): number | undefined {
    for (let first = this.#entries.peek(); first !== undefined; first = this.#entries.peek()) {
      if (this.#stillMatters(first.deadline)) return first.deadline.dueAtMs;
      this.#entries.pop();
    }
    return undefined;
  }

  /** Takes out the next one that is due. Whoever takes it must see to it. */
  take(nowMs: number): Deadline | undefined {
    const nextAtMs = this.nextAtMs;
    return nextAtMs !== undefined && nextAtMs <= nowMs ? this.#entries.pop()?.deadline : undefined;
  }
}
