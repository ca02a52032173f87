// DescribeLogStreams: streams by name or by the time of their last event. The order by time is
// exact up to a number of streams above which looking at each would cost too much; larger groups
// are ordered by creation, which is nearly the same where each stream is one container's. AWS
// allows itself as much: it brings the time up to date within the hour.

import type {
  DescribeLogStreamsCommandInput,
  DescribeLogStreamsCommandOutput,
  LogStream,
} from '@aws-sdk/client-cloudwatch-logs';
import { OrderBy } from '@aws-sdk/client-cloudwatch-logs';
import type { LogStreamFacts } from '../../port/log-sink.ts';
import type { LogStreamRow } from '../../core/world/changes.ts';
import type { LogGroupRow } from '../../port/table.ts';
import type { RequestContext } from '../../wire/operation.ts';
import { onGroup } from './access.ts';
import { logStreamArn } from './arn.ts';
import { groupReferred, oneOf, streamPrefix } from './check.ts';
import type { LogsDeps, LogsOperation } from './deps.ts';
import { groupNotFound, invalidParameter } from './error.ts';
import { describeLimit } from './page-limit.ts';
import { keptFromMs } from './retention.ts';
import { sequenceToken } from './sequence-token.ts';
import { pageToken, readPageToken } from './token.ts';

const exactOrderStreams = 1000;

/** The last row of the page before: its name, and the time that the order goes by. */
type After = readonly [name: string, timeMs: number];

interface Query {
  readonly group: LogGroupRow;
  readonly descending: boolean;
  readonly limit: number;
  readonly after: After | undefined;
}

interface Described {
  readonly row: LogStreamRow;
  readonly facts: LogStreamFacts | undefined;
}

interface Found {
  readonly streams: readonly Described[];
  readonly next: After | undefined;
}

export const describeLogStreams: LogsOperation<
  DescribeLogStreamsCommandInput,
  DescribeLogStreamsCommandOutput
> = {
  authorizes: (input, context) => onGroup('logs:DescribeLogStreams', input, context),

  async handle(deps, input, context: RequestContext) {
    const { scope } = context;
    const name = groupReferred(scope, input);
    const prefix = streamPrefix(input.logStreamNamePrefix);
    const byTime = oneOf(OrderBy, input.orderBy, 'orderBy') === 'LastEventTime';
    if (byTime && prefix !== undefined)
      throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
    const limit = describeLimit(input.limit);
    const operation = `DescribeLogStreams ${byTime ? 'time' : 'name'}`;
    const after =
      input.nextToken === undefined
        ? undefined
        : readPageToken(operation, input.nextToken, isAfter);
    const group = deps.reader.logGroup(scope, name);
    if (group === undefined) throw groupNotFound();
    const query: Query = { group, descending: input.descending ?? false, limit, after };
    const found = byTime ? await pageByTime(deps, query) : await pageByName(deps, query, prefix);
    return {
      logStreams: found.streams.map(logStream),
      nextToken: found.next === undefined ? undefined : pageToken(operation, found.next),
    };
  },
};

const isAfter = (value: unknown): value is After =>
  Array.isArray(value) &&
  value.length === 2 &&
  typeof value[0] === 'string' &&
  typeof value[1] === 'number';

async function pageByName(
  deps: LogsDeps,
  { group, descending, limit, after }: Query,
  prefix: string | undefined,
): Promise<Found> {
  const { scope } = group;
  const last = after && { scope, group: group.name, name: after[0], createdAtMs: after[1] };
  const rows = deps.reader.logStreams({
    scope,
    group: group.name,
    prefix,
    order: 'name',
    descending,
    after: last,
    limit: limit + 1,
  });
  return { streams: await described(deps, group, rows.slice(0, limit)), next: nextOf(rows, limit) };
}

async function pageByTime(deps: LogsDeps, query: Query): Promise<Found> {
  const { group, descending, limit, after } = query;
  const { scope } = group;
  const all = deps.reader.logStreams({
    scope,
    group: group.name,
    order: 'name',
    limit: exactOrderStreams + 1,
  });
  if (all.length > exactOrderStreams) {
    const last = after && { scope, group: group.name, name: after[0], createdAtMs: after[1] };
    const rows = deps.reader.logStreams({
      scope,
      group: group.name,
      order: 'newest',
      descending,
      after: last,
      limit: limit + 1,
    });
    return {
      streams: await described(deps, group, rows.slice(0, limit)),
      next: nextOf(rows, limit),
    };
  }
  const sign = descending ? -1 : 1;
  const compare = (a: After, b: After): number =>
    sign * (a[1] - b[1] || (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  const sorted = (await described(deps, group, all))
    .map((stream) => ({ stream, key: keyOf(stream) }))
    .sort((a, b) => compare(a.key, b.key));
  const rest = after === undefined ? sorted : sorted.filter(({ key }) => compare(key, after) > 0);
  return {
    streams: rest.slice(0, limit).map(({ stream }) => stream),
    next: rest.length > limit ? rest[limit - 1]?.key : undefined,
  };
}

/**
 * A stream without events is older than any event: first in ascending order, last in descending.
 */
const keyOf = ({ row, facts }: Described): After => [row.name, facts?.lastEventTimestampMs ?? -1];

function nextOf(rows: readonly LogStreamRow[], limit: number): After | undefined {
  const last = rows[limit - 1];
  return rows.length > limit && last !== undefined ? [last.name, last.createdAtMs] : undefined;
}

/** With what is known of each stream's events, as far as the group still keeps them. */
async function described(
  { sink, clock }: LogsDeps,
  group: LogGroupRow,
  rows: readonly LogStreamRow[],
): Promise<readonly Described[]> {
  const kept = keptFromMs(group, clock.now()) ?? -Infinity;
  return Promise.all(
    rows.map(async (row) => {
      const facts = await sink.facts({ scope: group.scope, group: group.name, stream: row.name });
      return {
        row,
        facts: facts !== undefined && facts.lastEventTimestampMs < kept ? undefined : facts,
      };
    }),
  );
}

const logStream = ({ row, facts }: Described): LogStream => ({
  logStreamName: row.name,
  creationTime: row.createdAtMs,
  firstEventTimestamp: facts?.firstEventTimestampMs,
  lastEventTimestamp: facts?.lastEventTimestampMs,
  lastIngestionTime: facts?.lastIngestionTimeMs,
  uploadSequenceToken: sequenceToken(facts?.storedBytes ?? 0),
  arn: logStreamArn(row.scope, row.group, row.name),
  storedBytes: facts?.storedBytes ?? 0,
});
