// One watch of Kubernetes' API as it comes from the socket: events, one a line. It cuts a watch
// that has gone silent, and it gives up on a line that is longer than any object. What events mean
// is not its affair.

import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../port/clock.ts';
import { ClusterUnavailable } from './cluster-answer.ts';

export interface WatchEvent {
  readonly type: string;
  readonly object: Readonly<Record<string, unknown>>;
}

/** etcd holds objects up to 1.5 MB; what escapes and managed fields add is far less than this. */
const mostLineBytes = 16 * 1024 * 1024;
const newline = 10;

/**
 * Each event as soon as its line is whole; half a line at the end is none. Ends with the stream,
 * rejects with {@link ClusterUnavailable} where it breaks, or where nothing came for `silenceMs`.
 */
export async function* watchEvents(
  stream: IncomingMessage,
  clock: Clock,
  silenceMs: number,
): AsyncGenerator<WatchEvent> {
  const parts: Buffer[] = [];
  let bytes = 0;
  let isSilent = false;
  let heardAtMs = clock.now();
  // One timer however many chunks come.
  const look = (): void => {
    const dueAtMs = heardAtMs + silenceMs;
    if (clock.now() >= dueAtMs) {
      isSilent = true;
      stream.destroy();
    } else cancel = clock.at(dueAtMs, look);
  };
  let cancel = clock.at(heardAtMs + silenceMs, look);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      heardAtMs = clock.now();
      let at = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, at)) {
        parts.push(chunk.subarray(at, end));
        at = end + 1;
        const event = parsed(Buffer.concat(parts));
        parts.length = bytes = 0;
        if (event !== undefined) yield event;
      }
      if (at < chunk.length) parts.push(chunk.subarray(at));
      bytes += chunk.length - at;
      if (bytes > mostLineBytes) throw new Error(`an event of more than ${mostLineBytes} bytes`);
    }
  } catch (error) {
    throw new ClusterUnavailable(
      `a watch ${isSilent ? `was silent for ${silenceMs / 1000} s` : `broke: ${(error as Error).message}`}`,
      { cause: error },
    );
  } finally {
    cancel();
    stream.destroy();
  }
}

/** Throws where it is no event: what comes after it cannot be trusted either. */
function parsed(line: Buffer): WatchEvent | undefined {
  if (line.length === 0) return undefined;
  const { type, object } = JSON.parse(line.toString('utf8')) as Partial<WatchEvent>;
  if (typeof type !== 'string' || typeof object !== 'object' || object === null)
    throw new Error('what came is no event');
  return { type, object };
}
