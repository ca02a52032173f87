// Asks the capacity provider for instances, again now and then for those that do not run yet (an
// ask may be lost, and so may its answer), and tells it which are to end. It decides nothing; what
// a report means is core's affair.

import type { HostId } from '../../base/ids.ts';
import { sharedConnection } from '../../core/host/connection.ts';
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
  readonly onProblem: (what: string, error: unknown) => void;
}

export class Fleet {
  readonly #parts: FleetParts;
  readonly #again: Alarm;

  constructor(parts: FleetParts) {
    this.#parts = parts;
    this.#again = new Alarm(parts.clock, () => this.#askAgain());
  }

  /** Asks for all that there are: one may have been taken back while nobody listened. */
  open(): void {
    const { capacity, world } = this.#parts;
    capacity.open((report) => this.#takeIn(report));
    for (const host of world.hosts.values())
      if (host.kind === 'instance' && host.state !== 'SHUTTING_DOWN') this.ask(host.id);
  }

  /** A cluster's node was there already. */
  ask(hostId: HostId): void {
    const host = this.#parts.world.hosts.get(hostId);
    if (host?.kind !== 'instance' || sharedConnection(host) !== undefined) return;
    this.#parts.capacity.launch(hostId, { spot: host.spot });
    if (!this.#again.isSet) this.#again.setIn(limit.launchRepeatMs);
  }

  /** One that is back in the books, started anew by its owner meanwhile, stays. */
  end(hostId: HostId): void {
    const { capacity, world } = this.#parts;
    if (!world.hosts.has(hostId)) capacity.end(hostId);
  }

  close(): void {
    this.#again.cancel();
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
    for (const host of this.#parts.world.hosts.values())
      if (host.kind === 'instance' && host.state === 'PENDING') this.ask(host.id);
  }
}
