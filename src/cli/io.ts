// The command line's only way to the outside world besides HTTP: streams, environment, clock, pause, Ctrl-C. Tests put their
// own in its place. Nothing else under src/cli may touch `process`, timers or clocks.

import { setTimeout as pause } from 'node:timers/promises';
import { text } from 'node:stream/consumers';

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results go here and nothing else, so that they can be piped. */
  out(text: string): void;
  /** Progress, notes and errors. */
  err(text: string): void;
  readonly outIsTty: boolean;
  readonly errIsTty: boolean;
  /** Width of the terminal in characters. */
  readonly columns: number;
  readStdin(): Promise<string>;
  nowMs(): number;
  /** Resolves after `ms`, or as soon as `signal` is aborted. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `handler` at the first Ctrl-C; a second one ends the process at once. Returns how to stop listening. */
  onInterrupt(handler: () => void): () => void;
}

/** The real process. */
export function systemIo(): Io {
  for (const stream of [process.stdout, process.stderr]) {
    // A reader such as `head` that has enough is no fault of anybody.
    stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  }
  return {
    env: process.env,
    out: (chunk) => void process.stdout.write(chunk),
    err: (chunk) => void process.stderr.write(chunk),
    outIsTty: process.stdout.isTTY === true,
    errIsTty: process.stderr.isTTY === true,
    columns: process.stdout.columns || process.stderr.columns || 80,
    readStdin: () => text(process.stdin),
    nowMs: () => Date.now(),
    sleep: (ms, signal) => pause(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
    onInterrupt(handler) {
      process.once('SIGINT', handler);
      return () => void process.off('SIGINT', handler);
    },
  };
}
