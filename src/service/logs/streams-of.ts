// All stream rows of a group, page by page, so that a group of very many streams does not hold the
// loop.

import type { Scope } from '../../base/ids.ts';
import type { LogStreamRow } from '../../core/world/changes.ts';
import type { LogsDeps } from './deps.ts';

const rowsAtOnce = 1000;

export async function* streamsOf(
  { reader, clock }: Pick<LogsDeps, 'reader' | 'clock'>,
  scope: Scope,
  group: string,
  prefix?: string,
): AsyncGenerator<readonly LogStreamRow[]> {
  let after: LogStreamRow | undefined;
  for (;;) {
    const rows = reader.logStreams({
      scope,
      group,
      prefix,
      order: 'name',
      after,
      limit: rowsAtOnce,
    });
    yield rows;
    if (rows.length < rowsAtOnce) return;
    after = rows.at(-1);
    await new Promise<void>((resolve) => {
      clock.soon(resolve);
    });
  }
}
