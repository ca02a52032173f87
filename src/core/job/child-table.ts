// Where every child of one array stands: a byte a child and a count a status. Ten thousand children
// cost ten kilobytes. Lives inside the parent's value and is changed in place, by the world's fold
// alone.

import { assert } from '../../base/assert.ts';
import {
  containerJobStatuses,
  jobStatuses,
  type ContainerJobStatus,
  type JobStatus,
} from './status.ts';
import type { StatusCounts } from './status-counts.ts';

const codeOf = new Map<JobStatus, number>(jobStatuses.map((status, code) => [status, code]));
const code = (status: JobStatus): number => codeOf.get(status) as number;

/** Children side by side in one status; both ends are included. */
export interface Run {
  readonly status: JobStatus;
  readonly first: number;
  readonly last: number;
}

/** What may be asked of it. */
export type ChildTableView = Omit<ChildTable, 'set' | 'move' | 'countIn' | 'putOff' | 'fallDue'>;

export class ChildTable {
  readonly size: number;
  readonly #codes: Uint8Array;
  readonly #counts = new Uint32Array(jobStatuses.length);
  /** No RUNNABLE child lies below this index. */
  #firstRunnable = 0;
  /** When a child last changed its status; `statusSummaryLastUpdatedAt`. */
  lastChangedAtMs: number;
  /** Those that are RUNNABLE and wait for a time to come before they are tried again. */
  readonly #putOff = new Set<number>();
  /** The world's, while the array has not ended. */
  #total: StatusCounts | undefined;

  constructor(size: number, status: JobStatus, atMs: number) {
    this.size = size;
    this.#codes = new Uint8Array(size).fill(code(status));
    this.#counts[code(status)] = size;
    this.lastChangedAtMs = atMs;
  }

  status(index: number): JobStatus {
    const at = this.#codes[index];
    assert(at !== undefined, 'a child index lies inside its array');
    return jobStatuses[at] as JobStatus;
  }

  set(index: number, status: JobStatus, atMs: number): void {
    this.move({ status: this.status(index), first: index, last: index }, status, atMs);
  }

  /** All of the run, which is as it was found, change to another status. */
  move({ status, first, last }: Run, to: JobStatus, atMs: number): void {
    const before = code(status);
    const next = code(to);
    const count = last - first + 1;
    this.#codes.fill(next, first, last + 1);
    this.#counts[before]! -= count;
    this.#counts[next]! += count;
    this.#total?.move(before, next, count);
    if (to === 'RUNNABLE') this.#firstRunnable = Math.min(this.#firstRunnable, first);
    else if (status === 'RUNNABLE')
      for (const index of this.#putOff)
        if (first <= index && index <= last) this.#putOff.delete(index);
    this.lastChangedAtMs = Math.max(this.lastChangedAtMs, atMs);
  }

  /** The child, which is RUNNABLE or about to be, is not to be placed before its time. */
  putOff(index: number): void {
    this.#putOff.add(index);
  }

  /** Its time has come. */
  fallDue(index: number): void {
    if (this.#putOff.delete(index)) this.#firstRunnable = Math.min(this.#firstRunnable, index);
  }

  /** From here on its children are counted there too, once; or, with undefined, no longer. */
  countIn(total: StatusCounts | undefined): void {
    if (total === this.#total) return;
    for (const [status, count] of this.#counts.entries()) {
      this.#total?.add(status, -count);
      total?.add(status, count);
    }
    this.#total = total;
  }

  count(status: JobStatus): number {
    return this.#counts[code(status)] as number;
  }

  get ended(): number {
    return this.count('SUCCEEDED') + this.count('FAILED');
  }

  /** Children that have neither started nor ended. */
  get waiting(): number {
    return this.count('SUBMITTED') + this.count('PENDING') + this.count('RUNNABLE');
  }

  /** Children that could be placed: RUNNABLE, and not put off. */
  get placeable(): number {
    return this.count('RUNNABLE') - this.#putOff.size;
  }

  isPutOff(index: number): boolean {
    return this.#putOff.has(index);
  }

  /** The lowest index that could be placed. */
  nextRunnable(): number | undefined {
    if (this.placeable === 0) return undefined;
    let found = this.#codes.indexOf(code('RUNNABLE'), this.#firstRunnable);
    while (this.#putOff.has(found)) found = this.#codes.indexOf(code('RUNNABLE'), found + 1);
    assert(found >= 0, 'the count of RUNNABLE children matches their codes');
    this.#firstRunnable = found;
    return found;
  }

  /** The indexes that could be placed, ascending. */
  *placeableIndexes(): Generator<number> {
    for (const index of this.indexes('RUNNABLE')) if (!this.#putOff.has(index)) yield index;
  }

  /** Indexes in the given status, ascending. */
  *indexes(status: JobStatus): Generator<number> {
    const wanted = code(status);
    for (let at = this.#codes.indexOf(wanted); at >= 0; at = this.#codes.indexOf(wanted, at + 1))
      yield at;
  }

  /** The children from `first` to `last`, both included, as runs, ascending. */
  *runs(first = 0, last = this.size - 1): Generator<Run> {
    for (let at = first; at <= last;) {
      const from = at;
      const status = this.status(at);
      while (at <= last && this.#codes[at] === this.#codes[from]) at++;
      yield { status, first: from, last: at - 1 };
    }
  }

  /** `statusSummary`: every status with its count. */
  summary(): Record<ContainerJobStatus, number> {
    return Object.fromEntries(
      containerJobStatuses.map((status) => [status, this.count(status)]),
    ) as Record<ContainerJobStatus, number>;
  }
}
