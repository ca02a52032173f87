// Compares what the rows say of one host's containers with what its engine has, by signal and by
// period, and issues what is missing: one path for normal work and for recovery
// (doc/architecture.md, effects and the reconciler). It takes no input but the two sides, and
// running it twice changes nothing.

import {
  containerIdOf,
  splitContainerId,
  type AttemptId,
  type ConnectionKey,
  type ContainerId,
  type HostId,
} from '../../base/ids.ts';
import type { Effect } from '../../core/effect.ts';
import { clusterOf, connectionOf, hostConnection } from '../../core/host/connection.ts';
import {
  containerOnHost,
  containerRuns,
  type AttemptOnHost,
  type ContainerOnHost,
} from '../../core/job/attempt.ts';
import { isUnderWay, type ContainerRun } from '../../core/job/container-run.ts';
import { isToStop, type LiveJob } from '../../core/job/job.ts';
import { Alarm } from '../alarm.ts';
import { stopEffects } from '../../core/command/job/stop-job.ts';
import type { World } from '../../core/world/world.ts';
import type { Clock } from '../../port/clock.ts';
import {
  EngineUnavailable,
  type Engine,
  type EngineContainer,
  type EngineReport,
} from '../../port/engine.ts';

/** Containers run that the rows are too old to know. */
export class UnknownContainers extends Error {
  override name = 'UnknownContainers';

  constructor(containers: readonly EngineContainer[]) {
    const first = containers
      .slice(0, 20)
      .map(
        ({ containerId, startedAtMs = 0 }) =>
          `longshore-${containerId} (since ${new Date(startedAtMs).toISOString()})`,
      );
    super(
      `${containers.length === 1 ? 'a container runs' : `${containers.length} containers run`} with this server's mark that its database does not know, started after the newest that it knows of: ${first.join(', ')}${containers.length > first.length ? ', …' : ''}. ` +
        'The database is older than they are: restore the newer one, or start with --remove-unknown to remove them',
    );
  }
}

export interface ReconcilerParts {
  readonly world: World;
  readonly connection: ConnectionKey;
  /** Whose engine it is; of several the one with which it was connected. */
  readonly hostId: HostId;
  readonly engine: Engine;
  readonly clock: Clock;
  /** Between two comparisons. */
  readonly periodMs: number;
  /** As if the engine had said it. */
  readonly report: (report: EngineReport) => void;
  readonly act: (effects: readonly Effect[]) => void;
  /**
   * Whether an effect for the container is under way, or its end is being taken in: then it is
   * nobody's loss.
   */
  readonly isBusy: (containerId: ContainerId) => boolean;
  /**
   * It was started when no server of these rows ran: they are older than it is, and it may be of
   * use to those that are not.
   */
  readonly isNewerThanRows: (container: EngineContainer) => boolean;
  /** Nothing is missing yet where a stop takes its time. */
  readonly isStopping: (containerId: ContainerId) => boolean;
  /** It runs: its output has to be carried. */
  readonly attend: (job: LiveJob, containerId: ContainerId) => void;
  /** Whether the engine answered. */
  readonly onContact: (reached: boolean) => void;
  readonly onProblem: (what: string, error: unknown) => void;
}

/** A container that runs here, or was asked to. */
interface Known {
  readonly job: LiveJob;
  readonly run: ContainerRun;
  readonly containerId: ContainerId;
}

