// Compares what the rows say of one host's attempts with what its engine has, by signal and by
// period, and issues what is missing: one path for normal work and for recovery
// (doc/architecture.md, effects and the reconciler). It takes no input but the two sides, and
// running it twice changes nothing.

import type { AttemptId, HostId } from '../../base/ids.ts';
import type { Effect } from '../../core/effect.ts';
import { engineHostOf } from '../../core/host/host.ts';
import { isLive, type LiveJob } from '../../core/job/job.ts';
import { Alarm } from '../alarm.ts';
import { stopEffect } from '../../core/command/job/stop-job.ts';
import type { World } from '../../core/world/world.ts';
import type { Clock } from '../../port/clock.ts';
import {
  EngineUnavailable,
  type Engine,
  type EngineAttempt,
  type EngineReport,
} from '../../port/engine.ts';

/** Attempts run that the rows are too old to know. */
export class UnknownAttempts extends Error {
  override name = 'UnknownAttempts';

  constructor(attempts: readonly EngineAttempt[]) {
    const first = attempts
      .slice(0, 20)
      .map(
        ({ attemptId, startedAtMs = 0 }) =>
          `longshore-${attemptId} (since ${new Date(startedAtMs).toISOString()})`,
      );
    super(
      `${attempts.length === 1 ? 'a job runs' : `${attempts.length} jobs run`} with this server's mark that its database does not know, started after the newest that it knows of: ${first.join(', ')}${attempts.length > first.length ? ', …' : ''}. ` +
        'The database is older than they are: restore the newer one, or start with --remove-unknown to remove them',
    );
  }
}

export interface ReconcilerParts {
  readonly world: World;
  readonly hostId: HostId;
  readonly engine: Engine;
  readonly clock: Clock;
  /** Between two comparisons. */
  readonly periodMs: number;
  /** As if the engine had said it. */
  readonly report: (report: EngineReport) => void;
  readonly act: (effects: readonly Effect[]) => void;
  /**
   * Whether an effect for the attempt is under way, or its end is being taken in: then it is
   * nobody's loss.
   */
  readonly isBusy: (attemptId: AttemptId) => boolean;
  /**
   * It was started when no server of these rows ran: they are older than it is, and it may be of
   * use to those that are not.
   */
  readonly isNewerThanRows: (attempt: EngineAttempt) => boolean;
  /** Nothing is missing yet where a stop takes its time. */
  readonly isStopping: (attemptId: AttemptId) => boolean;
  /** The attempt runs: its output has to be carried. */
  readonly attend: (job: LiveJob) => void;
  /** Whether the engine answered. */
  readonly onContact: (reached: boolean) => void;
  readonly onProblem: (what: string, error: unknown) => void;
}

