// PutLogEvents: events from a client. What is too old, too new or expired is left out and said;
// anything else wrong refuses the whole batch. The answer comes when the events survive a power
// loss. Sequence tokens are not looked at, as in AWS today.

import type {
  InputLogEvent,
  PutLogEventsCommandInput,
  PutLogEventsCommandOutput,
  RejectedLogEventsInfo,
} from '@aws-sdk/client-cloudwatch-logs';
import type { LogGroupRow } from '../../port/table.ts';
import { onStream } from './access.ts';
import { given, groupName, lengthIn, streamName, timestamp } from './check.ts';
import type { LogsOperation } from './deps.ts';
import { groupNotFound, invalidParameter, streamNotFound } from './error.ts';
import { dayMs, keptFromMs } from './retention.ts';
import { sequenceToken } from './sequence-token.ts';
import { limit } from '../../core/limit.ts';

const overheadBytes = 26;
const maxSpanMs = dayMs;
const oldestMs = 14 * dayMs;
const newestMs = 2 * 3_600_000;

export const putLogEvents: LogsOperation<PutLogEventsCommandInput, PutLogEventsCommandOutput> = {
  authorizes: (input, context) => onStream('logs:PutLogEvents', input, context),

  async handle({ reader, sink, clock }, input, { scope }) {
    const name = groupName(input.logGroupName);
    const stream = streamName(input.logStreamName);
    const events = readEvents(given(input.logEvents, 'logEvents'));
    const group = reader.logGroup(scope, name);
    if (group === undefined) throw groupNotFound();
    if (reader.logStream(scope, name, stream) === undefined) throw streamNotFound();
    const { from, to, rejected } = accepted(events, group, clock.now());
    const lines = events.slice(from, to);
    if (
      lines.length > 0 &&
      (lines.at(-1) as Line).timestampMs - (lines[0] as Line).timestampMs > maxSpanMs
    ) {
      throw invalidParameter(
        'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
      );
    }
    const key = { scope, group: name, stream };
    const writer = await sink.openWriter(key);
    try {
      // A stream that was deleted before its writer was open would come back with this write; later
      // ones lead it into nothing.
      if (reader.logStream(scope, name, stream) === undefined) throw streamNotFound();
      if (lines.length > 0) await writer.append({ lines });
    } finally {
      await writer.close();
    }
    return {
      nextSequenceToken: sequenceToken((await sink.facts(key))?.storedBytes ?? 0),
      rejectedLogEventsInfo: rejected,
    };
  },
};

interface Line {
  readonly timestampMs: number;
  readonly message: Uint8Array;
}

function readEvents(events: readonly InputLogEvent[]): readonly Line[] {
  lengthIn(events, 1, limit.logs.putEvents, 'logEvents');
  let bytes = 0;
  let before = 0;
  return events.map((event, at) => {
    const timestampMs = given(
      timestamp(event.timestamp, `logEvents[${at}].timestamp`),
      `logEvents[${at}].timestamp`,
    );
    const message = Buffer.from(given(event.message, `logEvents[${at}].message`));
    if (message.length === 0)
      throw invalidParameter(`logEvents[${at}].message must have at least 1 character`);
    if (timestampMs < before)
      throw invalidParameter(
        'Log events in a single PutLogEvents request must be in chronological order.',
      );
    before = timestampMs;
    bytes += message.length + overheadBytes;
    if (bytes > limit.logs.putBytes)
      throw invalidParameter(
        `Upload too large: more than the limit of ${limit.logs.putBytes} bytes`,
      );
    return { timestampMs, message };
  });
}

/**
 * Which events are taken: from `from` to before `to`. Indexes as RejectedLogEventsInfo has them.
 */
function accepted(
  events: readonly Line[],
  group: LogGroupRow,
  nowMs: number,
): { from: number; to: number; rejected: RejectedLogEventsInfo | undefined } {
  const firstFrom = (timeMs: number): number => {
    const at = events.findIndex((event) => event.timestampMs >= timeMs);
    return at < 0 ? events.length : at;
  };
  const tooOld = firstFrom(nowMs - oldestMs);
  const expired = firstFrom(keptFromMs(group, nowMs) ?? -Infinity);
  const tooNew = firstFrom(nowMs + newestMs + 1);
  const from = Math.max(tooOld, expired);
  if (from === 0 && tooNew === events.length) return { from, to: tooNew, rejected: undefined };
  const rejected = {
    ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
    ...(expired > tooOld ? { expiredLogEventEndIndex: expired } : {}),
    ...(tooNew < events.length ? { tooNewLogEventStartIndex: tooNew } : {}),
  };
  return { from, to: Math.max(from, tooNew), rejected };
}
