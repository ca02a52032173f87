// DescribeLogGroups: groups by name, in ASCII order.

import type {
  DescribeLogGroupsCommandInput,
  DescribeLogGroupsCommandOutput,
  LogGroup,
} from '@aws-sdk/client-cloudwatch-logs';
import { LogGroupClass } from '@aws-sdk/client-cloudwatch-logs';
import type { LogGroupRow } from '../../port/table.ts';
import { onAnyGroup } from './access.ts';
import { logGroupArn } from './arn.ts';
import { groupIdentified, lengthIn, oneOf } from './check.ts';
import type { LogsDeps, LogsOperation } from './deps.ts';
import { invalidParameter } from './error.ts';
import { describeLimit } from './page-limit.ts';
import { isText, pageToken, readPageToken } from './token.ts';

export const describeLogGroups: LogsOperation<
  DescribeLogGroupsCommandInput,
  DescribeLogGroupsCommandOutput
> = {
  authorizes: (_input, context) => onAnyGroup('logs:DescribeLogGroups', context),

  async handle({ reader, sink }, input, { scope }) {
    const {
      logGroupNamePrefix: prefix,
      logGroupNamePattern: pattern,
      logGroupIdentifiers: identifiers,
    } = input;
    if (prefix !== undefined && pattern !== undefined)
      throw invalidParameter(
        'LogGroupNamePrefix and LogGroupNamePattern are mutually exclusive parameters.',
      );
    lengthIn(prefix, 1, 512, 'logGroupNamePrefix');
    lengthIn(pattern, 0, 512, 'logGroupNamePattern');
    const limit = describeLimit(input.limit);
    const after =
      input.nextToken === undefined
        ? undefined
        : readPageToken('DescribeLogGroups', input.nextToken, isText);
    if (
      oneOf(LogGroupClass, input.logGroupClass, 'logGroupClass') !== undefined &&
      input.logGroupClass !== 'STANDARD'
    )
      return { logGroups: [] };
    if (identifiers !== undefined) {
      if (prefix !== undefined || pattern !== undefined || after !== undefined)
        throw invalidParameter('logGroupIdentifiers cannot be combined with other filters');
      lengthIn(identifiers, 1, 50, 'logGroupIdentifiers');
      const rows = [...new Set(identifiers.map((identifier) => groupIdentified(scope, identifier)))]
        .sort()
        .flatMap((name) => reader.logGroup(scope, name) ?? []);
      return { logGroups: await Promise.all(rows.map((row) => logGroup(row, sink))) };
    }
    const rows = reader.logGroups({ scope, prefix, contains: pattern, after, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const nextToken =
      rows.length > limit && last !== undefined
        ? pageToken('DescribeLogGroups', last.name)
        : undefined;
    // A pattern is a matter of case, whatever the store's own search thinks of it; and its answer
    // is short.
    if (pattern !== undefined)
      return { logGroups: page.filter((row) => row.name.includes(pattern)).map(names), nextToken };
    return { logGroups: await Promise.all(page.map((row) => logGroup(row, sink))), nextToken };
  },
};

const names = (row: LogGroupRow): LogGroup => ({
  logGroupName: row.name,
  creationTime: row.createdAtMs,
  arn: `${logGroupArn(row.scope, row.name)}:*`,
});

const logGroup = async (row: LogGroupRow, sink: LogsDeps['sink']): Promise<LogGroup> => ({
  ...names(row),
  logGroupArn: logGroupArn(row.scope, row.name),
  retentionInDays: row.retentionInDays,
  metricFilterCount: 0,
  storedBytes: (await sink.storedBytes?.(row.scope, row.name)) ?? 0,
  logGroupClass: 'STANDARD',
});
