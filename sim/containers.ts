// What really ran: each container that the engine began, for which attempt, and how it went. Told
// by the engine itself, so that what the product believes can be held against it.

import type { AttemptId, JobId } from '../src/base/ids.ts';
import type { Exit } from '../src/core/job/attempt.ts';

interface Container {
  readonly attemptId: AttemptId;
  readonly jobId: JobId;
  readonly number: number;
  /** By what has passed since the run began. */
  readonly beganElapsedMs: number;
  /** Undefined: it runs. */
  ended:
    | { readonly elapsedMs: number; readonly exit: Exit | undefined; readonly wasClockSet: boolean }
    | undefined;
  /** How often it began. */
  begins: number;
}

export class Containers {
  readonly all = new Map<AttemptId, Container>();
  /** Those that began or ended since somebody looked. */
  fresh: Container[] = [];
  readonly #jobs = new Map<AttemptId, { readonly jobId: JobId; readonly number: number }>();
  /** Those that run, by job: more than one is a finding, or a host that was believed lost. */
  readonly running = new Map<JobId, Set<AttemptId>>();
  /** Attempts that an injected fault made an end of, or made the server believe so. */
  readonly lost = new Set<AttemptId>();
  /** Attempts that were to stop because their host was ending, and since when, by elapsed time. */
  readonly hostEnding = new Map<AttemptId, number>();

  /** The engine has heard of an attempt for the first time. */
  know(attemptId: AttemptId, jobId: JobId, number: number): void {
    this.#jobs.set(attemptId, { jobId, number });
  }

  began(attemptId: AttemptId, beganElapsedMs: number): void {
    const known = this.all.get(attemptId);
    const of = this.#jobs.get(attemptId);
    if (of === undefined) throw new Error(`attempt ${attemptId} ran and was never asked for`);
    const container: Container = {
      attemptId,
      ...of,
      beganElapsedMs,
      ended: undefined,
      begins: (known?.begins ?? 0) + 1,
    };
    this.all.set(attemptId, container);
    this.fresh.push(container);
    const running = this.running.get(of.jobId);
    if (running === undefined) this.running.set(of.jobId, new Set([attemptId]));
    else running.add(attemptId);
  }

  /**
   * `clockSetMs` is when the clock on the wall was last set: to and fro again counts, too, for
   * times in between prove nothing.
   */
  ended(attemptId: AttemptId, elapsedMs: number, exit: Exit | undefined, clockSetMs: number): void {
    const container = this.all.get(attemptId);
    if (container === undefined) return;
    container.ended = {
      elapsedMs,
      exit,
      wasClockSet: clockSetMs > 0 && clockSetMs >= container.beganElapsedMs,
    };
    this.fresh.push(container);
    const running = this.running.get(container.jobId);
    running?.delete(attemptId);
    if (running?.size === 0) this.running.delete(container.jobId);
  }
}
