// GetLogEvents: one stream's events, page by page in either direction. Tokens are places in the
// stream, so the same token answered again means that there is no more. Without one and without
// startFromHead the newest page comes first.

import type {
  GetLogEventsCommandInput,
  GetLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { onStream } from './access.ts';
import { groupReferred, streamName, timestamp } from './check.ts';
import type { LogsOperation } from './deps.ts';
import { groupNotFound, streamNotFound } from './error.ts';
import { eventLimit, pageBytes } from './page-limit.ts';
import { readFromMs } from './retention.ts';
import { eventToken, readEventToken } from './token.ts';

export const getLogEvents: LogsOperation<GetLogEventsCommandInput, GetLogEventsCommandOutput> = {
  authorizes: (input, context) => onStream('logs:GetLogEvents', input, context),

  async handle({ reader, sink, clock }, input, { scope }) {
    const groupNamed = groupReferred(scope, input);
    const stream = streamName(input.logStreamName);
    const startTime = timestamp(input.startTime, 'startTime');
    const toMs = timestamp(input.endTime, 'endTime');
    const maxEvents = eventLimit(input.limit);
    const token = input.nextToken === undefined ? undefined : readEventToken(input.nextToken);
    const group = reader.logGroup(scope, groupNamed);
    if (group === undefined) throw groupNotFound();
    if (reader.logStream(scope, group.name, stream) === undefined) throw streamNotFound();
    const page = await sink.read({
      key: { scope, group: group.name, stream },
      fromMs: readFromMs(group, startTime, clock.now()),
      toMs,
      offset: token?.offset,
      direction: token?.direction ?? (input.startFromHead === true ? 'forward' : 'backward'),
      maxEvents,
      maxBytes: pageBytes,
    });
    return {
      events: page.events.map(({ timestampMs, message, ingestionTimeMs }) => ({
        timestamp: timestampMs,
        message,
        ingestionTime: ingestionTimeMs,
      })),
      nextForwardToken: eventToken('forward', page.forwardOffset),
      nextBackwardToken: eventToken('backward', page.backwardOffset),
    };
  },
};
