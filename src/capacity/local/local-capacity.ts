// Instances that are slices of this machine: there is nothing to bring up but a place in the books,
// so that one runs as soon as it is asked for, or after as long as an EC2 instance would take to
// boot where somebody wants to see that. Nobody wants a slice back; to test what jobs make of it,
// Spot ones can be interrupted by chance.

import type { HostId } from '../../base/ids.ts';
import type { CapacityProvider, CapacityReport, ProvidedInstance } from '../../port/capacity.ts';
import type { Clock } from '../../port/clock.ts';

/** How often Spot takes an instance back. */
export interface Interruptions {
  /** Interruptions of each instance, on average. */
  readonly perHour: number;
  /** At least 0 and less than 1. */
  readonly random: () => number;
}

const hourMs = 3_600_000;

export class LocalCapacity implements CapacityProvider {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #interruptions: Interruptions | undefined;
  /** What is to happen to an instance, by what cancels it. */
  readonly #booting = new Map<HostId, () => void>();
  readonly #toInterrupt = new Map<HostId, () => void>();
  /** Of each that was asked for when that was, and whether it was interrupted since. */
  readonly #there = new Map<HostId, { readonly atMs: number; readonly interrupted?: true }>();
  #report: ((report: CapacityReport) => void) | undefined;

  /** @param startMs from its launch until an instance takes jobs */
  constructor(clock: Clock, startMs: number, interruptions?: Interruptions) {
    this.#clock = clock;
    this.#startMs = startMs;
    this.#interruptions = interruptions;
  }

  open(report: (report: CapacityReport) => void): void {
    this.#report = report;
  }

  launch(hostId: HostId, { spot }: { readonly spot: boolean }): void {
    if (!this.#there.has(hostId)) this.#there.set(hostId, { atMs: this.#clock.now() });
    if (spot) this.#interruptSomeTime(hostId);
    if (this.#startMs === 0) this.#say(hostId, 'running');
    else this.#after(this.#booting, hostId, this.#startMs, 'running');
  }

  /**
   * The chance is the same at every moment, however long it has run: what is forgotten when the
   * server ends is drawn anew.
   */
  #interruptSomeTime(hostId: HostId): void {
    if (this.#interruptions === undefined) return;
    const { perHour, random } = this.#interruptions;
    this.#after(
      this.#toInterrupt,
      hostId,
      Math.round((-Math.log(1 - random()) * hourMs) / perHour),
      'interrupted',
    );
  }

  #after(
    waiting: Map<HostId, () => void>,
    hostId: HostId,
    waitMs: number,
    report: CapacityReport['report'],
  ): void {
    if (waiting.has(hostId)) return;
    const cancel = this.#clock.at(this.#clock.now() + waitMs, () => {
      waiting.delete(hostId);
      const there = this.#there.get(hostId);
      if (there !== undefined && report === 'interrupted')
        this.#there.set(hostId, { ...there, interrupted: true });
      this.#say(hostId, report);
    });
    waiting.set(hostId, cancel);
  }

  /** Those that it was asked for since it was opened: it keeps nothing beyond that. */
  list(): Promise<readonly ProvidedInstance[]> {
    return Promise.resolve(
      [...this.#there].map(([hostId, { atMs, interrupted }]) => ({
        hostId,
        state: interrupted ? 'interrupted' : this.#booting.has(hostId) ? 'starting' : 'running',
        launchedAtMs: atMs,
      })),
    );
  }

  /** Nothing is to happen to it any more. */
  end(hostId: HostId): void {
    this.#there.delete(hostId);
    for (const waiting of [this.#booting, this.#toInterrupt]) {
      waiting.get(hostId)?.();
      waiting.delete(hostId);
    }
  }

  #say(hostId: HostId, report: CapacityReport['report']): void {
    this.#report?.({ hostId, report });
  }

  close(): void {
    for (const waiting of [this.#booting, this.#toInterrupt]) {
      for (const cancel of waiting.values()) cancel();
      waiting.clear();
    }
    this.#report = undefined;
  }
}
