// The ports of control as its tests hold them: time that passes when told, a store that keeps what
// is committed in memory or fails when told, an engine that does only what the test says, and a log
// sink of lists. Only tests import it.

import {
  attemptId,
  hostId,
  jobId,
  scopeOf,
  splitJobId,
  type AttemptId,
  type HostId,
  type JobId,
  type Scope,
} from '../base/ids.ts';
import { must } from '../base/assert.ts';
import type { Machine } from '../core/host/host.ts';
import type { Job, JobDetailRecord, WorldJob } from '../core/job/job.ts';
import type { Command, ReplyOf } from '../core/command/command.ts';
import type { Refusal } from '../base/refusal.ts';
import type { Settings } from '../core/settings.ts';
import type { CapacityProvider, CapacityReport } from '../port/capacity.ts';
import type { Clock } from '../port/clock.ts';
import type { Envelope } from '../port/command-bus.ts';
import type {
  ContainerSpec,
  Engine,
  EngineAttempt,
  EngineCapabilities,
  EngineReport,
  LogBatch,
  LogPosition,
} from '../port/engine.ts';
import type { HostConnector } from '../port/host-connector.ts';
import type { Ids } from '../port/ids.ts';
import type { LogSink, LogStreamKey, LogStreamWriter } from '../port/log-sink.ts';
import { limit } from '../core/limit.ts';
import type { Commit, Store, StoredWorld, StoreReader } from '../port/store.ts';
import type { TableWriteOutcome } from '../port/table.ts';
import { Control } from './control.ts';

export const scope: Scope = scopeOf('123456789012', 'eu-west-1');
export const envelope: Envelope = { part: 'test' };
export const host: Machine = {
  kind: 'machine',
  id: hostId('0'.repeat(32)),
  title: 'this machine',
  capacity: { milliVcpu: 4_000, memoryMib: 4_096, gpus: 0 },
};

/**
 * Lets promises settle. Nothing here waits for the outside, so a bounded number of turns is enough.
 */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

export class ManualClock implements Clock {
  #nowMs = 1_700_000_000_000;
  #tasks: { dueAtMs: number; run: () => void }[] = [];

  now(): number {
    return this.#nowMs;
  }

  at(dueAtMs: number, run: () => void): () => void {
    const task = { dueAtMs, run };
    this.#tasks.push(task);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== task);
    };
  }

  soon(task: () => void): void {
    this.at(this.#nowMs, task);
  }

  /** Runs what is due within `forMs`, in the order in which it is due. */
  async pass(forMs = 0): Promise<void> {
    const untilMs = this.#nowMs + forMs;
    for (;;) {
      await settle();
      const next = this.#tasks
        .filter((task) => task.dueAtMs <= untilMs)
        .sort((a, b) => a.dueAtMs - b.dueAtMs)[0];
      if (next === undefined) break;
      this.#tasks = this.#tasks.filter((task) => task !== next);
      this.#nowMs = Math.max(this.#nowMs, next.dueAtMs);
      next.run();
    }
    this.#nowMs = untilMs;
  }

  /** Somebody sets the machine's clock. */
  step(byMs: number): void {
    this.#nowMs += byMs;
  }
}

export const emptyWorld: StoredWorld = {
  computeEnvironments: [],
  jobQueues: [],
  consumableResources: [],
  schedulingPolicies: [],
  shareUsage: [],
  jobDefinitions: [],
  hosts: [],
  revisions: [],
  jobs: [],
  keptOutput: [],
  newestCommitAtMs: 0,
  nextSequence: 1,
};

export class ScriptedStore implements Store {
  readonly commits: Commit[] = [];
  readonly #details = new Map<JobId, JobDetailRecord>();
  stored = emptyWorld;
  /** Thrown by the next commit. */
  failure: Error | undefined;
  onCommit: (commit: Commit) => void = () => undefined;

  load(): StoredWorld {
    return this.stored;
  }

  commit(commit: Commit): readonly TableWriteOutcome[] {
    if (this.failure) throw this.failure;
    this.commits.push(commit);
    for (const detail of commit.rows.submitted.values()) this.#details.set(detail.id, detail);
    this.onCommit(commit);
    return commit.tableWrites.map(() => 'done');
  }

