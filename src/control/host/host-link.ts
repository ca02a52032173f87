// One connection: its engine, the reconciler that compares with it, and when it was last
// heard of. It judges no attempt and changes nothing; that a host is silent or heard again it only
// tells.

import type { ConnectionKey } from '../../base/ids.ts';
import { limit } from '../../core/limit.ts';
import {
  EngineUnavailable,
  type Engine,
  type EngineContainer,
  type EngineCapabilities,
  type EngineReport,
} from '../../port/engine.ts';
import { Alarm } from '../alarm.ts';
import { Reconciler, type ReconcilerParts } from './reconciler.ts';

interface HostLinkParts extends Omit<ReconcilerParts, 'onContact'> {
  /** Its engine has answered. */
  readonly onHeard: () => void;
  /** It has answered nothing for so long; told again and again while that lasts. */
  readonly onSilence: (forMs: number) => void;
}

export class HostLink {
  readonly connection: ConnectionKey;
  readonly #parts: HostLinkParts;
  readonly #reconciler: Reconciler;
  #heardAtMs: number;
  #isOpen = false;
  #closed = false;
  readonly #retry: Alarm;
  readonly #watch: Alarm;

  constructor(parts: HostLinkParts) {
    this.connection = parts.connection;
    this.#parts = parts;
    this.#heardAtMs = parts.clock.now();
    this.#reconciler = new Reconciler({
      ...parts,
      onContact: (reached) => this.#noteContact(reached),
    });
    this.#retry = new Alarm(parts.clock, () => this.keepOpening());
    this.#watch = new Alarm(parts.clock, () => this.#look());
    this.#watch.setIn(parts.periodMs);
  }

  get engine(): Engine {
    return this.#parts.engine;
  }

  /** Attempts that run there and that the rows are too old to know, as of the last comparison. */
  get unknown(): readonly EngineContainer[] {
    return this.#reconciler.unknown;
  }

  /**
   * The engine once it is open; before, nothing can be asked of it, and opening finds what is to be
   * done.
   */
  get openEngine(): Engine | undefined {
    return this.#isOpen ? this.#parts.engine : undefined;
  }

  /** Connects and compares once. Rejects where the engine cannot be had. */
  async open(): Promise<EngineCapabilities> {
    const capabilities = await this.engine.open((report: EngineReport) => {
      // It tells of what ended meanwhile while it opens, and is asked for the output at once.
      this.#isOpen = true;
      this.#parts.report(report);
    });
    this.#isOpen = true;
    await this.#reconciler.run();
    return capabilities;
  }

  /**
   * Connects as soon as it can be reached, however long that takes; until then it counts as silent.
   */
  keepOpening(): void {
    this.open().catch((error: unknown) => {
      if (this.#closed) return;
      if (!(error instanceof EngineUnavailable))
        this.#parts.onProblem(`connecting to ${this.connection}`, error);
      this.#retry.setIn(limit.engineRetryMs);
    });
  }

  /** One comparison now. */
  reconcile(): Promise<void> {
    return this.#reconciler.run();
  }

  /** Looks no more; the engine goes on. */
  rest(): void {
    this.#closed = true;
    this.#retry.cancel();
    this.#watch.cancel();
    this.#reconciler.close();
  }

  #noteContact(reached: boolean): void {
    if (!reached) return;
    this.#heardAtMs = this.#parts.clock.now();
    this.#parts.onHeard();
  }

  /** By its own clock: a question that a host cut off never answers may hang for long. */
  #look(): void {
    const { clock, periodMs, onSilence } = this.#parts;
    const silentMs = clock.now() - this.#heardAtMs;
    if (silentMs > periodMs) onSilence(silentMs);
    this.#watch.setIn(periodMs);
  }
}
