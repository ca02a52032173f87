// The Kubernetes engine: attempts are pods of a cluster, one each, and their containers are ours.
// It reports what the watch shows of pods with its server's mark, touches no others, and never
// makes a pod twice: its name is the attempt's. Here its parts are put together; starts are in
// pod-starts.ts, ends in pod-ends.ts, what was seen in pod-sightings.ts, and what it means in
// pod-state.ts.

import { splitContainerId, type ContainerId } from '../../base/ids.ts';
import type { Clock } from '../../port/clock.ts';
import type {
  ContainerSpec,
  Engine,
  EngineCapabilities,
  EngineContainer,
  EngineReport,
  LogBatch,
  LogPosition,
} from '../../port/engine.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import type { SessionRequest } from '../../port/session.ts';
import { AccountRoles } from './account-roles.ts';
import { ClusterRefusal, ClusterUnavailable } from './cluster-answer.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import type { KnownAttempt } from './known-attempt.ts';
import { LogTurns } from './log-turns.ts';
import { OwnPods } from './own-pods.ts';
import { PodGangs } from './pod-gangs.ts';
import { PodEnds } from './pod-ends.ts';
import { obstacleOf } from './pod-events.ts';
import { podLog, type PodOutputState } from './pod-log.ts';
import { containerNamesOf } from './pod-names.ts';
import { podSession } from './pod-session.ts';
import { isUseless, PodSightings } from './pod-sightings.ts';
import { PodStarts } from './pod-starts.ts';
import { usualPatience, type Patience } from './pod-waiting.ts';

export interface KubernetesEngineOptions {
  /** Whoever gives it closes it, after the engine. */
  readonly connection: ClusterConnection;
  readonly clock: Clock;
  /** Tells the servers apart that use one cluster: the mark of the data directory (ADR 0018). */
  readonly mark: string;
  /** In which attempts are that do not say in which; absent: the connection's. */
  readonly namespace?: string | undefined;
  /** Where pods are looked for; absent: in all namespaces. */
  readonly within?: string | undefined;
  readonly patience?: Patience | undefined;
  /** What went wrong, and is tried again. */
  readonly onFault: (error: unknown) => void;
}

interface FoundContainer {
  readonly known: KnownAttempt;
  readonly index: number;
  readonly place: {
    readonly connection: ClusterConnection;
    readonly namespace: string;
    readonly pod: string;
    readonly container: string;
  };
}

export class KubernetesEngine implements Engine {
  readonly #options: KubernetesEngineOptions;
  readonly #pods: OwnPods;
  readonly #sightings: PodSightings;
  readonly #starts: PodStarts;
  readonly #ends: PodEnds;
  readonly #logTurns: LogTurns;
  readonly #closed = new AbortController();

  constructor(options: KubernetesEngineOptions) {
    const { connection, clock, mark, within, patience = usualPatience, onFault } = options;
    this.#options = options;
    this.#logTurns = new LogTurns(clock);
    const tried = (act: Promise<void>): void => void act.catch(onFault);
    this.#sightings = new PodSightings({
      clock,
      patience,
      onUseless: (known) => tried(this.#ends.letGo(known)),
      onStuck: (known) => tried(this.#findObstacle(known)),
    });
    const pods = (this.#pods = new OwnPods({
      connection,
      clock,
      mark,
      within,
      onPod: (pod, isGone) => this.#sightings.see(pod, isGone),
      onFault,
    }));
    const sightings = this.#sightings;
    const namespace = options.namespace ?? connection.namespace;
    const roles = new AccountRoles({ connection, clock, onFault });
    const gangs = new PodGangs({ connection, onFault });
    const starts = (this.#starts = new PodStarts({
      pods,
      sightings,
      roles,
      gangs,
      mark,
      namespace,
    }));
    this.#ends = new PodEnds({ pods, sightings, starts });
  }

  async open(onReport: (report: EngineReport) => void): Promise<EngineCapabilities> {
    this.#sightings.reportTo(onReport);
    const version = await this.#version();
    await this.#pods.open();
    return { kind: 'kubernetes', version: `Kubernetes ${version}`, logDrivers: [], gpus: true };
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#logTurns.close();
    this.#sightings.close();
    this.#pods.close();
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
    this.#pods.assertHeard();
    const { attemptId, index } = splitContainerId(containerId);
    const known = this.#sightings.find(attemptId);
    return known && this.#sightings.container(known, index);
  }

  /** What could not be let go before is let go now. */
  async list(): Promise<readonly EngineContainer[]> {
    this.#pods.assertHeard();
    const all = [...this.#sightings.all()];
    const useless = all.filter(isUseless);
    await Promise.all(useless.map((known) => this.#ends.letGo(known)));
    return all.flatMap((known) => this.#sightings.containers(known));
  }

  async *logs(
    containerId: ContainerId,
    from: LogPosition | undefined,
  ): AsyncGenerator<LogBatch, void, undefined> {
    const found = this.#find(containerId);
    if (found === undefined) return;
    const { known, index, place } = found;
    yield* podLog(
      {
        ...place,
        clock: this.#options.clock,
        state: () => this.#outputState(known, index),
        whenTold: (look) => {
          const readers = (known.readers ??= new Set());
          readers.add(look);
          return () => readers.delete(look);
        },
        turns: this.#logTurns,
        signal: this.#closed.signal,
      },
      from,
    );
  }

  async execute(containerId: ContainerId, request: SessionRequest): ReturnType<typeof podSession> {
    this.#pods.assertHeard();
    const found = this.#find(containerId);
    return found !== undefined && this.#sightings.state(found.known, found.index)?.is === 'running'
      ? podSession(found.place, request)
      : { cannot: 'its container does not run' };
  }

  /** Undefined: no pod with it has been seen. */
  #find(containerId: ContainerId): FoundContainer | undefined {
    const { attemptId, index } = splitContainerId(containerId);
    const known = this.#sightings.find(attemptId);
    const { pod } = known ?? {};
    const container = pod && containerNamesOf(pod)[index];
    if (known === undefined || pod === undefined || container === undefined) return undefined;
    const { connection } = this.#options;
    const place = { connection, namespace: pod.namespace, pod: pod.name, container };
    return { known, index, place };
  }

  async #findObstacle(known: KnownAttempt): Promise<void> {
    const { pod } = known;
    if (pod === undefined) return;
    known.asking = true;
    try {
      const why = await obstacleOf(this.#options.connection, pod);
      if (why !== undefined) this.#sightings.obstructed(known, why);
    } finally {
      known.asking = false;
    }
  }

  #outputState(known: KnownAttempt, index: number): PodOutputState {
    this.#pods.assertHeard();
    switch (this.#sightings.state(known, index)?.is) {
      case 'created':
        return 'waiting';
      case 'running':
        return 'running';
      case 'exited':
      case 'lost':
        return known.gone ? 'gone' : 'ended';
      default:
        return 'gone';
    }
  }

  async #version(): Promise<string> {
    const { connection } = this.#options;
    try {
      const { gitVersion } = await connection.request<{ gitVersion?: unknown }>({
        method: 'GET',
        path: '/version',
      });
      return String(gitVersion).slice(0, 100);
    } catch (error) {
      if (error instanceof EngineUnavailable || !(error instanceof ClusterRefusal)) throw error;
      throw new ClusterUnavailable(error.message, { status: error.status, cause: error });
    }
  }
}
