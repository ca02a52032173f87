// What tests of engines share: reports kept as they came and waited for, output read to its end.
// For tests only; every wait is bounded and says what it waited for.

import type { ContainerId } from '../../../src/base/ids.ts';
import type { EngineReport, LogBatch } from '../../../src/port/engine.ts';

const patienceMs = 40_000;

type ReportOf<Type extends EngineReport['type']> = Extract<EngineReport, { type: Type }>;

export class ReportRecorder {
  readonly #reports: EngineReport[] = [];
  readonly #waiters = new Set<() => void>();

  /** To be given to `open`. */
  readonly take = (report: EngineReport): void => {
    this.#reports.push(report);
    for (const look of [...this.#waiters]) look();
  };

  get all(): readonly EngineReport[] {
    return this.#reports;
  }

  /** All about one attempt, in order of arrival. */
  of(containerId: ContainerId): readonly EngineReport[] {
    return this.#reports.filter((report) => report.containerId === containerId);
  }

  exited(containerId: ContainerId): Promise<ReportOf<'exited'>> {
    return this.first(containerId, 'exited');
  }

  first<Type extends EngineReport['type']>(
    containerId: ContainerId,
    type: Type,
  ): Promise<ReportOf<Type>> {
    const found = (): ReportOf<Type> | undefined =>
      this.#reports.find(
        (report): report is ReportOf<Type> =>
          report.containerId === containerId && report.type === type,
      );
    return new Promise((resolve, reject) => {
      const giveUp = setTimeout(() => {
        this.#waiters.delete(look);
        reject(
          new Error(
            `no report '${type}' within ${patienceMs} ms; there were ${JSON.stringify(this.of(containerId))}`,
          ),
        );
      }, patienceMs);
      const look = (): void => {
        const report = found();
        if (report === undefined) return;
        clearTimeout(giveUp);
        this.#waiters.delete(look);
        resolve(report);
      };
      this.#waiters.add(look);
      look();
    });
  }
}

/** Asks until it is so. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  withinMs = patienceMs,
): Promise<void> {
  const endMs = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > endMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The same batches, but the wait for each one ends. */
export async function* bounded(logs: AsyncIterable<LogBatch>): AsyncGenerator<LogBatch> {
  const batches = logs[Symbol.asyncIterator]();
  try {
    for (;;) {
      let giveUp: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        giveUp = setTimeout(
          () => reject(new Error(`neither output nor its end within ${patienceMs} ms`)),
          patienceMs,
        );
      });
      const { done, value } = await Promise.race([batches.next(), late]).finally(() =>
        clearTimeout(giveUp),
      );
      if (done) return;
      yield value;
    }
  } finally {
    // Not awaited: an iterator that is stuck would hold the test that found it.
    void batches.return?.().catch(() => {});
  }
}

export const linesOf = (batches: readonly LogBatch[]): string[] =>
  batches.flatMap((batch) => batch.lines.map((line) => Buffer.from(line.message).toString()));

/** Reads to the end. */
export async function textOf(logs: AsyncIterable<LogBatch>): Promise<string[]> {
  const batches: LogBatch[] = [];
  for await (const batch of bounded(logs)) batches.push(batch);
  return linesOf(batches);
}
