// What really ran: each container that the engine began, for which attempt, and how it went. Told
// by the engine itself, so that what the product believes can be held against it.

import {
  containerIdOf,
  splitContainerId,
  type AttemptId,
  type ContainerId,
  type JobId,
} from '../src/base/ids.ts';
import type { Exit } from '../src/core/job/attempt.ts';

interface Container {
  readonly containerId: ContainerId;
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
  readonly all = new Map<ContainerId, Container>();
  /** Those that began or ended since somebody looked. */
  fresh: Container[] = [];
  readonly #jobs = new Map<ContainerId, { readonly jobId: JobId; readonly number: number }>();
  /** Those that run, by job: of more than one attempt is a finding, or a host believed lost. */
  readonly running = new Map<JobId, Set<ContainerId>>();
  /** Attempts that an injected fault made an end of, or made the server believe so. */
  readonly lost = new Set<AttemptId>();
  /** … of which the server was told that they are lost, and nothing else was. */
  readonly believedLost = new Set<AttemptId>();
  /** … by taking their pods away, and when, by elapsed time. */
  readonly taken = new Map<AttemptId, number>();
  /** Attempts that there was no room for on their cluster. */
  readonly unplaced = new Set<AttemptId>();
  /** Attempts that were to stop because their host was ending, and since when, by elapsed time. */
  readonly hostEnding = new Map<AttemptId, number>();

  /** The only container of an attempt, or its first. */
  first(attemptId: AttemptId): Container | undefined {
    return this.all.get(containerIdOf(attemptId, 0));
  }

  /** The engine has heard of a container for the first time. */
  know(containerId: ContainerId, jobId: JobId, number: number): void {
    this.#jobs.set(containerId, { jobId, number });
  }

  began(containerId: ContainerId, beganElapsedMs: number): void {
    const known = this.all.get(containerId);
    const of = this.#jobs.get(containerId);
    if (of === undefined) throw new Error(`container ${containerId} ran and was never asked for`);
    const container: Container = {
      containerId,
      attemptId: splitContainerId(containerId).attemptId,
      ...of,
      beganElapsedMs,
      ended: undefined,
      begins: (known?.begins ?? 0) + 1,
    };
    this.all.set(containerId, container);
    this.fresh.push(container);
    const running = this.running.get(of.jobId);
    if (running === undefined) this.running.set(of.jobId, new Set([containerId]));
    else running.add(containerId);
  }

  /**
   * `clockSetMs` is when the clock on the wall was last set: to and fro again counts, too, for
   * times in between prove nothing.
   */
  ended(
    containerId: ContainerId,
    elapsedMs: number,
    exit: Exit | undefined,
    clockSetMs: number,
  ): void {
    const container = this.all.get(containerId);
    if (container === undefined) return;
    container.ended = {
      elapsedMs,
      exit,
      wasClockSet: clockSetMs > 0 && clockSetMs >= container.beganElapsedMs,
    };
    this.fresh.push(container);
    const running = this.running.get(container.jobId);
    running?.delete(containerId);
    if (running?.size === 0) this.running.delete(container.jobId);
  }
}
