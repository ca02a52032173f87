// Does what commits ask for at engines: starts, stops and removes containers. Every act is
// idempotent and may be lost; what was lost is found by the reconciler. It changes no state but
// through commands.

import { never } from '../../base/assert.ts';
import { splitContainerId, type AttemptId, type ContainerId, type JobId } from '../../base/ids.ts';
import { RecentMap } from '../../base/recent-map.ts';
import { stopEffects } from '../../core/command/job/stop-job.ts';
import { containerRuns, type ContainerOnHost } from '../../core/job/attempt.ts';
import { hasStarted, isUnderWay } from '../../core/job/container-run.ts';
import type { Effect } from '../../core/effect.ts';
import { isToStop, type JobDetailRecord, type LiveJob } from '../../core/job/job.ts';
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
import { unlessStopped } from '../turn/stopped.ts';
import type { ReportOrigin } from './report-intake.ts';
import { withSecrets, type ContainerSecrets } from './container-secrets.ts';
import { containerSpec, type EnvironmentParts, type SpecAndSecrets } from './container-spec.ts';
import { otherNodesContainers } from './node-containers.ts';
import { StartLine } from './start-line.ts';
import type { Prepared, TrainingAttempts } from './training-attempts.ts';

interface ContainerRunnerParts {
  readonly world: World;
  readonly reader: StoreReader;
  /** What all containers get; what their definitions say wins. */
  readonly environment: EnvironmentParts;
  readonly secrets: SecretResolver;
  readonly training: TrainingAttempts;
  /** Undefined where the host is gone: then there is nothing to do there. */
  readonly engineOf: (at: ContainerOnHost) => Engine | undefined;
  /** It stays at its engine for its output, and is removed when that is stored. */
  readonly isKept: (containerId: ContainerId) => boolean;
  /** A service job's attempt begins to be prepared. */
  readonly preparing: (attemptId: AttemptId) => void;
  /** For containers that fail before the engine has heard of them. */
  readonly report: (from: ReportOrigin, report: EngineReport) => void;
  readonly now: () => number;
  readonly onProblem: (what: string, error: unknown) => void;
}

/** Effects that are about a container. */
type ContainerEffect = Extract<Effect, ContainerOnHost>;

type Start = ContainerOnHost & {
  readonly jobId: JobId;
  readonly again?: boolean | undefined;
  /** Of a training job. */
  readonly prepared?: Prepared | undefined;
};

/** Details of jobs that are kept at hand: a later container of an attempt may start soon. */
const detailsKept = 2 * limit.attemptsStarting;

export class ContainerRunner {
  readonly #parts: ContainerRunnerParts;
  readonly #line = new StartLine<Start>(limit.attemptsStarting);
  /** Starts that wait or are under way. */
  readonly #starting = new Set<ContainerId>();
  /** Those of them that nobody can have started before: nothing of their output is stored. */
  readonly #fresh = new Set<ContainerId>();
  /** Containers that were told to stop, and when they last were. */
  readonly #stopsSent = new Map<ContainerId, number>();
  /** Of attempts of several containers. */
  readonly #details = new RecentMap<AttemptId, JobDetailRecord>(detailsKept);

  constructor(parts: ContainerRunnerParts) {
    this.#parts = parts;
  }

  isFresh(containerId: ContainerId): boolean {
    return this.#fresh.has(containerId);
  }

  isStarting(containerId: ContainerId): boolean {
    return this.#starting.has(containerId);
  }

  /** It was told to, and not so long ago that the engine must have failed. */
  isStopping(containerId: ContainerId): boolean {
    const sinceMs =
      this.#parts.now() - (this.#stopsSent.get(containerId) ?? Number.NEGATIVE_INFINITY);
    // A clock that was set back says nothing.
    return sinceMs >= 0 && sinceMs < limit.stopRepeatMs;
  }

