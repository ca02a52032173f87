// Removes, now and then, the output that its log group's retention no longer keeps. Reading leaves expired events out anyway;
// this gives the disk back.

import type { StoreReader } from '../port/store.ts';
import type { FileLogSink } from '../store/log-file/log-file-sink.ts';
import type { Clock } from '../port/clock.ts';

const periodMs = 10 * 60_000;

/** Begins to sweep; the returned function ends it. */
export function sweepLogs(logs: Pick<StoreReader, 'logGroup'>, sink: FileLogSink, clock: Clock, onProblem: (error: unknown) => void): () => void {
  let cancel = (): void => undefined;
  const again = (): void => {
    cancel = clock.at(clock.now() + periodMs, () => {
      sink
        .sweep((key) => logs.logGroup(key.scope, key.group)?.retentionInDays)
        .catch(onProblem)
        .finally(again);
    });
  };
  again();
  return () => cancel();
}
