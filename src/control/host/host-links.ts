// The links to all hosts: this machine's, one to each registered host, and one to each cluster,
// whose nodes share it. Says which engine an attempt's host has, and tells the rules when a host is
// silent or heard again. It judges no attempt.

import {
  containerIdOf,
  type AttemptId,
  type ConnectionKey,
  type ContainerId,
  type HostId,
} from '../../base/ids.ts';
import type { Effect } from '../../core/effect.ts';
import { clusterOf, connectionOf, hostConnection } from '../../core/host/connection.ts';
import type { Host } from '../../core/host/host.ts';
import { containerRuns } from '../../core/job/attempt.ts';
import type { LiveJob } from '../../core/job/job.ts';
import { limit } from '../../core/limit.ts';
import type { World } from '../../core/world/world.ts';
import type { Clock } from '../../port/clock.ts';
import {
  EngineUnavailable,
  type Engine,
  type EngineContainer,
  type EngineCapabilities,
  type EngineReport,
} from '../../port/engine.ts';
import type { ClusterEngines } from '../../port/cluster-engines.ts';
import type { HostConnector } from '../../port/host-connector.ts';
import type { CommandQueue } from '../turn/command-queue.ts';
import { unlessStopped } from '../turn/stopped.ts';
import { HostLink } from './host-link.ts';
import type { ReportOrigin } from './report-intake.ts';
import { UnknownContainers } from './reconciler.ts';

interface HostLinksParts {
  readonly world: World;
  readonly bus: Pick<CommandQueue, 'issue'>;
  readonly clock: Clock;
  /** This machine's. */
  readonly engine: Engine;
  /** Reaches registered hosts. */
  readonly hosts: HostConnector;
  /** Reaches clusters; absent: none. */
  readonly clusters?: ClusterEngines | undefined;
  readonly report: (from: ReportOrigin, report: EngineReport) => void;
  readonly act: (effects: readonly Effect[]) => void;
  /** Somebody is at it: it is not compared. */
  readonly isBusy: (containerId: ContainerId) => boolean;
  readonly isStopping: (containerId: ContainerId) => boolean;
  readonly isNewerThanRows: (attempt: EngineContainer) => boolean;
  /** Its output is followed from here on. */
  readonly attend: (job: LiveJob, containerId: ContainerId) => void;
  /** Some engine has answered. */
  readonly onHeard: () => void;
  readonly onProblem: (what: string, error: unknown) => void;
}

export class HostLinks {
  readonly #parts: HostLinksParts;
  /** This machine's first. */
  readonly #links = new Map<ConnectionKey, HostLink>();
  #machine: HostLink | undefined;
  /** Clusters that nobody says how to reach: said once. */
  readonly #unreachable = new Set<string>();

  constructor(parts: HostLinksParts) {
    this.#parts = parts;
  }

  /** Undefined where the host is gone, or its engine was never open. */
  readonly engineOf = (at: ReportOrigin): Engine | undefined => this.#linkOf(at)?.openEngine;

