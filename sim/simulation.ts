// One simulated run: production control, core and store over a virtual clock, seeded ids and the fake engine. A safety phase
// with faults, then a liveness phase without, in which everything must end. Checkers look after every step.

import { createHash } from 'node:crypto';
import type { JobDependency } from '@aws-sdk/client-batch';
import { attemptId, jobId, scopeOf, type JobId, type Scope } from '../src/base/ids.ts';
import { isRefusal } from '../src/base/refusal.ts';
import { localHost } from '../src/capacity/local/local.ts';
import { Control } from '../src/control/control.ts';
import type { Command } from '../src/core/command/command.ts';
import type { ArrayParent, Job } from '../src/core/job/job.ts';
import { FakeEngine, type FakeCall } from '../src/engine/fake/fake-engine.ts';
import type { Engine } from '../src/port/engine.ts';
import type { Envelope } from '../src/port/command-bus.ts';
import type { HostConnector } from '../src/port/host-connector.ts';
import type { Ids } from '../src/port/ids.ts';
import type { Commit } from '../src/port/store.ts';
import { SqliteStore } from '../src/store/sqlite/store.ts';
import { BrokenLaw, type Checker, type Observed } from './checker/checker.ts';
import { dependenciesRespected } from './checker/dependencies-respected.ts';
import { endsStay } from './checker/ends-stay.ts';
import { oneContainerPerAttempt } from './checker/one-container-per-attempt.ts';
import { promisesKept } from './checker/promises-kept.ts';
import { worldRecounts } from './checker/world-recounts.ts';
import { Crashed, Incarnation } from './crash.ts';
import { MemoryLogSink } from './memory-log-sink.ts';
import { Expectation } from './oracle.ts';
import { Random } from './random.ts';
import { settle, VirtualClock } from './virtual-clock.ts';

export interface RunResult {
  /** Of every commit: the same seed gives the same hash. */
  readonly hash: string;
  readonly commands: number;
  readonly crashes: number;
  readonly commits: number;
}

export const scope: Scope = scopeOf('000000000000', 'us-east-1');
const startMs = Date.UTC(2026, 0, 1);
const envelope: Envelope = { requestId: 'sim', caller: 'sim', sourceAddress: '', userAgent: '' };
/** Longest that everything may take once faults have ceased: all the work that a run can ask for, on a small machine. */
const livenessMs = 12 * 3_600_000;
/** Steps of one phase: a run that does not come to rest is a finding, not a hang. */
const mostSteps = 200_000;

/** No world has hosts of its users yet. */
const noHosts: HostConnector = {
  probe: () => Promise.reject(new Error('there are no hosts')),
  engine: () => {
    throw new Error('there are no hosts');
  },
};

/** Lets a test plant a bug and see that a checker catches it. */
export interface SimulationOptions {
  readonly commands?: number;
  readonly checkers?: readonly Checker[];
  /** Called with every new control before it opens. */
  readonly sabotage?: (control: Control) => void;
  /** Likewise, of the engine that control is given. */
  readonly sabotageEngine?: (engine: Engine) => Engine;
}