export class Reconciler {
  readonly #parts: ReconcilerParts;
  #running: Promise<void> | undefined;
  readonly #next: Alarm;
  #closed = false;
  #hasCompared = false;
  /** Containers that run there, of which the rows cannot know: they are left alone. */
  unknown: readonly EngineContainer[] = [];

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
    // Only containers that stand on both sides of the call can be judged: others came or went while
    // the engine counted.
    const before = new Map(
      [...world.attempts.keys()].flatMap((attemptId) =>
        this.#underWay(attemptId).map(({ containerId, run }) => [containerId, run.state] as const),
      ),
    );
    const there = new Map((await engine.list()).map((each) => [each.containerId, each]));
    if (this.#closed) return;
    const unknown = [...there.values()].filter((container) => this.#isUnknown(container));
    this.#noteUnknown(unknown);
    const isFirst = !this.#hasCompared;
    this.#hasCompared = true;
    // Rows that are too old are not a side to compare with: before anything follows from them,
    // somebody has to hear of it.
    if (isFirst && unknown.length > 0) return;
    for (const [containerId, state] of before) {
      const { attemptId } = splitContainerId(containerId);
      const known = this.#underWay(attemptId).find((each) => each.containerId === containerId);
      if (known?.run.state === state && !this.#parts.isBusy(containerId))
        this.#compareOne(known, there.get(containerId));
    }
    const old = new Set(this.#oldContainers());
    for (const container of there.values()) {
      const { containerId } = container;
      if (this.#isKnown(containerId) || this.#parts.isBusy(containerId)) continue;
      if (old.has(containerId)) this.#endOld(container);
      else if (!this.#isUnknown(container)) this.#orphan(container);
    }
    for (const containerId of old) {
      if (!there.has(containerId) && !this.#parts.isBusy(containerId))
        this.#parts.report({
          type: 'lost',
          containerId,
          atMs: this.#parts.clock.now(),
          reason: 'its host came back without it',
        });
    }
  }

  #oldContainers(): ContainerId[] {
    const host = this.#parts.world.hosts.get(this.#parts.hostId);
    return host?.kind === 'registered' ? host.oldContainers.map((each) => each.containerId) : [];
  }

  /**
   * It was declared over with its host, and another attempt may run: it ends now, and what it did
   * is recorded.
   */
  #endOld({ containerId, state, exit, stoppedAtMs }: EngineContainer): void {
    const { act, report, clock } = this.#parts;
    const atMs = stoppedAtMs ?? clock.now();
    if (state === 'exited' && exit !== undefined)
      report({ type: 'exited', containerId, atMs, exit });
    // What was only created may be about to run.
    else if (state !== 'exited')
      act([{ type: 'stop-container', ...this.#here(containerId), graceMs: 0 }]);
    else report({ type: 'lost', containerId, atMs, reason: 'nobody can say how it ended' });
  }

  /** The attempt's containers that run here, or were asked to. */
  #underWay(attemptId: AttemptId): Known[] {
    const job = this.#parts.world.jobOfAttempt(attemptId);
    if (job === undefined || !this.#isHere(job.attempt)) return [];
    return containerRuns(job.attempt).flatMap((run, index) =>
      isUnderWay(run) ? [{ job, run, containerId: containerIdOf(attemptId, index) }] : [],
    );
  }

  /**
   * Whether it is under way, here or elsewhere, has ended before others of its attempt, or is of a
   * node whose place is kept until its main node runs.
   */
  #isKnown(containerId: ContainerId): boolean {
    const { attemptId, index } = splitContainerId(containerId);
    const { world } = this.#parts;
    const job = world.jobOfAttempt(attemptId);
    if (job === undefined) return world.allocations.of(attemptId) !== undefined;
    const run = containerRuns(job.attempt)[index];
    return run !== undefined && run.state !== 'waiting';
  }

  /** An instance's containers run on its machine, or where its cluster is. */
  #isHere({ hostId, connection }: AttemptOnHost): boolean {
    const host = this.#parts.world.hosts.get(hostId);
    const key = connection ?? (host === undefined ? hostConnection(hostId) : connectionOf(host));
    return key === this.#parts.connection;
  }

  /** One that is of no attempt under way. */
  #here(containerId: ContainerId): ContainerOnHost {
    const { hostId, connection } = this.#parts;
    return clusterOf(connection) === undefined
      ? { containerId, hostId }
      : { containerId, hostId, connection };
  }

  #compareOne({ job, run, containerId }: Known, there: EngineContainer | undefined): void {
    const { act, report, attend, clock, isStopping } = this.#parts;
    if (there === undefined || there.state === 'created') {
      if (run.state === 'starting')
        act([
          {
            type: 'start-container',
            jobId: job.id,
            ...containerOnHost(job.attempt, splitContainerId(containerId).index),
            again: true,
          },
        ]);
      else if (there === undefined)
        report({
          type: 'lost',
          containerId,
          atMs: clock.now(),
          reason: 'the engine does not know it any more',
        });
      return;
    }
    if (run.state === 'starting')
      report({
        type: 'started',
        containerId,
        atMs: there.startedAtMs ?? clock.now(),
        address: there.address,
      });
    if (there.state === 'exited') {
      const atMs = there.stoppedAtMs ?? clock.now();
      report(
        there.exit === undefined
          ? { type: 'lost', containerId, atMs, reason: 'the engine cannot say how it ended' }
          : { type: 'exited', containerId, atMs, exit: there.exit },
      );
      return;
    }
    attend(job, containerId);
    if (isToStop(job) && !isStopping(containerId))
      act(stopEffects(job).filter((stop) => stop.containerId === containerId));
  }

  #isUnknown(container: EngineContainer): boolean {
    const { isNewerThanRows, isBusy } = this.#parts;
    const { containerId } = container;
    return (
      container.state === 'running' &&
      isNewerThanRows(container) &&
      !this.#isKnown(containerId) &&
      !isBusy(containerId) &&
      !this.#oldContainers().includes(containerId)
    );
  }

  #noteUnknown(unknown: readonly EngineContainer[]): void {
    const isNews = unknown.some(({ containerId }) =>
      this.unknown.every((known) => known.containerId !== containerId),
    );
    this.unknown = unknown;
    if (isNews)
      this.#parts.onProblem(
        `comparing with ${this.#parts.connection}`,
        new UnknownContainers(unknown),
      );
  }

  /** Nobody waits for it: its end is committed and its removal was lost. */
  #orphan({ containerId }: EngineContainer): void {
    this.#parts.act([{ type: 'remove-container', ...this.#here(containerId) }]);
  }
}
