// Instances that are slices of this machine: there is nothing to bring up but a place in the books, so that one runs as soon as
// it is asked for, or after as long as an EC2 instance would take to boot where somebody wants to see that. It keeps no state.

import type { HostId } from '../../base/ids.ts';
import type { CapacityProvider, CapacityReport } from '../../port/capacity.ts';
import type { Clock } from '../../port/clock.ts';

export class LocalCapacity implements CapacityProvider {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #booting = new Map<HostId, () => void>();
  #report: ((report: CapacityReport) => void) | undefined;

  /** @param startMs from its launch until an instance takes jobs */
  constructor(clock: Clock, startMs: number) {
    this.#clock = clock;
    this.#startMs = startMs;
  }

  open(report: (report: CapacityReport) => void): void {
    this.#report = report;
  }

  launch(hostId: HostId): void {
    if (this.#startMs === 0) {
      this.#report?.({ hostId, report: 'running' });
      return;
    }
    if (this.#booting.has(hostId)) return;
    const cancel = this.#clock.at(this.#clock.now() + this.#startMs, () => {
      this.#booting.delete(hostId);
      this.#report?.({ hostId, report: 'running' });
    });
    this.#booting.set(hostId, cancel);
  }

  close(): void {
    for (const cancel of this.#booting.values()) cancel();
    this.#booting.clear();
    this.#report = undefined;
  }
}