  /** A slice's containers run on its machine, also those of one that is gone. */
  #linkOf({ hostId, connection }: ReportOrigin): HostLink | undefined {
    if (connection !== undefined) return this.#links.get(connection);
    const host = this.#parts.world.hosts.get(hostId);
    if (host !== undefined) return this.#links.get(connectionOf(host));
    return this.#links.get(hostConnection(hostId)) ?? this.#machine;
  }

  /**
   * Connects to this machine's engine and finds what is running there; then to the registered hosts
   * and the clusters. Rejects with {@link UnknownContainers} where the machine runs what the rows
   * are too old to know.
   */
  async open(machineId: HostId): Promise<EngineCapabilities> {
    this.#machine = this.#add(hostConnection(machineId), machineId, this.#parts.engine);
    const capabilities = await this.#machine.open();
    if (this.#machine.unknown.length > 0) throw new UnknownContainers(this.#machine.unknown);
    for (const host of this.#parts.world.hosts.values()) this.connect(host.id);
    return capabilities;
  }

  /**
   * To a registered host or the cluster of a node, once; however long that takes. A slice is
   * connected with its machine.
   */
  connect(hostId: HostId): void {
    const host = this.#parts.world.hosts.get(hostId);
    if (host === undefined) return;
    const connection = connectionOf(host);
    if (this.#links.has(connection)) return;
    const engine = this.#newEngine(host);
    if (engine !== undefined) this.#add(connection, hostId, engine).keepOpening();
  }

  #newEngine(host: Host): Engine | undefined {
    const { hosts, clusters, onProblem } = this.#parts;
    if (host.kind === 'registered') return hosts.engine(host.id, host.endpoint);
    const cluster = clusterOf(connectionOf(host));
    if (cluster === undefined) return undefined;
    const engine = clusters?.engine(cluster);
    if (engine === undefined && !this.#unreachable.has(cluster)) {
      this.#unreachable.add(cluster);
      onProblem(`connecting to ${cluster}`, new Error('this server is not told how to reach it'));
    }
    return engine;
  }

  /** From a registered host: what of ours is left there goes, if it can be reached. */
  disconnect(hostId: HostId): void {
    const link = this.#links.get(hostConnection(hostId));
    if (link === undefined) return;
    this.#links.delete(link.connection);
    link.rest();
    this.#removeAll(link)
      .catch((error: unknown) => {
        if (!(error instanceof EngineUnavailable))
          this.#parts.onProblem(`leaving host ${hostId}`, error);
      })
      .finally(() => void link.engine.close());
  }

  async reconcile(): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link.reconcile()));
  }

  /** Compares no more. */
  rest(): void {
    for (const link of this.#links.values()) link.rest();
  }

  /** Removes all of ours, wherever it runs. */
  async discard(): Promise<void> {
    try {
      await Promise.all([...this.#links.values()].map((link) => this.#removeAll(link)));
    } catch (error) {
      this.#parts.onProblem('discarding attempts', error);
    }
  }

  async close(): Promise<void> {
    // This machine's engine is there also where it was never opened.
    const engines = [...this.#links.values()].map((link) => link.engine);
    const all = new Set([this.#parts.engine, ...engines]);
    await Promise.all([...all].map((engine) => engine.close()));
  }

  #add(connection: ConnectionKey, hostId: HostId, engine: Engine): HostLink {
    const { world, onHeard } = this.#parts;
    const isShared = clusterOf(connection) !== undefined;
    const origin = isShared ? { hostId, connection } : { hostId };
    const hostLostMs = world.settings.hostLostSeconds * 1000;
    const link = new HostLink({
      ...this.#parts,
      connection,
      hostId,
      engine,
      // Often enough that a silent host is told from one that was not asked.
      periodMs: Math.min(limit.reconcilePeriodMs, Math.ceil(hostLostMs / 4)),
      report: (report) => this.#parts.report(origin, report),
      onHeard: () => {
        onHeard();
        this.#noteContact(hostId, true);
      },
      onSilence: (forMs) => {
        if (forMs >= hostLostMs) this.#noteContact(hostId, false);
      },
    });
    this.#links.set(connection, link);
    return link;
  }

  #noteContact(hostId: HostId, heard: boolean): void {
    const { world, bus, onProblem } = this.#parts;
    const host = world.hosts.get(hostId);
    if (host?.kind !== 'registered' || heard === (host.lost === undefined)) return;
    bus
      .issue({ type: 'note-host-contact', hostId, heard }, 'capacity')
      .catch(unlessStopped(onProblem, `contact with host ${hostId}`));
  }

  /** Removes all of ours that is on the host: what it knows, and what it is about to be told of. */
  async #removeAll({ connection, engine }: HostLink): Promise<void> {
    const { world } = this.#parts;
    const placed = [...world.allocations].flatMap(([attemptId, { hostId }]) => {
      const host = world.hosts.get(hostId);
      const key = host === undefined ? hostConnection(hostId) : connectionOf(host);
      return key === connection ? containersPlaced(world, attemptId) : [];
    });
    const found = (await engine.list()).map((container) => container.containerId);
    const all = new Set([...placed, ...found]);
    await Promise.all([...all].map((containerId) => engine.remove(containerId)));
  }
}

/** All containers that an attempt may have had; a node that waits for its main one had none yet. */
function containersPlaced(world: World, attemptId: AttemptId): ContainerId[] {
  const job = world.jobOfAttempt(attemptId);
  return job === undefined
    ? []
    : containerRuns(job.attempt).map((_, index) => containerIdOf(attemptId, index));
}