export class Reconciler {
  readonly #parts: ReconcilerParts;
  #running: Promise<void> | undefined;
  readonly #next: Alarm;
  #closed = false;
  #hasCompared = false;
  /** Attempts that run there, of which the rows cannot know: they are left alone. */
  unknown: readonly EngineAttempt[] = [];

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#next = new Alarm(parts.clock, () => void this.run());
  }

  /** One comparison; one that is under way serves all who ask meanwhile. */
  run(): Promise<void> {
    this.#running ??= this.#compare()
      .then(
        () => this.#contact(true),
        (error: unknown) => {
          if (error instanceof EngineUnavailable) this.#contact(false);
          else this.#parts.onProblem('comparing with the engine', error);
        },
      )
      .finally(() => {
        this.#running = undefined;
        if (!this.#closed) this.#next.setIn(this.#parts.periodMs);
      });
    return this.#running;
  }

  #contact(reached: boolean): void {
    if (!this.#closed) this.#parts.onContact(reached);
  }

  close(): void {
    this.#closed = true;
    this.#next.cancel();
  }

  async #compare(): Promise<void> {
    const { world, engine } = this.#parts;
    // Only attempts that stand on both sides of the call can be judged: others came or went while
    // the engine counted.
    const before = new Map(
      [...world.attempts.keys()]
        .flatMap((attemptId) => this.#job(attemptId) ?? [])
        .map((job) => [job.attempt.attemptId, job.status]),
    );
    const there = new Map((await engine.list()).map((attempt) => [attempt.attemptId, attempt]));
    if (this.#closed) return;
    const unknown = [...there.values()].filter((attempt) => this.#isUnknown(attempt));
    this.#noteUnknown(unknown);
    const isFirst = !this.#hasCompared;
    this.#hasCompared = true;
    // Rows that are too old are not a side to compare with: before anything follows from them,
    // somebody has to hear of it.
    if (isFirst && unknown.length > 0) return;
    for (const [attemptId, status] of before) {
      const job = this.#job(attemptId);
      if (job === undefined || job.status !== status || this.#parts.isBusy(attemptId)) continue;
      this.#compareOne(job, there.get(attemptId));
    }
    const old = new Set(this.#oldAttempts());
    for (const attempt of there.values()) {
      if (world.attempts.has(attempt.attemptId) || this.#parts.isBusy(attempt.attemptId)) continue;
      if (old.has(attempt.attemptId)) this.#endOld(attempt);
      else if (!this.#isUnknown(attempt)) this.#orphan(attempt);
    }
    for (const attemptId of old) {
      if (!there.has(attemptId) && !this.#parts.isBusy(attemptId))
        this.#parts.report({
          type: 'lost',
          attemptId,
          atMs: this.#parts.clock.now(),
          reason: 'its host came back without it',
        });
    }
  }

  #oldAttempts(): AttemptId[] {
    const host = this.#parts.world.hosts.get(this.#parts.hostId);
    return host?.kind === 'registered' ? host.oldAttempts.map((attempt) => attempt.attemptId) : [];
  }

  /**
   * It was declared over with its host, and another attempt may run: it ends now, and what it did
   * is recorded.
   */
  #endOld({ attemptId, state, exit, stoppedAtMs }: EngineAttempt): void {
    const { act, report, clock, hostId } = this.#parts;
    const atMs = stoppedAtMs ?? clock.now();
    if (state === 'exited' && exit !== undefined) report({ type: 'exited', attemptId, atMs, exit });
    // What was only created may be about to run.
    else if (state !== 'exited') act([{ type: 'stop-attempt', attemptId, hostId, graceMs: 0 }]);
    else report({ type: 'lost', attemptId, atMs, reason: 'nobody can say how it ended' });
  }

  #job(attemptId: AttemptId): LiveJob | undefined {
    const { world } = this.#parts;
    const jobId = world.attempts.get(attemptId);
    const job = jobId === undefined ? undefined : world.jobs.get(jobId);
    return job !== undefined && isLive(job) && this.#isHere(job.attempt.hostId) ? job : undefined;
  }

  /** An instance's containers run on its machine. */
  #isHere(hostId: HostId): boolean {
    const host = this.#parts.world.hosts.get(hostId);
    return (host === undefined ? hostId : engineHostOf(host)) === this.#parts.hostId;
  }

  #compareOne(job: LiveJob, there: EngineAttempt | undefined): void {
    const { act, report, attend, clock, isStopping } = this.#parts;
    const { attemptId, hostId } = job.attempt;
    if (there === undefined || there.state === 'created') {
      if (job.status === 'STARTING')
        act([{ type: 'start-attempt', jobId: job.id, attemptId, hostId, again: true }]);
      else if (there === undefined)
        report({
          type: 'lost',
          attemptId,
          atMs: clock.now(),
          reason: 'the engine does not know it any more',
        });
      return;
    }
    if (job.status === 'STARTING')
      report({
        type: 'started',
        attemptId,
        atMs: there.startedAtMs ?? clock.now(),
        address: there.address,
      });
    if (there.state === 'exited') {
      const atMs = there.stoppedAtMs ?? clock.now();
      report(
        there.exit === undefined
          ? { type: 'lost', attemptId, atMs, reason: 'the engine cannot say how it ended' }
          : { type: 'exited', attemptId, atMs, exit: there.exit },
      );
      return;
    }
    attend(job);
    if (job.stops !== undefined && !isStopping(attemptId)) act([stopEffect(job.attempt)]);
  }

  #isUnknown(attempt: EngineAttempt): boolean {
    const { world, isNewerThanRows, isBusy } = this.#parts;
    return (
      attempt.state === 'running' &&
      isNewerThanRows(attempt) &&
      !world.attempts.has(attempt.attemptId) &&
      !isBusy(attempt.attemptId) &&
      !this.#oldAttempts().includes(attempt.attemptId)
    );
  }

  #noteUnknown(unknown: readonly EngineAttempt[]): void {
    const isNews = unknown.some(({ attemptId }) =>
      this.unknown.every((known) => known.attemptId !== attemptId),
    );
    this.unknown = unknown;
    if (isNews)
      this.#parts.onProblem(
        `comparing with host ${this.#parts.hostId}`,
        new UnknownAttempts(unknown),
      );
  }

  /** Nobody waits for it: its end is committed and its removal was lost. */
  #orphan(attempt: EngineAttempt): void {
    this.#parts.act([
      { type: 'remove-attempt', attemptId: attempt.attemptId, hostId: this.#parts.hostId },
    ]);
  }
}
