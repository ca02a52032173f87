// Asks the capacity provider for instances, again now and then for those that do not run yet (an
// ask may be lost, and so may its answer), and tells it which are to end. Compares what it has with
// the rows every now and then, for whatever was lost. It decides nothing; what a report means is
// core's affair.

import type { HostId } from '../../base/ids.ts';
import { sharedConnection } from '../../core/host/connection.ts';
import type { Host, Instance } from '../../core/host/host.ts';
import { limit } from '../../core/limit.ts';
import type { World } from '../../core/world/world.ts';
import type { CapacityProvider, CapacityReport } from '../../port/capacity.ts';
import type { Clock } from '../../port/clock.ts';
import { Alarm } from '../alarm.ts';
import type { CommandQueue } from '../turn/command-queue.ts';
import { unlessStopped } from '../turn/stopped.ts';

interface FleetParts {
  readonly world: World;
  readonly capacity: CapacityProvider;
  readonly clock: Clock;
  readonly bus: Pick<CommandQueue, 'issue'>;
  /** One launched then may be in newer rows than these. */
  readonly isNewerThanRows: (launchedAtMs: number) => boolean;
  readonly onProblem: (what: string, error: unknown) => void;
}

export class Fleet {
  readonly #parts: FleetParts;
  readonly #again: Alarm;
  readonly #comparison: Alarm;
  /** Those that the rows knew of when they were loaded. */
  readonly #loaded = new Set<HostId>();
  #isOpen = false;

  constructor(parts: FleetParts) {
    this.#parts = parts;
    this.#again = new Alarm(parts.clock, () => this.#askAgain());
    this.#comparison = new Alarm(parts.clock, () => void this.#compareAgain());
  }

  /** Asks for all that there are: one may have been taken back while nobody listened. */
  open(): void {
    this.#isOpen = true;
    this.#parts.capacity.open((report) => this.#takeIn(report));
    for (const { id, state } of this.#wanted()) {
      this.#loaded.add(id);
      if (state !== 'SHUTTING_DOWN') this.ask(id);
    }
    void this.#compareAgain();
  }

  ask(hostId: HostId): void {
    const host = this.#parts.world.hosts.get(hostId);
    if (host === undefined || !isProvided(host)) return;
    this.#parts.capacity.launch(hostId, { spot: host.spot });
    if (!this.#again.isSet) this.#again.setIn(limit.launchRepeatMs);
  }

  /** One that is back in the books, started anew by its owner meanwhile, stays. */
  end(hostId: HostId): void {
    const { capacity, world } = this.#parts;
    if (!world.hosts.has(hostId)) capacity.end(hostId);
  }

  /**
   * What no row knows is ended; what the rows have and the provider has no more is said to be gone,
   * or is asked for again. Only what was so on both sides of the question counts. Rejects where the
   * provider cannot say.
   */
  async compare(): Promise<void> {
    const { world, capacity, isNewerThanRows } = this.#parts;
    const before = new Map([...this.#wanted()].map((instance) => [instance.id, instance]));
    const there = new Map((await capacity.list()).map((each) => [each.hostId, each]));
    if (!this.#isOpen) return;
    for (const { hostId, launchedAtMs } of there.values())
      if (!before.has(hostId) && (this.#loaded.has(hostId) || !isNewerThanRows(launchedAtMs)))
        this.end(hostId);
    for (const was of before.values()) {
      const host = world.hosts.get(was.id);
      // One of its owner's may have been started anew meanwhile.
      if (host?.kind !== 'instance' || host.launchedAtMs !== was.launchedAtMs) continue;
      const state = there.get(was.id)?.state;
      if (was.state === 'SHUTTING_DOWN' || state === 'starting') continue;
      if (state !== undefined) this.#takeIn({ hostId: was.id, report: state });
      else if (was.state === 'PENDING') this.ask(was.id);
      else this.#takeIn({ hostId: was.id, report: 'ended' });
    }
  }

  close(): void {
    this.#isOpen = false;
    this.#again.cancel();
    this.#comparison.cancel();
    this.#parts.capacity.close();
  }

  #takeIn({ hostId, report }: CapacityReport): void {
    const { world, bus, onProblem } = this.#parts;
    const host = world.hosts.get(hostId);
    if (host?.kind !== 'instance' || (report === 'running' && host.state !== 'PENDING')) return;
    bus
      .issue({ type: 'report-instance', hostId, report }, 'capacity')
      .catch(unlessStopped(onProblem, `report of instance ${hostId}`));
  }

  #askAgain(): void {
    for (const { id, state } of this.#wanted()) if (state === 'PENDING') this.ask(id);
  }

  async #compareAgain(): Promise<void> {
    try {
      await this.compare();
    } catch (error) {
      this.#parts.onProblem('comparing instances with what their provider has', error);
    }
    if (this.#isOpen) this.#comparison.setIn(limit.capacityPeriodMs);
  }

  *#wanted(): Generator<Instance> {
    for (const host of this.#parts.world.hosts.values()) if (isProvided(host)) yield host;
  }
}

/** A cluster's nodes were there already, and are its own. */
const isProvided = (host: Host): host is Instance =>
  host.kind === 'instance' && sharedConnection(host) === undefined;
