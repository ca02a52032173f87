// One simulated run: production control, core and store over a virtual clock, seeded ids and the
// fake engine. A safety phase with faults, then a liveness phase without, in which everything must
// end. Checkers look after every step.

import { createHash } from 'node:crypto';
import { must } from '../src/base/assert.ts';
import {
  attemptId,
  splitContainerId,
  splitJobId,
  type Arn,
  type AttemptId,
  type ContainerId,
  type JobId,
} from '../src/base/ids.ts';
import { localHost } from '../src/capacity/local/local.ts';
import { compose, type App } from '../src/app/compose.ts';
import type { Command } from '../src/core/command/command.ts';
import type { Control, ControlPorts } from '../src/control/control.ts';
import { Stopped } from '../src/control/turn/stopped.ts';
import { isOnCluster } from '../src/core/compute-environment/compute-environment.ts';
import type { Machine } from '../src/core/host/host.ts';
import { isLive, type WaitingJob } from '../src/core/job/job.ts';
import { stopBy } from '../src/core/job/stop.ts';
import { FakeEngine, type FakeFaults } from '../src/engine/fake/fake-engine.ts';
import { defaultMarket } from '../src/core/schedule/scale/market.ts';
import { defaultSettings, type Settings } from '../src/core/settings.ts';
import type { FakeBehaviour } from '../src/engine/fake/behaviour.ts';
import type { CapacityProvider } from '../src/port/capacity.ts';
import type { ContainerSpec, Engine } from '../src/port/engine.ts';
import type { Ids } from '../src/port/ids.ts';
import type { Commit } from '../src/port/store.ts';
import { encodeState } from '../src/store/sqlite/job-row.ts';
import { SqliteStore } from '../src/store/sqlite/store.ts';
import { NoDocument } from '../src/port/document-fetcher.ts';
import { openAccess } from '../src/app/access-control.ts';
import { BrokenLaw, type Checker, type Observed } from './checker/checker.ts';
import { allCheckers } from './checker/all.ts';
import { isScarce } from './checker/instances-bounded.ts';
import { isImpossible } from './checker/reasons-true.ts';
import { SimulatedCapacity } from './capacity.ts';
import { SimulatedCluster, clusterArn } from './cluster.ts';
import { clusterEnvironments } from './cluster-workload.ts';
import { Containers } from './containers.ts';
import { Crashed, Incarnation, OutputNotStored, StoreFull } from './crash.ts';
import { Faults, type FaultKind } from './faults.ts';
import { holdingsOf, Ledger, partsOf, placedIn, type Committed } from './ledger.ts';
import { MemoryLogSink } from '../test/house/memory-log-sink.ts';
import { startFailure, type Expectation } from './oracle.ts';
import { Random } from './random.ts';
import { scriptedSealer } from '../test/house/scripted-sealer.ts';
import { settle, VirtualClock } from '../test/house/virtual-clock.ts';
import { registeredHosts } from './client.ts';
import { FrontDoor } from './front-door.ts';
import { RuleTargets } from './rule-targets.ts';
import { Workload } from './workload.ts';
import { removed, written } from './rows.ts';

interface RunResult {
  /** A hash of every commit, and of all that is there at the end: the same seed gives the same. */
  readonly hash: string;
  /** How many clients and operators sent. */
  readonly commands: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** How often a server had to be started anew. */
  readonly restarts: number;
  readonly commits: number;
  readonly steps: number;
}

/** In how many runs of a hundred somebody follows what becomes of jobs. */
const followedPercent = 20;
/** … and in how many rules of EventBridge lead to targets. */
const ruledPercent = 20;
const startMs = Date.UTC(2026, 0, 1);
/**
 * Longest that everything may take once faults have ceased: all the work that a run can ask for, on
 * a small machine.
 */
const livenessMs = 6 * 3_600_000;
/** At the least one fault for so many commands. */
const commandsPerFault = 25;
/** Steps of a run: one that does not come to rest is a finding, not a hang. */
const mostSteps = 50_000;
/**
 * Commits between two looks at everything, of which the costliest are also had at every start of a
 * server.
 */
