// The Docker engine: attempts are containers of a Docker daemon. It reports what it sees by events
// and, after every connection, by looking at all containers of its own; it touches no container
// that another server labelled, and it never starts one that has run. Here its parts are put
// together, and the connection's life is kept: starts are in container-starts.ts, ends in
// container-ends.ts, and what was seen in sightings.ts.

import type { ContainerId } from '../../base/ids.ts';
import type { Block } from '../../base/ipv4.ts';
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
import type { SessionRequest } from '../../port/session.ts';
import { noFileSystems, type FileSystems } from '../file-systems.ts';
import { engineContainer } from '../engine-container.ts';
import { defaultJobNetworks, ownBlock } from '../job-networks.ts';
import { Companions } from './companions.ts';
import { ContainerEnds } from './container-ends.ts';
import { containerLogs, type OutputState } from './container-logs.ts';
import { containerName } from './container-mapping.ts';
import { ContainerStarts } from './container-starts.ts';
import { DockerClient } from './docker-client.ts';
import { dockerDaemon, type DockerDaemon } from './docker-daemon.ts';
import { dockerEndpoint, type DockerEndpoint } from './docker-endpoint.ts';
import { DockerImages } from './docker-images.ts';
import { DockerNetworks, machineRoutes } from './docker-networks.ts';
import { dockerSession, type SessionAnswer } from './docker-session.ts';
import { dockerTasks } from './docker-tasks.ts';
import { EventFeed } from './event-feed.ts';
import { logFileMib } from './output-files.ts';
import { OwnContainers } from './own-containers.ts';
import { againMs, pause } from './pause.ts';
import { Sightings } from './sightings.ts';

export interface DockerEngineOptions {
  /** Tells the servers apart that use one daemon: the mark of the data directory (ADR 0018). */
  readonly mark: string;
  /** `host`, as AWS Batch on EC2 does it, is the default, and starts fastest. */
  readonly jobNetwork?: 'host' | 'bridge' | undefined;
  /** Processes and threads of each container at once; absent: any number. */
  readonly pidsLimit?: number | undefined;
  /** What the operator named in place of file systems of AWS; absent: nothing. */
  readonly fileSystems?: FileSystems | undefined;
  /**
   * Where the private networks of multi-node parallel jobs lie; absent: {@link defaultJobNetworks}.
   */
  readonly jobNetworks?: Block | undefined;
  /** Where the daemon listens; absent: where `environment` says. */
  readonly endpoint?: DockerEndpoint | undefined;
  /** Where DOCKER_HOST and its like are read; `process.env` but for tests. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

export class DockerEngine implements Engine {
  readonly #client: DockerClient;
  readonly #images: DockerImages;
  readonly #companions: Companions;
  readonly #containers: OwnContainers;
  readonly #sightings: Sightings;
  readonly #starts: ContainerStarts;
  readonly #ends: ContainerEnds;
  readonly #closed = new AbortController();
  #feed: EventFeed | undefined;
  /** As it was when the engine was opened. */
  #opened: DockerDaemon | undefined;

