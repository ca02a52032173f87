// An engine whose attempts are entries in a table: the simulation and the benchmarks run on it.
// What an attempt does comes from its job (behaviour.ts), what goes wrong from a fault plan. It
// outlives the control that uses it, as a container engine does: a new control opens the same
// object and finds what ran on. All time passes on the clock port; nothing is random.

import type { AttemptId, ContainerId } from '../../base/ids.ts';
import type { Block } from '../../base/ipv4.ts';
import type { Exit } from '../../core/job/attempt.ts';
import type { Clock } from '../../port/clock.ts';
import {
  EngineUnavailable,
  type ContainerSpec,
  type Engine,
  type EngineContainer,
  type EngineCapabilities,
  type EngineReport,
  type LogBatch,
  type LogPosition,
  type NodeNetwork,
} from '../../port/engine.ts';
import { engineContainer } from '../engine-container.ts';
import { NetworkBook, noRoom, nodeAddress, ownBlock } from '../job-networks.ts';
import { behaviourOf, type FakeBehaviour } from './behaviour.ts';

export type FakeCall = 'open' | 'start' | 'stop' | 'remove' | 'inspect' | 'list' | 'logs';

/**
 * What goes wrong. Each is asked every time, so a plan may draw from a seed; an absent one means
 * that all goes well.
 */
export interface FakeFaults {
  /** `unavailable`: rejects and does nothing. `answer-lost`: does it, and rejects all the same. */
  readonly call?: (
    call: FakeCall,
    containerId: ContainerId | undefined,
  ) => 'none' | 'unavailable' | 'answer-lost';
  /**
   * When a report is delivered, in milliseconds from now, once for each entry: [0] is right, []
   * loses it, [0, 50] repeats it, [5000] may deliver it when the attempt is long removed. Order
   * between late reports is not kept.
   */
  readonly report?: (report: EngineReport) => readonly number[];
  /**
   * After how many milliseconds a start is carried out that has reached the engine, whether or not
   * who asked is still there; 0: at once.
   */
  readonly lateness?: (containerId: ContainerId) => number;
  /**
   * How many milliseconds the answer of `list` is on its way; it tells what there was when the way
   * began.
   */
  readonly listMs?: () => number;
  /** `ignored`: the stop is answered, and neither of its signals arrives. */
  readonly stop?: (containerId: ContainerId) => 'none' | 'ignored';
}

interface FakeEngineOptions {
  readonly clock: Clock;
  readonly faults?: FakeFaults | undefined;
  /**
   * Where the networks of multi-node parallel jobs lie; absent: a range with room for sixteen
   * thousand jobs of a thousand nodes.
   */
  readonly jobNetworks?: Block | undefined;
  /** What an attempt does, where not the job itself says it. */
  readonly behaviour?: ((spec: ContainerSpec) => FakeBehaviour) | undefined;
  /** Called each time that a container really begins to run: checkers count by it. */
  readonly onRun?: ((containerId: ContainerId) => void) | undefined;
  /**
   * Called once for each of those when it runs no more; without an exit where it was removed or
   * lost.
   */
  readonly onEnd?: ((containerId: ContainerId, exit: Exit | undefined) => void) | undefined;
}

interface FakeAttempt {
  readonly containerId: ContainerId;
  readonly behaviour: FakeBehaviour;
  readonly network: NodeNetwork | undefined;
  address: string | undefined;
  state: 'created' | 'running' | 'exited';
  startedAtMs: number | undefined;
  stoppedAtMs: number | undefined;
  exit: Exit | undefined;
  /** Its end, or its kill, whichever is set. */
  cancelEnd: (() => void) | undefined;
  cancelKill: (() => void) | undefined;
}

const exits = {
  success: { exitCode: 0, outOfMemory: false },
  stopped: { exitCode: 143, signal: 'SIGTERM', outOfMemory: false },
  killed: { exitCode: 137, signal: 'SIGKILL', outOfMemory: false },
} as const;

export class FakeEngine implements Engine {
  readonly #clock: Clock;
  readonly #faults: FakeFaults | undefined;
  readonly #behaviour: (spec: ContainerSpec) => FakeBehaviour;
  readonly #onRun: FakeEngineOptions['onRun'];
  readonly #onEnd: FakeEngineOptions['onEnd'];
  readonly #attempts = new Map<ContainerId, FakeAttempt>();
  readonly #jobNetworks: Block;
  readonly #book: NetworkBook;
  #onReport: ((report: EngineReport) => void) | undefined;
  /**
   * Starts that wait for the next turn, which takes them all: one turn costs the same for one and
   * for a thousand.
   */
  #starting: { readonly attempt: FakeAttempt; readonly done: () => void }[] = [];

  constructor(options: FakeEngineOptions) {
    this.#clock = options.clock;
    this.#faults = options.faults;
    this.#behaviour = options.behaviour ?? behaviourOf;
    this.#onRun = options.onRun;
    this.#onEnd = options.onEnd;
    this.#jobNetworks = options.jobNetworks ?? ownBlock('10.0.0.0/8');
    this.#book = new NetworkBook(this.#jobNetworks);
  }

