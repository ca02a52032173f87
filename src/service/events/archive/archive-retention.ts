// Removes what archives need not keep any more: events that are older than their archive keeps
// them, and all of archives that are gone. Works in small writes with pauses between, so that
// nobody waits for it; what is left when the server ends is found again by the next.

import { limit } from '../../../core/limit.ts';
import type { ArchiveReader } from '../../../port/archive.ts';
import type { Clock } from '../../../port/clock.ts';
import type { CommandBus, Envelope } from '../../../port/command-bus.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import type { EventsKinds } from '../resources.ts';

interface ArchiveRetentionParts {
  readonly space: Pick<ResourceSpace<EventsKinds>, 'scopes' | 'current'>;
  readonly bus: Pick<CommandBus, 'write'>;
  readonly archives: Pick<ArchiveReader, 'archives'>;
  readonly clock: Clock;
}

/** Undefined: all of it. */
interface Due {
  readonly archive: string;
  readonly beforeMs: number | undefined;
}

const dayMs = 86_400_000;
const envelope: Envelope = { part: 'archives' };

export class ArchiveRetention {
  readonly #parts: ArchiveRetentionParts;

  constructor(parts: ArchiveRetentionParts) {
    this.#parts = parts;
  }

  /** Begins with what fell due while no server ran. */
  open(): void {
    this.#runIn(0);
  }

  #runIn(ms: number): void {
    const { clock } = this.#parts;
    // A write is refused only where the server ends, and then there is nothing more to do.
    clock.at(clock.now() + ms, () => void this.#run().catch(() => undefined));
  }

  async #run(): Promise<void> {
    const { bus } = this.#parts;
    const [due] = this.#due();
    if (due !== undefined)
      await bus.write(
        { table: 'archive', write: 'trim', ...due, maxRows: limit.expiredRowsPerWrite },
        envelope,
      );
    this.#runIn(due === undefined ? limit.events.archiveTrimPeriodMs : limit.expiryPauseMs);
  }

  #due(): Due[] {
    const { archives, clock } = this.#parts;
    const stored = archives.archives();
    if (stored.length === 0) return [];
    const daysOf = this.#retentionDays();
    return stored.flatMap(({ archive, firstAtMs }): Due[] => {
      const days = daysOf.get(archive);
      if (days === undefined) return [{ archive, beforeMs: undefined }];
      const beforeMs = clock.now() - days * dayMs;
      const isDue = days > 0 && firstAtMs !== undefined && firstAtMs < beforeMs;
      return isDue ? [{ archive, beforeMs }] : [];
    });
  }

  /** By the ids of all archives that there are. */
  #retentionDays(): Map<string, number> {
    const { space } = this.#parts;
    return new Map(
      space
        .scopes()
        .flatMap((scope) => space.current(scope).all('archive'))
        .map((archive) => [archive.id, archive.retentionDays]),
    );
  }
}
