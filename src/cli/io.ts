// The command line's only way to the outside world besides HTTP: streams, environment, clock,
// pause, Ctrl-C. Tests put their own in its place. Nothing else under src/cli may touch `process`,
// timers or clocks, and nothing is written to a terminal but through an Io, which lets no control
// character of others pass.

import { setTimeout as pause } from 'node:timers/promises';
import { text as textOf } from 'node:stream/consumers';
import { forTerminal, unsealed } from './render/style.ts';

/** In characters. */
interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

interface Attachment {
  /** Keys go as they are pressed, and mean nothing here: not even Ctrl-C does. */
  readonly raw: boolean;
  /** Nothing more is read until it resolves. Never rejects. */
  readonly onInput: (bytes: Uint8Array) => Promise<void>;
  readonly onEnd: () => void;
  readonly onResize: (size: TerminalSize) => void;
}

/** The outside world as it is. Only {@link ioOf} writes to it. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  writeOut(text: string): void;
  writeErr(text: string): void;
  readonly outIsTty: boolean;
  readonly errIsTty: boolean;
  readonly inIsTty: boolean;
  /** Width of the terminal in characters. */
  readonly columns: number;
  /** As it is now. */
  terminalSize(): TerminalSize;
  readStdin(): Promise<string>;
  /** What comes in goes elsewhere from now on, byte by byte, until the program detaches. */
  attach(how: Attachment): { detach(): void };
  /** Bytes of a command that runs elsewhere, as they are. Resolves when more may come. */
  writeBytes(stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void>;
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
   * A way around: a job's output into a pipe or by --raw, or what {@link logLineText} made. The
   * other is `writeBytes`.
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
    inIsTty: process.stdin.isTTY === true,
    columns: process.stdout.columns || process.stderr.columns || 80,
    terminalSize,
    readStdin: () => textOf(process.stdin),
    attach,
    writeBytes: (stream, bytes) =>
      new Promise((resolve) => process[stream].write(bytes, () => resolve())),
    nowMs: () => Date.now(),
    sleep: (ms, signal) =>
      pause(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
    onInterrupt(handler) {
      process.once('SIGINT', handler);
      return () => void process.off('SIGINT', handler);
    },
  };
}

const terminalSize = (): TerminalSize => ({
  columns: process.stdout.columns || 80,
  rows: process.stdout.rows || 24,
});

function attach({ raw, onInput, onEnd, onResize }: Attachment): { detach(): void } {
  const { stdin, stdout } = process;
  let isAttached = true;
  const onData = (bytes: Buffer): void => {
    stdin.pause();
    void onInput(bytes).then(() => isAttached && stdin.resume());
  };
  const resized = (): void => onResize(terminalSize());
  if (raw) stdin.setRawMode(true);
  stdin.on('data', onData).on('end', onEnd);
  stdout.on('resize', resized);
  return {
    detach() {
      if (!isAttached) return;
      isAttached = false;
      stdin.off('data', onData).off('end', onEnd).pause();
      stdout.off('resize', resized);
      if (raw) stdin.setRawMode(false);
      // Whoever may still type keeps nobody waiting.
      stdin.unref();
    },
  };
}
