// Follows the output of one container to its end, over ended streams and restarts of the daemon. It
// holds one batch at a time and reads on only when that was taken; it never decides that output may
// be left out.

import type { Duplex } from 'node:stream';
import { EngineUnavailable, type LogBatch, type LogPosition } from '../../port/engine.ts';
import { DockerRefusal, type DockerClient } from './docker-client.ts';
import { LogLag } from './log-lag.ts';
import { isSameEntry, LogLines, type LogEntry } from './log-lines.ts';
import { LogPositions } from './log-position.ts';

/**
 * What is to be known of a container before reading on. `gone`: there is nothing to read, or never
 * will be.
 */
export type OutputState = 'gone' | 'created' | 'running' | 'ended';

interface ContainerLogsParts {
  readonly client: DockerClient;
  readonly container: string;
  readonly pieceBytes: number;
  /** The daemon's clock, in milliseconds since the epoch. */
  readonly now: () => number;
  /** Where the log changes to another file. */
  readonly fileBytes: number;
  /** As it is now. Rejects with EngineUnavailable. */
  readonly state: () => Promise<OutputState>;
  /**
   * Resolves when it is worth asking again: some time has gone by. Rejects when the engine is
   * closed.
   */
  readonly again: () => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * How long the first line of a batch waits for others: makes few batches of many lines, and nobody
 * sees the delay.
 */
const lingerMs = 10;

/**
 * A stream can end too soon: the daemon ends one that follows with the container, though it may not
 * have sent all, and sometimes when the log's file changes. So the end is believed only where the
 * log's last entry has come, or where reading a container that has ended brought nothing more.
 * Until then reading goes on from the position.
 *
 * A stream that follows can also pass over whole files, where the writer changes files twice before
 * the reader has read one (seen with Docker 20.10). One that does not follow reads all files as
 * they stood when it began. So whoever is behind does not follow until he has caught up.
 */
export async function* containerLogs(
  parts: ContainerLogsParts,
  from: LogPosition | undefined,
): AsyncGenerator<LogBatch> {
  const positions = new LogPositions(from);
  const lag = new LogLag(parts.fileBytes, from === undefined);
  let isBehind = from !== undefined;
  for (;;) {
    let advanced = false;
    try {
      const state = await parts.state();
      if (state === 'gone') return;
      if (state !== 'created') {
        const follow = state === 'running' && !isBehind;
        const beganAtMs = parts.now();
        const { since, drop } = positions.resume();
        const lines = new LogLines(positions, drop, parts.pieceBytes);
        isBehind = false;
        for await (const batch of batches(
          await openLog(parts, { follow: follow ? 1 : 0, since }),
          lines,
        )) {
          advanced = true;
          yield batch;
          lag.read(batch);
          isBehind = follow && lag.isTooFar(parts.now() - (batch.lines.at(-1)?.timestampMs ?? 0));
          if (isBehind) break;
        }
        // What was read when the stream was let go counts as passed on.
        for (let batch = lines.take(); batch !== undefined; batch = lines.take()) yield batch;
        if (isBehind) continue;
        const hasEnded = state === 'ended' || (await parts.state()) === 'ended';
        if (
          hasEnded &&
          ((state === 'ended' && !advanced) || isLast(lines.last, await lastEntry(parts)))
        ) {
          yield* unfinished(lines);
          return;
        }
        if (!follow) isBehind = lag.isTooFar(parts.now() - beganAtMs);
        if (hasEnded || !follow) continue;
      }
    } catch (error) {
      if (error instanceof DockerRefusal) return; // The container went away, or its driver cannot be read.
      if (!(error instanceof EngineUnavailable)) throw error;
      isBehind = true;
    }
    if (!advanced) await parts.again();
  }
}

const openLog = (
  { client, container, signal }: ContainerLogsParts,
  query: { readonly follow: 0 | 1; readonly since?: string | undefined; readonly tail?: number },
): Promise<Duplex> =>
  client.rawStream(
    `/containers/${container}/logs`,
    { stdout: 1, stderr: 1, timestamps: 1, ...query },
    signal,
  );

const isLast = (read: LogEntry | undefined, last: LogEntry | undefined): boolean =>
  read === undefined || last === undefined ? read === last : isSameEntry(read, last);

/** The daemon finds it from the log's end, so it costs the same however long the log is. */
async function lastEntry(parts: ContainerLogsParts): Promise<LogEntry | undefined> {
  const lines = new LogLines(new LogPositions(undefined), { 1: 0, 2: 0 }, parts.pieceBytes);
  for await (const chunk of await openLog(parts, { follow: 0, tail: 1 }))
    lines.feed(chunk as Buffer);
  return lines.last;
}

/**
 * The pieces of a line that will get no end, and what the daemon says where it could not read all.
 */
function* unfinished(lines: LogLines): Generator<LogBatch> {
  lines.finish();
  for (let batch = lines.take(); batch !== undefined; batch = lines.take()) yield batch;
  if (lines.failure === undefined) return;
  const message = Buffer.from(
    `longshore: Docker cannot read the rest of this output: ${lines.failure}`,
  );
  yield { lines: [{ timestampMs: Date.now(), message }], position: lines.position };
}

/**
 * Batches as they fill, or as their first line has waited long enough, until the stream ends in
 * whatever way.
 */
async function* batches(stream: Duplex, lines: LogLines): AsyncGenerator<LogBatch> {
  let ended = false;
  let due = false;
  let timer: NodeJS.Timeout | undefined;
  let wake = (): void => undefined;
  const end = (): void => {
    ended = true;
    wake();
  };
  for (const event of ['end', 'close', 'error']) stream.on(event, end);
  stream.on('data', (chunk: Buffer) => {
    lines.feed(chunk);
    if (lines.isFull) {
      stream.pause();
      wake();
    } else if (timer === undefined && !lines.isEmpty) {
      timer = setTimeout(() => {
        due = true;
        wake();
      }, lingerMs);
    }
  });
  try {
    for (;;) {
      if (!ended && !due && !lines.isFull) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      clearTimeout(timer);
      timer = undefined;
      due = false;
      for (let batch = lines.take(); batch !== undefined; batch = lines.take()) yield batch;
      if (ended) return;
      stream.resume();
    }
  } finally {
    clearTimeout(timer);
    stream.destroy();
  }
}