  run(effect: ContainerEffect): void {
    switch (effect.type) {
      case 'start-container':
        if (this.#starting.has(effect.containerId)) return;
        this.#starting.add(effect.containerId);
        if (!effect.again) this.#fresh.add(effect.containerId);
        this.#begin(effect);
        return;
      case 'stop-container':
        // A start that waits for its turn finds the stop in the world. One that is under way may
        // take long, as for a pull: the engine is told now, and once more when the start is done,
        // for the case that it did not know the attempt yet.
        this.#parts.training.stop(splitContainerId(effect.containerId).attemptId);
        if (!this.#line.has(effect.containerId)) this.#stop(effect, effect.graceMs);
        return;
      case 'remove-container':
        this.#stopsSent.delete(effect.containerId);
        this.#parts.training.remove(splitContainerId(effect.containerId).attemptId);
        if (this.#parts.isKept(effect.containerId)) return;
        this.#engine(effect)
          ?.remove(effect.containerId)
          .catch((error: unknown) =>
            this.#problem(`removing container ${effect.containerId}`, error),
          );
        return;
      default:
        never(effect);
    }
  }

  #begin(start: Start): void {
    const { training } = this.#parts;
    const job = this.#liveJob(start);
    if (job !== undefined && !isToStop(job) && training.has(job)) {
      // Its files may take hours, in which others start.
      this.#tellPreparing(job);
      training.prepare(job).then(
        (prepared) => this.#await({ ...start, prepared }),
        (error: unknown) => {
          this.#forget(start);
          unlessStopped(this.#parts.onProblem, `files of container ${start.containerId}`)(error);
        },
      );
    } else this.#await(start);
  }

  #await(start: Start): void {
    this.#line.add(start, this.#hasBegun(start));
    this.#startMore();
  }

  #tellPreparing(job: LiveJob): void {
    if (job.status === 'SCHEDULED') this.#parts.preparing(job.attempt.attemptId);
  }

  #engine(at: ContainerOnHost): Engine | undefined {
    return this.#parts.engineOf(at);
  }

