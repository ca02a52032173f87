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
import type { SecretResolver } from '../../port/secrets.ts';
import type { StoreReader } from '../../port/store.ts';
import { withSecrets, type ContainerSecrets } from './container-secrets.ts';
import { containerSpec, type EnvironmentParts, type SpecAndSecrets } from './container-spec.ts';

interface AttemptRunnerParts {
  readonly world: World;
  readonly reader: StoreReader;
  /** What all containers get; what their definitions say wins. */
  readonly environment: EnvironmentParts;
  readonly secrets: SecretResolver;
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

type Start = AttemptOnHost & { readonly jobId: JobId; readonly again?: boolean | undefined };

export class AttemptRunner {
  readonly #parts: AttemptRunnerParts;
  readonly #starts: Start[] = [];
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

  async #start(next: Start): Promise<void> {
    let asked = false;
    try {
      if (next.again && this.#isStopWanted(next)) return await this.#withdraw(next);
      const made = this.#specOf(next);
      if (made === undefined) return;
      // What has no secrets waits for nothing.
      const spec =
        made.secrets === undefined
          ? made.spec
          : await this.#withSecrets(next, made.spec, made.secrets);
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
  #specOf(next: Start): SpecAndSecrets | undefined {
    const { world, reader, environment, report, now } = this.#parts;
    const { jobId, attemptId, hostId } = next;
    const job = this.#startable(next);
    if (job === undefined) return undefined;
    const detail = reader.jobDetail(jobId);
    if (detail === undefined) throw new Error(`job ${jobId} has no stored detail`);
    const made = containerSpec(world, jobId, job.attempt, job.terms.needs, detail, environment);
    if (!('cannotStart' in made)) return made;
    report(hostId, { type: 'start-failed', attemptId, atMs: now(), reason: made.cannotStart });
    return undefined;
  }

  /** Undefined where it was stopped meanwhile, or cannot start: then that is reported. */
  async #withSecrets(
    next: Start,
    spec: ContainerSpec,
    secrets: ContainerSecrets,
  ): Promise<ContainerSpec | undefined> {
    const found = await this.#parts.secrets.resolve(secrets.wanted);
    if (this.#startable(next) === undefined) return undefined;
    if (!('failure' in found)) return withSecrets(spec, secrets, found);
    await this.#giveUp(next, found.failure);
    return undefined;
  }

  /** The job, if this attempt of it is still to start; one that was stopped is reported. */
  #startable({ jobId, attemptId }: Start): LiveJob | undefined {
    const job = this.#liveJob(jobId, attemptId);
    return job?.stops === undefined ? job : this.#neverStarted(job);
  }

  /** A start that was asked for earlier had what this one has not, and may be under way. */
  async #giveUp(start: Start, reason: string): Promise<void> {
    const { attemptId, hostId } = start;
    if (start.again && (await this.#isKnownAfterStop(start)) !== false) return;
    const { report, now } = this.#parts;
    report(hostId, { type: 'start-failed', attemptId, atMs: now(), reason });
  }

  /**
   * A stop of what an earlier start was asked for, maybe by a server that is no more: that start
   * may be under way. The engine sees to it that nothing starts any more and says what has; only of
   * what it does not know it is said here.
   */
  async #withdraw(wanted: Start): Promise<void> {
    if ((await this.#isKnownAfterStop(wanted)) !== false) return;
    const job = this.#liveJob(wanted.jobId, wanted.attemptId);
    if (job !== undefined) this.#neverStarted(job);
  }

  /** Undefined where the host is gone. */
  async #isKnownAfterStop(attempt: AttemptOnHost): Promise<boolean | undefined> {
    const { attemptId } = attempt;
    const engine = this.#engine(attempt);
    if (engine === undefined) return undefined;
    await engine.stop(attemptId, limit.stopGraceSeconds * 1000);
    this.#stopsSent.set(attemptId, this.#parts.now());
    return (await engine.inspect(attemptId)) !== undefined;
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

  #isStopWanted({ jobId, attemptId }: Start): boolean {
    return this.#liveJob(jobId, attemptId)?.stops !== undefined;
  }

  #stopIfWanted(started: Start): void {
    if (this.#isStopWanted(started)) this.#stop(started, limit.stopGraceSeconds * 1000);
  }

  #problem(what: string, error: unknown): void {
    if (error instanceof EngineUnavailable) return; // The reconciler repeats it.
    this.#parts.onProblem(what, error);
  }
}
