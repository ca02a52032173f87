// The whole product in one process, for tests: what `app` composes, over a store in memory, a clock
// that a test moves, and an engine, capacity and log sink that do what it says. A test asks it
// through the bus or through operations, and looks at it where it likes. It changes nothing past
// these doors but the rows that a server finds when it starts.

import {
  attemptId,
  containerIdOf,
  hostId,
  jobId,
  type AttemptId,
  type ContainerId,
  type HostId,
  type JobId,
} from '../../src/base/ids.ts';
import { must } from '../../src/base/assert.ts';
import type { Refusal } from '../../src/base/refusal.ts';
import { openAccess, type AccessControl } from '../../src/app/access-control.ts';
import { compose, type App } from '../../src/app/compose.ts';
import type { Control } from '../../src/control/control.ts';
import type { Senders } from '../../src/control/outbox/outbox.ts';
import type { Machine } from '../../src/core/host/host.ts';
import type { WorldJob } from '../../src/core/job/job.ts';
import { limit } from '../../src/core/limit.ts';
import { defaultSettings, type Settings } from '../../src/core/settings.ts';
import type { Envelope } from '../../src/port/command-bus.ts';
import { NoDocument, type DocumentFetcher } from '../../src/port/document-fetcher.ts';
import type { ClusterDirectory } from '../../src/port/cluster-directory.ts';
import type { ClusterNodes } from '../../src/port/cluster-nodes.ts';
import type { HostConnector } from '../../src/port/host-connector.ts';
import type { Ids } from '../../src/port/ids.ts';
import type { EventInterest } from '../../src/port/outbox.ts';
import type { Mailer } from '../../src/port/mailer.ts';
import type { KeyMaker } from '../../src/port/key-maker.ts';
import type { Sealer } from '../../src/port/sealer.ts';
import type { OperatorCredentialsOf, ServerReach } from '../../src/port/job-credentials.ts';
import type { TrailPlace } from '../../src/port/trail-place.ts';
import type { SecretSource } from '../../src/port/secrets.ts';
import type { TrainingFiles } from '../../src/port/training-files.ts';
import type { Authorizer } from '../../src/wire/authorization.ts';
import type { Operation } from '../../src/wire/operation.ts';
import { account, context, scope } from './caller.ts';
import { commitOf, type Written } from './commit.ts';
import { MemoryLogSink } from './memory-log-sink.ts';
import { MemoryDeadLetters, ScriptedElsewhere, ScriptedHttp } from './outside.ts';
import { RecordedStore } from './recorded-store.ts';
import { ScriptedCapacity } from './scripted-capacity.ts';
import type { Engine } from '../../src/port/engine.ts';
import { ScriptedEngine } from './scripted-engine.ts';
import { scriptedSealer } from './scripted-sealer.ts';
import { VirtualClock } from './virtual-clock.ts';
import type { Command, ReplyOf } from '../../src/core/command/command.ts';

export const envelope: Envelope = { part: 'test' };
export const host: Machine = {
  kind: 'machine',
  id: hostId('0'.repeat(32)),
  title: 'this machine',
  capacity: { milliVcpu: 4_000, memoryMib: 4_096, gpus: 0 },
};

