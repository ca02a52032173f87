// The engine without containers: a job's command runs as a process group of this machine
// (doc/engines.md, process), for development. The launcher does it; this side plans, asks, hears
// and reads the output. It never makes a process but the launcher itself.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { never } from '../../base/assert.ts';
import {
  attemptId,
  containerId as asContainerId,
  type AttemptId,
  type ContainerId,
} from '../../base/ids.ts';
import { addressesIn, blockText, parseBlock, type Block } from '../../base/ipv4.ts';
import {
  EngineUnavailable,
  type ContainerSpec,
  type Engine,
  type EngineContainer,
  type EngineCapabilities,
  type EngineReport,
  type LogBatch,
  type LogPosition,
} from '../../port/engine.ts';
import { noFileSystems, type FileSystems } from '../file-systems.ts';
import { foundSources } from '../found-sources.ts';
import {
  NetworkBook,
  noRoom,
  nodeAddress,
  nodeAddressVariable,
  ownBlock,
} from '../job-networks.ts';
import { isExecutable, planLaunch, type LaunchPlan, type Surroundings } from './launch-plan.ts';
import { LauncherClient, type Hello } from './launcher-client.ts';
import { GrowthWatch, readLines, sizeOf } from './output-file.ts';
import { paths, type FromLauncher, type LaunchedAttempt, type LaunchNode } from './protocol.ts';

interface ProcessEngineOptions {
  /**
   * This engine's alone: journal, outputs and working directories of its attempts. Made where it is
   * missing.
   */
  readonly directory: string;
  /**
   * Where the addresses of multi-node parallel jobs lie; absent: {@link loopbackNetworks}, which no
   * other use is known of.
   */
  readonly jobNetworks?: Block | undefined;
  /** What the operator named in place of file systems of AWS; absent: nothing. */
  readonly fileSystems?: FileSystems | undefined;
}

/** Linux answers at every address of 127.0.0.0/8 unasked. */
const loopbackNetworks = ownBlock('127.64.0.0/10');
/** Elsewhere only at this one: all nodes of all jobs share it. */
const sharedLoopback = '127.0.0.1';
const hasManyLoopbacks = process.platform === 'linux';

/** What was said of an attempt so far: nothing is said twice on one connection or on two. */
type Told = 'nothing' | 'started' | 'ended';

interface Known {
  latest: LaunchedAttempt;
  told: Told;
  /** Readers of its output that wait for a change. */
  readonly readers: Set<() => void>;
}

