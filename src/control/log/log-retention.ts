// Retention of logs: removes the streams of which their log group keeps nothing any more
// (PutRetentionPolicy), file first and then row. Reading leaves expired events out anyway; this
// gives the room back. It walks so many rows at a time, and leaves streams alone that an attempt
// under way writes to, however long ago that began.

import { limit } from '../../core/limit.ts';
import type { LogStreamRow } from '../../core/world/changes.ts';
import { isLive } from '../../core/job/job.ts';
import type { World } from '../../core/world/world.ts';
import type { Clock } from '../../port/clock.ts';
import type { CommandBus, Envelope } from '../../port/command-bus.ts';
import type { LogSink } from '../../port/log-sink.ts';
import type { StoreReader } from '../../port/store.ts';
import type { LogGroupRow } from '../../port/table.ts';

interface LogRetentionParts {
  readonly world: World;
  readonly bus: Pick<CommandBus, 'write'>;
  readonly reader: Pick<StoreReader, 'logGroupsWithRetention' | 'logStreams'>;
  readonly sink: Pick<LogSink, 'facts' | 'delete'>;
  readonly clock: Clock;
  readonly onProblem: (what: string, error: unknown) => void;
}

const dayMs = 86_400_000;
const envelope: Envelope = { part: 'retention' };

export class LogRetention {
  readonly #parts: LogRetentionParts;
  readonly #cancels = new Set<() => void>();
  #closed = false;

  constructor(parts: LogRetentionParts) {
    this.#parts = parts;
  }

  open(): void {
    this.#again();
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#cancels) cancel();
  }

  #again(): void {
    this.#after(limit.logRetentionPeriodMs, () => {
      this.#run()
        .catch((error: unknown) => {
          if (!this.#closed) this.#parts.onProblem('removing expired logs', error);
        })
        .finally(() => this.#again());
    });
  }

  #after(ms: number, task: () => void): void {
    if (this.#closed) return;
    const { clock } = this.#parts;
    const cancel = clock.at(clock.now() + ms, () => {
      this.#cancels.delete(cancel);
      task();
    });
    this.#cancels.add(cancel);
  }

  async #run(): Promise<void> {
    for (const group of this.#parts.reader.logGroupsWithRetention()) await this.#sweep(group);
  }

  async #sweep(group: LogGroupRow): Promise<void> {
    const { reader, clock } = this.#parts;
    const keptFromMs = clock.now() - (group.retentionInDays ?? Infinity) * dayMs;
    let after: LogStreamRow | undefined;
    do {
      const rows: readonly LogStreamRow[] = reader.logStreams({
        scope: group.scope,
        group: group.name,
        order: 'name',
        after,
        limit: limit.logStreamsPerStep,
      });
      for (const row of rows)
        if (row.createdAtMs < keptFromMs) await this.#removeIfExpired(row, keptFromMs);
      after = rows.length === limit.logStreamsPerStep ? rows.at(-1) : undefined;
      if (after !== undefined)
        await new Promise<void>((resolve) => this.#after(limit.expiryPauseMs, resolve));
    } while (after !== undefined && !this.#closed);
  }

  async #removeIfExpired(row: LogStreamRow, keptFromMs: number): Promise<void> {
    const { bus, sink } = this.#parts;
    if (this.#closed || this.#isWritten(row)) return;
    const { scope, group, name } = row;
    const key = { scope, group, stream: name };
    const last = (await sink.facts(key))?.lastEventTimestampMs ?? -Infinity;
    if (last >= keptFromMs) return;
    await sink.delete(key);
    await bus.write({ table: 'log-stream', write: 'delete', scope, group, name }, envelope);
  }

  #isWritten({ scope, group, name }: LogStreamRow): boolean {
    const { world } = this.#parts;
    for (const jobId of world.attempts.values()) {
      const job = world.jobs.get(jobId);
      if (
        job !== undefined &&
        isLive(job) &&
        job.scope === scope &&
        job.attempt.log?.stream === name &&
        job.attempt.log.group === group
      )
        return true;
    }
    return false;
  }
}
