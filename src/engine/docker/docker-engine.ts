// The Docker engine: attempts are containers of a Docker daemon. It reports what it sees by events
// and, after every connection, by looking at all containers of its own; it touches no container
// that another server labelled, and it never starts one that has run.

import type { ContainerId } from '../../base/ids.ts';
import type { Block } from '../../base/ipv4.ts';
import type { Exit } from '../../core/job/attempt.ts';
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
import type { RegistryLogin } from '../../port/secrets.ts';
import type { SessionRequest } from '../../port/session.ts';
import { discretion } from '../discretion.ts';
import { noFileSystems, type FileSystems } from '../file-systems.ts';
import { foundSources } from '../found-sources.ts';
import { defaultJobNetworks, ownBlock } from '../job-networks.ts';
import { containerFacts, type ContainerFacts } from './container-facts.ts';
import { containerLogs, type OutputState } from './container-logs.ts';
import { Companions } from './companions.ts';
import {
  attemptLabel,
  containerName,
  createBodies,
  markLabel,
  type CreateBodies,
  type MappingOptions,
} from './container-mapping.ts';
import type {
  EventMessage,
  InfoAnswer,
  InspectedContainer,
  ListedContainer,
} from './docker-api.ts';
import { DockerClient, DockerRefusal, daemonMessage } from './docker-client.ts';
import { dockerEndpoint, type DockerEndpoint } from './docker-endpoint.ts';
import { DockerImages } from './docker-images.ts';
import { dockerSession, type SessionAnswer } from './docker-session.ts';
import { DockerNetworks, machineRoutes } from './docker-networks.ts';
import { dockerTasks } from './docker-tasks.ts';
import { EventFeed } from './event-feed.ts';
import { referenceProblem } from './image-reference.ts';
import { kernelKilledForMemory } from './kernel-log.ts';
import { asAttempt, isUpToDate, newlyKnown, type Known } from './known-attempt.ts';
import { dockerPieceBytes } from './log-lines.ts';
import { putRouterFile, routerSocketOn } from './log-routing.ts';
import { jsonFileOutput, localOutput, logFileMib } from './output-files.ts';
import { pause } from './pause.ts';
import { withoutMountNoise } from './volume-mounts.ts';
import { withdrawUnstarted, type Withdrawal } from './unstarted-container.ts';

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

/** Containers looked at together. */
const inspectsAtOnce = 16;
/**
 * How long whoever waits for the daemon's next state waits before he looks again, where nothing has
 * happened.
 */
const againMs = 200;
/**
 * How often a start looks again for a container that has its name and is not there yet, or is
 * going: a minute.
 */
const looksForName = 300;

export class DockerEngine implements Engine {
  readonly #options: DockerEngineOptions;
  readonly #client: DockerClient;
  readonly #images: DockerImages;
  readonly #companions: Companions;
  readonly #known = new Map<ContainerId, Known>();
  readonly #closed = new AbortController();
  #feed: EventFeed | undefined;
  #report: (report: EngineReport) => void = () => undefined;
  #keptOutput = jsonFileOutput;
  #pieceBytes = dockerPieceBytes;
  /** What the daemon's clock is ahead of ours. */
  #clockAheadMs = 0;
  /** Of the daemon. */
  #architecture = '';
  #storageDriver = '';
  /** Found out by the first container that asks for a bound. */
  #storageUnbounded = false;
  /** The daemon's paths are this machine's. */
  readonly #isHere: boolean;

  /** Throws BadDockerHost where DOCKER_HOST cannot be used. */
  constructor(options: DockerEngineOptions) {
    this.#options = options;
    const endpoint = options.endpoint ?? dockerEndpoint(options.environment ?? process.env);
    this.#client = new DockerClient(endpoint);
    this.#isHere = endpoint.socketPath !== undefined;
    this.#images = new DockerImages(this.#client);
    const networks = new DockerNetworks({
      client: this.#client,
      mark: options.mark,
      range: options.jobNetworks ?? ownBlock(defaultJobNetworks),
      // A socket's daemon shares this machine's routes; those of another machine are not known.
      hostRoutes: endpoint.socketPath === undefined ? () => [] : machineRoutes,
    });
    const tasks = dockerTasks({
      client: this.#client,
      mark: options.mark,
      architecture: () => this.#architecture,
    });
    this.#companions = new Companions(networks, tasks);
  }

