// Control: the running whole behind the door. Puts the command queue, the hosts and their attempts,
// and the logs around one world that it rebuilds from the store; starts and stops these parts, and
// hands out what commits ask for. Simulation and server run this same code over different ports. It
// reads no clock, file or network of its own, and judges nothing.

import type { KeyValuePair } from '@aws-sdk/client-batch';
import { never } from '../base/assert.ts';
import {
  hostId as asHostId,
  splitContainerId,
  type Arn,
  type AttemptId,
  type HostId,
} from '../base/ids.ts';
import { clusterOf } from '../core/host/connection.ts';
import type { Effect } from '../core/effect.ts';
import type { Machine } from '../core/host/host.ts';
import { defaultSettings, type Settings } from '../core/settings.ts';
import type { LiveWorld } from '../core/world/live-world.ts';
import { restoreWorld } from '../core/world/restore.ts';
import type { CapacityProvider } from '../port/capacity.ts';
import type { ClusterEngines } from '../port/cluster-engines.ts';
import type { ClusterNodes } from '../port/cluster-nodes.ts';
import type { Clock } from '../port/clock.ts';
import type { Engine, EngineCapabilities } from '../port/engine.ts';
import type { HostConnector } from '../port/host-connector.ts';
import type { Ids } from '../port/ids.ts';
import type { JobCredentials } from '../port/job-credentials.ts';
import type { LogSink } from '../port/log-sink.ts';
import type { SecretResolver } from '../port/secrets.ts';
import type { Store } from '../port/store.ts';
import type { EventInterest } from '../port/outbox.ts';
import type { TrainingFiles } from '../port/training-files.ts';
import type { TimetableSource } from '../port/timetable.ts';
import { JobJournal } from './journal/journal.ts';
import { BusIntake } from './outbox/bus-intake.ts';
import { Outbox, type Senders } from './outbox/outbox.ts';
import { ContainerRunner } from './host/container-runner.ts';
import { HostLinks } from './host/host-links.ts';
import { JobSessions } from './host/job-sessions.ts';
import { Fleet } from './host/fleet.ts';
import { NodeHosts } from './host/node-hosts.ts';
import { ReportIntake } from './host/report-intake.ts';
import { TrainingAttempts } from './host/training-attempts.ts';
import { RowsAge } from './host/rows-age.ts';
import { KeptOutput } from './log/kept-output.ts';
import { LogPump } from './log/log-pump.ts';
import { LogRetention } from './log/log-retention.ts';
import { ControlReader } from './read/reader.ts';
import { ScheduleRunner } from './schedule/schedule-runner.ts';
import { Retention } from './retention.ts';
import { RecordKeeper } from './trail/record-keeper.ts';
import { RecordRetention } from './trail/record-retention.ts';
import { CommandQueue } from './turn/command-queue.ts';
import { unlessStopped } from './turn/stopped.ts';

export interface ControlPorts {
  readonly store: Store;
  readonly engine: Engine;
  /** Reaches hosts of the user's own. */
  readonly hosts: HostConnector;
  /** Reaches clusters, whose nodes share an engine; absent: none. */
  readonly clusters?: ClusterEngines | undefined;
  /** What nodes clusters have; absent: none. */
  readonly nodes?: ClusterNodes | undefined;
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
  /** How containers come by the credentials of their jobs' roles; absent: they do not. */
  readonly jobCredentials?: JobCredentials | undefined;
  /** Fetches what containers get of secrets. */
  readonly secrets: SecretResolver;
  /** What containers of training jobs find and leave; absent: nothing. */
  readonly trainingFiles?: TrainingFiles | undefined;
  /** What rules of EventBridge want; absent: nothing. */
  readonly interest?: EventInterest | undefined;
  /** Who delivers what waits; absent: it waits. */
  readonly senders?: (() => Senders) | undefined;
  /** What fires by a clock, and where it is kept; absent: nothing does. */
  readonly timetables?: (() => readonly TimetableSource[]) | undefined;
  /** How long jobs are kept after their end; absent: for ever. */
  readonly retainMs?: number | undefined;
  /** How long records of calls are kept; absent: for ever. */
  readonly recordRetainMs?: number | undefined;
  /** The disk is nearly full: what would keep more is refused. Absent: there is no disk. */
  readonly isDiskLow?: (() => boolean) | undefined;
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
  readonly records: RecordKeeper;
  readonly journal: JobJournal;
  readonly outbox: Outbox;
  readonly busIntake: BusIntake;
  readonly sessions: JobSessions;
  readonly world: LiveWorld;
  readonly #ports: ControlPorts;
  readonly #links: HostLinks;
  readonly #containers: ContainerRunner;
  readonly #intake: ReportIntake;
  readonly #training: TrainingAttempts;
  readonly #fleet: Fleet;
  readonly #nodeHosts: NodeHosts | undefined;
  readonly #logPump: LogPump;
  readonly #keptOutput: KeptOutput;
  readonly #logRetention: LogRetention;
  #schedules: ScheduleRunner | undefined;
  readonly #retention: Retention | undefined;
  readonly #recordRetention: RecordRetention | undefined;

