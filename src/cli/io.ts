// The command line's only way to the outside world besides HTTP: streams, environment, clock,
// pause, Ctrl-C. Tests put their own in its place. Nothing else under src/cli may touch `process`,
// timers or clocks, and nothing is written to a terminal but through an Io, which lets no control
// character of others pass.

import { setTimeout as pause } from 'node:timers/promises';
import { text as textOf } from 'node:stream/consumers';
import { forTerminal, unsealed } from './render/style.ts';

/** The outside world as it is. Only {@link ioOf} writes to it. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  writeOut(text: string): void;
  writeErr(text: string): void;
  readonly outIsTty: boolean;
  readonly errIsTty: boolean;
  /** Width of the terminal in characters. */
  readonly columns: number;
  readStdin(): Promise<string>;
  nowMs(): number;
  /** Resolves after `ms`, or as soon as `signal` is aborted. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Calls `handler` at the first Ctrl-C; a second one ends the process at once. Returns how to stop
   * listening.
   */
  onInterrupt(handler: () => void): () => void;
}

/**
 * The outside world as verbs have it. Whatever text they write, of others or of their own, control
 * and formatting characters in it are spelled out; only the codes of a Style and of {@link
 * eraseLine} live. JSON stays the same JSON.
 */
export interface Io extends Omit<Surroundings, 'writeOut' | 'writeErr'> {
  /** Results go here and nothing else, so that they can be piped. */
  out(text: string): void;
  /**
   * The one way around: a job's output into a pipe or by --raw, or what {@link logLineText} made.
   */
  outAsIs(text: string): void;
  /** Progress, notes and errors. */
  err(text: string): void;
}

export const ioOf = (surroundings: Surroundings): Io => ({
  ...surroundings,
  out: (text) => surroundings.writeOut(forTerminal(text)),
  outAsIs: (text) => surroundings.writeOut(unsealed(text)),
  err: (text) => surroundings.writeErr(forTerminal(text)),
});

/** The real process. */
export function systemIo(): Surroundings {
  for (const stream of [process.stdout, process.stderr]) {
    // A reader such as `head` that has enough is no fault of anybody.
    stream.on('error', (error: NodeJS.ErrnoException) =>
      process.exit(error.code === 'EPIPE' ? 0 : 1),
    );
  }
  return {
    env: process.env,
    writeOut: (chunk) => void process.stdout.write(chunk),
    writeErr: (chunk) => void process.stderr.write(chunk),
    outIsTty: process.stdout.isTTY === true,
    errIsTty: process.stderr.isTTY === true,
    columns: process.stdout.columns || process.stderr.columns || 80,
    readStdin: () => textOf(process.stdin),
    nowMs: () => Date.now(),
    sleep: (ms, signal) =>
      pause(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
    onInterrupt(handler) {
      process.once('SIGINT', handler);
      return () => void process.off('SIGINT', handler);
    },
  };
}