  /** Throws BadDockerHost where DOCKER_HOST cannot be used. */
  constructor(options: DockerEngineOptions) {
    const { mark, jobNetwork = 'host', pidsLimit, fileSystems = noFileSystems } = options;
    const endpoint = options.endpoint ?? dockerEndpoint(options.environment ?? process.env);
    const isHere = endpoint.socketPath !== undefined;
    const client = (this.#client = new DockerClient(endpoint));
    const networks = new DockerNetworks({
      client,
      mark,
      range: options.jobNetworks ?? ownBlock(defaultJobNetworks),
      // A socket's daemon shares this machine's routes; those of another machine are not known.
      hostRoutes: isHere ? machineRoutes : () => [],
    });
    const daemon = (): DockerDaemon => this.#daemon;
    const tasks = dockerTasks({ client, mark, architecture: () => daemon().architecture });
    this.#images = new DockerImages(client);
    this.#companions = new Companions(networks, tasks);
    this.#containers = new OwnContainers(client, mark);
    this.#sightings = new Sightings(this.#containers, this.#companions);
    const parts = {
      client,
      containers: this.#containers,
      companions: this.#companions,
      sightings: this.#sightings,
      closed: this.#closed.signal,
    };
    this.#ends = new ContainerEnds(parts);
    this.#starts = new ContainerStarts({
      ...parts,
      images: this.#images,
      ends: this.#ends,
      daemon,
      own: { mark, jobNetwork, pidsLimit },
      fileSystems,
      isHere,
    });
  }

  async open(onReport: (report: EngineReport) => void): Promise<EngineCapabilities> {
    this.#sightings.reportTo(onReport);
    this.#opened = await dockerDaemon(this.#client);
    this.#feed = new EventFeed({
      client: this.#client,
      filters: {
        type: ['container'],
        label: [this.#containers.label],
        event: ['start', 'die', 'oom', 'kill', 'destroy'],
      },
      onEvent: (event) => this.#sightings.onEvent(event),
      onConnected: async () => {
        await this.#client.negotiate();
        await this.list();
      },
    });
    await this.#feed.open();
    return this.#opened.capabilities;
  }

  async close(): Promise<void> {
    this.#sightings.reportTo(() => undefined);
    this.#closed.abort();
    this.#feed?.close();
    this.#images.close();
    this.#client.close();
  }

  start(spec: ContainerSpec): Promise<void> {
    return this.#starts.start(spec);
  }

  stop(containerId: ContainerId, graceMs: number): Promise<void> {
    return this.#ends.stop(containerId, graceMs);
  }

  remove(containerId: ContainerId): Promise<void> {
    return this.#ends.remove(containerId);
  }

  async inspect(containerId: ContainerId): Promise<EngineContainer | undefined> {
    const facts = await this.#containers.inspect(containerId);
    if (facts === undefined) return undefined;
    const attempt = engineContainer(facts);
    return attempt.exit !== undefined && this.#sightings.find(containerId)?.outOfMemory
      ? { ...attempt, exit: { ...attempt.exit, outOfMemory: true } }
      : attempt;
  }

  /**
   * Looks at every container that is new or has changed, so that what no event told is reported
   * too.
   */
  async list(): Promise<readonly EngineContainer[]> {
    const there = await this.#sightings.lookAtAll();
    await this.#companions.sweep();
    return there.flatMap((containerId) => {
      const facts = this.#sightings.find(containerId)?.facts;
      return facts === undefined ? [] : engineContainer(facts);
    });
  }

  logs(containerId: ContainerId, from: LogPosition | undefined): AsyncIterable<LogBatch> {
    const { pieceBytes, clockAheadMs } = this.#daemon;
    return containerLogs(
      {
        client: this.#client,
        container: containerName(containerId),
        pieceBytes,
        now: () => Date.now() + clockAheadMs,
        fileBytes: logFileMib * 1024 * 1024,
        state: () => this.#outputState(containerId),
        again: () => pause(againMs, this.#closed.signal),
        signal: this.#closed.signal,
      },
      from,
    );
  }

  execute(containerId: ContainerId, request: SessionRequest): SessionAnswer {
    const parts = {
      client: this.#client,
      container: containerName(containerId),
      isRunning: async () => (await this.#containers.inspect(containerId))?.state === 'running',
      again: () => pause(againMs, this.#closed.signal),
    };
    return dockerSession(parts, request);
  }

  async #outputState(containerId: ContainerId): Promise<OutputState> {
    const facts = await this.#containers.inspect(containerId);
    if (facts === undefined || !facts.keepsOutput) return 'gone';
    return facts.state === 'exited' ? 'ended' : facts.state;
  }

  get #daemon(): DockerDaemon {
    if (this.#opened === undefined) throw new EngineUnavailable('Docker: not asked yet');
    return this.#opened;
  }
}
