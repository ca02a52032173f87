// What really ran: each container that the engine began, for which attempt, and how it went. Told by the engine itself, so that
// what the product believes can be held against it.

import type { AttemptId, JobId } from '../src/base/ids.ts';
import type { Exit } from '../src/core/job/attempt.ts';

export interface Container {
  readonly attemptId: AttemptId;
  readonly jobId: JobId;
  readonly number: number;
  /** By the wall, and by what has passed since the run began. */
  readonly beganAtMs: number;
  readonly beganElapsedMs: number;
  /** Undefined: it runs. */
  ended: { readonly atMs: number; readonly elapsedMs: number; readonly exit: Exit | undefined } | undefined;
  /** How often it began. */
  begins: number;
}

/** Whether the clock on the wall was set while it ran. */
export const wasClockSet = ({ ended, beganAtMs, beganElapsedMs }: Container): boolean => ended !== undefined && ended.atMs - beganAtMs !== ended.elapsedMs - beganElapsedMs;

export class Containers {
  readonly all = new Map<AttemptId, Container>();
  /** Those that began or ended since somebody looked. */
  fresh: Container[] = [];
  readonly #jobs = new Map<AttemptId, { readonly jobId: JobId; readonly number: number }>();
  /** Those that run, by job: more than one is a finding, or a host that was believed lost. */
  readonly running = new Map<JobId, Set<AttemptId>>();
  /** Attempts that an injected fault made an end of, or made the server believe so. */
  readonly lost = new Set<AttemptId>();

  /** The engine has heard of an attempt for the first time. */
  know(attemptId: AttemptId, jobId: JobId, number: number): void {
    this.#jobs.set(attemptId, { jobId, number });
  }

  began(attemptId: AttemptId, beganAtMs: number, beganElapsedMs: number): void {
    const known = this.all.get(attemptId);
    const of = this.#jobs.get(attemptId);
    if (of === undefined) throw new Error(`attempt ${attemptId} ran and was never asked for`);
    const container: Container = { attemptId, ...of, beganAtMs, beganElapsedMs, ended: undefined, begins: (known?.begins ?? 0) + 1 };
    this.all.set(attemptId, container);
    this.fresh.push(container);
    const running = this.running.get(of.jobId);
    if (running === undefined) this.running.set(of.jobId, new Set([attemptId]));
    else running.add(attemptId);
  }

  ended(attemptId: AttemptId, atMs: number, elapsedMs: number, exit: Exit | undefined): void {
    const container = this.all.get(attemptId);
    if (container === undefined) return;
    container.ended = { atMs, elapsedMs, exit };
    this.fresh.push(container);
    const running = this.running.get(container.jobId);
    running?.delete(attemptId);
    if (running?.size === 0) this.running.delete(container.jobId);
  }
}