export interface RigOptions {
  /** What the server finds when it starts. */
  readonly rows?: Written;
  readonly settings?: Partial<Settings>;
  /** Submissions a second of an account and region; absent: as many as come. */
  readonly submitRate?: number;
  /** Absent: everybody is believed, and may do anything. */
  readonly access?: AccessControl;
  /** Callers count as verified; who calls is what a test says all the same. */
  readonly isVerifying?: boolean;
  readonly documents?: DocumentFetcher;
  readonly containerReach?: ServerReach;
  readonly operatorCredentials?: OperatorCredentialsOf;
  /** Of which calls records are kept; none, unless it says so. */
  readonly audit?: 'off' | 'changes' | 'all';
  /** Absent: what it makes is no key. */
  readonly keys?: KeyMaker;
  /** Where trails are delivered; the test opens what delivers. */
  readonly trailPlace?: TrailPlace;
  /** Absent: no mails are sent. */
  readonly mailer?: Mailer | undefined;
  /** Who judges requests through the pipeline; absent: everybody may everything. */
  readonly authorizer?: Authorizer;
  /** The disk is nearly full. */
  readonly isDiskLow?: () => boolean;
  /** In place of what its rules want. */
  readonly interest?: EventInterest;
  /** Who delivers in place of the product's own. */
  readonly senders?: () => Senders;
  /** Where what jobs get of secrets is; absent: in the server's own stores. */
  readonly secretSource?: SecretSource | undefined;
  readonly nodes?: ClusterNodes;
  /** Absent: nothing is known of clusters but their ARNs. */
  readonly clusterDirectory?: ClusterDirectory;
  /** Engines that hosts share, by the cluster's ARN. */
  readonly clusters?: ReadonlyMap<string, Engine>;
  /** Absent: training jobs find and leave nothing. */
  readonly trainingFiles?: TrainingFiles | undefined;
}

function accessOf({ access, authorizer, isVerifying = false }: RigOptions): AccessControl {
  const open = openAccess(account);
  return (
    access ?? {
      isOn: isVerifying,
      of: (parts) => ({ ...open.of(parts), ...(authorizer && { authorizer }) }),
    }
  );
}

/** What outlives a server. */
interface Surroundings {
  readonly clock: VirtualClock;
  readonly store: RecordedStore;
  readonly engine: ScriptedEngine;
  readonly engines: Map<HostId, ScriptedEngine>;
  readonly capacity: ScriptedCapacity;
  readonly sink: MemoryLogSink;
  readonly ids: Ids;
  readonly sealer: Sealer;
}

function surroundings(rows: Written | undefined): Surroundings {
  const clock = new VirtualClock(1_700_000_000_000);
  const store = new RecordedStore();
  if (rows !== undefined) store.commit(commitOf(rows));
  return {
    clock,
    store,
    engine: new ScriptedEngine(),
    engines: new Map(),
    capacity: new ScriptedCapacity(),
    sink: new MemoryLogSink(() => clock.now()),
    ids: countedIds(),
    sealer: scriptedSealer(),
  };
}

/** The digits that ids take come first, so that ids ascend as they are made. */
function countedIds(): Ids {
  let made = 0;
  const random = (): string => (++made).toString(16).padStart(16, '0').padEnd(32, '0');
  return {
    uuid: () => `00000000-0000-7000-8000-${String(++made).padStart(12, '0')}`,
    attempt: () => attemptId(random()),
    random,
  };
}

export class Rig {
  readonly clock: VirtualClock;
  readonly store: RecordedStore;
  readonly engine: ScriptedEngine;
  /** By host, as control connected to them. */
  readonly engines: Map<HostId, ScriptedEngine>;
  readonly capacity: ScriptedCapacity;
  readonly sink: MemoryLogSink;
  readonly ids: Ids;
  readonly sealer: Sealer;
  readonly http = new ScriptedHttp();
  readonly elsewhere = new ScriptedElsewhere();
  readonly deadLetters = new MemoryDeadLetters();
  readonly hosts: HostConnector = {
    probe: (address) => this.onProbe(address),
    engine: (id) => {
      const engine = this.engines.get(id) ?? new ScriptedEngine();
      this.engines.set(id, engine);
      return engine;
    },
  };
  /** What a host of the user's own says of itself when it is asked. */
  onProbe: HostConnector['probe'] = () => Promise.reject(new Error('nobody probes a host'));
  /** What clients asked of the bus, in order. */
  readonly sent: Command[] = [];
  readonly problems: string[] = [];
  readonly notices: string[] = [];
  readonly fatal: Error[] = [];
  readonly app: App;
  readonly #options: RigOptions;

