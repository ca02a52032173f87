// FilterLogEvents: the events of many streams, in order of time. nextToken is left out at the end:
// `aws logs tail --follow` uses one at once and without a pause (awscli,
// customizations/logs/tail.py), and drops repeats by eventId.

import type {
  FilterLogEventsCommandInput,
  FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Scope } from '../../base/ids.ts';
import {
  InvalidFilterPattern,
  InvalidSearchPlace,
  type LogSearch,
  type LogSearchPage,
  type LogSink,
} from '../../port/log-sink.ts';
import { onGroup } from './access.ts';
import { groupReferred, lengthIn, streamName, streamPrefix, timestamp } from './check.ts';
import type { LogsDeps, LogsOperation } from './deps.ts';
import { groupNotFound, invalidParameter, invalidToken, streamNotFound } from './error.ts';
import { eventLimit, pageBytes } from './page-limit.ts';
import { readFromMs } from './retention.ts';
import { streamsOf } from './streams-of.ts';
import { isText, pageToken, readPageToken } from './token.ts';

export const filterLogEvents: LogsOperation<
  FilterLogEventsCommandInput,
  FilterLogEventsCommandOutput
> = {
  authorizes: (input, context) => onGroup('logs:FilterLogEvents', input, context),

  async handle(deps, input, { scope }) {
    const name = groupReferred(scope, input);
    if (input.logStreamNames !== undefined && input.logStreamNamePrefix !== undefined) {
      throw invalidParameter(
        'LogStreamNamePrefix and LogStreamNames are mutually exclusive parameters.',
      );
    }
    lengthIn(input.logStreamNames, 1, 100, 'logStreamNames');
    lengthIn(input.filterPattern, 0, 1024, 'filterPattern');
    const startTime = timestamp(input.startTime, 'startTime');
    const endTime = timestamp(input.endTime, 'endTime');
    const limit = eventLimit(input.limit);
    const after =
      input.nextToken === undefined
        ? undefined
        : readPageToken('FilterLogEvents', input.nextToken, isText);
    const group = deps.reader.logGroup(scope, name);
    if (group === undefined) throw groupNotFound();
    const streams = streamsToSearch(deps, scope, group.name, input);
    const fromMs = readFromMs(group, startTime, deps.clock.now());
    // Unlike GetLogEvents, this takes its end in.
    const toMs = endTime === undefined ? undefined : endTime + 1;
    const page = await search(deps.sink, {
      scope,
      group: group.name,
      streams,
      fromMs,
      toMs,
      filterPattern: input.filterPattern,
      limit,
      maxBytes: pageBytes,
      after,
    });
    return {
      events: page.events.map(({ stream, timestampMs, message, ingestionTimeMs, eventId }) => ({
        logStreamName: stream,
        timestamp: timestampMs,
        message,
        ingestionTime: ingestionTimeMs,
        eventId,
      })),
      // AWS has answered an empty list since 2020.
      searchedLogStreams: [],
      nextToken: page.next === undefined ? undefined : pageToken('FilterLogEvents', page.next),
    };
  },
};

function streamsToSearch(
  deps: LogsDeps,
  scope: Scope,
  group: string,
  input: FilterLogEventsCommandInput,
): LogSearch['streams'] {
  if (input.logStreamNames !== undefined) {
    const names = [
      ...new Set(input.logStreamNames.map((name) => streamName(name, 'logStreamNames'))),
    ];
    if (names.some((name) => deps.reader.logStream(scope, group, name) === undefined))
      throw streamNotFound();
    return names;
  }
  return namesOf(deps, scope, group, streamPrefix(input.logStreamNamePrefix));
}

async function* namesOf(
  deps: LogsDeps,
  scope: Scope,
  group: string,
  prefix: string | undefined,
): AsyncGenerator<readonly string[]> {
  for await (const rows of streamsOf(deps, scope, group, prefix))
    yield rows.map(({ name }) => name);
}

async function search(sink: LogSink, asked: LogSearch): Promise<LogSearchPage> {
  try {
    return await sink.search(asked);
  } catch (error) {
    if (error instanceof InvalidFilterPattern) throw invalidParameter(error.message);
    if (error instanceof InvalidSearchPlace) throw invalidToken();
    throw error;
  }
}
