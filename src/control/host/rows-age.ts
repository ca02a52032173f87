// Whether a container that is found at an engine, or an instance at its provider, is younger than
// the newest row: then these rows are an older copy, and what they do not know may be somebody's
// (ADR 0019). It removes nothing.

import { splitContainerId, type AttemptId } from '../../base/ids.ts';
import type { EngineContainer } from '../../port/engine.ts';
import type { StoreReader } from '../../port/store.ts';

export class RowsAge {
  readonly #newestCommitAtMs: number;
  readonly #loadedAtMs: number;
  readonly #reader: Pick<StoreReader, 'knowsAttempt'>;
  /** Attempts that ran before this server did: what the rows say of them never changes. */
  readonly #known = new Map<AttemptId, boolean>();

  /** Between the newest commit and the load no server of these rows ran. */
  constructor(
    newestCommitAtMs: number,
    loadedAtMs: number,
    reader: Pick<StoreReader, 'knowsAttempt'>,
  ) {
    this.#newestCommitAtMs = newestCommitAtMs;
    this.#loadedAtMs = loadedAtMs;
    this.#reader = reader;
  }

  /**
   * A start that was under way when its attempt ended may have come through since: then the rows do
   * know it.
   */
  isBefore({ containerId, startedAtMs = 0 }: EngineContainer): boolean {
    if (!this.isBetween(startedAtMs)) return false;
    const { attemptId } = splitContainerId(containerId);
    let isKnown = this.#known.get(attemptId);
    if (isKnown === undefined)
      this.#known.set(attemptId, (isKnown = this.#reader.knowsAttempt(attemptId)));
    return !isKnown;
  }

  /** After the newest row, and before these rows were loaded. */
  isBetween(atMs: number): boolean {
    return atMs > this.#newestCommitAtMs && atMs < this.#loadedAtMs;
  }
}
