// Does what commits ask for at engines: starts, stops and removes attempts. Every act is idempotent
// and may be lost; what was lost is found by the reconciler. It changes no state but through
// commands.

import { never } from '../../base/assert.ts';
import type { AttemptId, HostId, JobId } from '../../base/ids.ts';
import type { AttemptOnHost } from '../../core/job/attempt.ts';
import type { Effect } from '../../core/effect.ts';
import { mainNodeHasEnded, isLive, type LiveJob } from '../../core/job/job.ts';
import { limit } from '../../core/limit.ts';
import type { World } from '../../core/world/world.ts';
import {
  EngineUnavailable,
  type ContainerSpec,
  type Engine,
  type EngineReport,
} from '../../port/engine.ts';
import type { StoreReader } from '../../port/store.ts';
import { containerSpec, type EnvironmentParts } from './container-spec.ts';

interface AttemptRunnerParts {
  readonly world: World;
  readonly reader: StoreReader;
  /** What all containers get; what their definitions say wins. */
  readonly environment: EnvironmentParts;
  /** Undefined where the host is gone: then there is nothing to do there. */
  readonly engineOf: (hostId: HostId) => Engine | undefined;
  /** It stays at its engine for its output, and is removed when that is stored. */
  readonly isKept: (attemptId: AttemptId) => boolean;
  /** For attempts that fail before the engine has heard of them. */
  readonly report: (from: HostId, report: EngineReport) => void;
  readonly now: () => number;
  readonly onProblem: (what: string, error: unknown) => void;
}

/** Effects that are about an attempt. */
type AttemptEffect = Extract<Effect, AttemptOnHost>;

export class AttemptRunner {
  readonly #parts: AttemptRunnerParts;
  readonly #starts: (AttemptOnHost & { jobId: JobId; again?: boolean | undefined })[] = [];
  /** Starts that wait or are under way. */
  readonly #starting = new Set<AttemptId>();
  /** Those of them that nobody can have started before: nothing of their output is stored. */
  readonly #fresh = new Set<AttemptId>();
  /** Attempts that were told to stop, and when they last were. */
  readonly #stopsSent = new Map<AttemptId, number>();
  #inFlight = 0;

  constructor(parts: AttemptRunnerParts) {
    this.#parts = parts;
  }

  isFresh(attemptId: AttemptId): boolean {
    return this.#fresh.has(attemptId);
  }

  isStarting(attemptId: AttemptId): boolean {
    return this.#starting.has(attemptId);
  }

  /** It was told to, and not so long ago that the engine must have failed. */
  isStopping(attemptId: AttemptId): boolean {
    const sinceMs =
      this.#parts.now() - (this.#stopsSent.get(attemptId) ?? Number.NEGATIVE_INFINITY);
    // A clock that was set back says nothing.
    return sinceMs >= 0 && sinceMs < limit.stopRepeatMs;
  }

