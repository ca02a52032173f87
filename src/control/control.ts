// Control: the running whole behind the door. Puts the command queue, effect runner, log pump and
// reconciler around one world, rebuilds that world from the store, and takes in what the engine
// reports. Simulation and server run this same code over different ports. It reads no clock, file
// or network of its own.

import type { KeyValuePair } from '@aws-sdk/client-batch';
import { hostId as asHostId, type Arn, type AttemptId, type HostId } from '../base/ids.ts';
import type { ReportAttempt } from '../core/command/command.ts';
import { restoreJob } from '../core/world/fold-jobs.ts';
import type { Machine } from '../core/host/host.ts';
import type { AttemptOnHost } from '../core/job/attempt.ts';
import { isArrayParent, isInWorld, isLive, type LiveJob, type Job } from '../core/job/job.ts';
import { limit } from '../core/limit.ts';
import { defaultSettings, type Settings } from '../core/settings.ts';
import { restoreReadiness } from '../core/world/restore-readiness.ts';
import { World } from '../core/world/world.ts';
import type { CapacityProvider, CapacityReport } from '../port/capacity.ts';
import type { Clock } from '../port/clock.ts';
import {
  EngineUnavailable,
  type Engine,
  type EngineCapabilities,
  type EngineAttempt,
  type EngineReport,
} from '../port/engine.ts';
import type { HostConnector } from '../port/host-connector.ts';
import type { Ids } from '../port/ids.ts';
import type { LogSink } from '../port/log-sink.ts';
import type { Store, StoredWorld } from '../port/store.ts';
import { CommandQueue, Stopped } from './turn/command-queue.ts';
import { EffectRunner } from './host/effect-runner.ts';
import { HostLink } from './host/host-link.ts';
import { jobOfOldAttempt } from './turn/prefetch.ts';
import { Launches } from './host/launches.ts';
import { KeptOutput } from './log/kept-output.ts';
import { LogPump, type LogDestination } from './log/log-pump.ts';
import { LogRetention } from './log/log-retention.ts';
import { ControlReader } from './read/reader.ts';
import { UnknownAttempts } from './host/reconciler.ts';
import { Retention } from './retention.ts';

export interface ControlPorts {
  readonly store: Store;
  readonly engine: Engine;
  /** Reaches hosts of the user's own. */
  readonly hosts: HostConnector;
  /** Where instances come from. */
  readonly capacity: CapacityProvider;
  readonly logSink: LogSink;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Where it differs from AWS's answers. */
  readonly settings?: Partial<Settings> | undefined;
  /**
   * Variables of all containers, below those of their definitions. Secret: never stored, shown or
   * logged.
   */
  readonly jobEnvironment?: readonly KeyValuePair[] | undefined;
  /** How long jobs are kept after their end; absent: for ever. */
  readonly retainMs?: number | undefined;
  /** Containers of ours that the rows are too old to know are removed, though they run. */
  readonly removeUnknown?: boolean | undefined;
  /** Bytes of output that are stored of an attempt; absent: all. */
  readonly logLimitBytes?: number | undefined;
  /** Something went wrong that the server survives. */
  readonly onProblem: (what: string, error: unknown) => void;
  /** A commit failed or a law of ours broke: the process must end. */
  readonly onFatal: (error: Error) => void;
}

export class Control {
  readonly bus: CommandQueue;
  readonly reader: ControlReader;
  readonly world: World;
  readonly #ports: ControlPorts;
  readonly #effects: EffectRunner;
  readonly #launches: Launches;
  readonly #logPump: LogPump;
  readonly #keptOutput: KeptOutput;
  /** By host: this machine's first. */
  readonly #links = new Map<HostId, HostLink>();
  /** Attempts whose end is being taken in: output first, then the command. */
  readonly #ending = new Set<AttemptId>();
  readonly #logRetention: LogRetention;
  readonly #retention: Retention | undefined;
  #machine: HostLink | undefined;
  #staleReports = 0;
  /** Between the two no server of these rows ran. */
  readonly #newestCommitAtMs: number;
  readonly #loadedAtMs: number;
  /** Of attempts that ran before this server did: what the rows say never changes. */
  readonly #knownToRows = new Map<AttemptId, boolean>();

