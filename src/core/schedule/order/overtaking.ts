// How far those that wait were overtaken, as far as it must survive a restart, so that a server
// which is started again and again starves nobody. Rows in coarse steps: to be overtaken now and
// then, which is everyday, costs none. Part of the backlog; who is overtaken is for passes to say.

import type { Arn } from '../../../base/ids.ts';
import type { Settings } from '../../settings.ts';
import type { JobClass } from './job-class.ts';

/** What is stored of the head of a class. */
export interface OvertakenRow {
  /** The class's key. */
  readonly key: string;
  readonly queueArn: Arn;
  /** At least so many jobs were placed while it was passed over, since then. */
  readonly jobs: number;
  readonly sinceMs: number;
}

/** A row is written with each of so many parts of the bound that is used up. */
const steps = 4;

export class Overtaking {
  readonly #rows = new Map<string, OvertakenRow>();
  readonly #note: (key: string, row: OvertakenRow | undefined) => void;

  /** `note` has a row stored, or, where it is undefined, stored no longer. */
  constructor(note: (key: string, row: OvertakenRow | undefined) => void) {
    this.#note = note;
  }

  /** As they are stored. */
  rows(): Iterable<OvertakenRow> {
    return this.#rows.values();
  }

  /** What the store kept, before its jobs are back. */
  restore(row: OvertakenRow): void {
    this.#rows.set(row.key, row);
  }

  /** A class has come: it goes on where it was. */
  came(jobClass: JobClass): void {
    const row = this.#rows.get(jobClass.key);
    if (row === undefined) return;
    jobClass.overtaken = row.jobs;
    jobClass.overtakenSinceMs = row.sinceMs;
  }

  /**
   * All jobs are back after a start. While the server was away nobody overtook anybody; what has no
   * jobs any more is forgotten.
   */
  restart(awayMs: number, classOf: (key: string) => JobClass | undefined): void {
    for (const row of [...this.#rows.values()]) {
      const jobClass = classOf(row.key);
      if (jobClass === undefined) this.forget(row.key);
      else this.#keep(jobClass, row.jobs, row.sinceMs + awayMs);
    }
  }

  /** Others have just overtaken its head. */
  grew(jobClass: JobClass, nowMs: number, bound: Settings): void {
    const { key, overtaken, overtakenSinceMs: sinceMs = nowMs } = jobClass;
    const row = this.#rows.get(key);
    if (stepOf(overtaken, bound.overtakeJobs) > stepOf(row?.jobs ?? 0, bound.overtakeJobs))
      this.#keep(jobClass, overtaken, sinceMs);
    else if (row === undefined && stepOf(nowMs - sinceMs, bound.overtakeSeconds * 1000) > 0)
      this.#keep(jobClass, overtaken, sinceMs);
  }

  /** Its head has found its place: for those behind it counting begins anew. */
  placed(jobClass: JobClass): void {
    const { key, overtakenSinceMs: sinceMs } = jobClass;
    if (!this.#rows.has(key)) return;
    if (sinceMs === undefined) this.forget(key);
    else this.#keep(jobClass, 0, sinceMs);
  }

  forget(key: string): void {
    if (this.#rows.delete(key)) this.#note(key, undefined);
  }

  forgetQueue(queueArn: Arn): void {
    for (const row of [...this.#rows.values()]) if (row.queueArn === queueArn) this.forget(row.key);
  }

  #keep(jobClass: JobClass, jobs: number, sinceMs: number): void {
    const { key, queueArn } = jobClass;
    jobClass.overtakenSinceMs = sinceMs;
    const row = { key, queueArn, jobs, sinceMs };
    this.#rows.set(key, row);
    this.#note(key, row);
  }
}

/** Where nothing is allowed nothing is used up. */
const stepOf = (used: number, allowed: number): number =>
  allowed === 0 ? 0 : Math.min(steps, Math.floor((steps * used) / allowed));
