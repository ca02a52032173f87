// The jobs that could run now, by queue and by class, in the order in which they are tried. Jobs of one queue with the same
// needs share a class, so that a class that does not fit is skipped in one step however many wait in it (DESIGN 3). An array
// stands here once, for all its children. The order is kept from pass to pass: a pass costs what it takes in hand.

import { Heap } from '../../base/heap.ts';
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
  /** The rank at which the class stands in the order; absent while a pass has it in hand. */
  standsAt: number | undefined;
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
}

/** The head of a class, as a pass takes it. */
export interface Head {
  readonly jobClass: JobClass;
  readonly entry: Entry;
}

/** Higher priority of the queue first, then submission; ranks are unique, so that the order is total (spec 4.3). */
interface Standing {
  readonly jobClass: JobClass;
  readonly rank: number;
  readonly priority: number;
}
const before = (a: Standing, b: Standing): boolean => (a.priority !== b.priority ? a.priority > b.priority : a.rank < b.rank);

export class Backlog {
  readonly #classes = new Map<string, JobClass>();
  readonly #priorityOf: (queueArn: Arn) => number;
  readonly #stillRunnable: StillRunnable;
  /** Every class once, by its head; standings that were overtaken lie among them until they come up. */
  #order = new Heap<Standing>(before);
  #least: Needs = { milliVcpu: Number.MAX_SAFE_INTEGER, memoryMib: Number.MAX_SAFE_INTEGER, gpus: 0 };
  /** Entries that were cancelled since the last compaction. */
  #spent = 0;

  constructor(priorityOf: (queueArn: Arn) => number, stillRunnable: StillRunnable) {
    this.#priorityOf = priorityOf;
    this.#stillRunnable = stillRunnable;
  }

  /** No waiting job asks for less of anything: where not even this fits, nothing does. */
  get least(): Needs {
    return this.#least;
  }

  add(queueArn: Arn, needs: Needs, entry: Entry): void {
    const key = `${queueArn} ${needsKey(needs)}`;
    let jobClass = this.#classes.get(key);
    if (jobClass === undefined) {
      jobClass = new JobClass(queueArn, needs);
      this.#classes.set(key, jobClass);
      this.#learn(needs);
    }
    jobClass.add(entry);
    if (jobClass.standsAt === undefined || entry.rank < jobClass.standsAt) this.#stand(jobClass, entry.rank);
  }

  /** Takes the first class of the order out, until it is put back. Costs what is taken, not what waits. */
  take(): Head | undefined {
    for (let top = this.#order.pop(); top !== undefined; top = this.#order.pop()) {
      const { jobClass } = top;
      if (jobClass.standsAt !== top.rank) continue;
      jobClass.standsAt = undefined;
      const entry = jobClass.head(this.#stillRunnable);
      if (entry === undefined) this.#forget(jobClass);
      else if (entry.rank !== top.rank) this.#stand(jobClass, entry.rank);
      else return { jobClass, entry };
    }
    this.#relearn();
    return undefined;
  }

  putBack(head: Head): void {
    this.#stand(head.jobClass, head.entry.rank);
  }

  /** The priority of a queue has changed. Rare: everything is put in order anew. */
  reorder(): void {
    this.#order = new Heap<Standing>(before);
    for (const jobClass of this.#classes.values()) if (jobClass.standsAt !== undefined) this.#stand(jobClass, jobClass.standsAt);
  }

  /** An entry stopped standing without having been at the head. */
  spent(): void {
    this.#spent++;
    if (this.#spent < 10_000) return;
    this.#spent = 0;
    for (const jobClass of this.#classes.values()) jobClass.compact(this.#stillRunnable);
  }

  /** The classes that have something to place, with the heads at which a pass would find them. For checkers and tests. */
  *classes(): Generator<Head> {
    for (const jobClass of this.#classes.values()) {
      const entry = jobClass.head(this.#stillRunnable);
      if (entry !== undefined) yield { jobClass, entry };
    }
  }

  #stand(jobClass: JobClass, rank: number): void {
    jobClass.standsAt = rank;
    this.#order.push({ jobClass, rank, priority: this.#priorityOf(jobClass.queueArn) });
  }

  #forget(jobClass: JobClass): void {
    if (this.#classes.get(jobClass.key) === jobClass) this.#classes.delete(jobClass.key);
  }

  #learn({ milliVcpu, memoryMib }: Needs): void {
    this.#least = { milliVcpu: Math.min(this.#least.milliVcpu, milliVcpu), memoryMib: Math.min(this.#least.memoryMib, memoryMib), gpus: 0 };
  }

  /** After a pass over everything, which costs as much: what asked for the least may have gone. */
  #relearn(): void {
    this.#least = { milliVcpu: Number.MAX_SAFE_INTEGER, memoryMib: Number.MAX_SAFE_INTEGER, gpus: 0 };
    for (const jobClass of this.#classes.values()) this.#learn(jobClass.needs);
  }
}