  constructor(options: RigOptions = {}, around: Surroundings = surroundings(options.rows)) {
    this.#options = options;
    const { clock, store, engine, engines, capacity, sink, ids, sealer } = around;
    this.clock = clock;
    this.store = store;
    this.engine = engine;
    this.engines = engines;
    this.capacity = capacity;
    this.sink = sink;
    this.ids = ids;
    this.sealer = sealer;
    this.app = compose({
      store,
      engine,
      hosts: this.hosts,
      nodes: options.nodes,
      clusterDirectory: options.clusterDirectory,
      clusters: { engine: (arn) => options.clusters?.get(arn) },
      capacity,
      logSink: sink,
      clock,
      ids,
      sealer,
      settings: { ...defaultSettings, ...options.settings },
      submitRate: options.submitRate,
      secretSource: options.secretSource,
      trainingFiles: options.trainingFiles,
      isDiskLow: options.isDiskLow,
      interest: options.interest,
      senders: options.senders,
      region: context.region,
      account,
      audit: options.audit ?? 'off',
      trailPlace: options.trailPlace,
      trailEveryMs: 300_000,
      keys: options.keys ?? {
        make: async () => ({
          privatePem: 'PRIVATE',
          privateDer: new Uint8Array([1, 2]),
          publicBlob: new Uint8Array([3, 4]),
        }),
      },
      documents: options.documents ?? {
        fetch: () => Promise.reject(new NoDocument('nobody publishes anything')),
      },
      http: this.http,
      elsewhere: this.elsewhere,
      mailer: options.mailer,
      publicAddress: { origin: 'https://longshore.test', listening: Promise.resolve() },
      deadLetterFiles: this.deadLetters,
      access: accessOf(options),
      containerReach: options.containerReach,
      operatorCredentials: options.operatorCredentials,
      onNotice: (what) => this.notices.push(what),
      onAudit: () => undefined,
      onFault: ({ error }) => void this.fatal.push(error as Error),
      onProblem: (what, error) => this.problems.push(`${what}: ${(error as Error).message}`),
      onFatal: (error) => this.fatal.push(error),
    });
    const { bus } = this.control;
    const { submit } = bus;
    bus.submit = (command, asked) => {
      this.sent.push(command);
      return submit.call(bus, command, asked) as never;
    };
  }

  /** A server that is up, and has nothing. */
  static bare(options: RigOptions = {}): Promise<Rig> {
    return new Rig(options).up();
  }

  /** One that has an environment `ce` without instances, its queue `q`, and a definition `d`. */
  static async open(options: RigOptions = {}): Promise<Rig> {
    const rig = await Rig.bare(options);
    const computeResources = {
      type: 'FARGATE' as const,
      maxvCpus: 256,
      subnets: ['subnet-1'],
      securityGroupIds: ['sg-1'],
    };
    await rig.ask({
      type: 'create-compute-environment',
      scope,
      uuid: 'ce',
      request: { computeEnvironmentName: 'ce', type: 'MANAGED', computeResources },
    });
    await rig.ask({
      type: 'create-job-queue',
      scope,
      request: {
        jobQueueName: 'q',
        priority: 1,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ce' }],
      },
    });
    await rig.define('d');
    return rig;
  }

  async up(): Promise<this> {
    const opened = this.app.open(host);
    await this.clock.pass();
    await opened;
    return this;
  }