const reconnectStepMs = 250;
/** What the job shows of it while it runs. */
const imageNotice = 'Runs as a process of this machine: its image is not used';
const lostReason = 'the launcher that ran it has died';
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export class ProcessEngine implements Engine {
  readonly #directory: string;
  readonly #path: ReturnType<typeof paths>;
  readonly #attempts = new Map<ContainerId, Known>();
  readonly #growth = new GrowthWatch();
  readonly #jobNetworks: Block;
  readonly #fileSystems: FileSystems;
  readonly #book: NetworkBook;
  #onReport: (report: EngineReport) => void = () => {};
  /** Undefined while there is no connection. */
  #client: LauncherClient | undefined;
  #reconnectTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ProcessEngineOptions) {
    this.#directory = resolve(options.directory);
    this.#path = paths(this.#directory);
    this.#jobNetworks = options.jobNetworks ?? loopbackNetworks;
    this.#fileSystems = options.fileSystems ?? noFileSystems;
    this.#book = new NetworkBook(
      this.#jobNetworks,
      beginningFor(this.#directory, this.#jobNetworks),
    );
  }

  async open(onReport: (report: EngineReport) => void): Promise<EngineCapabilities> {
    this.#onReport = onReport;
    const { hello } = await this.#connect();
    return {
      kind: 'process',
      version: `processes of this machine (${process.platform} ${process.arch})`,
      logDrivers: [],
      gpus: false,
      notice: noticeOf(hello),
    };
  }

  async #connect(): Promise<LauncherClient> {
    // What comes behind the greeting may come before this is resumed: it waits its turn.
    let early: LauncherMessage[] | undefined = [];
    let lostEarly = false;
    const client = await LauncherClient.connect(this.#directory, {
      onMessage: (message) => (early === undefined ? this.#hear(message) : early.push(message)),
      onClose: () => (early === undefined ? this.#disconnected() : (lostEarly = true)),
    });
    if (this.#closed) {
      await client.close();
      return client;
    }
    this.#client = client;
    this.#takeStock(client.hello.attempts);
    const waiting = early;
    early = undefined;
    for (const message of waiting) this.#hear(message);
    if (lostEarly) this.#disconnected();
    return client;
  }

  /** The launcher's own list is the truth; what is not in it any more is gone. */
  #takeStock(attempts: readonly LaunchedAttempt[]): void {
    const present = new Set(attempts.map(({ id }) => id));
    for (const [containerId, known] of this.#attempts) {
      if (present.has(containerId)) continue;
      this.#drop(containerId);
      if (known.told !== 'ended')
        this.#onReport({
          type: 'lost',
          containerId,
          atMs: Date.now(),
          reason: 'its record is gone',
        });
    }
    // The request of a start was lost with the connection.
    for (const containerId of [...this.#book.members()])
      if (!present.has(containerId)) this.#book.leave(containerId);
    for (const attempt of attempts) this.#learn(attempt);
  }

  #disconnected(): void {
    this.#client = undefined;
    if (this.#closed) return;
    this.#connect().catch(() => {
      if (!this.#closed)
        this.#reconnectTimer = setTimeout(() => this.#disconnected(), reconnectStepMs);
    });
  }

  #hear(message: LauncherMessage): void {
    switch (message.type) {
      case 'attempt':
        this.#learn(message.attempt);
        return;
      case 'start-failed':
        this.#drop(asContainerId(message.id));
        this.#onReport({
          type: 'start-failed',
          containerId: asContainerId(message.id),
          atMs: message.atMs,
          reason: message.reason,
        });
        return;
      default:
        never(message);
    }
  }

  #learn(latest: LaunchedAttempt): void {
    const containerId = asContainerId(latest.id);
    let known = this.#attempts.get(containerId);
    if (known === undefined)
      this.#attempts.set(containerId, (known = { latest, told: 'nothing', readers: new Set() }));
    known.latest = latest;
    const block = latest.node && parseBlock(latest.node.block);
    if (latest.node !== undefined && block !== undefined)
      this.#book.know(attemptId(latest.node.network), block, containerId);
    this.#tell(containerId, known);
    for (const wake of known.readers) wake();
  }

  #tell(containerId: ContainerId, known: Known): void {
    const { latest } = known;
    if (latest.state === 'starting' || known.told === 'ended') return;
    if (known.told === 'nothing' && latest.startedAtMs !== undefined) {
      known.told = 'started';
      this.#onReport({
        type: 'started',
        containerId,
        atMs: latest.startedAtMs,
        notice: imageNotice,
        address: latest.node?.address,
      });
    }
    switch (latest.state) {
      case 'running':
        return;
      case 'exited':
        known.told = 'ended';
        this.#onReport({
          type: 'exited',
          containerId,
          atMs: latest.stoppedAtMs,
          exit: latest.exit,
        });
        return;
      case 'lost':
        known.told = 'ended';
        this.#onReport({ type: 'lost', containerId, atMs: latest.lostAtMs, reason: lostReason });
        return;
      default:
        never(latest);
    }
  }

  #drop(containerId: ContainerId): void {
    const known = this.#attempts.get(containerId);
    this.#attempts.delete(containerId);
    this.#book.leave(containerId);
    if (known) for (const wake of known.readers) wake();
  }

  #connected(): LauncherClient {
    if (this.#client === undefined) throw new EngineUnavailable('the launcher is not connected');
    return this.#client;
  }

  async start(spec: ContainerSpec): Promise<void> {
    const client = this.#connected();
    const sources = await foundSources(spec, this.#fileSystems, true);
    const plan =
      'cannotStart' in sources ? sources : this.#withNode(this.#plan(spec, sources), spec);
    if ('request' in plan) return client.start(plan.request);
    this.#onReport({
      type: 'start-failed',
      containerId: spec.containerId,
      atMs: Date.now(),
      reason: plan.cannotStart,
    });
  }

  #plan(spec: ContainerSpec, sources: Surroundings['sources']): LaunchPlan {
    return planLaunch(spec, {
      sources,
      path: process.env['PATH'] || defaultPath,
      uid: process.getuid?.(),
      users: () => ({ passwd: textOf('/etc/passwd'), group: textOf('/etc/group') }),
      isExecutable,
    });
  }

  /** A node of a private network gets an address of its own, which it learns by a variable. */
  #withNode(plan: LaunchPlan, { network, containerId }: ContainerSpec): LaunchPlan {
    if (network?.kind !== 'private' || 'cannotStart' in plan) return plan;
    const block = hasManyLoopbacks ? this.#book.join(network, containerId) : undefined;
    if (block === undefined && hasManyLoopbacks)
      return { cannotStart: noRoom(this.#jobNetworks, network.numNodes) };
    const address = block === undefined ? sharedLoopback : nodeAddress(block, network.node);
    const node: LaunchNode = {
      network: network.id,
      block: block === undefined ? `${sharedLoopback}/32` : blockText(block),
      address,
    };
    return {
      request: {
        ...plan.request,
        node,
        environment: { ...plan.request.environment, [nodeAddressVariable]: address },
      },
    };
  }

  /**
   * The networks of multi-node parallel jobs that there are, by the main node's attempt, with their
   * blocks.
   */
  networks(): ReadonlyMap<AttemptId, string> {
    return this.#book.networks();
  }

  async stop(containerId: ContainerId, graceMs: number): Promise<void> {
    await this.#connected().stop(containerId, graceMs);
  }

  async remove(containerId: ContainerId): Promise<void> {
    await this.#connected().remove(containerId);
    this.#drop(containerId);
  }

  async inspect(containerId: ContainerId): Promise<EngineContainer | undefined> {
    this.#connected();
    const known = this.#attempts.get(containerId);
    return known && seen(known.latest);
  }

  /**
   * A lost attempt is listed as exited without an exit until it is removed, so that its files are
   * not forgotten.
   */
  async list(): Promise<readonly EngineContainer[]> {
    this.#connected();
    return [...this.#attempts.values()].map((known) => seen(known.latest));
  }

  async *logs(containerId: ContainerId, from: LogPosition | undefined): AsyncIterable<LogBatch> {
    const path = this.#path.output(containerId);
    let offset = Number(from ?? 0);
    let looked = offset;
    for (;;) {
      const known = this.#attempts.get(containerId);
      if (known === undefined || this.#closed) return;
      const end = endOf(known.latest, path);
      if (end !== undefined && offset >= end) return;
      const to = end ?? sizeOf(path);
      if (end === undefined && to <= looked) {
        await this.#growth.grown(path, looked, (wake) => {
          known.readers.add(wake);
          return () => known.readers.delete(wake);
        });
        continue;
      }
      for await (const batch of readLines(path, offset, to, end !== undefined)) {
        offset = Number(batch.position);
        yield batch;
      }
      looked = to;
      // The file is shorter than it was said to be: nothing more will come.
      if (end !== undefined) return;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#onReport = () => {};
    clearTimeout(this.#reconnectTimer);
    await this.#client?.close();
    for (const known of this.#attempts.values()) for (const wake of known.readers) wake();
  }
}

type LauncherMessage = Exclude<FromLauncher, { type: 'hello' | 'done' }>;

/** Where an attempt's output ends; undefined while there may be more. */
function endOf(attempt: LaunchedAttempt, path: string): number | undefined {
  switch (attempt.state) {
    case 'starting':
    case 'running':
      return undefined;
    case 'exited':
      return attempt.outputBytes;
    case 'lost':
      return sizeOf(path);
    default:
      return never(attempt);
  }
}

function seen(attempt: LaunchedAttempt): EngineContainer {
  const who = { containerId: asContainerId(attempt.id), address: attempt.node?.address };
  switch (attempt.state) {
    case 'starting':
      return { ...who, state: 'created' };
    case 'running':
      return { ...who, state: 'running', startedAtMs: attempt.startedAtMs };
    case 'exited':
      return {
        ...who,
        state: 'exited',
        startedAtMs: attempt.startedAtMs,
        stoppedAtMs: attempt.stoppedAtMs,
        exit: attempt.exit,
      };
    case 'lost':
      return {
        ...who,
        state: 'exited',
        startedAtMs: attempt.startedAtMs,
        stoppedAtMs: attempt.lostAtMs,
      };
    default:
      return never(attempt);
  }
}

/** Servers with other directories know nothing of each other's blocks: each begins elsewhere. */
function beginningFor(directory: string, { base, bits }: Block): number {
  const size = addressesIn(bits);
  return base + (createHash('sha256').update(directory).digest().readUInt32LE() % size);
}

function noticeOf({ memoryLimits, cpuLimits }: Hello): string {
  const missing = [...(memoryLimits ? [] : ['memory']), ...(cpuLimits ? [] : ['vCPU'])];
  const limits =
    missing.length === 0
      ? ''
      : ` The limits on ${missing.join(' and ')} are not enforced: control groups cannot be made here.`;
  return `The process engine runs commands as plain processes of this machine, for development: images are not used, and privileged, readonlyRootFilesystem, sharedMemorySize, initProcessEnabled and ephemeralStorage have no effect.${limits}`;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