  constructor(ports: ControlPorts) {
    this.#ports = ports;
    const { store, clock, ids, logSink, onProblem, onFatal } = ports;
    const stored = store.load();
    this.#newestCommitAtMs = stored.newestCommitAtMs;
    this.#loadedAtMs = clock.now();
    const world = restoreWorld(stored, { ...defaultSettings, ...ports.settings });
    this.world = world;
    world.waiting.restart(clock.now());
    this.bus = new CommandQueue({
      world,
      store,
      clock,
      ids,
      onFatal,
      act: (effects) => this.#effects.run(effects),
    });
    this.reader = new ControlReader(world, store.reader, clock, () => this.#staleReports);
    const engineOf = (hostId: HostId): Engine | undefined => this.#linkOf(hostId)?.openEngine;
    this.#effects = new EffectRunner({
      world,
      reader: store.reader,
      jobEnvironment: ports.jobEnvironment ?? [],
      engineOf,
      isKept: (attemptId) => this.#keptOutput.has(attemptId),
      report: (from, what) => this.#takeIn(from, what),
      settle: (arn) => this.#settle(arn),
      launch: (hostId) => this.#launches.ask(hostId),
      link: (hostId) => this.#linkRegistered(hostId),
      unlink: (hostId) => this.#unlink(hostId),
      now: () => clock.now(),
      onProblem,
    });
    this.#launches = new Launches({
      world,
      capacity: ports.capacity,
      clock,
      report: (report) => this.#noteInstance(report),
    });
    this.#logPump = new LogPump({
      engineOf,
      sink: logSink,
      clock,
      limitBytes: ports.logLimitBytes,
      onProblem,
    });
    this.#keptOutput = new KeptOutput({
      pump: this.#logPump,
      bus: this.bus,
      stored: stored.keptOutput,
      canAsk: (hostId) => engineOf(hostId) !== undefined,
      remove: (attempt) => this.#effects.run([{ type: 'remove-attempt', ...attempt }]),
      onProblem: (what, error) => this.#unlessStopped(what, error),
    });
    this.#logRetention = new LogRetention({
      world,
      bus: this.bus,
      reader: store.reader,
      sink: logSink,
      clock,
      onProblem,
    });
    const { retainMs } = ports;
    if (retainMs !== undefined)
      this.#retention = new Retention({ retainMs, bus: this.bus, reader: store.reader, clock });
  }

  #link(hostId: HostId, engine: Engine): HostLink {
    const { clock, onProblem } = this.#ports;
    const link = new HostLink({
      world: this.world,
      hostId,
      engine,
      clock,
      // Often enough that a silent host is told from one that was not asked.
      periodMs: Math.min(
        limit.reconcilePeriodMs,
        Math.ceil((this.world.settings.hostLostSeconds * 1000) / 4),
      ),
      report: (report) => this.#takeIn(hostId, report),
      act: (effects) => this.#effects.run(effects),
      isBusy: (attemptId) =>
        this.#ending.has(attemptId) ||
        this.#effects.isStarting(attemptId) ||
        this.#keptOutput.has(attemptId),
      isNewerThanRows: (attempt) => this.#isNewerThanRows(attempt),
      isStopping: (attemptId) => this.#effects.isStopping(attemptId),
      attend: (job) => this.#attend(job, false),
      onHeard: () => {
        this.#keptOutput.goOn();
        this.#noteContact(hostId, true);
      },
      onSilence: (forMs) => {
        if (forMs >= this.world.settings.hostLostSeconds * 1000) this.#noteContact(hostId, false);
      },
      onProblem,
    });
    this.#links.set(hostId, link);
    return link;
  }

  /**
   * A start that was under way when its attempt ended may have come through since: then the rows do
   * know it.
   */
  #isNewerThanRows({ attemptId, startedAtMs = 0 }: EngineAttempt): boolean {
    if (
      this.#ports.removeUnknown === true ||
      startedAtMs <= this.#newestCommitAtMs ||
      startedAtMs >= this.#loadedAtMs
    )
      return false;
    let isKnown = this.#knownToRows.get(attemptId);
    if (isKnown === undefined)
      this.#knownToRows.set(
        attemptId,
        (isKnown = this.#ports.store.reader.knowsAttempt(attemptId)),
      );
    return !isKnown;
  }

  /** An instance's containers run on its machine, also those of one that is gone. */
  #linkOf(hostId: HostId): HostLink | undefined {
    const host = this.world.hosts.get(hostId);
    if (host?.kind === 'instance') return this.#links.get(host.machineId);
    return this.#links.get(hostId) ?? (host === undefined ? this.#machine : undefined);
  }

  #linkRegistered(hostId: HostId): void {
    const host = this.world.hosts.get(hostId);
    if (host?.kind !== 'registered' || this.#links.has(hostId)) return;
    this.#link(hostId, this.#ports.hosts.engine(hostId, host.address)).keepOpening();
  }

  /** What of ours is left there goes, if the host can be reached. */
  #unlink(hostId: HostId): void {
    const link = this.#links.get(hostId);
    if (link === undefined) return;
    this.#links.delete(hostId);
    link.rest();
    this.#removeAll(link)
      .catch((error: unknown) => {
        if (!(error instanceof EngineUnavailable))
          this.#ports.onProblem(`leaving host ${hostId}`, error);
      })
      .finally(() => void link.engine.close());
  }

  #settle(arn: Arn): void {
    this.bus.issue({ type: 'settle-environment', arn }, 'capacity').catch((error: unknown) => {
      if (!(error instanceof Stopped))
        this.#ports.onProblem(`settling compute environment ${arn}`, error);
    });
  }

  #noteInstance({ hostId, report }: CapacityReport): void {
    const host = this.world.hosts.get(hostId);
    if (host?.kind !== 'instance' || (report === 'running' && host.state !== 'PENDING')) return;
    this.bus
      .issue({ type: 'report-instance', hostId, report }, 'capacity')
      .catch((error: unknown) => {
        if (!(error instanceof Stopped))
          this.#ports.onProblem(`report of instance ${hostId}`, error);
      });
  }

  #noteContact(hostId: HostId, heard: boolean): void {
    const host = this.world.hosts.get(hostId);
    if (host?.kind !== 'registered' || heard === (host.lost === undefined)) return;
    this.bus
      .issue({ type: 'note-host-contact', hostId, heard }, 'capacity')
      .catch((error: unknown) => {
        if (!(error instanceof Stopped))
          this.#ports.onProblem(`contact with host ${hostId}`, error);
      });
  }

  /**
   * The server has another mark than before: gives up what ran under the former one, wherever that
   * was. Called before `open`. Answers how many attempts were under way.
   */
  async leaveHosts(machineId: HostId): Promise<number> {
    const underWay = this.world.attempts.size;
    const newIds = new Map(
      [...this.world.hosts.registered()].map(({ id }) => [
        id,
        asHostId(this.#ports.ids.uuid().replaceAll('-', '')),
      ]),
    );
    await this.bus.issue({ type: 'leave-hosts', machineId, newIds }, 'start');
    return underWay;
  }

  /**
   * Connects to this machine's engine, finds what is running, lets the machine join, and begins to
   * place. Rejects with {@link UnknownAttempts} where the machine runs what the rows are too old to
   * know.
   */
  async open(machine: Machine): Promise<EngineCapabilities> {
    this.#machine = this.#link(machine.id, this.#ports.engine);
    const capabilities = await this.#machine.open();
    if (this.#machine.unknown.length > 0) throw new UnknownAttempts(this.#machine.unknown);
    for (const host of this.world.hosts.values())
      if (host.kind === 'registered') this.#linkRegistered(host.id);
    this.bus.beginWatching();
    for (const { arn, status } of this.world.computeEnvironments.values())
      if (status !== 'VALID' && status !== 'INVALID') this.#settle(arn);
    const { kind, version, logDrivers } = capabilities;
    await this.bus.issue(
      {
        type: 'join-host',
        host: {
          ...machine,
          engine: {
            dockerVersion: kind === 'docker' ? version.replace(/^Docker /, '') : undefined,
            logDrivers,
          },
        },
      },
      'capacity',
    );
    this.#launches.open();
    this.#logRetention.open();
    this.#retention?.open();
    return capabilities;
  }

  /** Compares with the engines now; for tests and for those who know that something changed. */
  async reconcile(): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link.reconcile()));
  }

  /**
   * Decides and commits what was taken; containers go on running and are found again at the next
   * start, unless they are to be discarded.
   */
  async close(how: { readonly discard: boolean } = { discard: false }): Promise<void> {
    for (const link of this.#links.values()) link.rest();
    this.#logRetention.close();
    this.#retention?.close();
    this.#launches.close();
    this.bus.close();
    this.#logPump.close();
    if (how.discard) await this.#discard();
    // The engine is there also where it was never opened.
    const engines = new Set([
      this.#ports.engine,
      ...[...this.#links.values()].map((link) => link.engine),
    ]);
    await Promise.all([...engines].map((engine) => engine.close()));
    await this.#ports.logSink.close();
    this.#ports.store.close();
  }

  async #discard(): Promise<void> {
    try {
      await Promise.all([...this.#links.values()].map((link) => this.#removeAll(link)));
    } catch (error) {
      this.#ports.onProblem('discarding attempts', error);
    }
  }

  /** Removes all of ours that is on the host: what it knows, and what it is about to be told of. */
  async #removeAll({ hostId, engine }: HostLink): Promise<void> {
    const placed = [...this.world.allocations].flatMap(([attemptId, allocation]) =>
      allocation.hostId === hostId || allocation.machineId === hostId ? [attemptId] : [],
    );
    const attempts = new Set([
      ...placed,
      ...(await engine.list()).map((attempt) => attempt.attemptId),
    ]);
    await Promise.all([...attempts].map((attemptId) => engine.remove(attemptId)));
  }

  #takeIn(from: HostId, report: EngineReport): void {
    this.#takeInAsync(from, report).catch((error: unknown) =>
      this.#unlessStopped(`report of attempt ${report.attemptId}`, error),
    );
  }

  /** A server that ends finds out at its next start. */
  #unlessStopped(what: string, error: unknown): void {
    if (!(error instanceof Stopped)) this.#ports.onProblem(what, error);
  }

  async #takeInAsync(hostId: HostId, report: EngineReport): Promise<void> {
    const { attemptId } = report;
    const job = this.#liveJob(attemptId);
    if (job === undefined) {
      // Of an attempt that is over, or was never ours to judge: dropped and counted (DESIGN 3.4).
      this.#staleReports++;
      if (report.type !== 'started') await this.#closeOld({ attemptId, hostId }, report);
      return;
    }
    if (report.type === 'started') {
      this.#attend(job, this.#effects.isFresh(attemptId));
      await this.#decide(attemptId, report);
      return;
    }
    if (this.#ending.has(attemptId)) return;
    this.#ending.add(attemptId);
    try {
      const to = destination(job);
      if (report.type === 'start-failed') {
        await this.#logPump.tell(to, report.reason, report.atMs);
        await this.#decide(attemptId, report);
      } else {
        const logNote = await this.#logPump.drained(job.attempt, to);
        if (logNote !== undefined && to !== undefined) await this.#keptOutput.keep(job.attempt, to);
        await this.#decide(attemptId, report.type === 'exited' ? { ...report, logNote } : report);
      }
    } finally {
      this.#ending.delete(attemptId);
    }
  }

  /**
   * The end of what nobody waits for; of an attempt that was lost with its host it is recorded
   * first.
   */
  async #closeOld(
    attempt: AttemptOnHost,
    report: Exclude<EngineReport, { type: 'started' }>,
  ): Promise<void> {
    const { attemptId, hostId } = attempt;
    const job = jobOfOldAttempt(attempt, this.world, this.#ports.store.reader);
    const log = job?.attempts.find((each) => each.attemptId === attemptId)?.log;
    if (this.#ending.has(attemptId)) return;
    this.#ending.add(attemptId);
    try {
      const to = log && job && { scope: job.scope, ...log };
      const isLate =
        report.type === 'exited' && (await this.#logPump.drained(attempt, to)) !== undefined;
      if (isLate && to !== undefined) await this.#keptOutput.keep(attempt, to);
      await this.bus.issue(
        {
          type: 'close-old-attempt',
          hostId,
          attemptId,
          atMs: report.atMs,
          exit: report.type === 'exited' ? report.exit : undefined,
        },
        'engine',
      );
    } finally {
      this.#ending.delete(attemptId);
    }
  }

  async #decide(attemptId: AttemptId, report: ReportAttempt['report']): Promise<void> {
    // That it runs is for those who look; an end frees its place for the next job.
    const withinMs = report.type === 'started' ? limit.startedReportWaitMs : 0;
    const reply = await this.bus.issue(
      { type: 'report-attempt', attemptId, report },
      'engine',
      withinMs,
    );
    if ('stale' in reply && reply.stale) this.#staleReports++;
  }

  #liveJob(attemptId: AttemptId): LiveJob | undefined {
    const jobId = this.world.attempts.get(attemptId);
    const job = jobId === undefined ? undefined : this.world.jobs.get(jobId);
    return job !== undefined && isLive(job) ? job : undefined;
  }

  #attend(job: LiveJob, fresh: boolean): void {
    const to = destination(job);
    if (to !== undefined) this.#logPump.ensure(job.attempt, to, fresh);
  }
}