  async open(onReport: (report: EngineReport) => void): Promise<EngineCapabilities> {
    this.#report = onReport;
    const version = await this.#client.negotiate();
    const info = await this.#json<InfoAnswer>({ method: 'GET', path: '/info', repeatable: true });
    this.#storageDriver = info.Driver ?? '';
    const drivers = info.Plugins?.Log ?? [];
    this.#architecture = info.Architecture ?? '';
    const daemonMs = Date.parse(info.SystemTime ?? '');
    this.#clockAheadMs = Number.isNaN(daemonMs) ? 0 : daemonMs - Date.now();
    const podman = version.Components?.find((component) => component.Name.startsWith('Podman'));
    if (podman !== undefined) this.#pieceBytes = 0;
    else if (drivers.includes('local')) this.#keptOutput = localOutput;
    this.#feed = new EventFeed({
      client: this.#client,
      filters: {
        type: ['container'],
        label: [this.#ownLabel],
        event: ['start', 'die', 'oom', 'kill', 'destroy'],
      },
      onEvent: (event) => this.#onEvent(event),
      onConnected: async () => {
        await this.#client.negotiate();
        await this.list();
      },
    });
    await this.#feed.open();
    return {
      kind: 'docker',
      version: podman === undefined ? `Docker ${version.Version}` : `Podman ${podman.Version}`,
      logDrivers: drivers.filter((driver) => driver !== 'awslogs'),
      gpus: Object.keys(info.Runtimes ?? {}).includes('nvidia'),
    };
  }

  async close(): Promise<void> {
    this.#report = () => undefined;
    this.#closed.abort();
    this.#feed?.close();
    this.#images.close();
    this.#client.close();
  }

  // ---- start ----

  start(spec: ContainerSpec): Promise<void> {
    const known = this.#know(spec.containerId);
    if (known.starting !== undefined) return known.starting;
    if (known.startedReported || known.ended) return Promise.resolve();
    const start = async (): Promise<void> => {
      known.discreet = discretion(spec);
      await this.#start(known, spec);
      if (known.facts === undefined) await this.#companions.leave(spec.containerId);
    };
    known.starting = start().finally(() => {
      known.starting = known.discreet = undefined;
      // Where nothing is known to be there, nothing can be lost.
      if (!known.startedReported && !known.ended) this.#known.delete(spec.containerId);
    });
    return known.starting;
  }

  /** A failure is named by the step in which ECS's agent would have met it: pull, create, start. */
  async #start(known: Known, spec: ContainerSpec): Promise<void> {
    const malformed = referenceProblem(spec.image);
    if (malformed !== undefined)
      return this.#startFailed(known, `CannotPullContainerError: ${malformed}`);
    const { fileSystems = noFileSystems } = this.#options;
    const sources = await foundSources(spec, fileSystems, this.#isHere);
    if ('cannotStart' in sources) return this.#startFailed(known, sources.cannotStart);
    const options: MappingOptions = {
      mark: this.#options.mark,
      jobNetwork: this.#options.jobNetwork ?? 'host',
      pidsLimit: this.#options.pidsLimit,
      keptOutput: this.#keptOutput,
      storageUnbounded: this.#storageUnbounded,
      dropsOutput: this.#pieceBytes > 0,
    };
    const joined = await this.#companions.join(spec, options);
    if ('cannotStart' in joined) return this.#startFailed(known, joined.cannotStart);
    const routerSocket = await routerSocketOn(this.#client, spec);
    const bodies = createBodies(spec, options, { ...joined, sources, routerSocket });
    if ('cannotStart' in bodies) return this.#startFailed(known, bodies.cannotStart);
    const created = await this.#create(known, spec, bodies);
    if (created === undefined) return;
    const amiss = await putRouterFile(this.#client, created, spec);
    let reason = amiss === undefined ? notWanted : `CannotStartContainerError: ${amiss}`;
    if (amiss === undefined && !known.unwanted.signal.aborted) {
      // By its id: a start that is carried out late, when the container has ended or been made
      // anew, finds nothing to start again.
      const started = await this.#client.request({
        method: 'POST',
        path: `/containers/${created}/start`,
      });
      if (started.status < 300 || started.status === 304) return this.#look(known);
      await this.#client.assertAnswering(started);
      reason = `CannotStartContainerError: Error response from daemon: ${withoutMountNoise(daemonMessage(started), sources)}`;
    }
    const outcome = await this.#withdraw(known);
    if (outcome === 'removed' || outcome === 'absent') this.#startFailed(known, reason);
  }

  /** Makes the container: its id. Undefined: there is nothing to start, and why was reported. */
  async #create(
    known: Known,
    { containerId, image, registryLogin, ephemeralStorageGib }: ContainerSpec,
    bodies: CreateBodies,
  ): Promise<string | undefined> {
    let { body, unbounded } = bodies;
    const failed = (reason: string): undefined => this.#startFailed(known, reason) as undefined;
    for (let looks = 0, pulled = false; ;) {
      if (known.unwanted.signal.aborted) return failed(notWanted);
      const answer = await this.#client.request({
        method: 'POST',
        path: '/containers/create',
        query: { name: containerName(containerId) },
        body,
        repeatable: true,
      });
      if (answer.status === 201) {
        if (body === bodies.unbounded) this.#storageUnbounded = true;
        if (ephemeralStorageGib !== undefined && this.#storageUnbounded)
          known.notice = `Its ephemeral storage of ${ephemeralStorageGib} GiB is not enforced: Docker's storage driver ${this.#storageDriver} sets no bounds on its disk`;
        return (JSON.parse(answer.body.toString()) as { Id: string }).Id;
      }
      if (answer.status === 404 && !pulled) {
        pulled = true;
        const failure = await this.#pull(image, registryLogin, known.unwanted.signal);
        if (failure !== undefined)
          return failed(`CannotPullContainerError: Error response from daemon: ${failure}`);
        continue;
      }
      const reason = `CannotCreateContainerError: Error response from daemon: ${daemonMessage(answer)}`;
      if (answer.status !== 409) {
        await this.#client.assertAnswering(answer);
        // Most storage drivers know no bound. Whatever else the daemon refuses, it refuses again.
        if (unbounded !== undefined) {
          [body, unbounded] = [unbounded, undefined];
          continue;
        }
        return failed(reason);
      }
      // The name is taken: an earlier start got this far, and may be under way in the daemon though
      // nobody waits for it any more. So what has not started is made anew, which that start cannot
      // reach; what has is left alone.
      const outcome = await this.#withdraw(known);
      if (outcome === 'has started' || outcome === 'ran and is gone') return undefined;
      if (outcome === 'removed') continue;
      if (++looks > looksForName) return failed(reason);
      await pause(againMs, this.#closed.signal);
    }
  }

  /** Waits no longer than the attempt is wanted; the pull itself goes on for others. */
  async #pull(
    image: string,
    login: RegistryLogin | undefined,
    unwanted: AbortSignal,
  ): Promise<string | undefined> {
    const aborted = Promise.withResolvers<undefined>();
    const onAbort = (): void => aborted.resolve(undefined);
    unwanted.addEventListener('abort', onAbort);
    try {
      return await Promise.race([this.#images.pull(image, login), aborted.promise]);
    } finally {
      unwanted.removeEventListener('abort', onAbort);
    }
  }

  #startFailed(known: Known, reason: string): void {
    if (known.ended) return;
    known.ended = true;
    this.#report({
      type: 'start-failed',
      containerId: known.containerId,
      atMs: Date.now(),
      reason: known.discreet?.(reason) ?? reason,
    });
  }

  // ---- stop and remove ----

  async stop(containerId: ContainerId, graceMs: number): Promise<void> {
    const known = this.#know(containerId);
    if (known.starting !== undefined) {
      known.unwanted.abort();
      await known.starting;
    }
    if (!known.ended && known.facts?.state !== 'running') await this.#look(known);
    if (
      !known.ended &&
      known.facts?.state === 'created' &&
      (await this.#withdraw(known)) === 'removed'
    ) {
      await this.#companions.leave(containerId);
      return this.#startFailed(known, notWanted);
    }
    if (known.ended) return;
    if (known.facts === undefined) {
      this.#known.delete(containerId);
      return;
    }
    known.stopping ??= this.#stop(known, graceMs).finally(() => {
      known.stopping = undefined;
    });
    await known.stopping;
  }

  /**
   * Sees to it that a container that has not started never will; what has started is looked at, and
   * what is new of it reported.
   */
  async #withdraw(known: Known): Promise<Withdrawal['outcome']> {
    const { containerId } = known;
    known.withdrawing ??= withdrawUnstarted({
      client: this.#client,
      inspect: () => this.#inspect(containerId),
      began: (dockerId) => known.began === dockerId,
      destroyed: (dockerId) => known.destroyed === dockerId,
      pause: (ms) => pause(ms, this.#closed.signal),
    }).finally(() => {
      known.withdrawing = undefined;
    });
    const { outcome, facts } = await known.withdrawing;
    if (outcome === 'has started') await this.#look(known);
    if (facts !== undefined && (outcome === 'removed' || outcome === 'ran and is gone'))
      await this.#removeVolumes(facts);
    if (outcome === 'removed') known.facts = known.died = undefined;
    else if (outcome === 'ran and is gone') known.facts = facts;
    if (outcome === 'ran and is gone' || outcome === 'absent') await this.#take(known, undefined);
    return outcome;
  }

  /**
   * Docker's own stop respects the image's STOPSIGNAL, as ECS does, and goes on in the daemon
   * should this process end within the grace time. It answers when all is over; that the signal was
   * delivered is told by an event.
   */
  #stop(known: Known, graceMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      known.signalled = resolve;
      this.#client
        .stream({
          method: 'POST',
          path: `/containers/${containerName(known.containerId)}/stop`,
          query: { t: Math.ceil(graceMs / 1000) },
          timeoutMs: 0,
          signal: this.#closed.signal,
        })
        .then(
          (answer) => answer.resume(),
          // 304: it has ended; 404: it is gone.
          (error: unknown) =>
            error instanceof DockerRefusal && error.status < 500 ? undefined : reject(error),
        )
        .finally(resolve);
    });
  }

  async remove(containerId: ContainerId): Promise<void> {
    const known = this.#know(containerId);
    known.ended = known.removed = true;
    known.unwanted.abort();
    await known.starting;
    const facts = known.facts ?? (await this.#inspect(containerId));
    if (facts !== undefined) {
      await this.#delete(containerId);
      await this.#removeVolumes(facts);
    }
    this.#known.delete(containerId);
  }

  /** Those that are made for it by name. */
  async #removeVolumes({ volumes }: ContainerFacts): Promise<void> {
    for (const volume of volumes)
      await this.#client.request({
        method: 'DELETE',
        path: `/volumes/${volume}`,
        repeatable: true,
      });
  }

  /**
   * With its anonymous volumes, and its network where it was the last one in it. Gone already is as
   * good.
   */
  async #delete(containerId: ContainerId): Promise<void> {
    const answer = await this.#client.request({
      method: 'DELETE',
      path: `/containers/${containerName(containerId)}`,
      query: { force: 1, v: 1 },
      repeatable: true,
    });
    if (answer.status >= 500) throw new EngineUnavailable(`Docker: ${daemonMessage(answer)}`);
    await this.#companions.leave(containerId);
  }

  // ---- what there is ----

  async inspect(containerId: ContainerId): Promise<EngineContainer | undefined> {
    const facts = await this.#inspect(containerId);
    if (facts === undefined) return undefined;
    const attempt = asAttempt(facts);
    return attempt.exit !== undefined && this.#known.get(containerId)?.outOfMemory
      ? { ...attempt, exit: { ...attempt.exit, outOfMemory: true } }
      : attempt;
  }

  /**
   * Looks at every container that is new or has changed, so that what no event told is reported
   * too.
   */
  async list(): Promise<readonly EngineContainer[]> {
    // Whoever has something in common with others by our book, and has no container, must leave it:
    // the answer to its start or removal was lost.
    const joined = [...this.#companions.members()].map((containerId) => this.#know(containerId));
    const present = [...this.#known.values()].filter(
      (known) => known.facts !== undefined && !known.ended,
    );
    const before = [...new Set([...present, ...joined])].filter(
      (known) => known.starting === undefined,
    );
    const listed = await this.#json<ListedContainer[]>({
      method: 'GET',
      path: '/containers/json',
      query: { all: 1, filters: JSON.stringify({ label: [this.#ownLabel, attemptLabel] }) },
      repeatable: true,
    });
    const states = new Map(
      listed.map((container) => [container.Labels[attemptLabel] as ContainerId, container.State]),
    );
    const missing = before.filter((known) => !states.has(known.containerId));
    const changed = [...states]
      .filter(([containerId, state]) => !isUpToDate(this.#known.get(containerId), state))
      .map(([containerId]) => this.#know(containerId));
    const toLook = [...missing, ...changed].values();
    const look = async (): Promise<void> => {
      for (const known of toLook) await this.#look(known);
    };
    await Promise.all(Array.from({ length: inspectsAtOnce }, look));
    await this.#companions.sweep();
    return [...states.keys()].flatMap((containerId) => {
      const facts = this.#known.get(containerId)?.facts;
      return facts === undefined ? [] : asAttempt(facts);
    });
  }

  logs(containerId: ContainerId, from: LogPosition | undefined): AsyncIterable<LogBatch> {
    return containerLogs(
      {
        client: this.#client,
        container: containerName(containerId),
        pieceBytes: this.#pieceBytes,
        now: () => Date.now() + this.#clockAheadMs,
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
      isRunning: async () => (await this.#inspect(containerId))?.state === 'running',
      again: () => pause(againMs, this.#closed.signal),
    };
    return dockerSession(parts, request);
  }

  async #outputState(containerId: ContainerId): Promise<OutputState> {
    const facts = await this.#inspect(containerId);
    if (facts === undefined || !facts.keepsOutput) return 'gone';
    return facts.state === 'exited' ? 'ended' : facts.state;
  }

  // ---- looking and reporting ----

  get #ownLabel(): string {
    return `${markLabel}=${this.#options.mark}`;
  }

  #know(containerId: ContainerId): Known {
    let known = this.#known.get(containerId);
    if (known === undefined) this.#known.set(containerId, (known = newlyKnown(containerId)));
    return known;
  }

  #onEvent(event: EventMessage): void {
    const containerId = event.Actor.Attributes[attemptLabel] as ContainerId | undefined;
    if (containerId === undefined) return;
    const known = this.#known.get(containerId);
    if (known !== undefined && event.Action === 'start') known.began = event.Actor.ID;
    if (known !== undefined && event.Action === 'destroy') known.destroyed = event.Actor.ID;
    switch (event.Action) {
      case 'kill':
        if (known === undefined) return;
        known.killed = true;
        known.signalled?.();
        return;
      case 'oom':
        if (known !== undefined) known.outOfMemory = true;
        return;
      case 'destroy':
        if (known === undefined || known.starting !== undefined) return;
        break;
      case 'die':
        if (known !== undefined)
          known.died = {
            exitCode: Number(event.Actor.Attributes['exitCode']),
            atMs: Math.floor(event.timeNano / 1e6),
          };
        break;
      case 'start':
        // A start of ours looks by itself; this one is of another that holds the same data, or its
        // answer was lost.
        if (known?.starting !== undefined) return;
        break;
      default:
        return;
    }
    // A failure to look is the connection's: after the next one all are looked at.
    this.#look(this.#know(containerId)).catch(() => undefined);
  }

  /**
   * Looks at the container and reports what is new, in order. Whoever asks while that is under way
   * is served by one more look.
   */
  #look(known: Known): Promise<void> {
    if (known.looking !== undefined) {
      known.lookAgain = true;
      return known.looking;
    }
    known.looking = (async () => {
      try {
        do {
          known.lookAgain = false;
          await this.#take(known, await this.#inspect(known.containerId));
        } while (known.lookAgain);
      } finally {
        known.looking = undefined;
      }
    })();
    return known.looking;
  }

  async #take(known: Known, facts: ContainerFacts | undefined): Promise<void> {
    if (facts === undefined) {
      // Who takes it out of the way says what became of it.
      if (known.withdrawing !== undefined) return;
      this.#takeGone(known);
      return known.starting === undefined ? this.#companions.leave(known.containerId) : undefined;
    }
    // What was seen of it just before its removal says nothing of where it is.
    if (!known.removed) this.#companions.know(facts);
    if (facts.pid > 0) known.pid = facts.pid;
    known.facts = facts;
    if (facts.state === 'created') return;
    if (!known.ended) this.#started(known, facts.startedAtMs);
    if (facts.exit === undefined) return;
    const exit = {
      ...facts.exit,
      outOfMemory: await this.#wasOutOfMemory(known, facts.dockerId, facts.exit),
    };
    known.facts = { ...facts, exit };
    if (known.ended) return;
    known.ended = true;
    this.#report({
      type: 'exited',
      containerId: known.containerId,
      atMs: facts.stoppedAtMs ?? Date.now(),
      exit,
    });
  }

  async #wasOutOfMemory(known: Known, dockerId: string, exit: Exit): Promise<boolean> {
    if (exit.outOfMemory) known.outOfMemory = true;
    else if (
      exit.exitCode === killedExitCode &&
      !known.killed &&
      !known.ended &&
      !known.outOfMemory
    )
      known.outOfMemory = await kernelKilledForMemory(dockerId, known.pid);
    return known.outOfMemory;
  }

  /** Deleted by somebody else. */
  #takeGone(known: Known): void {
    if (known.facts === undefined && known.died === undefined) {
      if (known.starting === undefined && !known.ended) this.#known.delete(known.containerId);
      return;
    }
    known.facts = undefined;
    if (known.ended) return;
    known.ended = true;
    if (known.died === undefined) {
      this.#report({
        type: 'lost',
        containerId: known.containerId,
        atMs: Date.now(),
        reason: 'its container was deleted',
      });
      return;
    }
    const { exitCode, atMs } = known.died;
    this.#started(known, atMs);
    this.#report({
      type: 'exited',
      containerId: known.containerId,
      atMs,
      exit: { exitCode, outOfMemory: known.outOfMemory, reason: 'its container was deleted' },
    });
  }

  #started(known: Known, atMs: number | undefined): void {
    if (known.startedReported) return;
    known.startedReported = true;
    this.#report({
      type: 'started',
      containerId: known.containerId,
      atMs: atMs ?? Date.now(),
      notice: known.notice,
      address: known.facts?.address,
    });
  }

  /** Undefined where there is none, or one that is not ours. */
  async #inspect(containerId: ContainerId): Promise<ContainerFacts | undefined> {
    try {
      const container = await this.#json<InspectedContainer>({
        method: 'GET',
        path: `/containers/${containerName(containerId)}/json`,
        repeatable: true,
      });
      return container.Config.Labels?.[markLabel] === this.#options.mark
        ? containerFacts(container)
        : undefined;
    } catch (error) {
      if (error instanceof DockerRefusal && error.status === 404) return undefined;
      throw error;
    }
  }

  /** As the client's, where any refusal but 404 is trouble of the daemon's. */
  async #json<T>(request: Parameters<DockerClient['json']>[0]): Promise<T> {
    try {
      return await this.#client.json<T>(request);
    } catch (error) {
      if (error instanceof DockerRefusal && error.status !== 404)
        throw new EngineUnavailable(`Docker: ${error.message}`, { cause: error });
      throw error;
    }
  }
}

/** 128 and SIGKILL. */
const killedExitCode = 137;

const notWanted = 'stopped before it started';
