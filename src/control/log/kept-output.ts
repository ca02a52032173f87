// Output that could not be stored in the time that an attempt's end may wait for it: a disk that
// was full, files that could not be opened. The attempt stays at its engine, whoever wants it
// removed, until its output is stored, over a restart too.

import type { AttemptId, HostId } from '../../base/ids.ts';
import type { AttemptOnHost } from '../../core/job/attempt.ts';
import type { CommandBus, Envelope } from '../../port/command-bus.ts';
import type { KeptOutputRow } from '../../port/table.ts';
import type { LogDestination, LogPump } from './log-pump.ts';

interface KeptOutputParts {
  readonly pump: Pick<LogPump, 'stored'>;
  readonly bus: Pick<CommandBus, 'write'>;
  /** What no server has come to store yet. */
  readonly stored: readonly KeptOutputRow[];
  /** Whether its engine can be asked; where its host is gone for good it can, and knows nothing. */
  readonly canAsk: (hostId: HostId) => boolean;
  /** Removes the attempt at its engine. */
  readonly remove: (attempt: AttemptOnHost) => void;
  readonly onProblem: (what: string, error: unknown) => void;
}

const envelope: Envelope = { part: 'output' };

export class KeptOutput {
  readonly #parts: KeptOutputParts;
  readonly #kept: Map<AttemptId, KeptOutputRow>;
  readonly #followed = new Set<AttemptId>();

  constructor(parts: KeptOutputParts) {
    this.#parts = parts;
    this.#kept = new Map(parts.stored.map((row) => [row.attemptId, row]));
  }

  /** Whether the attempt must stay where it is. */
  has(attemptId: AttemptId): boolean {
    return this.#kept.has(attemptId);
  }

  /** Before the attempt's end is committed: from then on only this knows of it. */
  async keep({ attemptId, hostId }: AttemptOnHost, to: LogDestination): Promise<void> {
    const row: KeptOutputRow = { attemptId, hostId, ...to };
    this.#kept.set(attemptId, row);
    await this.#parts.bus.write({ table: 'kept-output', write: 'put', row }, envelope);
    this.#follow(row);
  }

  /** Some host can be asked from here on. */
  goOn(): void {
    for (const row of this.#kept.values()) if (this.#parts.canAsk(row.hostId)) this.#follow(row);
  }

  #follow(row: KeptOutputRow): void {
    const { attemptId, hostId, ...to } = row;
    if (this.#followed.has(attemptId)) return;
    this.#followed.add(attemptId);
    this.#parts.pump
      .stored({ attemptId, hostId }, to)
      .then(() => this.#letGo(row))
      .catch((error: unknown) => this.#parts.onProblem(`output of attempt ${attemptId}`, error));
  }

  async #letGo({ attemptId, hostId }: KeptOutputRow): Promise<void> {
    this.#kept.delete(attemptId);
    this.#followed.delete(attemptId);
    this.#parts.remove({ attemptId, hostId });
    await this.#parts.bus.write({ table: 'kept-output', write: 'delete', attemptId }, envelope);
  }
}
