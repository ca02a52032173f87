// Does what commits ask for: starts, stops and removes attempts at the engine. Every act is idempotent and may be lost; what
// was lost is found by the reconciler. It changes no state but through commands.

import { never } from '../base/assert.ts';
import type { AttemptId, JobId } from '../base/ids.ts';
import type { Effect } from '../core/effect.ts';
import { isLive } from '../core/job/job.ts';
import { limit } from '../core/limit.ts';
import type { World } from '../core/world.ts';
import { EngineUnavailable, type ContainerSpec, type Engine, type EngineReport } from '../port/engine.ts';
import type { StoreReader } from '../port/store.ts';
import { containerSpec } from './container-spec.ts';

export interface EffectRunnerParts {
  readonly world: World;
  readonly reader: StoreReader;
  readonly engine: Engine;
  /** For attempts that fail before the engine has heard of them. */
  readonly report: (report: EngineReport) => void;
  readonly now: () => number;
  readonly onProblem: (what: string, error: unknown) => void;
}

export class EffectRunner {
  readonly #parts: EffectRunnerParts;
  readonly #starts: { jobId: JobId; attemptId: AttemptId }[] = [];
  /** Starts that wait or are under way. */
  readonly #starting = new Set<AttemptId>();
  readonly #stopsSent = new Set<AttemptId>();
  #inFlight = 0;

  constructor(parts: EffectRunnerParts) {
    this.#parts = parts;
  }

  run(effects: readonly Effect[]): void {
    for (const effect of effects) this.#runOne(effect);
  }

  isStarting(attemptId: AttemptId): boolean {
    return this.#starting.has(attemptId);
  }

  wasStopSent(attemptId: AttemptId): boolean {
    return this.#stopsSent.has(attemptId);
  }

  #runOne(effect: Effect): void {
    switch (effect.type) {
      case 'start-attempt':
        if (this.#starting.has(effect.attemptId)) return;
        this.#starting.add(effect.attemptId);
        this.#starts.push(effect);
        this.#startMore();
        return;
      case 'stop-attempt':
        // A start that waits for its turn finds the stop in the world. One that is under way may take long, as for a pull: the
        // engine is told now, and once more when the start is done, for the case that it did not know the attempt yet.
        if (!this.#starts.some((start) => start.attemptId === effect.attemptId)) this.#stop(effect.attemptId, effect.graceMs);
        return;
      case 'remove-attempt':
        this.#stopsSent.delete(effect.attemptId);
        this.#parts.engine.remove(effect.attemptId).catch((error: unknown) => this.#problem(`removing attempt ${effect.attemptId}`, error));
        return;
      default:
        never(effect);
    }
  }

  #stop(attemptId: AttemptId, graceMs: number): void {
    this.#stopsSent.add(attemptId);
    this.#parts.engine.stop(attemptId, graceMs).catch((error: unknown) => {
      this.#stopsSent.delete(attemptId);
      this.#problem(`stopping attempt ${attemptId}`, error);
    });
  }

  #startMore(): void {
    while (this.#inFlight < limit.startsInFlight) {
      const next = this.#starts.shift();
      if (next === undefined) return;
      this.#inFlight++;
      this.#start(next.jobId, next.attemptId)
        .catch((error: unknown) => this.#problem(`starting attempt ${next.attemptId}`, error))
        .finally(() => {
          this.#inFlight--;
          this.#startMore();
        });
    }
  }

  #liveJob(jobId: JobId, attemptId: AttemptId) {
    const job = this.#parts.world.jobs.get(jobId);
    return job !== undefined && isLive(job) && job.attempt.attemptId === attemptId ? job : undefined;
  }

  async #start(jobId: JobId, attemptId: AttemptId): Promise<void> {
    let asked = false;
    try {
      const spec = this.#specOf(jobId, attemptId);
      if (spec === undefined) return;
      asked = true;
      await this.#parts.engine.start(spec);
    } finally {
      // In one stretch, so that no stop falls between the two.
      this.#starting.delete(attemptId);
      if (asked) this.#stopIfWanted(jobId, attemptId);
    }
  }

  /** Undefined where there is nothing to start any more, or where it cannot be: then that is reported. */
  #specOf(jobId: JobId, attemptId: AttemptId): ContainerSpec | undefined {
    const { world, reader, report, now } = this.#parts;
    const job = this.#liveJob(jobId, attemptId);
    if (job === undefined) return undefined;
    const failed = (reason: string): undefined => {
      report({ type: 'start-failed', attemptId, atMs: now(), reason });
    };
    if (job.stopRequested !== undefined) return failed('stopped before it started');
    const detail = reader.jobDetail(jobId);
    if (detail === undefined) throw new Error(`job ${jobId} has no stored detail`);
    const made = containerSpec(world, jobId, job.attempt, job.terms.needs, detail);
    return 'cannotStart' in made ? failed(made.cannotStart) : made.spec;
  }

  #stopIfWanted(jobId: JobId, attemptId: AttemptId): void {
    if (this.#liveJob(jobId, attemptId)?.stopRequested !== undefined) this.#stop(attemptId, limit.stopGraceSeconds * 1000);
  }

  #problem(what: string, error: unknown): void {
    if (error instanceof EngineUnavailable) return; // The reconciler repeats it.
    this.#parts.onProblem(what, error);
  }
}
