// The jobs that could run now, by queue and by class: jobs of one queue with the same needs share a class, so that a class
// that does not fit is skipped in one step however many wait in it (DESIGN 3). An array stands here once, for all its children.

import type { Arn, JobId } from '../../base/ids.ts';
import { needsKey, type Needs } from '../job/needs.ts';

/** One job, or one array whose runnable children are taken in order of index. */
export interface Entry {
  /** Order inside the queue; lower goes first. A submission's sequence number, or less where a job was put in front. */
  readonly rank: number;
  readonly jobId: JobId;
}

/** Whether an entry still stands for something that can be placed; the world knows. */
export type StillRunnable = (jobId: JobId) => boolean;

export class JobClass {
  readonly queueArn: Arn;
  readonly needs: Needs;
  readonly key: string;
  #entries: Entry[] = [];
  #head = 0;

  constructor(queueArn: Arn, needs: Needs) {
    this.queueArn = queueArn;
    this.needs = needs;
    this.key = `${queueArn} ${needsKey(needs)}`;
  }

  add(entry: Entry): void {
    const last = this.#entries.at(-1);
    if (last === undefined || last.rank < entry.rank || this.#head === this.#entries.length) {
      this.#entries.push(entry);
      return;
    }
    // Out of turn: put in front, or rebuilt. Entries before #head are spent.
    let low = this.#head;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle] as Entry).rank < entry.rank) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, entry);
  }

  /** The first entry that still stands; those before it that do not are dropped on the way. */
  head(stillRunnable: StillRunnable): Entry | undefined {
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

  /** Drops what no longer stands, wherever it lies; for when much was cancelled behind a head that cannot move. */
  compact(stillRunnable: StillRunnable): void {
    this.#entries = this.#entries.slice(this.#head).filter((entry) => stillRunnable(entry.jobId));
    this.#head = 0;
  }

  get length(): number {
    return this.#entries.length - this.#head;
  }
}

export class Backlog {
  readonly #classes = new Map<string, JobClass>();
  /** Entries that were cancelled since the last compaction. */
  #spent = 0;

  add(queueArn: Arn, needs: Needs, entry: Entry): void {
    const key = `${queueArn} ${needsKey(needs)}`;
    let jobClass = this.#classes.get(key);
    if (jobClass === undefined) {
      jobClass = new JobClass(queueArn, needs);
      this.#classes.set(key, jobClass);
    }
    jobClass.add(entry);
  }

  /** An entry stopped standing without having been at the head. */
  spent(stillRunnable: StillRunnable): void {
    this.#spent++;
    if (this.#spent < 10_000) return;
    this.#spent = 0;
    for (const jobClass of this.#classes.values()) jobClass.compact(stillRunnable);
  }

  /** The classes that have something to place; empty ones are forgotten. */
  *classes(stillRunnable: StillRunnable): Generator<{ jobClass: JobClass; head: Entry }> {
    for (const [key, jobClass] of this.#classes) {
      const head = jobClass.head(stillRunnable);
      if (head === undefined) this.#classes.delete(key);
      else yield { jobClass, head };
    }
  }
}