  run(effect: AttemptEffect): void {
    switch (effect.type) {
      case 'start-attempt':
        if (this.#starting.has(effect.attemptId)) return;
        this.#starting.add(effect.attemptId);
        if (!effect.again) this.#fresh.add(effect.attemptId);
        this.#starts.push(effect);
        this.#startMore();
        return;
      case 'stop-attempt':
        // A start that waits for its turn finds the stop in the world. One that is under way may
        // take long, as for a pull: the engine is told now, and once more when the start is done,
        // for the case that it did not know the attempt yet.
        if (!this.#starts.some((start) => start.attemptId === effect.attemptId))
          this.#stop(effect, effect.graceMs);
        return;
      case 'remove-attempt':
        this.#stopsSent.delete(effect.attemptId);
        if (this.#parts.isKept(effect.attemptId)) return;
        this.#engine(effect)
          ?.remove(effect.attemptId)
          .catch((error: unknown) => this.#problem(`removing attempt ${effect.attemptId}`, error));
        return;
      default:
        never(effect);
    }
  }

  #engine({ hostId }: AttemptOnHost): Engine | undefined {
    return this.#parts.engineOf(hostId);
  }

  #stop(attempt: AttemptOnHost, graceMs: number): void {
    const { attemptId } = attempt;
    this.#stopsSent.set(attemptId, this.#parts.now());
    this.#engine(attempt)
      ?.stop(attemptId, graceMs)
      .catch((error: unknown) => {
        this.#stopsSent.delete(attemptId);
        this.#problem(`stopping attempt ${attemptId}`, error);
      });
  }

  #startMore(): void {
    while (this.#inFlight < limit.startsInFlight) {
      const next = this.#starts.shift();
      if (next === undefined) return;
      this.#inFlight++;
      this.#start(next)
        .catch((error: unknown) => this.#problem(`starting attempt ${next.attemptId}`, error))
        .finally(() => {
          this.#inFlight--;
          this.#startMore();
        });
    }
  }

  #liveJob(jobId: JobId, attemptId: AttemptId) {
    const job = this.#parts.world.jobs.get(jobId);
    return job !== undefined &&
      isLive(job) &&
      !mainNodeHasEnded(job) &&
      job.attempt.attemptId === attemptId
      ? job
      : undefined;
  }

  async #start(next: AttemptOnHost & { jobId: JobId; again?: boolean | undefined }): Promise<void> {
    let asked = false;
    try {
      if (next.again && this.#isStopWanted(next)) return await this.#withdraw(next);
      const spec = this.#specOf(next);
      if (spec === undefined) return;
      asked = true;
      await this.#engine(next)?.start(spec);
    } finally {
      // In one stretch, so that no stop falls between the two.
      this.#starting.delete(next.attemptId);
      this.#fresh.delete(next.attemptId);
      if (asked) this.#stopIfWanted(next);
    }
  }

  /**
   * Undefined where there is nothing to start any more, or where it cannot be: then that is
   * reported.
   */
  #specOf({
    jobId,
    attemptId,
    hostId,
  }: AttemptOnHost & { jobId: JobId }): ContainerSpec | undefined {
    const { world, reader, environment, report, now } = this.#parts;
    const job = this.#liveJob(jobId, attemptId);
    if (job === undefined) return undefined;
    const failed = (reason: string): undefined => {
      report(hostId, { type: 'start-failed', attemptId, atMs: now(), reason });
    };
    if (job.stops !== undefined) return this.#neverStarted(job);
    const detail = reader.jobDetail(jobId);
    if (detail === undefined) throw new Error(`job ${jobId} has no stored detail`);
    const made = containerSpec(world, jobId, job.attempt, job.terms.needs, detail, environment);
    return 'cannotStart' in made ? failed(made.cannotStart) : made.spec;
  }

  /**
   * A stop of what an earlier start was asked for, maybe by a server that is no more: that start
   * may be under way. The engine sees to it that nothing starts any more and says what has; only of
   * what it does not know it is said here.
   */
  async #withdraw(wanted: AttemptOnHost & { jobId: JobId }): Promise<void> {
    const { attemptId } = wanted;
    const engine = this.#engine(wanted);
    if (engine === undefined) return;
    await engine.stop(attemptId, limit.stopGraceSeconds * 1000);
    this.#stopsSent.set(attemptId, this.#parts.now());
    if ((await engine.inspect(attemptId)) !== undefined) return;
    const job = this.#liveJob(wanted.jobId, attemptId);
    if (job !== undefined) this.#neverStarted(job);
  }

  #neverStarted({ attempt: { attemptId, hostId }, stops }: LiveJob): undefined {
    // A clock that was set back does not make it seem to have failed before it was stopped.
    const atMs = Math.max(this.#parts.now(), stops?.[0]?.atMs ?? 0);
    this.#parts.report(hostId, {
      type: 'start-failed',
      attemptId,
      atMs,
      reason: 'stopped before it started',
    });
  }

  #isStopWanted({ jobId, attemptId }: AttemptOnHost & { jobId: JobId }): boolean {
    return this.#liveJob(jobId, attemptId)?.stops !== undefined;
  }

  #stopIfWanted(started: AttemptOnHost & { jobId: JobId }): void {
    if (this.#isStopWanted(started)) this.#stop(started, limit.stopGraceSeconds * 1000);
  }

  #problem(what: string, error: unknown): void {
    if (error instanceof EngineUnavailable) return; // The reconciler repeats it.
    this.#parts.onProblem(what, error);
  }
}