const destination = (job: LiveJob): LogDestination | undefined =>
  job.attempt.log && { scope: job.scope, ...job.attempt.log };

/** Attempts of jobs that go on. */
function noteEnded(world: World, job: Job): void {
  for (const attempt of job.attempts) world.endedTasks.note(job.id, attempt);
}

/** Rebuilds the world from rows: a fold that ends where the last commit did. */
export function restoreWorld(stored: StoredWorld, settings: Settings): World {
  const world = new World(settings);
  for (const environment of stored.computeEnvironments)
    world.apply({ type: 'compute-environment-stored', environment });
  for (const resource of stored.consumableResources)
    world.apply({ type: 'consumable-resource-stored', resource });
  for (const policy of stored.schedulingPolicies)
    world.apply({ type: 'scheduling-policy-stored', policy });
  for (const queue of stored.jobQueues) world.apply({ type: 'job-queue-stored', queue });
  for (const definition of stored.jobDefinitions)
    world.apply({ type: 'job-definition-stored', definition });
  for (const { scope, name, revision } of stored.revisions)
    world.jobDefinitions.rememberRevision(scope, name, revision);
  for (const host of stored.hosts) world.apply({ type: 'host-stored', host });
  for (const usage of stored.shareUsage) world.fairShares.restore(usage);
  for (const { job, children } of stored.jobs) {
    if (!isInWorld(job)) continue;
    restoreJob(world, job);
    if (!isArrayParent(job)) noteEnded(world, job);
    for (const { index, job: child } of children) {
      noteEnded(world, child);
      if (isArrayParent(job))
        job.children.set(
          index,
          child.status,
          'stoppedAtMs' in child ? child.stoppedAtMs : child.createdAtMs,
        );
      else if (!isInWorld(child)) world.nodes.note(child);
      if (isInWorld(child)) restoreJob(world, child);
    }
  }
  restoreReadiness(world);
  world.nextSequence = Math.max(world.nextSequence, stored.nextSequence);
  world.changes.take();
  world.transitions.length = 0;
  return world;
}
