// The port of sessions: a command that runs in a container which is there already, and whoever
// asked for it talks with it. Interfaces only. Nothing of a session is kept: it ends with its
// container, with its caller or with the server, whichever comes first.

import type { JobId, Scope } from '../base/ids.ts';
import type { Refusal } from '../base/refusal.ts';

/** In characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface SessionRequest {
  /** Of at least one word; run as it is, without a shell. */
  readonly command: readonly string[];
  /** It gets a terminal of this size; absent: it gets none, and its two outputs are told apart. */
  readonly terminal?: TerminalSize | undefined;
}

export interface SessionOutput {
  /** With a terminal all is `stdout`. */
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

/** A command that runs. Whoever has it must read its output to the end, or hang up. */
export interface Session {
  /**
   * Ends when the command has, with all that it has started and that holds its output. Rejects with
   * EngineUnavailable where the engine is gone. Read once.
   */
  readonly output: AsyncIterable<SessionOutput>;
  /** Resolves when more may come; what comes after the end is lost. Never rejects. */
  write(bytes: Uint8Array): Promise<void>;
  /** No more input comes. At a terminal this says nothing: there a program reads ^D. */
  endInput(): void;
  /** Without a terminal: nothing. */
  resize(size: TerminalSize): void;
  /**
   * The command is hung up on, as where a line breaks: its output ends, and what heeds SIGHUP does.
   * Resolves when that was sent. Idempotent; never rejects.
   */
  hangUp(): Promise<void>;
  /** After its output has ended; undefined: it is not known. */
  exitCode(): Promise<number | undefined>;
}

/** A session that somebody else may end. */
export interface OpenSession extends Session {
  /** Why it was hung up on, by another than its caller; undefined: it was not. */
  readonly endedFor: string | undefined;
}

/** Which container is meant. */
export interface SessionPlace {
  readonly scope: Scope;
  readonly jobId: JobId;
  /** By its name; absent: the first that runs. */
  readonly container?: string | undefined;
}

/** Opens sessions in containers of jobs, within bounds of their number. */
export interface Sessions {
  /** A refusal says why there is none; rejects with EngineUnavailable where no engine answers. */
  open(place: SessionPlace, request: SessionRequest): Promise<OpenSession | Refusal>;
}
