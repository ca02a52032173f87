// Follows the output of one container to its end, over ended streams and restarts of the daemon. It holds one batch at a time
// and reads on only when that was taken; it never decides that output may be left out.

import type { IncomingMessage } from 'node:http';
import { EngineUnavailable, type LogBatch, type LogPosition } from '../../port/engine.ts';
import { DockerRefusal, type DockerClient } from './docker-client.ts';
import { LogLines } from './log-lines.ts';
import { LogPositions } from './log-position.ts';

/** What is to be known of a container before reading on. `gone`: there is nothing to read, or never will be. */
export type OutputState = 'gone' | 'created' | 'running' | 'ended';

export interface ContainerLogsParts {
  readonly client: DockerClient;
  readonly container: string;
  readonly pieceBytes: number;
  /** As it is now. Rejects with EngineUnavailable. */
  readonly state: () => Promise<OutputState>;
  /** Resolves when it is worth asking again: the daemon is back, or some time has gone by. Rejects when the engine is closed. */
  readonly again: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** How long the first line of a batch waits for others: makes few batches of many lines, and nobody sees the delay. */
const lingerMs = 10;

/**
 * A stream that follows can end too soon: the daemon stops it at the container's end though it may not have read all, and
 * sometimes when the log's file changes. So what follows is read again from the position where it ended, and only a
 * plain reading of a container that has ended is the end.
 */
export async function* containerLogs(parts: ContainerLogsParts, from: LogPosition | undefined): AsyncGenerator<LogBatch> {
  const positions = new LogPositions(from);
  for (;;) {
    let advanced = false;
    try {
      const state = await parts.state();
      if (state === 'gone') return;
      if (state !== 'created') {
        const { since, drop } = positions.resume();
        const lines = new LogLines(positions, drop, parts.pieceBytes);
        for await (const batch of batches(await open(parts, state, since), lines)) {
          advanced = true;
          yield batch;
        }
        if (state === 'ended') {
          yield* rest(lines);
          return;
        }
        if ((await parts.state()) !== 'running') continue;
      }
    } catch (error) {
      if (error instanceof DockerRefusal) return; // The container went away, or its driver cannot be read.
      if (!(error instanceof EngineUnavailable)) throw error;
    }
    if (!advanced) await parts.again();
  }
}

function open({ client, container, signal }: ContainerLogsParts, state: OutputState, since: string | undefined): Promise<IncomingMessage> {
  const follow = state === 'running' ? 1 : 0;
  return client.stream({ method: 'GET', path: `/containers/${container}/logs`, query: { stdout: 1, stderr: 1, timestamps: 1, follow, since }, timeoutMs: 0, signal });
}

function* rest(lines: LogLines): Generator<LogBatch> {
  lines.finish();
  for (let batch = lines.take(); batch !== undefined; batch = lines.take()) yield batch;
}

/** Batches as they fill, or as their first line has waited long enough. Rejects with EngineUnavailable where the stream breaks. */
async function* batches(stream: IncomingMessage, lines: LogLines): AsyncGenerator<LogBatch> {
  let ended = false;
  let broken: Error | undefined;
  let due = false;
  let timer: NodeJS.Timeout | undefined;
  let wake = (): void => undefined;
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
  stream.once('end', () => {
    ended = true;
    wake();
  });
  stream.on('error', (error: Error) => {
    broken = error;
    wake();
  });
  try {
    for (;;) {
      if (!ended && broken === undefined && !due && !lines.isFull) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      clearTimeout(timer);
      timer = undefined;
      due = false;
      for (let batch = lines.take(); batch !== undefined; batch = lines.take()) yield batch;
      if (broken !== undefined) throw new EngineUnavailable('Docker broke off the output', { cause: broken });
      if (ended) return;
      stream.resume();
    }
  } finally {
    clearTimeout(timer);
    stream.destroy();
  }
}