const commitsBetweenFullLooks = 160;

/** Lets a test plant a bug and see that a checker catches it. */
export interface SimulationOptions {
  readonly commands?: number;
  readonly checkers?: readonly Checker[];
  /** Called with every new control before it opens. */
  readonly sabotage?: (control: Control) => void;
  /** Likewise, of the engine that control is given. */
  readonly sabotageEngine?: (engine: Engine) => Engine;
  readonly sabotageCapacity?: (capacity: CapacityProvider) => CapacityProvider;
  readonly sabotageCluster?: (cluster: SimulatedCluster) => void;
  /** Hears of every transaction, and of every start of a server. */
  readonly onCommit?: (committed: Committed) => void;
}

export async function simulate(seed: number, options: SimulationOptions = {}): Promise<RunResult> {
  const simulation = new Simulation(seed, options);
  try {
    return await simulation.run();
  } finally {
    simulation.close();
  }
}

/** In some runs instances cannot be had without end. */
function scarcity(random: Random): Pick<Settings, 'market' | 'instanceLimit'> {
  const pools = random.chance(25)
    ? ['m5.large', 'm4.large', 'c5.large', 'r5.large']
        .flatMap((type) => [type, `spot ${type}`])
        .map((pool) => [pool, random.below(3)] as const)
    : [];
  return {
    market: { ...defaultMarket, pools: new Map(pools) },
    instanceLimit: random.chance(20) ? random.between(4, 6) : Number.MAX_SAFE_INTEGER,
  };
}

type When = Exclude<keyof Checker, 'law'>;

/** What a law has to look at on an occasion. */
interface Look {
  readonly law: string;
  readonly look: (observed: Observed) => void;
}

/** The server between two starts. */
interface Life {
  readonly incarnation: Incarnation;
  readonly app: App;
  /** When it had opened, by elapsed time. */
  sinceMs: number | undefined;
}

/** What a transaction did, in order; what its rows say is told once, when everything is over. */
function textOf({ atMs, rows }: Commit): string {
  let text = String(atMs);
  for (const { id, status } of rows.jobs.values()) text += id + status;
  for (const {
    job: { id, status },
  } of rows.children.values())
    text += id + status;
  for (const id of rows.hosts.keys()) text += id;
  return text;
}

