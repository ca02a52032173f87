// The links to all hosts: this machine's, and one to each registered host. Says which engine an
// attempt's host has, and tells the rules when a host is silent or heard again. It judges no
// attempt.

import { containerIdOf, type AttemptId, type ContainerId, type HostId } from '../../base/ids.ts';
import type { Effect } from '../../core/effect.ts';
import { engineHostOf } from '../../core/host/host.ts';
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
import type { HostConnector } from '../../port/host-connector.ts';
import type { CommandQueue } from '../turn/command-queue.ts';
import { unlessStopped } from '../turn/stopped.ts';
import { HostLink } from './host-link.ts';
import { UnknownContainers } from './reconciler.ts';

interface HostLinksParts {
  readonly world: World;
  readonly bus: Pick<CommandQueue, 'issue'>;
  readonly clock: Clock;
  /** This machine's. */
  readonly engine: Engine;
  /** Reaches registered hosts. */
  readonly hosts: HostConnector;
  readonly report: (from: HostId, report: EngineReport) => void;
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
  /** By host: this machine's first. */
  readonly #links = new Map<HostId, HostLink>();
  #machine: HostLink | undefined;

  constructor(parts: HostLinksParts) {
    this.#parts = parts;
  }

  /** Undefined where the host is gone, or its engine was never open. */
  readonly engineOf = (hostId: HostId): Engine | undefined => this.#linkOf(hostId)?.openEngine;

  /** An instance's containers run on its machine, also those of one that is gone. */
  #linkOf(hostId: HostId): HostLink | undefined {
    const host = this.#parts.world.hosts.get(hostId);
    if (host?.kind === 'instance') return this.#links.get(engineHostOf(host));
    return this.#links.get(hostId) ?? (host === undefined ? this.#machine : undefined);
  }

  /**
   * Connects to this machine's engine and finds what is running there; then to the registered
   * hosts. Rejects with {@link UnknownContainers} where the machine runs what the rows are too old
   * to know.
   */
  async open(machineId: HostId): Promise<EngineCapabilities> {
    this.#machine = this.#add(machineId, this.#parts.engine);
    const capabilities = await this.#machine.open();
    if (this.#machine.unknown.length > 0) throw new UnknownContainers(this.#machine.unknown);
    for (const host of this.#parts.world.hosts.registered()) this.connect(host.id);
    return capabilities;
  }

  /** To a registered host, once; however long that takes. */
  connect(hostId: HostId): void {
    const { world, hosts } = this.#parts;
    const host = world.hosts.get(hostId);
    if (host?.kind !== 'registered' || this.#links.has(hostId)) return;
    this.#add(hostId, hosts.engine(hostId, host.endpoint)).keepOpening();
  }

  /** What of ours is left there goes, if the host can be reached. */
  disconnect(hostId: HostId): void {
    const link = this.#links.get(hostId);
    if (link === undefined) return;
    this.#links.delete(hostId);
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

  #add(hostId: HostId, engine: Engine): HostLink {
    const { world, onHeard } = this.#parts;
    const hostLostMs = world.settings.hostLostSeconds * 1000;
    const link = new HostLink({
      ...this.#parts,
      hostId,
      engine,
      // Often enough that a silent host is told from one that was not asked.
      periodMs: Math.min(limit.reconcilePeriodMs, Math.ceil(hostLostMs / 4)),
      report: (report) => this.#parts.report(hostId, report),
      onHeard: () => {
        onHeard();
        this.#noteContact(hostId, true);
      },
      onSilence: (forMs) => {
        if (forMs >= hostLostMs) this.#noteContact(hostId, false);
      },
    });
    this.#links.set(hostId, link);
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
  async #removeAll({ hostId, engine }: HostLink): Promise<void> {
    const placed = [...this.#parts.world.allocations].flatMap(([attemptId, allocation]) =>
      allocation.hostId === hostId || allocation.machineId === hostId
        ? containersPlaced(this.#parts.world, attemptId)
        : [],
    );
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
