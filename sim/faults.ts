// What goes wrong, drawn from the seed: at every call of the engine, every report, every commit and
// every step, as often as the seed's weather says. Counts each by its kind. It strikes; what
// follows is the product's affair.

import type { ContainerId } from '../src/base/ids.ts';
import type { FakeCall, FakeFaults } from '../src/engine/fake/fake-engine.ts';
import type { EngineReport } from '../src/port/engine.ts';
import type { Random } from './random.ts';

const faultKinds = [
  'call lost',
  'answer lost',
  'engine gone',
  'report lost',
  'report late',
  'report twice',
  'report of an old attempt',
  'stop ignored',
  'start failed',
  'start late',
  'list late',
  'launch lost',
  'launch failed',
  'answer of a launch lost',
  'instance taken back',
  'instance ended by a user',
  'host lost',
  'host cut off',
  'attempt believed lost',
  'cluster away',
  'node gone',
  'node not ready',
  'node cordoned',
  'node filled',
  'node changed',
  'pods deleted',
  'pod without room',
  'output not stored',
  'delivery failed',
  'delivery late',
  'answer of a delivery lost',
  'clock set forwards',
  'clock set back',
  'crash between steps',
  'crash before a commit',
  'crash after a commit',
  'crash before an engine call',
  'crash after an engine call',
  'crash before a delivery',
  'crash after a delivery',
  'store full',
  'store slow',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** What becomes of a cluster and its nodes. */
const clusterFaults = [
  'cluster away',
  'node gone',
  'node not ready',
  'node cordoned',
  'node filled',
  'node changed',
  'pods deleted',
] as const;
export type ClusterFault = (typeof clusterFaults)[number];

/** What a crash plan says of a moment. */
type Blow = 'none' | 'before' | 'after';

export class Faults {
  /** Faults cease before the liveness phase. */
  active = true;
  /** The engine cannot be reached. */
  engineGone = false;
  /** Addresses of registered hosts that cannot be reached. */
  readonly cutOff = new Set<string>();
  /**
   * By address of a registered host: when it last said what it runs, by elapsed time, latest last.
   */
  readonly heardMs = new Map<string, number[]>();
  readonly counts = new Map<FaultKind, number>();
  readonly #random: Random;
  readonly #elapsedMs: () => number;
  /** From a calm day, on which queues grow long between two faults, to a wild one. */
  readonly #weather: number;
  /**
   * In half of all runs nobody sets the clock, so that what depends on hours and minutes can be
   * judged.
   */
  readonly #clockIsSet: boolean;

  constructor(random: Random, elapsedMs: () => number) {
    this.#random = random;
    this.#elapsedMs = elapsedMs;
    this.#weather = random.pick([0.5, 1, 2, 3]);
    this.#clockIsSet = random.chance(50);
  }

  /** How many there were. */
  get total(): number {
    let total = 0;
    for (const count of this.counts.values()) total += count;
    return total;
  }

  /** Counts a fault that was struck. */
  strike(kind: FaultKind): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  /** Whether it strikes now: `percent` of all times in mild weather. */
  #draw(percent: number): boolean {
    return this.active && this.#random.chance(percent * this.#weather);
  }

  /** One of them, and it is counted. */
  #pick<Kind extends FaultKind>(kinds: readonly Kind[]): Kind {
    const kind = this.#random.pick(kinds);
    this.strike(kind);
    return kind;
  }

  /** For the engine of a registered host. */
  engineAt(address: string): FakeFaults {
    return {
      call: (call) => {
        const fate = this.cutOff.has(address) ? 'unavailable' : this.#call(call);
        if (call === 'list' && fate === 'none')
          this.heardMs.set(address, [
            ...(this.heardMs.get(address) ?? []).slice(-50),
            this.#elapsedMs(),
          ]);
        return fate;
      },
      report: (report) => (this.cutOff.has(address) ? [] : this.#report(report)),
      stop: () => this.#stop(),
      lateness: () => this.#lateness(),
      listMs: () => this.#listMs(),
    };
  }

  /** For the engine of this machine. */
  readonly engine: FakeFaults = {
    call: (call) => (this.engineGone && call !== 'open' ? 'unavailable' : this.#call(call)),
    report: (report) => (this.engineGone ? [] : this.#report(report)),
    stop: () => this.#stop(),
    lateness: () => this.#lateness(),
    listMs: () => this.#listMs(),
  };

  /** For the pods of a cluster, which may also be out of reach when it is connected to. */
  clusterAway(isAway: () => boolean): FakeFaults {
    return { ...this.engineAt(''), call: (call) => (isAway() ? 'unavailable' : this.#call(call)) };
  }

  #call(call: FakeCall): 'none' | 'unavailable' | 'answer-lost' {
    // Opening is retried by an operator, not by us.
    if (call === 'open' || !this.#draw(2)) return 'none';
    return this.#pick(['call lost', 'answer lost']) === 'call lost' ? 'unavailable' : 'answer-lost';
  }

  #report(report: EngineReport): readonly number[] {
    if (report.type === 'start-failed') this.strike('start failed');
    if (!this.#draw(4)) return [0];
    const kind = this.#pick(['report lost', 'report late', 'report twice']);
    return kind === 'report lost'
      ? []
      : kind === 'report late'
        ? [this.#random.pick([50, 1_000, 30_000])]
        : [0, this.#random.pick([0, 50, 40_000])];
  }

  #stop(): 'none' | 'ignored' {
    if (!this.#draw(4)) return 'none';
    this.strike('stop ignored');
    return 'ignored';
  }

  /**
   * Long enough that a server dies and comes back, or somebody stops the job, before the container
   * begins.
   */
  #lateness(): number {
    if (!this.#draw(2)) return 0;
    this.strike('start late');
    return this.#random.pick([200, 2_000, 20_000]);
  }

  /** The answer is of another time than the one it comes in. */
  #listMs(): number {
    if (!this.#draw(3)) return 0;
    this.strike('list late');
    return this.#random.pick([50, 500, 5_000]);
  }

  /** What becomes of a question for an instance. */
  launch(): 'none' | 'lost' | 'failed' | 'answer lost' {
    if (!this.#draw(4)) return 'none';
    const kind = this.#pick(['launch lost', 'launch failed', 'answer of a launch lost']);
    return kind === 'launch lost' ? 'lost' : kind === 'launch failed' ? 'failed' : 'answer lost';
  }

  /** What becomes of the instances between two commands of clients, if anything. */
  instanceFate(): 'instance taken back' | 'instance ended by a user' | undefined {
    return this.#draw(0.6)
      ? this.#pick(['instance taken back', 'instance ended by a user'])
      : undefined;
  }

  /** What becomes of the cluster between two commands of clients, if anything. */
  clusterFate(): ClusterFault | undefined {
    return this.#draw(5) ? this.#pick(clusterFaults) : undefined;
  }

  commit(): Blow | 'full' | 'slow' {
    if (!this.#draw(1.2)) return 'none';
    const kind = this.#pick([
      'crash before a commit',
      'crash after a commit',
      'store full',
      'store slow',
    ]);
    return kind === 'store full'
      ? 'full'
      : kind === 'store slow'
        ? 'slow'
        : kind === 'crash before a commit'
          ? 'before'
          : 'after';
  }

  engineCall(): Blow {
    if (!this.#draw(0.2)) return 'none';
    return this.#pick(['crash before an engine call', 'crash after an engine call']) ===
      'crash before an engine call'
      ? 'before'
      : 'after';
  }

  step(): boolean {
    const strikes = this.#draw(0.1);
    if (strikes) this.strike('crash between steps');
    return strikes;
  }

  output(): boolean {
    const strikes = this.#draw(1);
    if (strikes) this.strike('output not stored');
    return strikes;
  }

  /** What becomes of something that is sent to the target of a rule. */
  delivery(): 'none' | 'failed' | 'late' | 'answer lost' | 'crash before' | 'crash after' {
    if (this.#draw(0.05))
      return this.#pick(['crash before a delivery', 'crash after a delivery']) ===
        'crash before a delivery'
        ? 'crash before'
        : 'crash after';
    if (!this.#draw(3)) return 'none';
    const kind = this.#pick(['delivery failed', 'delivery late', 'answer of a delivery lost']);
    return kind === 'delivery failed'
      ? 'failed'
      : kind === 'delivery late'
        ? 'late'
        : 'answer lost';
  }

  /** How long a slow store takes, a server stays down, an engine away: in milliseconds. */
  length(kind: 'commit' | 'downtime' | 'outage' | 'cut off' | 'delivery' | 'cluster'): number {
    if (kind === 'cluster') return this.#random.pick([5_000, 40_000, 120_000, 600_000]);
    if (kind === 'cut off') return this.#random.between(20_000, 200_000);
    if (kind === 'delivery') return this.#random.pick([500, 10_000, 90_000]);
    if (kind === 'commit') return this.#random.pick([20, 500, 5_000]);
    if (kind === 'outage') return this.#random.between(1_000, 60_000);
    return this.#random.chance(10)
      ? this.#random.between(60_000, 600_000)
      : this.#random.below(3_000);
  }

  /**
   * What fate does between two commands of clients, if anything; something for sure where faults
   * are `overdue`.
   */
  fate(
    overdue = false,
  ):
    | 'engine gone'
    | 'host cut off'
    | 'report of an old attempt'
    | 'host lost'
    | 'attempt believed lost'
    | 'clock set forwards'
    | 'clock set back'
    | undefined {
    if (!this.#draw(2.5) && !overdue) return undefined;
    return this.#pick([
      'engine gone',
      'host cut off',
      'report of an old attempt',
      'host lost',
      'attempt believed lost',
      ...(this.#clockIsSet ? (['clock set forwards', 'clock set back'] as const) : []),
    ]);
  }

  clockStepMs(): number {
    return this.#random.pick([500, 10_000, 120_000, 4_000_000]);
  }

  /** Some of the containers. */
  victims(containers: readonly ContainerId[]): ContainerId[] {
    return containers.filter(() => this.#random.chance(60));
  }

  /** A report that nobody waits for any more, of one of these. */
  staleReport(containers: readonly ContainerId[], atMs: number): EngineReport | undefined {
    if (containers.length === 0) return undefined;
    const containerId = this.#random.pick(containers);
    return this.#random.pick<EngineReport>([
      { type: 'started', containerId, atMs },
      { type: 'start-failed', containerId, atMs, reason: 'nobody asked' },
      { type: 'exited', containerId, atMs, exit: { exitCode: 99, outOfMemory: false } },
      { type: 'lost', containerId, atMs, reason: 'nobody asked' },
    ]);
  }
}