  constructor(ports: ControlPorts) {
    this.#ports = ports;
    const { store, clock, ids, logSink, onProblem, onFatal, retainMs } = ports;
    const { reader } = store;
    const stored = store.load();
    const world = restoreWorld(stored, { ...defaultSettings, ...ports.settings });
    this.world = world;
    world.scheduler.restart(clock.now(), stored.newestCommitAtMs);
    const act = (effects: readonly Effect[]): void => this.#act(effects);
    const write: CommandQueue['write'] = (table, by) => bus.write(table, by);
    const journal = (this.journal = new JobJournal({ bus: { write }, reader, clock }));
    const outbox = (this.outbox = new Outbox({
      bus: { write },
      reader: reader.outbox,
      clock,
      onProblem,
    }));
    const busIntake = (this.busIntake = new BusIntake({
      bus: { write },
      reader,
      outbox,
      interest: ports.interest,
    }));
    const parts = { world, store, clock, ids, journal, busIntake, onFatal, act };
    const bus = (this.bus = new CommandQueue(parts));
    this.reader = new ControlReader(world, reader, clock, {
      staleReports: () => this.#intake.stale,
      deliveries: () => outbox.counts,
    });

    const rowsAge = new RowsAge(stored.newestCommitAtMs, clock.now(), reader);
    this.#links = new HostLinks({
      world,
      bus,
      clock,
      engine: ports.engine,
      hosts: ports.hosts,
      clusters: ports.clusters,
      report: (from, report) => this.#intake.takeIn(from, report),
      act,
      isBusy: (containerId) =>
        this.#intake.isEnding(containerId) ||
        this.#containers.isStarting(containerId) ||
        this.#keptOutput.has(containerId),
      isStopping: (containerId) => this.#containers.isStopping(containerId),
      isNewerThanRows: (container) => ports.removeUnknown !== true && rowsAge.isBefore(container),
      attend: (job, containerId) => this.#intake.attend(job, containerId, false),
      onHeard: () => this.#keptOutput.goOn(),
      onProblem,
    });
    const { engineOf } = this.#links;
    this.sessions = new JobSessions({ world, jobs: this.reader.jobs, clock, engineOf });
    const training = (this.#training = new TrainingAttempts({
      world,
      clock,
      files: ports.trainingFiles,
      reader,
      onProblem,
    }));
    this.#containers = new ContainerRunner({
      world,
      reader,
      training,
      environment: { forAll: ports.jobEnvironment ?? [], credentials: ports.jobCredentials },
      secrets: ports.secrets,
      engineOf,
      isKept: (containerId) => this.#keptOutput.has(containerId),
      preparing: (attemptId) => this.#prepare(attemptId),
      report: (from, report) => this.#intake.takeIn(from, report),
      now: () => clock.now(),
      onProblem,
    });
    if (ports.nodes !== undefined)
      this.#nodeHosts = new NodeHosts({ world, nodes: ports.nodes, clock, ids, bus, onProblem });
    this.#fleet = new Fleet({
      world,
      bus,
      capacity: ports.capacity,
      clock,
      isNewerThanRows: (atMs) => ports.removeUnknown !== true && rowsAge.isBetween(atMs),
      onProblem,
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
      bus,
      stored: stored.keptOutput,
      canAsk: (at) => engineOf(at) !== undefined,
      // With the others of its attempt, where those are under way.
      remove: (container) => {
        const { attemptId } = splitContainerId(container.containerId);
        if (world.jobOfAttempt(attemptId) === undefined)
          this.#containers.run({ type: 'remove-container', ...container });
      },
      onProblem: (what, error) => unlessStopped(onProblem, what)(error),
    });
    this.#intake = new ReportIntake({
      world,
      bus,
      reader,
      logPump: this.#logPump,
      keptOutput: this.#keptOutput,
      training,
      isFresh: (containerId) => this.#containers.isFresh(containerId),
      instanceIdOf: (connection, nodeName) =>
        ports.nodes?.of(clusterOf(connection) ?? '')?.find(({ name }) => name === nodeName)
          ?.instanceId,
      onProblem,
    });
    this.#logRetention = new LogRetention({ world, bus, reader, sink: logSink, clock, onProblem });
    if (retainMs !== undefined) this.#retention = new Retention({ retainMs, bus, reader, clock });
    const { isDiskLow, recordRetainMs } = ports;
    this.records = new RecordKeeper({ bus, clock, isDiskLow, onProblem });
    if (recordRetainMs !== undefined)
      this.#recordRetention = new RecordRetention({
        retainMs: recordRetainMs,
        bus,
        reader,
        clock,
      });
  }

  /** What commits ask for is done; all of it may be lost, and may be repeated. */
  #act(effects: readonly Effect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case 'start-container':
        case 'stop-container':
        case 'remove-container':
          this.#containers.run(effect);
          break;
        case 'settle-environment':
          this.#settle(effect.arn);
          break;
        case 'launch-instance':
          this.#fleet.ask(effect.hostId);
          break;
        case 'end-instance':
          this.#fleet.end(effect.hostId);
          break;
        case 'link-host':
          this.#links.connect(effect.hostId);
          break;
        case 'unlink-host':
          this.#links.disconnect(effect.hostId);
          break;
        default:
          never(effect);
      }
    }
  }

  /** Where this is lost, its start is told by its container. */
  #prepare(attemptId: AttemptId): void {
    this.bus
      .issue({ type: 'prepare-attempt', attemptId }, 'engine')
      .catch(unlessStopped(this.#ports.onProblem, `preparing attempt ${attemptId}`));
  }

  #settle(arn: Arn): void {
    this.bus
      .issue({ type: 'settle-environment', arn }, 'capacity')
      .catch(unlessStopped(this.#ports.onProblem, `settling compute environment ${arn}`));
  }

  /**
   * The server has another mark than before: gives up what ran under the former one, wherever that
   * was. Called before `open`. Answers how many attempts were under way.
   */
  async leaveHosts(machineId: HostId): Promise<number> {
    const underWay = this.world.attempts.size;
    const newId = (): HostId => asHostId(this.#ports.ids.uuid().replaceAll('-', ''));
    const registered = [...this.world.hosts.registered()];
    const newIds = new Map(registered.map(({ id }) => [id, newId()]));
    await this.bus.issue({ type: 'leave-hosts', machineId, newIds }, 'start');
    return underWay;
  }

  /**
   * Connects to this machine's engine, finds what is running, lets the machine join where that is
   * an engine, and begins to place. Rejects with {@link UnknownContainers} where the machine runs
   * what the rows are too old to know.
   */
  async open(machine: Machine): Promise<EngineCapabilities> {
    const capabilities = await this.#links.open(machine.id);
    await this.#training.open((attemptId) => this.world.attempts.has(attemptId));
    this.bus.beginWatching();
    for (const { arn, status } of this.world.computeEnvironments.values())
      if (status !== 'VALID' && status !== 'INVALID') this.#settle(arn);
    const { runtime, logDrivers } = capabilities;
    if (this.world.settings.hasMachine)
      await this.bus.issue(
        { type: 'join-host', host: { ...machine, engine: { runtime, logDrivers } } },
        'capacity',
      );
    this.#fleet.open();
    this.#nodeHosts?.open();
    this.#logRetention.open();
    this.#retention?.open();
    this.#recordRetention?.open();
    this.journal.open();
    const { senders } = this.#ports;
    if (senders !== undefined) this.outbox.open(senders());
    const sources = this.#ports.timetables?.();
    if (sources !== undefined) {
      const { clock } = this.#ports;
      this.#schedules = new ScheduleRunner({ clock, deliveries: this.outbox, sources });
      await this.#schedules.open();
    }
    return capabilities;
  }

  /** Compares with what the capacity provider has, now; for tests. */
  compareInstances(): Promise<void> {
    return this.#fleet.compare();
  }

  /** Compares with the engines now; for tests and for those who know that something changed. */
  reconcile(): Promise<void> {
    return this.#links.reconcile();
  }

  /**
   * Decides and commits what was taken; containers go on running and are found again at the next
   * start, unless they are to be discarded.
   */
  async close(how: { readonly discard: boolean } = { discard: false }): Promise<void> {
    const sessions = this.sessions.close();
    this.#links.rest();
    this.#logRetention.close();
    this.#retention?.close();
    this.#recordRetention?.close();
    this.#fleet.close();
    this.#nodeHosts?.close();
    this.#training.close();
    this.records.close();
    const schedules = this.#schedules?.close();
    this.outbox.close();
    this.bus.close();
    this.journal.close();
    this.#logPump.close();
    await schedules;
    await sessions;
    if (how.discard) await this.#links.discard();
    await this.#links.close();
    await this.#ports.logSink.close();
    this.#ports.store.close();
  }
}
