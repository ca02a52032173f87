// What an answer of a cluster's API says of the request: that it was judged and refused, or that
// nobody knows and it is to be repeated. Only Kubernetes' own Status judges; a page of a proxy that
// happens to say 404 does not.

import type { IncomingHttpHeaders } from 'node:http';
import { EngineUnavailable } from '../../port/engine.ts';

/** The API has judged the request, and the answer is no. `message` is the API's own. */
export class ClusterRefusal extends Error {
  override name = 'ClusterRefusal';
  readonly status: number;
  /** Kubernetes' word for it: `AlreadyExists`, `NotFound`, `Forbidden` …; may be empty. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }

  /**
   * The same request will never be granted as things stand: what it says is wrong, is not allowed,
   * or what it is about does not exist. Not so AlreadyExists, Conflict and Expired, which say how
   * things stand.
   */
  get isFinal(): boolean {
    return this.status !== 409 && this.status !== 410;
  }
}

/** Nothing is known of what became of the request. */
export class ClusterUnavailable extends EngineUnavailable {
  /** What answered, if something did. */
  readonly status: number | undefined;
  /** How long it asks to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    {
      status,
      retryAfterMs,
      cause,
    }: { status?: number; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

interface ClusterAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Statuses by which the API says that it could not judge. */
const undecided = new Set([401, 408, 429]);
/** A cluster that asks for more is asked again sooner. */
const longestRetryAfterMs = 60_000;
const longestMessage = 2_000;

/** What an answer that is not 2xx says. */
export function judged(
  title: string,
  { status, headers, body }: ClusterAnswer,
): ClusterRefusal | ClusterUnavailable {
  const said = statusObject(body);
  if (said !== undefined && status >= 400 && status < 500 && !undecided.has(status))
    return new ClusterRefusal(status, said.reason, said.message);
  const seconds = Number(headers['retry-after']);
  const retryAfterMs =
    headers['retry-after'] !== undefined && seconds >= 0
      ? Math.min(seconds * 1000, longestRetryAfterMs)
      : undefined;
  const level = headers['x-kubernetes-pf-prioritylevel-uid'];
  const what = said?.message ?? `an answer that is not Kubernetes', with status ${status}`;
  return new ClusterUnavailable(
    `the cluster ${title}: ${what}${level === undefined ? '' : ` (priority level ${String(level).slice(0, 64)})`}`,
    { status, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  );
}

/** Undefined: not what Kubernetes answers where it refuses. */
function statusObject(body: Buffer): { reason: string; message: string } | undefined {
  try {
    const { kind, reason, message } = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    if (kind !== 'Status') return undefined;
    return {
      reason: typeof reason === 'string' ? reason.slice(0, 100) : '',
      message: typeof message === 'string' ? message.slice(0, longestMessage) : 'no reason given',
    };
  } catch {
    return undefined;
  }
}

/** A body up to a bound. Rejects with {@link ClusterUnavailable}. */
export async function whole(
  title: string,
  message: AsyncIterable<unknown>,
  mostBytes: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of message) {
      bytes += (chunk as Buffer).length;
      // Leaving the loop closes the connection.
      if (bytes > mostBytes) break;
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw new ClusterUnavailable(`the cluster ${title} broke off within its answer`, {
      cause: error,
    });
  }
  if (bytes > mostBytes)
    throw new ClusterUnavailable(`the cluster ${title}: an answer of more than ${mostBytes} bytes`);
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}
