// Follows the output of one container of a pod through the API, over streams that end too soon,
// kubelets that restart and clusters that are away. It holds one batch at a time and reads on only
// when that was taken. What a kubelet says in place of output is never taken for output.  A stream
// ends with the container, with the kubelet and whenever something between likes, and always looks
// the same. So the end is believed only where the container has ended some time ago and reading
// from the place where it stopped brought nothing more.

import type { IncomingMessage } from 'node:http';
import type { LogBatch, LogPosition } from '../../port/engine.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import type { Clock } from '../../port/clock.ts';
import { ClusterRefusal, ClusterUnavailable } from './cluster-answer.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import { Backoff, pause } from './pause.ts';
import type { LogTurn, LogTurns } from './log-turns.ts';
import { PodLogLines } from './pod-log-lines.ts';

/**
 * What is to be known of a container before reading on. `gone`: there is nothing to read, or never
 * will be.
 */
export type PodOutputState = 'gone' | 'waiting' | 'running' | 'ended';

interface PodLogParts {
  readonly connection: ClusterConnection;
  readonly clock: Clock;
  readonly random?: (() => number) | undefined;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** As it is now. May reject with EngineUnavailable. */
  readonly state: () => PodOutputState | Promise<PodOutputState>;
  /** Has `look` called when that may have changed, until what it gives is called. */
  readonly whenTold: (look: () => void) => () => void;
  readonly turns: LogTurns;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** How long the first line of a batch waits for others: makes few batches of many lines. */
const lingerMs = 10;
/** After so long a silence it is looked whether the container still runs. */
const silenceMs = 60_000;
const firstPauseMs = 250;
const longestPauseMs = 5_000;
/**
 * How long after a container has ended its last output may come: the runtime still writes what was
 * in its pipes when the kubelet knows already that it ended (seen with containerd on a busy node).
 */
const settlingMs = 2_000;
/** Longer than that a stream was followed. */
const atOnceMs = 1_000;
/** How long an ended container's output is asked for that its node does not give. */
const patienceMs = 5 * 60_000;
/** What kubelets answer, with status 200, for a container that they have removed, or remove. */
const removed =
  /\bunable to retrieve container logs for |\bresolving symlinks in path .*: no such file or directory$/;

/** How a stream ended. */
interface Ending {
  /** As a stream does that says all it has to say. */
  readonly isWhole: boolean;
  readonly advanced: boolean;
  /** What was said in place of output, or behind it. */
  readonly failure: string | undefined;
  /** Nothing will ever come after it. */
  readonly isLast: boolean;
  readonly tookMs: number;
}

/** Ends when all was read, when there is nothing to read any more, or by its signal. */
export async function* podLog(
  parts: PodLogParts,
  from: LogPosition | undefined,
): AsyncGenerator<LogBatch> {
  const { clock, signal, random } = parts;
  const lines = new PodLogLines(from);
  const backoff = new Backoff(firstPauseMs, longestPauseMs, random);
  /** All that had been written when it was last looked, as far as one can tell. */
  let isDrained = false;
  let hasTried = false;
  let endedAtMs: number | undefined;
  /** Since when its node ends what is followed at once: it knows of the end before others do. */
  let quietSinceMs: number | undefined;
  let failingSinceMs: number | undefined;
  while (!signal.aborted) {
    let advanced = false;
    let failure: string | undefined;
    let hasEnded = false;
    try {
      const state = await parts.state();
      if (state === 'gone') {
        if (hasTried && !isDrained) yield notice(parts, lines, 'the pod is gone');
        return;
      }
      hasEnded = state === 'ended';
      if (hasEnded) endedAtMs ??= clock.now();
      if (state !== 'waiting') {
        hasTried = true;
        const isSettled = hasEnded && settlesInMs(endedAtMs, quietSinceMs, clock) <= 0;
        const ending = yield* readOnce(parts, lines, hasEnded, isSettled);
        if (ending.isLast) return;
        ({ advanced, failure } = ending);
        const { isWhole, tookMs } = ending;
        if (failure === undefined) isDrained = isWhole;
        if (!isWhole || failure !== undefined) quietSinceMs = undefined;
        else if (advanced || tookMs > atOnceMs) quietSinceMs = clock.now();
        else quietSinceMs ??= clock.now();
      }
    } catch (error) {
      failure = failureOf(error);
    }
    const isRemoved = failure !== undefined && removed.test(failure);
    if (failure !== undefined && !isRemoved) isDrained = false;
    if (hasEnded && isRemoved) {
      if (!isDrained) yield notice(parts, lines, 'the node has removed the rest of it');
      return;
    }
    failingSinceMs =
      failure !== undefined && hasEnded ? (failingSinceMs ?? clock.now()) : undefined;
    if (failingSinceMs !== undefined && clock.now() >= failingSinceMs + patienceMs) {
      yield notice(parts, lines, failure ?? '');
      return;
    }
    const pauseMs = settlesInMs(endedAtMs, quietSinceMs, clock);
    if (failure === undefined && hasEnded && pauseMs > 0) await pause(clock, pauseMs, signal);
    else if (advanced) backoff.reset();
    else await pause(clock, backoff.next(), signal);
  }
}

/** Until what has ended is sure to have been written. */
const settlesInMs = (
  endedAtMs = Number.POSITIVE_INFINITY,
  quietSinceMs = Number.POSITIVE_INFINITY,
  clock: Clock,
): number => Math.min(endedAtMs, quietSinceMs) + settlingMs - clock.now();

/**
 * What is said of the log. A cluster that is away says nothing of it; and that there is none may be
 * said by a kubelet that has just started and knows no pods yet, so the end of a pod is for others
 * to know. Throws what is neither.
 */
function failureOf(error: unknown): string | undefined {
  if (error instanceof ClusterRefusal) return error.message;
  if (!(error instanceof EngineUnavailable)) throw error;
  return error instanceof ClusterUnavailable && error.status !== undefined
    ? error.message
    : undefined;
}

/**
 * One stream, from the place of `lines` to its end, when it is its turn. `isSettled`: nothing is
 * written any more.
 */
async function* readOnce(
  parts: PodLogParts,
  lines: PodLogLines,
  hasEnded: boolean,
  isSettled: boolean,
): AsyncGenerator<LogBatch, Ending> {
  const turn = await turnOf(parts, hasEnded);
  try {
    return yield* readStream(parts, lines, turn, isSettled);
  } finally {
    turn.end();
  }
}

/** Rejects with EngineUnavailable where there are no more turns. */
async function turnOf(
  { turns, whenTold, state }: PodLogParts,
  hasEnded: boolean,
): Promise<LogTurn> {
  const waiter = turns.wait(hasEnded);
  const cancel = whenTold(() => {
    void isOver(state).then((over) => {
      if (over) waiter.urge();
    });
  });
  try {
    const turn = await waiter.turn;
    if (turn === undefined) throw new EngineUnavailable('the engine was closed');
    return turn;
  } finally {
    cancel();
  }
}

async function* readStream(
  parts: PodLogParts,
  lines: PodLogLines,
  turn: LogTurn,
  isSettled: boolean,
): AsyncGenerator<LogBatch, Ending> {
  const { connection, clock, namespace, pod, container, signal } = parts;
  const beganAtMs = clock.now();
  const sinceTime = lines.resume();
  const stream = await connection.stream({
    method: 'GET',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`,
    query: { container, follow: true, timestamps: true, sinceTime },
    // It is asked for again by whoever reads.
    patienceMs: 10_000,
    signal,
  });
  turn.onAsked = () => void stream.destroy();
  let advanced = false;
  for await (const batch of batches(parts, stream, lines)) {
    advanced = true;
    yield batch;
  }
  const isWhole = stream.complete;
  const hasAll = isSettled && isWhole && !advanced;
  lines.finish(hasAll);
  for (const batch of batchesOf(lines)) {
    advanced = true;
    yield batch;
  }
  const failure = lines.words;
  const tookMs = clock.now() - beganAtMs;
  return { isWhole, advanced, failure, isLast: hasAll && failure === undefined, tookMs };
}

function* batchesOf(lines: PodLogLines): Generator<LogBatch> {
  for (let batch = lines.take(); batch !== undefined; batch = lines.take()) yield batch;
}

/**
 * Batches as they fill, or as their first line has waited long enough, until the stream ends in
 * whatever way.
 */
async function* batches(
  { clock, state }: PodLogParts,
  stream: IncomingMessage,
  lines: PodLogLines,
): AsyncGenerator<LogBatch> {
  let ended = false;
  let due = false;
  let wake = (): void => undefined;
  let cancelLinger: (() => void) | undefined;
  let heardAtMs = clock.now();
  const end = (): void => {
    ended = true;
    wake();
  };
  const look = async (): Promise<void> => {
    if (clock.now() >= heardAtMs + silenceMs) {
      heardAtMs = clock.now();
      // Nobody may tell that the other end is gone, if nothing is sent to it.
      if (await isOver(state)) return void stream.destroy();
    }
    if (!ended) cancelLook = clock.at(heardAtMs + silenceMs, () => void look());
  };
  let cancelLook = clock.at(heardAtMs + silenceMs, () => void look());
  for (const event of ['end', 'close', 'error']) stream.on(event, end);
  stream.on('data', (chunk: Buffer) => {
    heardAtMs = clock.now();
    lines.feed(chunk, heardAtMs);
    if (lines.isFull) {
      stream.pause();
      wake();
    } else if (cancelLinger === undefined && !lines.isEmpty) {
      cancelLinger = clock.at(clock.now() + lingerMs, () => {
        due = true;
        wake();
      });
    }
  });
  try {
    for (;;) {
      if (!ended && !due && !lines.isFull)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      cancelLinger?.();
      cancelLinger = undefined;
      due = false;
      yield* batchesOf(lines);
      if (ended) return;
      stream.resume();
    }
  } finally {
    ended = true;
    cancelLinger?.();
    cancelLook();
    stream.destroy();
  }
}

/** False where nobody knows. */
async function isOver(state: PodLogParts['state']): Promise<boolean> {
  try {
    return (await state()) !== 'running';
  } catch {
    return false;
  }
}

/** What is said in the log in place of output that is not to be had. */
const notice = ({ clock }: PodLogParts, lines: PodLogLines, why: string): LogBatch => ({
  lines: [
    {
      timestampMs: clock.now(),
      message: Buffer.from(`longshore: the rest of this output cannot be read: ${why}`),
    },
  ],
  position: lines.position,
});