export async function simulate(seed: number, options: SimulationOptions = {}): Promise<RunResult> {
  const simulation = new Simulation(seed, options);
  try {
    return await simulation.run();
  } finally {
    simulation.close();
  }
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #workload: Random;
  readonly #faults: Random;
  readonly #ids: Ids;
  readonly #clock = new VirtualClock(startMs);
  readonly #store = new SqliteStore(':memory:');
  readonly #sink = new MemoryLogSink();
  readonly #engine: FakeEngine;
  /** How often each container really began. */
  readonly #runs = new Map<string, number>();
  /** Faults cease before the liveness phase. */
  #faulty = true;
  readonly #hash = createHash('sha256');
  readonly #expectations = new Map<JobId, Expectation>();
  readonly #checkers: readonly Checker[];
  #life: { incarnation: Incarnation; control: Control } | undefined;
  #written: (Job | ArrayParent)[] = [];
  #commands = 0;
  #crashes = 0;
  #commits = 0;
  #fatal: Error | undefined;

  constructor(seed: number, options: SimulationOptions) {
    const random = new Random(seed);
    this.#options = options;
    this.#workload = random.fork('workload');
    this.#faults = random.fork('faults');
    const ids = random.fork('ids');
    this.#ids = { uuid: () => ids.hex(32), attempt: () => attemptId(ids.hex(32)) };
    this.#engine = new FakeEngine({
      clock: this.#clock,
      onRun: (id) => this.#runs.set(id, (this.#runs.get(id) ?? 0) + 1),
      faults: { call: (call) => this.#callFault(call), report: () => this.#reportDelays() },
    });
    this.#checkers = options.checkers ?? [worldRecounts, oneContainerPerAttempt, endsStay(), promisesKept, dependenciesRespected];
  }

  async run(): Promise<RunResult> {
    await this.#boot();
    await this.#prepare();
    for (let command = this.#options.commands ?? 150; command > 0; command--) {
      this.#act();
      await this.#advance(this.#clock.now() + this.#workload.below(2_000));
      if (this.#life === undefined || !this.#life.incarnation.alive) await this.#reboot();
    }
    // Faults have ceased: everything must come to its end.
    this.#faulty = false;
    if (this.#life) this.#life.incarnation.dieAtCommit = undefined;
    await this.#submitNow({ type: 'update-job-queue', scope, request: { jobQueue: 'low', state: 'ENABLED' } });
    const endMs = this.#clock.now() + livenessMs;
    while (this.#clock.now() < endMs && this.#life?.control.world.jobs.size !== 0) await this.#advance(this.#clock.now() + 60_000);
    for (const checker of this.#checkers) this.#consult(checker, () => checker.checkEnd?.(this.#observed()));
    return { hash: this.#hash.digest('hex').slice(0, 16), commands: this.#commands, crashes: this.#crashes, commits: this.#commits };
  }

  /** The engine is away, or does what it was asked and its answer is lost. Opening is retried by an operator, not by us. */
  #callFault(call: FakeCall): 'none' | 'unavailable' | 'answer-lost' {
    if (!this.#faulty || call === 'open' || !this.#faults.chance(6)) return 'none';
    return this.#faults.pick(['unavailable', 'answer-lost']);
  }

  /** A report comes late, twice, long after its attempt, or never. */
  #reportDelays(): readonly number[] {
    if (!this.#faulty || !this.#faults.chance(10)) return [0];
    return this.#faults.pick([[50], [0, 0], [0, 4_000], [30_000], []]);
  }

  close(): void {
    if (this.#life) this.#life.incarnation.alive = false;
    this.#store.close();
  }

  async #boot(): Promise<void> {
    const incarnation = new Incarnation();
    const control = new Control({
      store: incarnation.store(this.#store, (commit) => this.#record(commit)),
      engine: incarnation.engine(this.#options.sabotageEngine?.(this.#engine) ?? this.#engine),
      hosts: noHosts,
      logSink: incarnation.logSink(this.#sink),
      clock: incarnation.clock(this.#clock),
      ids: this.#ids,
      onProblem: (what, error) => {
        if (incarnation.alive) this.#fatal ??= new BrokenLaw(`${what}: ${String(error)}`);
      },
      onFatal: (error) => {
        if (!(error instanceof Crashed)) this.#fatal = error;
      },
    });
    this.#options.sabotage?.(control);
    this.#life = { incarnation, control };
    const opening = control.open(localHost('0'.repeat(32), { milliVcpu: 4000, memoryMib: 4096, gpus: 0 }));
    opening.catch(() => undefined);
    await this.#advance(this.#clock.now() + 1);
  }

  /** Every boundary between two steps may be the last that an incarnation sees. */
  #crash(): void {
    if (this.#life) this.#life.incarnation.alive = false;
  }

  async #reboot(): Promise<void> {
    this.#crashes++;
    this.#life = undefined;
    await this.#advance(this.#clock.now() + this.#faults.below(5_000));
    await this.#boot();
  }

  async #prepare(): Promise<void> {
    const computeResources = { type: 'EC2', minvCpus: 0, maxvCpus: 3, subnets: ['subnet-00000000'], instanceTypes: ['optimal'], instanceRole: 'ecsInstanceRole', securityGroupIds: ['sg-00000000'] } as const;
    for (const name of ['first', 'second']) {
      await this.#submitNow({ type: 'create-compute-environment', scope, uuid: name, request: { computeEnvironmentName: name, type: 'MANAGED', computeResources: { ...computeResources, subnets: [...computeResources.subnets], instanceTypes: [...computeResources.instanceTypes], securityGroupIds: [...computeResources.securityGroupIds] } } });
    }
    for (const [jobQueueName, priority] of [['low', 1], ['high', 9]] as const) {
      await this.#submitNow({ type: 'create-job-queue', scope, request: { jobQueueName, priority, computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'first' }, { order: 2, computeEnvironment: 'second' }] } });
    }
    await this.#submitNow({ type: 'register-job-definition', scope, request: { jobDefinitionName: 'job', type: 'container', containerProperties: { image: 'fake', vcpus: 1, memory: 64 } } });
  }

  /** One thing that a client, an operator or fate does. */
  #act(): void {
    const draw = this.#workload.below(100);
    if (draw < 55) this.#submitJob();
    else if (draw < 75) this.#stopJob();
    else if (draw < 80) void this.#submit({ type: 'update-job-queue', scope, request: { jobQueue: 'low', state: this.#workload.pick(['ENABLED', 'DISABLED']) } });
    else if (draw < 84) void this.#submit({ type: 'register-job-definition', scope, request: { jobDefinitionName: 'job', type: 'container', containerProperties: { image: 'fake', vcpus: 1, memory: 64 } } });
    else if (draw < 88) this.#crash();
    else if (draw < 94 && this.#life) this.#life.incarnation.dieAtCommit = this.#faults.pick(['before', 'after']);
    else void this.#life?.control.reconcile();
  }

  #submitJob(): void {
    const random = this.#workload;
    const exitCode = random.chance(70) ? 0 : random.between(1, 3);
    const startFails = random.chance(5);
    const isArray = random.chance(20);
    const size = isArray ? random.between(2, 5) : undefined;
    const id = jobId(this.#ids.uuid());
    const expectation = new Expectation(scope, exitCode, startFails, size);
    this.#expectations.set(id, expectation);
    const environment = [{ name: 'FAKE_DURATION_MS', value: String(random.pick([0, 1, 500, 5_000, 60_000])) }, { name: 'FAKE_EXIT_CODE', value: String(exitCode) }];
    if (startFails) environment.push({ name: 'FAKE_START_FAILURE', value: 'CannotPullContainerError: no such image' });
    const request = {
      jobName: `job-${this.#commands}`,
      jobQueue: random.pick(['low', 'high']),
      jobDefinition: 'job',
      containerOverrides: { environment, vcpus: random.pick([1, 1, 1, 2, 3]) },
      arrayProperties: size === undefined ? undefined : { size },
      dependsOn: this.#dependsOn(size),
    };
    expectation.dependsOn = request.dependsOn;
    const answered = this.#submit({ type: 'submit-job', scope, jobId: id, request });
    void answered.then((reply) => {
      if (reply === undefined) return;
      if (isRefusal(reply)) this.#expectations.delete(id);
      else expectation.accepted = true;
    });
  }

  /** Now and then, on jobs that were submitted lately, whatever has become of them. */
  #dependsOn(arraySize: number | undefined): JobDependency[] {
    const random = this.#workload;
    const known = [...this.#expectations].filter(([, expectation]) => expectation.accepted).slice(-15);
    if (known.length === 0 || !random.chance(35)) return arraySize !== undefined && random.chance(20) ? [{ type: 'SEQUENTIAL' }] : [];
    return Array.from({ length: random.between(1, 3) }, () => {
      const [id, target] = random.pick(known);
      if (target.arraySize === undefined) return { jobId: id };
      if (target.arraySize === arraySize && random.chance(70)) return { jobId: id, type: 'N_TO_N' };
      return { jobId: random.chance(50) ? id : `${id}:${random.below(target.arraySize)}` };
    });
  }

  #stopJob(): void {
    const ids = [...this.#expectations.keys()];
    if (ids.length === 0) return;
    const id = this.#workload.pick(ids.slice(-20));
    const expectation = this.#expectations.get(id) as Expectation;
    expectation.stopAsked = true;
    const target = expectation.isArray && this.#workload.chance(50) ? jobId(`${id}:${this.#workload.below(4)}`) : id;
    void this.#submit({ type: 'stop-job', scope, jobId: target, by: this.#workload.pick(['cancel', 'terminate']), reason: `stopped ${this.#commands}` });
  }

  /** Never resolves where the server died first: nobody knows. */
  #submit(command: Command): Promise<unknown> {
    this.#commands++;
    const submitted = this.#life?.control.bus.submit(command, envelope) ?? Promise.resolve(undefined);
    return submitted.catch(() => undefined);
  }

  async #submitNow(command: Command): Promise<void> {
    void this.#submit(command);
    await this.#advance(this.#clock.now() + 1);
  }

  async #advance(untilMs: number): Promise<void> {
    for (let steps = 0; await this.#clock.step(untilMs); steps++) {
      if (steps > mostSteps) throw new BrokenLaw('the world does not come to rest');
      this.#look();
    }
    await settle();
    this.#look();
  }

  #look(): void {
    if (this.#fatal) throw this.#fatal;
    for (const checker of this.#checkers) this.#consult(checker, () => checker.check?.(this.#observed()));
    this.#written = [];
  }

  #consult(checker: Checker, look: () => void): void {
    try {
      look();
    } catch (error) {
      throw new BrokenLaw(`${checker.law}: ${(error as Error).message}`, { cause: error });
    }
  }

  #observed(): Observed {
    const life = this.#life;
    return { world: life?.incarnation.alive ? life.control.world : undefined, store: this.#store, expectations: this.#expectations, runs: this.#runs, written: this.#written };
  }

  #record(commit: Commit): void {
    this.#commits++;
    this.#hash.update(JSON.stringify({ ...commit, tags: [...commit.tags], at: this.#clock.now() }));
    this.#written.push(...commit.jobs, ...commit.children.map((child) => child.job));
  }
}
