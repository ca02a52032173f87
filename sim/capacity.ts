// Where the instances of a run come from: a provider that outlives the server, as EC2 does, with
// faults of its own. It remembers what became of every instance, and says so to whoever asks again.

import type { HostId } from '../src/base/ids.ts';
import type { CapacityProvider, CapacityReport, ProvidedInstance } from '../src/port/capacity.ts';
import type { Clock } from '../src/port/clock.ts';
import type { Faults } from './faults.ts';
import type { Random } from './random.ts';

export class SimulatedCapacity {
  readonly #clock: Clock;
  readonly #faults: Faults;
  readonly #random: Random;
  /** How long an instance takes from its launch until it runs, at most. */
  readonly #bootMs: number;
  /** Those that could not be launched, or were taken back, or that a user ended. */
  readonly ended = new Set<HostId>();
  readonly #states = new Map<HostId, 'booting' | CapacityReport['report']>();
  readonly #launchedAtMs = new Map<HostId, number>();
  #report: ((report: CapacityReport) => void) | undefined;

  constructor(clock: Clock, faults: Faults, random: Random) {
    this.#clock = clock;
    this.#faults = faults;
    this.#random = random;
    this.#bootMs = random.pick([0, 0, 2_000, 90_000]);
  }

  /** As one life of the server sees it: a dead one hears nothing more, and asks for nothing. */
  forLife(life: { readonly alive: boolean }): CapacityProvider {
    let isOpen = true;
    return {
      open: (report) => {
        this.#report = (what) => {
          if (life.alive && isOpen) report(what);
        };
      },
      launch: (id) => {
        if (life.alive && isOpen) this.#launch(id);
      },
      end: (id) => {
        if (life.alive && isOpen) this.#states.delete(id);
      },
      list: () => Promise.resolve([...this.provided()]),
      close: () => {
        isOpen = false;
      },
    };
  }

  /** All that are there, whoever wants them. */
  *provided(): Generator<ProvidedInstance> {
    for (const [hostId, state] of this.#states)
      if (state !== 'ended')
        yield {
          hostId,
          state: state === 'booting' ? 'starting' : state,
          launchedAtMs: this.#launchedAtMs.get(hostId) ?? 0,
        };
  }

  hasOther(wanted: { has(id: HostId): boolean }): boolean {
    for (const { hostId } of this.provided()) if (!wanted.has(hostId)) return true;
    return false;
  }

  /** Spot takes one back, or EC2 does. */
  takeBack({ id, spot }: { readonly id: HostId; readonly spot: boolean }): void {
    this.#become(id, spot ? 'interrupted' : 'ended');
  }

  #launch(id: HostId): void {
    const state = this.#states.get(id);
    const fate = this.#faults.launch();
    if (fate === 'lost') return;
    if (state !== undefined) {
      if (state !== 'booting') this.#say(id, state, fate);
      return;
    }
    this.#states.set(id, 'booting');
    this.#launchedAtMs.set(id, this.#clock.now());
    const becomes = fate === 'failed' ? 'ended' : 'running';
    const bootMs = this.#random.below(this.#bootMs + 1);
    if (bootMs === 0) this.#become(id, becomes, fate);
    else
      this.#clock.at(
        this.#clock.now() + bootMs,
        () => this.#states.get(id) === 'booting' && this.#become(id, becomes, fate),
      );
  }

  #become(id: HostId, state: CapacityReport['report'], fate?: string): void {
    this.#states.set(id, state);
    if (state !== 'running') this.ended.add(id);
    this.#say(id, state, fate);
  }

  #say(hostId: HostId, report: CapacityReport['report'], fate?: string): void {
    if (fate !== 'answer lost') this.#report?.({ hostId, report });
  }
}