/** Everything as it stands at the end. */
function textOfAll({
  jobs,
  details,
  queues,
  environments,
  definitions,
  policies,
  consumables,
}: Ledger): string {
  const tables = [details, queues, environments, definitions, policies, consumables].map(
    (table) => [...table.values()],
  );
  return JSON.stringify(tables) + [...jobs.values()].map((job) => job.id + encodeState(job)).join();
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #sealer = scriptedSealer();
  readonly #draw: Random;
  readonly #faults: Faults;
  readonly #ids: Ids;
  readonly #clock = new VirtualClock(startMs);
  readonly #store = new SqliteStore(':memory:');
  readonly #sink = new MemoryLogSink(() => this.#clock.now());
  readonly #engine: FakeEngine;
  /** Engines of registered hosts, by address. */
  readonly #registeredEngines = new Map<string, FakeEngine>();
  readonly #capacity: SimulatedCapacity;
  readonly #cluster: SimulatedCluster | undefined;
  readonly #door: FrontDoor;
  readonly #workload: Workload;
  readonly #host: Machine;
  readonly #settings: Pick<
    Settings,
    'hostLossFree' | 'overtakeJobs' | 'overtakeSeconds' | 'market' | 'instanceLimit'
  >;
  readonly #retainMs: number | undefined;
  readonly #audit: 'off' | 'changes';
  readonly #isFollowed: boolean;
  readonly #targets: RuleTargets | undefined;
  /**
   * Who looks when: few look where nothing came, and there are more such steps than anything else.
   */
  readonly #consulted: Readonly<Record<When, readonly Look[]>>;
  /** What the run has done so far, to be hashed. */
  #told = '';
  readonly #containers = new Containers();
  readonly #ledger = new Ledger();
  #commits: Committed[] = [];
  /** Attempts of service jobs: their containers do not know of what job they are. */
  readonly #trainings = new Map<AttemptId, { readonly id: JobId; readonly number: number }>();
  #life: Life | undefined;
  /** What no server survives: a law of the product's own, a problem that no fault explains. */
  #fatal: Error | undefined;
  #counts = { restarts: 0, commits: 0, steps: 0 };
  #commitsAtFullLook = 0;
  /** By elapsed time. */
  #lookedAtMs = 0;

  constructor(seed: number, options: SimulationOptions) {
    const random = new Random(seed);
    this.#options = options;
    this.#draw = random.fork('run');
    this.#faults = new Faults(random.fork('faults'), () => this.#clock.elapsedMs);
    const ids = random.fork('ids');
    this.#ids = {
      uuid: () => ids.hex(32),
      attempt: () => attemptId(ids.hex(32)),
      random: () => ids.hex(32),
    };
    this.#engine = this.#newEngine(this.#faults.engine);
    this.#capacity = new SimulatedCapacity(this.#clock, this.#faults, random.fork('capacity'));
    this.#settings = {
      hostLossFree: this.#draw.chance(30),
      ...this.#draw.pick([
        { overtakeJobs: 10, overtakeSeconds: 60 },
        { overtakeJobs: 100, overtakeSeconds: 300 },
      ]),
      ...scarcity(random.fork('market')),
    };
    this.#host = localHost('0'.repeat(32), {
      milliVcpu: 1000 * this.#draw.between(2, 6),
      memoryMib: 4096,
      gpus: this.#draw.pick([0, 0, 1]),
    });
    this.#retainMs = this.#draw.pick([undefined, undefined, 120_000, 600_000]);
    this.#audit = random.fork('audit').chance(50) ? 'changes' : 'off';
    this.#isFollowed = random.fork('journal').chance(followedPercent);
    const rules = random.fork('rules');
    if (rules.chance(ruledPercent))
      this.#targets = new RuleTargets(this.#clock, this.#faults, rules);
    const clients = random.fork('ids of clients');
    this.#door = new FrontDoor({
      random: random.fork('wire'),
      ids: this.#ids,
      ledger: this.#ledger,
      sink: this.#sink,
      submits: () => this.#workload.launches,
    });
    this.#workload = new Workload(
      random.fork('workload'),
      this.#door,
      () => clients.hex(32),
      this.#settings.hostLossFree,
    );
    if (this.#workload.cluster !== undefined)
      this.#cluster = this.#newCluster(random.fork('cluster'));
    const checkers = options.checkers ?? allCheckers();
    const asked = (when: When): Look[] =>
      checkers.flatMap((checker) => {
        const look = checker[when];
        return look === undefined ? [] : [{ law: checker.law, look }];
      });
    this.#consulted = {
      check: asked('check'),
      checkTime: asked('checkTime'),
      checkStart: asked('checkStart'),
      checkNowAndThen: asked('checkNowAndThen'),
      checkEnd: asked('checkEnd'),
    };
  }

  async run(): Promise<RunResult> {
    this.#faults.active = false;
    await this.#boot();
    await this.#askFor(this.#workload.prepare());
    await this.#targets?.putRules(must(this.#life, 'it is up').app, () => this.#advance(0));
    this.#faults.active = true;
    const leastCommands = this.#options.commands ?? 500;
    const gaps = this.#draw.pick([
      [0, 20, 200],
      [0, 500, 2_000],
      [200, 2_000, 10_000],
      [500, 5_000, 25_000],
    ]);
    while (
      this.#door.asked < leastCommands ||
      this.#faults.total < leastCommands / commandsPerFault
    ) {
      // Clients come alone or together: what comes at once is decided in one transaction.
      for (let together = this.#draw.pick([1, 1, 2, 4, 8, 16]); together > 0; together--)
        this.#act();
      await this.#door.arrived();
      this.#strike();
      this.#strikeInstance();
      this.#strikeCluster();
      await this.#advance(this.#draw.below(this.#draw.pick(gaps) + 1));
      if (!this.#isUp) await this.#reboot();
      await this.#pause(this.#workload.takePauseMs());
    }
    await this.#comeToRest();
    this.#consult('checkEnd');
    const hash = createHash('sha1').update(this.#told).update(textOfAll(this.#ledger));
    return {
      hash: hash.digest('hex').slice(0, 16),
      faults: this.#faults.counts,
      commands: this.#door.asked,
      ...this.#counts,
    };
  }

  /** Nobody asks for anything; servers die and come back. */
  async #pause(ms: number): Promise<void> {
    const untilMs = this.#clock.elapsedMs + ms;
    while (this.#clock.elapsedMs < untilMs) {
      await this.#advance(Math.min(5_000, untilMs - this.#clock.elapsedMs));
      if (!this.#isUp) await this.#reboot();
    }
  }

  /** One thing that a client does, and now and then a look at a job that came lately. */
  #act(): void {
    this.#workload.act();
    this.#door.read(() =>
      [...this.#workload.expectations]
        .slice(-30)
        .flatMap(([id, { plan }]) => (plan.service === undefined ? [id] : [])),
    );
  }

  /** One after the other, past what may happen on the wire. */
  async #askFor(commands: readonly Command[]): Promise<void> {
    for (const command of commands) {
      void this.#door.submitToBus(command);
      await this.#advance(1);
    }
  }

  /**
   * Faults have ceased: everything must come to its end. What can never run is cancelled, by those
   * whose judgement it is.
   */
  async #comeToRest(): Promise<void> {
    this.#faults.active = false;
    this.#faults.engineGone = false;
    this.#faults.cutOff.clear();
    this.#cluster?.restore();
    if (!this.#isUp) await this.#reboot();
    await this.#askFor(this.#workload.restore());
    const endMs = this.#clock.elapsedMs + livenessMs;
    for (
      let minutes = 0;
      this.#clock.elapsedMs < endMs &&
      (this.#ledger.open.size > 0 ||
        this.#engine.networks().size > 0 ||
        this.#capacity.hasOther(this.#ledger.instances) ||
        (this.#cluster?.held().length ?? 0) > 0 ||
        this.#store.reader.outbox.waitingLanes().length > 0);
      minutes++
    ) {
      await this.#advance(60_000);
      if (minutes % 10 === 0) await this.#cancelHopeless(minutes);
    }
  }

  async #cancelHopeless(minutes: number): Promise<void> {
    const mostGpus = this.#isAlone ? 0 : this.#host.capacity.gpus;
    const environmentsOf = (queueArn: Arn) =>
      (this.#ledger.queues.get(queueArn)?.computeEnvironmentOrder ?? []).map(
        ({ computeEnvironment }) => this.#ledger.environments.get(computeEnvironment),
      );
    for (const waiting of this.#ledger.open.values()) {
      const {
        id,
        queueArn,
        terms: { needs },
      } = waiting;
      if (waiting.terms.service !== undefined) {
        if (needs.gpus > mostGpus) this.#workload.cancel(id);
        continue;
      }
      const environments = environmentsOf(queueArn);
      const onCluster = environments.every((one) => one !== undefined && isOnCluster(one));
      const isOwn = environments.some((environment) => environment?.type === 'UNMANAGED');
      const most = isOwn
        ? 2
        : Math.max(
            ...environments.map((environment) => environment?.computeResources?.maxvCpus ?? 0),
          );
      if (splitJobId(id).parent !== id) continue;
      if (
        needs.gpus > (isOwn || onCluster ? 0 : mostGpus) ||
        needs.milliVcpu > 1000 * most ||
        (waiting.status === 'RUNNABLE' && this.#isHopelessForNodes(waiting, isOwn, minutes))
      )
        this.#workload.cancel(id);
    }
    await this.#advance(1_000);
  }

  /** Two hosts are registered; where instances are scarce, so many at once may never be had. */
  #isHopelessForNodes({ id, terms }: WaitingJob, isOwn: boolean, minutes: number): boolean {
    if (terms.nodes === undefined) return false;
    const parts = partsOf(terms);
    if (isOwn)
      return (
        parts.length > registeredHosts.length || parts.some(({ needs }) => needs.milliVcpu > 2000)
      );
    const waiting = this.#ledger.runnable().find((one) => one.id === id);
    return (
      waiting !== undefined &&
      (isImpossible(this.#ledger, [], waiting) ||
        (minutes > 60 && isScarce(this.#life?.app.control)))
    );
  }

  close(): void {
    if (this.#life) this.#life.incarnation.alive = false;
    this.#store.close();
  }

  // ---- the server ----

  get #isUp(): boolean {
    return this.#life?.incarnation.alive === true;
  }

  async #boot(): Promise<void> {
    const incarnation = new Incarnation(this.#faults);
    const app = compose({
      store: incarnation.store(this.#store, this.#clock, (commit) => this.#record(commit)),
      engine: incarnation.engine(this.#options.sabotageEngine?.(this.#engine) ?? this.#engine),
      hosts: {
        probe: () => Promise.reject(new BrokenLaw('control probes no host')),
        engine: (_hostId, { url }) => incarnation.engine(this.#registeredEngine(url)),
      },
      ...this.#clusterFor(incarnation),
      capacity: this.#providerFor(incarnation),
      logSink: incarnation.logSink(this.#sink),
      clock: incarnation.clock(this.#clock),
      ids: this.#door.ids,
      settings: {
        ...defaultSettings,
        ...this.#settings,
        ...(this.#cluster && { clusters: [clusterArn], runsPods: true }),
        ...(this.#isAlone && { hasMachine: false, clusterCapacity: clusterArn }),
        machineServesUnmanaged: this.#workload.machineServesUnmanaged,
        timeoutSecondsMin: 1,
      },
      retainMs: this.#retainMs,
      account: '000000000000',
      audit: this.#audit,
      trailEveryMs: 300_000,
      region: 'us-east-1',
      sealer: this.#sealer,
      keys: { make: () => Promise.reject(new BrokenLaw('nobody makes keys')) },
      documents: { fetch: () => Promise.reject(new NoDocument('nobody publishes anything')) },
      http: {
        send: () => Promise.resolve({ failure: 'unreachable', message: 'nobody is there' }),
      },
      publicAddress: { origin: 'https://longshore.test', listening: Promise.resolve() },
      elsewhere: {
        placeOf: () => undefined,
        call: () => Promise.reject(new BrokenLaw('no service elsewhere has a place')),
      },
      deadLetterFiles: { add: () => Promise.resolve() },
      access: openAccess('000000000000'),
      senders: () => this.#targets?.forLife(incarnation, () => app.ruleBook) ?? {},
      onAudit: () => undefined,
      onFault: ({ error }) => {
        if (incarnation.alive && !(error instanceof Stopped)) this.#fatal ??= error as Error;
      },
      onProblem: (what, error) => {
        if (incarnation.alive && !(error instanceof OutputNotStored))
          this.#fatal ??= new BrokenLaw(`${what}: ${String(error)}`);
      },
      onFatal: (error) => {
        // The process ends, in the same stretch.
        incarnation.alive = false;
        if (!(error instanceof Crashed || error instanceof StoreFull)) this.#fatal ??= error;
      },
    });
    this.#options.sabotage?.(app.control);
    const life: Life = { incarnation, app, sinceMs: undefined };
    this.#life = life;
    this.#door.open(app, () => incarnation.alive);
    if (this.#isFollowed) app.control.journal.follow();
    app
      .open(this.#host)
      .catch(() => undefined)
      .finally(() => (life.sinceMs = this.#clock.elapsedMs));
    await this.#advance(1);
    if (this.#isUp) this.#consult('checkStart');
  }

  /** Until there is one that stays up. */
  async #reboot(): Promise<void> {
    while (!this.#isUp) {
      this.#life = undefined;
      this.#door.close();
      this.#counts.restarts++;
      await this.#advance(this.#faults.length('downtime'));
      await this.#boot();
    }
  }

  // ---- engines ----

  #newEngine(faults: FakeFaults): FakeEngine {
    return new FakeEngine({
      clock: this.#clock,
      behaviour: (spec) => this.#behaviour(spec),
      onRun: (id) => this.#containers.began(id, this.#clock.elapsedMs),
      onEnd: (id, exit) =>
        this.#containers.ended(id, this.#clock.elapsedMs, exit, this.#clock.setAtMs),
      faults,
    });
  }

  /** The server has no machine of its own. */
  get #isAlone(): boolean {
    return this.#workload.cluster?.isAlone === true;
  }

  #newCluster(random: Random): SimulatedCluster {
    const { lost, taken, unplaced } = this.#containers;
    const cluster = new SimulatedCluster({
      clock: this.#clock,
      faults: this.#faults,
      random,
      environments: clusterEnvironments,
      behaviour: (spec) => this.#behaviour(spec),
      onRun: (id) => {
        // A server that died before it heard of that asked again.
        unplaced.delete(splitContainerId(id).attemptId);
        this.#containers.began(id, this.#clock.elapsedMs);
      },
      onEnd: (id, exit) =>
        this.#containers.ended(id, this.#clock.elapsedMs, exit, this.#clock.setAtMs),
      onTaken: (id) => {
        lost.add(id);
        if (!taken.has(id)) taken.set(id, this.#clock.elapsedMs);
      },
      onUnplaced: (id) => unplaced.add(id),
    });
    this.#options.sabotageCluster?.(cluster);
    return cluster;
  }

  #clusterFor(incarnation: Incarnation): Pick<ControlPorts, 'clusters' | 'nodes'> {
    const cluster = this.#cluster;
    return cluster === undefined
      ? {}
      : {
          nodes: cluster.nodesFor(incarnation),
          clusters: {
            engine: (arn) =>
              arn === clusterArn ? incarnation.engine(cluster.engineFor(incarnation)) : undefined,
          },
        };
  }

  /**
   * The engine of a host that its owner registered: it stays where it is, however often that is
   * done.
   */
  #registeredEngine(address: string): FakeEngine {
    const engine =
      this.#registeredEngines.get(address) ?? this.#newEngine(this.#faults.engineAt(address));
    this.#registeredEngines.set(address, engine);
    return engine;
  }

  // ---- what fate does ----

  #strike(): void {
    // Calm as the day may be, something goes wrong now and then.
    const overdue = this.#faults.total < Math.floor(this.#door.asked / commandsPerFault);
    switch (this.#faults.fate(overdue)) {
      case 'engine gone':
        this.#faults.engineGone = true;
        this.#clock.at(this.#clock.now() + this.#faults.length('outage'), () => {
          this.#faults.engineGone = false;
        });
        return;
      case 'host cut off': {
        const address = this.#draw.pick([...registeredHosts, ...this.#workload.moreHosts]);
        if (this.#faults.cutOff.has(address)) return;
        this.#faults.cutOff.add(address);
        this.#clock.at(this.#clock.now() + this.#faults.length('cut off'), () =>
          this.#faults.cutOff.delete(address),
        );
        return;
      }
      case 'report of an old attempt': {
        const old = [...this.#containers.all.values()]
          .filter(({ attemptId: id }) => !this.#ledger.live.has(id))
          .map(({ containerId }) => containerId)
          .slice(-10);
        const report = this.#faults.staleReport(old, this.#clock.now());
        if (report) this.#engine.say(report);
        return;
      }
      case 'host lost':
        for (const id of this.#faults.victims(this.#runningNow())) {
          this.#containers.lost.add(splitContainerId(id).attemptId);
          for (const engine of [this.#engine, ...this.#registeredEngines.values()])
            engine.lose(id, 'the host has gone');
          this.#cluster?.lose(splitContainerId(id).attemptId);
        }
        return;
      case 'attempt believed lost':
        for (const id of this.#faults.victims(this.#runningNow().slice(0, 2))) {
          this.#containers.lost.add(splitContainerId(id).attemptId);
          this.#containers.believedLost.add(splitContainerId(id).attemptId);
          this.#engine.say({
            type: 'lost',
            containerId: id,
            atMs: this.#clock.now(),
            reason: 'cut off from its host',
          });
        }
        return;
      case 'clock set forwards':
        this.#clock.setBy(this.#faults.clockStepMs());
        return;
      case 'clock set back':
        this.#clock.setBy(-this.#faults.clockStepMs());
        return;
      case undefined:
    }
  }

  #strikeInstance(): void {
    const fate = this.#ledger.instances.size === 0 ? undefined : this.#faults.instanceFate();
    if (fate === undefined) return;
    const instance = this.#draw.pick([...this.#ledger.instances.values()]);
    // A node is its cluster's to end.
    if (instance.connection !== undefined) return;
    const { id, scope } = instance;
    if (fate === 'instance taken back') this.#capacity.takeBack(instance);
    else {
      this.#capacity.ended.add(id);
      void this.#door.submitToBus({ type: 'end-instance', scope, hostId: id, cause: 'user' });
    }
  }

  #strikeCluster(): void {
    const fate = this.#cluster && this.#faults.clusterFate();
    if (fate !== undefined) this.#cluster?.strike(fate);
  }

  #runningNow = (): ContainerId[] =>
    [...this.#containers.running.values()].flatMap((running) => [...running]);

  #behaviour({ containerId: id, environment }: ContainerSpec): FakeBehaviour {
    const variable = (name: string): string | undefined =>
      environment.find((entry) => entry.name === name)?.value;
    const service = this.#trainings.get(splitContainerId(id).attemptId);
    const jobId = service?.id ?? (variable('AWS_BATCH_JOB_ID') as JobId);
    const { parent, index, node } = splitJobId(jobId);
    const number = service?.number ?? Number(variable('AWS_BATCH_JOB_ATTEMPT'));
    this.#containers.know(id, jobId, number);
    const expectation = this.#workload.expectations.get(parent) as Expectation;
    const { startFails, ...run } =
      expectation.plan.task !== undefined
        ? expectation.containerRun(splitContainerId(id).index, index, number)
        : node === undefined
          ? expectation.run(index, number)
          : expectation.nodeRun(node, number);
    return { ...run, startFailure: startFails ? startFailure : undefined };
  }

  // ---- time, and those who look ----

  async #advance(ms: number): Promise<void> {
    const untilMs = this.#clock.elapsedMs + ms;
    while (await this.#clock.step(untilMs)) {
      if (this.#counts.steps++ > mostSteps) throw new BrokenLaw('the world does not come to rest');
      this.#look();
      if (this.#isUp && this.#faults.step()) (this.#life as Life).incarnation.alive = false;
    }
    await settle();
    this.#look();
  }

  #look(): void {
    if (this.#fatal) throw this.#fatal;
    const { elapsedMs } = this.#clock;
    const isNews =
      this.#door.answers.length +
        this.#commits.length +
        this.#containers.fresh.length +
        (this.#targets?.fresh.length ?? 0) >
      0;
    const hasTimePassed = elapsedMs > this.#lookedAtMs;
    this.#lookedAtMs = elapsedMs;
    if (!isNews && !hasTimePassed) return;
    const observed = this.#observed();
    if (isNews) this.#consult('check', observed);
    this.#consult('checkTime', observed);
    if (this.#counts.commits >= this.#commitsAtFullLook + commitsBetweenFullLooks && this.#isUp) {
      this.#commitsAtFullLook = this.#counts.commits;
      this.#consult('checkNowAndThen');
    }
    if (!isNews) return;
    this.#commits = [];
    this.#door.forgetAnswers();
    this.#containers.fresh = [];
    if (this.#cluster) this.#cluster.refused = [];
    if (this.#targets) this.#targets.fresh = [];
  }

  #consult(when: When, observed = this.#observed()): void {
    let asked = '';
    try {
      for (const { law, look } of this.#consulted[when]) {
        asked = law;
        look(observed);
      }
    } catch (error) {
      throw new BrokenLaw(`${asked}: ${(error as Error).message}`, { cause: error });
    }
  }

  #providerFor(incarnation: Incarnation): CapacityProvider {
    const provider = this.#capacity.forLife(incarnation);
    return this.#options.sabotageCapacity?.(provider) ?? provider;
  }

  #observed(): Observed {
    const { elapsedMs } = this.#clock;
    return {
      nowMs: this.#clock.now(),
      elapsedMs,
      server: this.#isUp ? this.#life?.app.control : undefined,
      clockSetMs: this.#clock.setAtMs,
      retainMs: this.#retainMs,
      upSinceMs: (this.#isUp ? this.#life?.sinceMs : undefined) ?? elapsedMs,
      store: this.#store,
      sink: this.#sink,
      ledger: this.#ledger,
      expectations: this.#workload.expectations,
      containers: this.#containers,
      commits: this.#commits,
      answers: this.#door.answers,
      heardMs: this.#faults.heardMs,
      instancesEnded: this.#capacity.ended,
      provided: () => new Set([...this.#capacity.provided()].map(({ hostId }) => hostId)),
      networks: () => this.#engine.networks(),
      areChangesRecorded: this.#audit !== 'off',
      isFollowed: this.#isFollowed,
      cluster: this.#cluster,
      rules: this.#targets?.rules ?? [],
      arrivals: this.#targets?.fresh ?? [],
      faulty: this.#faults.active,
    };
  }

  /**
   * What was declared lost with its host, or went with it: whether rightly is the affair of a
   * checker.
   */
  #noteLosses({ commit, changes }: Committed): void {
    for (const host of written(commit.rows.hosts))
      for (const old of host.kind === 'registered' ? host.oldContainers : [])
        this.#containers.lost.add(splitContainerId(old.containerId).attemptId);
    const { hostEnding, lost } = this.#containers;
    for (const { after } of changes)
      if (
        isLive(after) &&
        stopBy(after.stops, 'host') !== undefined &&
        !hostEnding.has(after.attempt.attemptId)
      )
        hostEnding.set(after.attempt.attemptId, this.#clock.elapsedMs);
    const gone = new Set([
      ...removed(commit.rows.hosts),
      ...written(commit.rows.hosts).flatMap((host) =>
        host.kind === 'instance' && host.state === 'SHUTTING_DOWN' ? [host.id] : [],
      ),
    ]);
    const silent = written(commit.rows.hosts).flatMap((host) =>
      host.kind === 'registered' && host.lost !== undefined ? [host.id] : [],
    );
    if (gone.size + silent.length === 0) return;
    // A node whose place is kept there is lost when it is launched.
    for (const job of this.#ledger.live.values())
      for (const {
        placement: { hostId, attemptId: id },
      } of holdingsOf(job))
        if (gone.has(hostId) || (silent.includes(hostId) && id !== job.attempt.attemptId))
          lost.add(id);
    for (const { after } of changes)
      for (const attempt of 'attempts' in after ? after.attempts : [])
        if (gone.has(attempt.hostId)) lost.add(attempt.attemptId);
  }

  #record(commit: Commit): void {
    this.#counts.commits++;
    const atMs = this.#clock.now();
    this.#told += textOf(commit);
    const changes = this.#ledger.fold(commit);
    const committed = { commit, atMs, changes, placed: changes.flatMap(placedIn) };
    for (const { id, terms, attempt } of committed.placed)
      if (terms.service !== undefined)
        this.#trainings.set(attempt.attemptId, { id, number: attempt.number });
    this.#noteLosses(committed);
    this.#commits.push(committed);
    this.#options.onCommit?.(committed);
  }
}