  /** Only what an attempt's start and retention read is there. */
  readonly reader = {
    jobDetail: (id: JobId) => this.#details.get(splitJobId(id).parent),
    logGroupsWithRetention: () => [],
  } as unknown as StoreReader;

  /** The last value of a job that was committed. */
  job(id: JobId): Job {
    for (const commit of this.commits.toReversed()) {
      const found = commit.rows.jobs.get(id) ?? commit.rows.children.get(id)?.job;
      if (found !== undefined) return found as Job;
    }
    throw new Error(`no job ${id} was committed`);
  }

  close(): void {}
}

/** Knows the attempts that a test gives it. It reports nothing by itself. */
export class ScriptedEngine implements Engine {
  readonly attempts = new Map<AttemptId, EngineAttempt>();
  /** In order: `start`, `stop`, `remove`, each with the attempt. */
  readonly calls: string[] = [];
  readonly specs = new Map<AttemptId, ContainerSpec>();
  report: (report: EngineReport) => void = () => undefined;
  /** What calls do beside being noted; a rejection is theirs. */
  onStart: (spec: ContainerSpec) => Promise<void> = async () => undefined;
  onStop: (attemptId: AttemptId) => Promise<void> = async () => undefined;
  onList: () => Promise<void> = async () => undefined;
  onLogs: (attemptId: AttemptId, from: LogPosition | undefined) => AsyncIterable<LogBatch> =
    async function* none() {};

  async open(onReport: (report: EngineReport) => void): Promise<EngineCapabilities> {
    this.report = onReport;
    return { kind: 'fake', version: 'scripted', logDrivers: [], gpus: false };
  }

  start(spec: ContainerSpec): Promise<void> {
    this.calls.push(`start ${spec.attemptId}`);
    this.specs.set(spec.attemptId, spec);
    return this.onStart(spec);
  }

  stop(id: AttemptId): Promise<void> {
    this.calls.push(`stop ${id}`);
    return this.onStop(id);
  }

  async remove(id: AttemptId): Promise<void> {
    this.calls.push(`remove ${id}`);
    this.attempts.delete(id);
  }

  async inspect(id: AttemptId): Promise<EngineAttempt | undefined> {
    return this.attempts.get(id);
  }

  async list(): Promise<readonly EngineAttempt[]> {
    await this.onList();
    return [...this.attempts.values()];
  }

  logs(id: AttemptId, from: LogPosition | undefined): AsyncIterable<LogBatch> {
    return this.onLogs(id, from);
  }

  async close(): Promise<void> {}

  /** Takes the calls noted so far. */
  takeCalls(): string[] {
    return this.calls.splice(0);
  }
}

export class ListSink implements LogSink {
  readonly #streams = new Map<string, { lines: string[]; position: LogPosition | undefined }>();
  /** Thrown by appends while it is set. */
  failure: Error | undefined;

  async openWriter(key: LogStreamKey): Promise<LogStreamWriter> {
    const stream = this.#streams.get(key.stream) ?? { lines: [], position: undefined };
    this.#streams.set(key.stream, stream);
    return {
      get position() {
        return stream.position;
      },
      append: async (batch) => {
        if (this.failure) throw this.failure;
        for (const line of batch.lines) stream.lines.push(new TextDecoder().decode(line.message));
        stream.position = batch.position;
      },
      close: async () => undefined,
    };
  }

  lines(stream: string | undefined): readonly string[] {
    return this.#streams.get(stream ?? '')?.lines ?? [];
  }

  read = () => Promise.reject(new Error('control does not read logs'));
  search = () => Promise.reject(new Error('control does not read logs'));
  facts = async () => undefined;
  delete = async () => undefined;
  close = async () => undefined;
}

/** Lines as an engine hands them out, their count so far as the position. */
export const batch = (position: number, ...lines: string[]): LogBatch => ({
  lines: lines.map((line) => ({ timestampMs: 0, message: new TextEncoder().encode(line) })),
  position: String(position),
});

/** Output that nobody ever reads to its end. */
export async function* endless(): AsyncGenerator<LogBatch> {
  await new Promise(() => undefined);
  yield batch(0);
}

