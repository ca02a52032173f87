// What becomes of jobs, as the server tells it while it happens (server-sent events). Who is cut
// off goes on behind the last that came. It renders nothing.

import type { JobDetail } from '@aws-sdk/client-batch';
import type { EventQuery } from './api.ts';
import { Failure, Interrupted, isUnreachable } from './failure.ts';
import { patienceMs } from './poll.ts';
import type { Session } from './session.ts';

/** An event as EventBridge has it. */
interface JobEvent {
  readonly id: string;
  readonly time: string;
  readonly 'detail-type': string;
  readonly detail: JobDetail;
}

export type Told =
  /** Without an event: from there on it is told. */
  | { readonly place: string; readonly event: JobEvent | undefined }
  /** So many changes are not told; undefined: nobody knows how many. */
  | { readonly dropped: number | undefined };

const pauseMs = 500;

interface FollowOptions {
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** The server tells from now on. */
  readonly onHere?: () => void;
  /** It has gone away; once. */
  readonly onAway: () => void;
}

/**
 * Ends with what there is, or goes on until `signal` is aborted, and then throws {@link
 * Interrupted}.
 */
export async function* jobEvents(
  session: Session,
  query: EventQuery,
  { follow, signal, onHere, onAway }: FollowOptions,
): AsyncGenerator<Told> {
  const { io } = session;
  const api = await session.api();
  let { after } = query;
  let answeredMs: number | undefined;
  let isAway = false;
  for (;;) {
    try {
      const bytes = await api.events({ ...query, after }, follow, io.nowMs(), signal);
      isAway = false;
      answeredMs = io.nowMs();
      onHere?.();
      for await (const told of toldIn(bytes)) {
        if ('place' in told) after = told.place;
        yield told;
      }
      answeredMs = io.nowMs();
      if (!follow) return;
    } catch (error) {
      if (signal.aborted) throw new Interrupted();
      const waitsOn = follow && answeredMs !== undefined && io.nowMs() - answeredMs <= patienceMs;
      if (!waitsOn || !(isUnreachable(error) || isCutOff(error))) throw error;
      if (!isAway) onAway();
      isAway = true;
    }
    await io.sleep(pauseMs, signal);
    if (signal.aborted) throw new Interrupted();
  }
}

/** A connection that ends in the middle is no code's fault but fetch's own word for it. */
const isCutOff = (error: unknown): boolean =>
  error instanceof TypeError && error.message === 'terminated';

async function* toldIn(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of bytes) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const { id: place, event, data: content } = fieldsOf(block);
      const data: unknown = content && parsed(content);
      if (event === 'dropped') yield { dropped: (data as { changes?: number }).changes };
      else if (place !== undefined) yield { place, event: data as JobEvent | undefined };
    }
  }
}

/** The server writes each field once, on a line of its own. */
const fieldsOf = (block: string): Partial<Record<string, string>> =>
  Object.fromEntries(
    block
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw new Failure('what answers is no Longshore server');
  }
}
