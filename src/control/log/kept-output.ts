// Output that could not be stored in the time that an attempt's end may wait for it: a disk that
// was full, files that could not be opened. The attempt stays at its engine, whoever wants it
// removed, until its output is stored, over a restart too.

import type { ContainerId } from '../../base/ids.ts';
import type { ContainerOnHost } from '../../core/job/attempt.ts';
import type { CommandBus, Envelope } from '../../port/command-bus.ts';
import type { KeptOutputRow } from '../../port/table.ts';
import type { LogDestination, LogPump } from './log-pump.ts';

interface KeptOutputParts {
  readonly pump: Pick<LogPump, 'stored'>;
  readonly bus: Pick<CommandBus, 'write'>;
  /** What no server has come to store yet. */
  readonly stored: readonly KeptOutputRow[];
  /** Whether its engine can be asked; where its host is gone for good it can, and knows nothing. */
  readonly canAsk: (at: ContainerOnHost) => boolean;
  /** Removes the attempt at its engine. */
  readonly remove: (attempt: ContainerOnHost) => void;
  readonly onProblem: (what: string, error: unknown) => void;
}

/** Without what is beside it. */
const placeOf = ({ containerId, hostId, connection }: ContainerOnHost): ContainerOnHost =>
  connection === undefined ? { containerId, hostId } : { containerId, hostId, connection };

const envelope: Envelope = { part: 'output' };

export class KeptOutput {
  readonly #parts: KeptOutputParts;
  readonly #kept: Map<ContainerId, KeptOutputRow>;
  readonly #followed = new Set<ContainerId>();

  constructor(parts: KeptOutputParts) {
    this.#parts = parts;
    this.#kept = new Map(parts.stored.map((row) => [row.containerId, row]));
  }

  /** Whether the attempt must stay where it is. */
  has(containerId: ContainerId): boolean {
    return this.#kept.has(containerId);
  }

  /** Before the attempt's end is committed: from then on only this knows of it. */
  async keep(container: ContainerOnHost, to: LogDestination): Promise<void> {
    const { containerId } = container;
    const row: KeptOutputRow = { ...placeOf(container), ...to };
    this.#kept.set(containerId, row);
    await this.#parts.bus.write({ table: 'kept-output', write: 'put', row }, envelope);
    this.#follow(row);
  }

  /** Some host can be asked from here on. */
  goOn(): void {
    for (const row of this.#kept.values()) if (this.#parts.canAsk(row)) this.#follow(row);
  }

  #follow(row: KeptOutputRow): void {
    const { containerId, hostId: _host, connection: _connection, ...to } = row;
    if (this.#followed.has(containerId)) return;
    this.#followed.add(containerId);
    this.#parts.pump
      .stored(placeOf(row), to)
      .then(() => this.#letGo(row))
      .catch((error: unknown) => this.#parts.onProblem(`output of attempt ${containerId}`, error));
  }

  async #letGo(row: KeptOutputRow): Promise<void> {
    const { containerId } = row;
    this.#kept.delete(containerId);
    this.#followed.delete(containerId);
    this.#parts.remove(placeOf(row));
    await this.#parts.bus.write({ table: 'kept-output', write: 'delete', containerId }, envelope);
  }
}