  /**
   * May be called again, by the next control: it takes the place of the one before, and hears what
   * ended and is still here.
   */
  async open(onReport: (report: EngineReport) => void): Promise<EngineCapabilities> {
    const after = this.#enter('open');
    this.#onReport = onReport;
    if (this.#attempts.size > 0) {
      this.#clock.soon(() => {
        if (this.#onReport === onReport)
          for (const attempt of [...this.#attempts.values()])
            if (attempt.state === 'exited') this.#reportAll(attempt);
      });
    }
    after?.();
    return {
      kind: 'fake',
      version: 'fake engine',
      logDrivers: [],
      gpus: true,
      notice: 'The fake engine runs nothing: its jobs only look as if they had run.',
    };
  }

  start(spec: ContainerSpec): Promise<void> {
    let after: (() => void) | undefined;
    try {
      after = this.#enter('start', spec.containerId);
    } catch (error) {
      return Promise.reject(error);
    }
    const known = this.#attempts.get(spec.containerId);
    const attempt = known ?? this.#make(spec);
    const lateMs = this.#faults?.lateness?.(spec.containerId) ?? 0;
    return new Promise((resolve, reject) => {
      if (lateMs > 0) {
        this.#clock.at(this.#clock.now() + lateMs, () => this.#beginOrTell(attempt, resolve));
        if (after !== undefined) reject(lost());
      } else if (
        this.#starting.push({
          attempt,
          done: after === undefined ? resolve : () => reject(lost()),
        }) === 1
      )
        this.#clock.soon(this.#beginAll);
    });
  }

  #make(spec: ContainerSpec): FakeAttempt {
    const { containerId } = spec;
    const attempt: FakeAttempt = {
      containerId,
      behaviour: this.#behaviour(spec),
      network: spec.network?.kind === 'private' ? spec.network : undefined,
      address: undefined,
      state: 'created',
      startedAtMs: undefined,
      stoppedAtMs: undefined,
      exit: undefined,
      cancelEnd: undefined,
      cancelKill: undefined,
    };
    this.#attempts.set(containerId, attempt);
    return attempt;
  }

  readonly #beginAll = (): void => {
    const starting = this.#starting;
    this.#starting = [];
    for (const { attempt, done } of starting) this.#beginOrTell(attempt, done);
  };

  /** It may have been removed, or been begun by another start, and then is only told again. */
  #beginOrTell(attempt: FakeAttempt, done: () => void): void {
    if (this.#attempts.get(attempt.containerId) === attempt) {
      if (attempt.state === 'created') this.#begin(attempt);
      else this.#reportAll(attempt);
    }
    done();
  }

  #begin(attempt: FakeAttempt): void {
    const { containerId, behaviour } = attempt;
    const atMs = this.#clock.now();
    const reason = behaviour.startFailure ?? this.#joinNetwork(attempt);
    if (reason !== undefined) {
      this.#attempts.delete(containerId);
      this.#report({ type: 'start-failed', containerId, atMs, reason });
      return;
    }
    attempt.state = 'running';
    attempt.startedAtMs = atMs;
    this.#onRun?.(containerId);
    this.#report(started(attempt, atMs));
    if (behaviour.durationMs === 0) this.#end(attempt, ownExit(behaviour));
    else
      attempt.cancelEnd = this.#clock.at(atMs + behaviour.durationMs, () =>
        this.#end(attempt, ownExit(behaviour)),
      );
  }

  /** Why it cannot. */
  #joinNetwork(attempt: FakeAttempt): string | undefined {
    const { network } = attempt;
    if (network === undefined) return undefined;
    const block = this.#book.join(network, attempt.containerId);
    if (block === undefined) return noRoom(this.#jobNetworks, network.numNodes);
    attempt.address = nodeAddress(block, network.node);
    return undefined;
  }

  #end(attempt: FakeAttempt, exit: Exit): void {
    if (attempt.state !== 'running' || this.#attempts.get(attempt.containerId) !== attempt) return;
    attempt.cancelEnd?.();
    attempt.cancelKill?.();
    attempt.state = 'exited';
    attempt.exit = exit;
    attempt.stoppedAtMs = this.#clock.now();
    this.#onEnd?.(attempt.containerId, exit);
    this.#report({
      type: 'exited',
      containerId: attempt.containerId,
      atMs: attempt.stoppedAtMs,
      exit,
    });
  }

  async stop(containerId: ContainerId, graceMs: number): Promise<void> {
    const after = this.#enter('stop', containerId);
    const attempt = this.#attempts.get(containerId);
    if (
      attempt !== undefined &&
      attempt.state !== 'exited' &&
      (this.#faults?.stop?.(containerId) ?? 'none') === 'none'
    ) {
      if (attempt.state === 'created') {
        this.#forget(containerId);
        this.#report({
          type: 'start-failed',
          containerId,
          atMs: this.#clock.now(),
          reason: 'stopped before it started',
        });
      } else if (!attempt.behaviour.ignoresStop)
        this.#clock.soon(() => this.#end(attempt, exits.stopped));
      else
        attempt.cancelKill ??= this.#clock.at(this.#clock.now() + graceMs, () =>
          this.#end(attempt, exits.killed),
        );
    }
    after?.();
  }

  async remove(containerId: ContainerId): Promise<void> {
    const after = this.#enter('remove', containerId);
    this.#forget(containerId);
    after?.();
  }

  async inspect(containerId: ContainerId): Promise<EngineContainer | undefined> {
    const after = this.#enter('inspect', containerId);
    const attempt = this.#attempts.get(containerId);
    after?.();
    return attempt && engineContainer(attempt);
  }

  async list(): Promise<readonly EngineContainer[]> {
    const after = this.#enter('list');
    const all = [...this.#attempts.values()].map(engineContainer);
    const onItsWayMs = this.#faults?.listMs?.() ?? 0;
    if (onItsWayMs > 0)
      await new Promise<void>((resolve) => this.#clock.at(this.#clock.now() + onItsWayMs, resolve));
    after?.();
    return all;
  }

  /**
   * All that an attempt ever prints is there from its start, so the output ends without waiting for
   * the attempt's end.
   */
  async *logs(containerId: ContainerId, from: LogPosition | undefined): AsyncIterable<LogBatch> {
    const after = this.#enter('logs', containerId);
    const attempt = this.#attempts.get(containerId);
    const read = Number(from ?? 0);
    if (attempt?.startedAtMs !== undefined && read < attempt.behaviour.lines.length) {
      const timestampMs = attempt.startedAtMs;
      const encoder = new TextEncoder();
      const lines = attempt.behaviour.lines
        .slice(read)
        .map((line) => ({ timestampMs, message: encoder.encode(line) }));
      yield { lines, position: String(attempt.behaviour.lines.length) };
    }
    after?.();
  }

  /**
   * What a control does that closes, and one that dies: nobody is told any more, and everything
   * runs on.
   */
  async close(): Promise<void> {
    this.#onReport = undefined;
  }

  /**
   * The attempt is gone, as if its container had been deleted or its host had died. Unknown:
   * nothing.
   */
  lose(containerId: ContainerId, reason: string): void {
    if (this.#forget(containerId))
      this.#report({ type: 'lost', containerId, atMs: this.#clock.now(), reason });
  }

  /**
   * Says a report that may be untrue or of an attempt long over; fault plans do not apply to it.
   */
  say(report: EngineReport): void {
    this.#onReport?.(report);
  }

  /** How many attempts are known. */
  get size(): number {
    return this.#attempts.size;
  }

  /**
   * The networks of multi-node parallel jobs that there are, by the main node's attempt, with their
   * blocks: made at the first start, gone at the last removal.
   */
  networks(): ReadonlyMap<AttemptId, string> {
    return this.#book.networks();
  }

  #forget(containerId: ContainerId): boolean {
    const attempt = this.#attempts.get(containerId);
    attempt?.cancelEnd?.();
    attempt?.cancelKill?.();
    if (attempt?.state === 'running') this.#onEnd?.(containerId, undefined);
    if (attempt?.network !== undefined) this.#book.leave(containerId);
    return this.#attempts.delete(containerId);
  }

  /** Throws as the plan says; returns what to call last where the answer is to be lost. */
  #enter(call: FakeCall, containerId?: ContainerId): (() => never) | undefined {
    const fault = this.#faults?.call?.(call, containerId) ?? 'none';
    if (fault === 'unavailable')
      throw new EngineUnavailable(`fault plan: ${call} did not reach the engine`);
    if (fault === 'none') return undefined;
    return () => {
      throw lost();
    };
  }

  #reportAll(attempt: FakeAttempt): void {
    const { containerId, startedAtMs, stoppedAtMs, exit } = attempt;
    if (startedAtMs !== undefined) this.#report(started(attempt, startedAtMs));
    if (exit !== undefined && stoppedAtMs !== undefined)
      this.#report({ type: 'exited', containerId, atMs: stoppedAtMs, exit });
  }

  #report(report: EngineReport): void {
    const delaysMs = this.#faults?.report?.(report);
    if (delaysMs === undefined) {
      this.#onReport?.(report);
      return;
    }
    for (const delayMs of delaysMs) {
      if (delayMs <= 0) this.#onReport?.(report);
      else this.#clock.at(this.#clock.now() + delayMs, () => this.#onReport?.(report));
    }
  }
}

const lost = (): EngineUnavailable => new EngineUnavailable('fault plan: the answer was lost');

const ownExit = ({ exitCode, outOfMemory }: FakeBehaviour): Exit =>
  exitCode === 0 && !outOfMemory ? exits.success : { exitCode, outOfMemory };

/** Without an address where there is none: most of what a simulation hears. */
const started = ({ containerId, address }: FakeAttempt, atMs: number): EngineReport =>
  address === undefined
    ? { type: 'started', containerId, atMs }
    : { type: 'started', containerId, atMs, address };