/** Instances run as soon as they are asked for, unless the test wants to say when. */
export class ScriptedCapacity implements CapacityProvider {
  prompt = true;
  #asked: HostId[] = [];
  #report: ((report: CapacityReport) => void) | undefined;

  open(report: (report: CapacityReport) => void): void {
    this.#report = report;
  }

  launch(id: HostId): void {
    this.#asked.push(id);
    if (this.prompt) this.run();
  }

  /** Those that were asked for run. */
  run(): void {
    this.#say('running');
  }

  /** What becomes of them is never heard. */
  loseAnswers(): void {
    this.#asked = [];
  }

  /** They cannot be had. */
  fail(): void {
    this.#say('ended');
  }

  /** Spot takes one back. */
  interrupt(id: HostId): void {
    this.#report?.({ hostId: id, report: 'interrupted' });
  }

  close(): void {
    this.#report = undefined;
  }

  #say(report: CapacityReport['report']): void {
    for (const id of this.#asked.splice(0)) this.#report?.({ hostId: id, report });
  }
}

export class Rig {
  readonly clock = new ManualClock();
  readonly store = new ScriptedStore();
  readonly engine = new ScriptedEngine();
  /** By host, as control connected to them. */
  readonly engines = new Map<HostId, ScriptedEngine>();
  readonly hosts: HostConnector = {
    probe: () => Promise.reject(new Error('control probes no host')),
    engine: (id) => {
      const engine = this.engines.get(id) ?? new ScriptedEngine();
      this.engines.set(id, engine);
      return engine;
    },
  };
  readonly sink = new ListSink();
  readonly problems: string[] = [];
  readonly fatal: Error[] = [];
  readonly capacity = new ScriptedCapacity();
  readonly control: Control;
  #ids = 0;
  readonly #idPort: Ids = {
    uuid: () => `job-${++this.#ids}`,
    attempt: () => attemptId(String(++this.#ids).padStart(32, '0')),
  };

  constructor(stored: StoredWorld = emptyWorld, settings?: Partial<Settings>) {
    this.store.stored = stored;
    this.control = new Control({
      store: this.store,
      engine: this.engine,
      hosts: this.hosts,
      capacity: this.capacity,
      logSink: this.sink,
      clock: this.clock,
      ids: this.#idPort,
      settings,
      onProblem: (what, error) => this.problems.push(`${what}: ${(error as Error).message}`),
      onFatal: (error) => this.fatal.push(error),
    });
  }

  /**
   * A control with one host, an environment without instances and queue, and a definition `d` of
   * one vCPU.
   */
  static async open(
    stored?: StoredWorld,
    settings?: Partial<Settings>,
    capacity: { readonly prompt: boolean } = { prompt: true },
  ): Promise<Rig> {
    const rig = new Rig(stored, settings);
    rig.capacity.prompt = capacity.prompt;
    const opened = rig.control.open(host);
    await rig.clock.pass();
    await opened;
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
    const answer = this.control.bus.submit(command, envelope);
    answer.catch(() => undefined);
    await this.clock.pass();
    return answer;
  }

  /** Submits a job and answers its id; it is STARTING where there is room. */
  async submit(definition = 'd', more: object = {}): Promise<JobId> {
    const id = jobId(this.#idPort.uuid());
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

  stream(id: JobId): string | undefined {
    const job = this.job(id);
    return job !== undefined && 'attempt' in job ? job.attempt.log?.stream : undefined;
  }

  /** The engine says it, and has it so from now on. */
  async started(id: AttemptId): Promise<void> {
    this.engine.attempts.set(id, {
      attemptId: id,
      state: 'running',
      startedAtMs: this.clock.now(),
    });
    this.engine.report({ type: 'started', attemptId: id, atMs: this.clock.now() });
    await this.clock.pass(limit.startedReportWaitMs);
  }

  async exited(id: AttemptId, exitCode = 0): Promise<void> {
    const exit = { exitCode, outOfMemory: false };
    this.engine.attempts.set(id, {
      attemptId: id,
      state: 'exited',
      startedAtMs: this.clock.now(),
      stoppedAtMs: this.clock.now(),
      exit,
    });
    this.engine.report({ type: 'exited', attemptId: id, atMs: this.clock.now(), exit });
    await this.clock.pass();
  }
}
