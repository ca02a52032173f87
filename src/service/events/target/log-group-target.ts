// A log group as a target: each event is a line, in a stream of the rule's target that begins anew
// each day. What comes while lines are being written goes together with the next ones.

import { scopeParts } from '../../../base/ids.ts';
import { limit } from '../../../core/limit.ts';
import type { Clock } from '../../../port/clock.ts';
import type { DeliveryFailure } from '../../../port/delivery.ts';
import type { OwnServices, ServiceCaller } from '../../../port/own-services.ts';
import { failedForGood, failedOnce } from '../../delivery/failure.ts';
import { eventId } from '../bus-event.ts';
import { callerOf } from './caller.ts';
import { ownFailure, type TargetSender, type ToTarget } from './target-sender.ts';

interface LogGroupParts {
  readonly own: OwnServices;
  readonly clock: Pick<Clock, 'now'>;
}

interface Line {
  readonly timestamp: number;
  readonly message: string;
  readonly done: (failure: DeliveryFailure | undefined) => void;
}

/** Where lines go, and those that wait for the ones before. */
interface Stream {
  readonly region: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly caller: ServiceCaller;
  readonly waiting: Line[];
}

const dayMs = 86_400_000;
/** What CloudWatch Logs counts for each event besides its message. */
const overheadBytes = 26;

export function logGroupTarget({ own, clock }: LogGroupParts): TargetSender {
  /** Those that are being written, by region, group and stream. */
  const streams = new Map<string, Stream>();

  async function write(key: string, stream: Stream): Promise<void> {
    while (stream.waiting.length > 0) {
      const lines = batchOf(stream.waiting);
      try {
        const failures = await put(stream, lines);
        for (const [at, { done }] of lines.entries()) done(failures(at));
      } catch (error) {
        // The server is stopping: what waits goes out again after the next start.
        const stopping = failedOnce('INTERNAL_ERROR', String(error));
        for (const { done } of [...lines, ...stream.waiting.splice(0)]) done(stopping);
      }
    }
    streams.delete(key);
  }

  async function put(
    { region, logGroupName, logStreamName, caller }: Stream,
    lines: readonly Line[],
  ): Promise<(at: number) => DeliveryFailure | undefined> {
    const names = { logGroupName, logStreamName };
    const call = (operation: string, more: object) =>
      own.call({ service: 'logs', operation, region, input: { ...names, ...more } }, caller);
    const logEvents = lines.map(({ timestamp, message }) => ({ timestamp, message }));
    let answer = await call('PutLogEvents', { logEvents });
    if ('error' in answer && answer.error.code === 'ResourceNotFoundException') {
      const made = await call('CreateLogStream', {});
      if ('error' in made && made.error.code !== 'ResourceAlreadyExistsException') answer = made;
      else answer = await call('PutLogEvents', { logEvents });
    }
    if ('error' in answer) {
      const failure = ownFailure(answer.error);
      return () => failure;
    }
    const { rejectedLogEventsInfo: rejected = {} } = answer.output as Answered;
    const from = Math.max(
      rejected.tooOldLogEventEndIndex ?? 0,
      rejected.expiredLogEventEndIndex ?? 0,
    );
    const to = rejected.tooNewLogEventStartIndex ?? lines.length;
    return (at) => (at >= from && at < to ? undefined : outOfTime);
  }

  return {
    atOnce: 1_000,
    send: (to) =>
      new Promise((done) => {
        const stream = streamOf(to, clock.now());
        const key = `${to.scope} ${stream.logGroupName} ${stream.logStreamName}`;
        const there = streams.get(key);
        (there ?? stream).waiting.push({ ...lineOf(to), done });
        if (there !== undefined) return;
        streams.set(key, stream);
        void write(key, stream);
      }),
  };
}

interface Answered {
  readonly rejectedLogEventsInfo?: {
    readonly tooOldLogEventEndIndex?: number;
    readonly tooNewLogEventStartIndex?: number;
    readonly expiredLogEventEndIndex?: number;
  };
}

const outOfTime = failedForGood(
  'ERROR_FROM_TARGET',
  'The log event is too old, too new, or older than what the log group retains.',
);

function streamOf(to: ToTarget, nowMs: number): Stream {
  const { rule, target, named, scope } = to;
  const day = Math.floor(nowMs / dayMs);
  return {
    region: scopeParts(scope).region,
    logGroupName: named.name,
    logStreamName: `${rule.name}-${eventId(`stream ${rule.arn} ${target.id} ${day}`)}`,
    caller: callerOf(to),
    waiting: [],
  };
}

/** As many as one call takes, in the order of their times; they are gone from what waits. */
function batchOf(waiting: Line[]): readonly Line[] {
  const first = waiting[0]?.timestamp ?? 0;
  const { putEvents, putBytes } = limit.logs;
  let bytes = 0;
  const end = waiting.findIndex(({ timestamp, message }, at) => {
    bytes += Buffer.byteLength(message) + overheadBytes;
    const isFar = Math.abs(timestamp - first) > dayMs / 2;
    return at > 0 && (at >= putEvents || bytes > putBytes || isFar);
  });
  return waiting
    .splice(0, end < 0 ? waiting.length : end)
    .toSorted((a, b) => a.timestamp - b.timestamp);
}

/** A transformer makes a line by `{"timestamp": …, "message": …}`, as on AWS. */
function lineOf({ target, input, event, delivery }: ToTarget): Pick<Line, 'timestamp' | 'message'> {
  const made = target.inputTransformer === undefined ? undefined : objectIn(input);
  const { time } = objectIn(event) ?? {};
  const timestamp = millisecondsOf(made?.['timestamp'] ?? time) ?? delivery.sinceMs;
  const message = made?.['message'];
  if (message === undefined) return { timestamp, message: input };
  return { timestamp, message: typeof message === 'string' ? message : JSON.stringify(message) };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

function millisecondsOf(time: unknown): number | undefined {
  const ms = typeof time === 'string' ? Date.parse(time) : time;
  return typeof ms === 'number' && Number.isFinite(ms) ? Math.floor(ms) : undefined;
}