  /** The server is gone, and the next one is not up yet; it finds what this one left. */
  restart(): Rig {
    return new Rig(this.#options, { ...this, clock: new VirtualClock(this.clock.now()) });
  }

  get control(): Control {
    return this.app.control;
  }

  define(name: string, more: object = {}): Promise<unknown> {
    return this.ask({
      type: 'register-job-definition',
      scope,
      request: {
        jobDefinitionName: name,
        type: 'container',
        platformCapabilities: ['EC2', 'FARGATE'],
        containerProperties: { image: 'busybox', command: ['true'], vcpus: 1, memory: 64, ...more },
      },
    });
  }

  /** The answer, after all that follows from it at this moment. */
  async ask<C extends Command>(command: C): Promise<ReplyOf<C> | Refusal> {
    return this.settled(this.control.bus.submit(command, envelope));
  }

  /** What the operations of a service work with. */
  depsOf<Deps>(service: string): Deps {
    const found = this.app.services.find(({ name }) => name === service);
    return must(found, `${service} is a service`).deps as Deps;
  }

  /** Calls an operation as the wire does; its answer, or its error, comes back. */
  async call<Deps, Input, Output>(
    operation: Operation<Deps, Input, Output>,
    input: Input,
    of = context,
  ): Promise<Output> {
    const service = must(
      this.app.services.find(({ operations }) => Object.values(operations).includes(operation)),
      'a service has the operation',
    );
    operation.authorizes(input, of);
    return this.settled(Promise.resolve(operation.handle(service.deps as Deps, input, of)));
  }

  /** The answer to whatever was asked, likewise. */
  async settled<T>(answer: Promise<T>): Promise<T> {
    answer.catch(() => undefined);
    await this.clock.pass();
    return answer;
  }

  /** The answer to what takes its time to come here, as a client of the SDK does. */
  async answered<T>(answer: Promise<T>): Promise<T> {
    let isOver = false;
    const over = (): void => void (isOver = true);
    answer.then(over, over);
    while (!isOver) {
      await new Promise(setImmediate);
      await this.clock.pass();
    }
    return answer;
  }

  /** Submits a job and answers its id; it is STARTING where there is room. */
  async submit(definition = 'd', more: object = {}): Promise<JobId> {
    const id = jobId(this.ids.uuid());
    await this.ask({
      type: 'submit-job',
      scope,
      jobId: id,
      request: { jobName: 'n', jobQueue: 'q', jobDefinition: definition, ...more },
    });
    return id;
  }

  terminate(id: JobId, reason = 'enough'): Promise<unknown> {
    return this.ask({ type: 'stop-job', scope, jobId: id, by: 'terminate', reason });
  }

  job(id: JobId): WorldJob | undefined {
    return this.control.world.jobs.get(id);
  }

  /** The attempt that is under way. */
  attempt(id: JobId): AttemptId {
    const job = must(this.job(id), `${id} has not ended`);
    if (!('attempt' in job)) throw new Error(`${id} is ${job.status}`);
    return job.attempt.attemptId;
  }

  /** The current attempt's container. */
  container(id: JobId, index = 0): ContainerId {
    return containerIdOf(this.attempt(id), index);
  }

  stream(id: JobId): string | undefined {
    const job = this.job(id);
    return job !== undefined && 'attempt' in job ? job.attempt.log?.stream : undefined;
  }

  /** What was stored of a job's output. */
  lines(stream: string | undefined): readonly string[] {
    return this.sink.lines({ scope, group: '/aws/batch/job', stream: stream ?? '' });
  }

  /** The engine says it, and has it so from now on. */
  async started(id: AttemptId): Promise<void> {
    const containerId = containerIdOf(id, 0);
    this.engine.containers.set(containerId, {
      containerId,
      state: 'running',
      startedAtMs: this.clock.now(),
    });
    this.engine.report({ type: 'started', containerId, atMs: this.clock.now() });
    await this.clock.pass(limit.startedReportWaitMs);
  }

  async exited(id: AttemptId, exitCode = 0): Promise<void> {
    const exit = { exitCode, outOfMemory: false };
    const containerId = containerIdOf(id, 0);
    this.engine.containers.set(containerId, {
      containerId,
      state: 'exited',
      startedAtMs: this.clock.now(),
      stoppedAtMs: this.clock.now(),
      exit,
    });
    this.engine.report({ type: 'exited', containerId, atMs: this.clock.now(), exit });
    await this.clock.pass();
  }
}