  #stop(container: ContainerOnHost, graceMs: number): void {
    const { containerId } = container;
    this.#stopsSent.set(containerId, this.#parts.now());
    this.#engine(container)
      ?.stop(containerId, graceMs)
      .catch((error: unknown) => {
        this.#stopsSent.delete(containerId);
        this.#problem(`stopping container ${containerId}`, error);
      });
  }

  #startMore(): void {
    for (let next = this.#line.take(); next !== undefined; next = this.#line.take()) {
      const start = next;
      this.#start(start)
        .catch((error: unknown) => this.#problem(`starting container ${start.containerId}`, error))
        .finally(() => {
          this.#line.done(start);
          this.#startMore();
        });
    }
  }

  /** Another of the attempt's containers runs or has run. */
  #hasBegun({ containerId }: Start): boolean {
    const job = this.#parts.world.jobOfAttempt(splitContainerId(containerId).attemptId);
    return job?.attempt.containers?.some(hasStarted) === true;
  }

  /** The job of which this is a container of the current attempt, if it is under way. */
  #liveJob({ containerId }: ContainerOnHost): LiveJob | undefined {
    const { attemptId, index } = splitContainerId(containerId);
    const job = this.#parts.world.jobOfAttempt(attemptId);
    const run = job && containerRuns(job.attempt)[index];
    return run !== undefined && isUnderWay(run) ? job : undefined;
  }

  async #start(next: Start): Promise<void> {
    let asked = false;
    try {
      if (next.again && this.#isStopWanted(next)) return await this.#withdraw(next);
      const scheduled = this.#liveJob(next);
      if (scheduled !== undefined) this.#tellPreparing(scheduled);
      const { prepared } = next;
      if (prepared !== undefined && 'failure' in prepared) {
        if (this.#startable(next) !== undefined) await this.#giveUp(next, prepared.failure);
        return;
      }
      const made = this.#specOf(next);
      if (made === undefined) return;
      const { stream } = made;
      if (stream && !this.#parts.reader.logStream(stream.scope, stream.group, stream.name))
        return await this.#giveUp(next, stream.absent);
      // What has no secrets waits for nothing.
      const spec =
        made.secrets === undefined
          ? made.spec
          : await this.#withSecrets(next, made.spec, made.secrets);
      if (spec === undefined) return;
      asked = true;
      await this.#engine(next)?.start({ ...spec, ...prepared });
    } finally {
      // In one stretch, so that no stop falls between the two.
      this.#forget(next);
      if (asked) this.#stopIfWanted(next);
    }
  }

  #forget({ containerId }: Start): void {
    this.#starting.delete(containerId);
    this.#fresh.delete(containerId);
  }

  /**
   * Undefined where there is nothing to start any more, or where it cannot be: then that is
   * reported.
   */
  #specOf(next: Start): SpecAndSecrets | undefined {
    const { world, environment, report, now } = this.#parts;
    const { containerId } = next;
    const job = this.#startable(next);
    if (job === undefined) return undefined;
    const detail = this.#detailOf(job);
    const made = withOtherNodes(
      containerSpec(world, job, containerId, detail, environment),
      otherNodesContainers(world, job, detail, environment),
    );
    if (!('cannotStart' in made)) return made;
    report(next, { type: 'start-failed', containerId, atMs: now(), reason: made.cannotStart });
    return undefined;
  }

  #detailOf({ id, attempt: { attemptId, containers } }: LiveJob): JobDetailRecord {
    const known = containers && this.#details.get(attemptId);
    if (known !== undefined) return known;
    const detail = this.#parts.reader.jobDetail(id);
    if (detail === undefined) throw new Error(`job ${id} has no stored detail`);
    if (containers !== undefined) this.#details.set(attemptId, detail);
    return detail;
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

  /** The job, if this container of it is still to start; one that is to end is reported. */
  #startable(start: Start): LiveJob | undefined {
    const job = this.#liveJob(start);
    return job === undefined || !isToStop(job) ? job : this.#neverStarted(start, job);
  }

  /** A start that was asked for earlier had what this one has not, and may be under way. */
  async #giveUp(start: Start, reason: string): Promise<void> {
    const { containerId } = start;
    if (start.again && (await this.#isKnownAfterStop(start)) !== false) return;
    const { report, now } = this.#parts;
    report(start, { type: 'start-failed', containerId, atMs: now(), reason });
  }

  /**
   * A stop of what an earlier start was asked for, maybe by a server that is no more: that start
   * may be under way. The engine sees to it that nothing starts any more and says what has; only of
   * what it does not know it is said here.
   */
  async #withdraw(wanted: Start): Promise<void> {
    if ((await this.#isKnownAfterStop(wanted)) !== false) return;
    const job = this.#liveJob(wanted);
    if (job !== undefined) this.#neverStarted(wanted, job);
  }

  /** Undefined where the host is gone. */
  async #isKnownAfterStop(container: ContainerOnHost): Promise<boolean | undefined> {
    const { containerId } = container;
    const engine = this.#engine(container);
    if (engine === undefined) return undefined;
    await engine.stop(containerId, limit.stopGraceSeconds * 1000);
    this.#stopsSent.set(containerId, this.#parts.now());
    return (await engine.inspect(containerId)) !== undefined;
  }

  #neverStarted(container: ContainerOnHost, { stops }: LiveJob): undefined {
    const { containerId } = container;
    // A clock that was set back does not make it seem to have failed before it was stopped.
    const atMs = Math.max(this.#parts.now(), stops?.[0]?.atMs ?? 0);
    this.#parts.report(container, {
      type: 'start-failed',
      containerId,
      atMs,
      reason: 'stopped before it started',
    });
  }

  #isStopWanted(start: Start): boolean {
    const job = this.#liveJob(start);
    return job !== undefined && isToStop(job);
  }

  /** One that others depend on is told when they have ended. */
  #stopIfWanted(started: Start): void {
    const job = this.#liveJob(started);
    if (job === undefined || !isToStop(job)) return;
    const stop = stopEffects(job).find(({ containerId }) => containerId === started.containerId);
    if (stop !== undefined) this.#stop(stop, stop.graceMs);
  }

  #problem(what: string, error: unknown): void {
    if (error instanceof EngineUnavailable) return; // The reconciler repeats it.
    this.#parts.onProblem(what, error);
  }
}

function withOtherNodes(
  made: SpecAndSecrets | { readonly cannotStart: string },
  placedWith: ReturnType<typeof otherNodesContainers>,
): SpecAndSecrets | { readonly cannotStart: string } {
  if ('cannotStart' in made || placedWith === undefined) return made;
  if ('cannotStart' in placedWith) return placedWith;
  const { network } = made.spec;
  return { ...made, spec: { ...made.spec, network: network && { ...network, placedWith } } };
}
