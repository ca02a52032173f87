// What the server and the launcher say to each other: one JSON value a line over a unix socket.
// Types and framing only; both sides import it, so it must stay as light as the launcher is.

import { statSync } from 'node:fs';

/**
 * How an attempt's main process ended. The same members as core's Exit, which the launcher does not
 * import.
 */
interface LaunchExit {
  /** 128 + signal where a signal ended it. */
  readonly exitCode: number;
  readonly signal?: string | undefined;
  readonly outOfMemory: boolean;
}

/**
 * The place of a node of a multi-node parallel job. The launcher only keeps it, so that a later
 * server gives it to nobody else.
 */
export interface LaunchNode {
  /** The main node's attempt. */
  readonly network: string;
  /** The addresses of all nodes of the job, as 127.64.0.0/29. */
  readonly block: string;
  readonly address: string;
}

/**
 * Everything the launcher knows of one attempt, as it stands: told over the socket, and kept in the
 * journal.
 */
export type LaunchedAttempt = { readonly node?: LaunchNode | undefined } & LaunchState;

type LaunchState =
  /**
   * Its process may be there or not: written before it is made, so that nothing is ever started
   * twice.
   */
  | { readonly id: string; readonly state: 'starting' }
  | {
      readonly id: string;
      readonly state: 'running';
      readonly startedAtMs: number;
      readonly pid: number;
      /**
       * Field 22 of /proc/<pid>/stat; tells the process from a later one of the same number.
       * Undefined where there is no /proc.
       */
      readonly startTicks?: string | undefined;
    }
  | {
      readonly id: string;
      readonly state: 'exited';
      readonly startedAtMs: number;
      readonly stoppedAtMs: number;
      readonly exit: LaunchExit;
      /** All that its process group has written. */
      readonly outputBytes: number;
    }
  /** The launcher that ran it died first: how it ended is not known. */
  | {
      readonly id: string;
      readonly state: 'lost';
      readonly startedAtMs?: number | undefined;
      readonly lostAtMs: number;
    };

/** Limits by control groups, where they can be set. */
export interface LaunchLimits {
  readonly memoryMib: number;
  /** Swap beyond the memory. */
  readonly swapMib: number;
  readonly swappiness?: number | undefined;
  readonly cpuShares: number;
}

/** One process group to start. */
export interface LaunchRequest {
  readonly id: string;
  readonly argv: readonly string[];
  /** Nothing is inherited; HOME, unless it is here, is the attempt's working directory. */
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: LaunchLimits;
  readonly node?: LaunchNode | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

export type ToLauncher =
  | { readonly op: 'start'; readonly call: number; readonly request: LaunchRequest }
  | { readonly op: 'stop'; readonly call: number; readonly id: string; readonly graceMs: number }
  | { readonly op: 'remove'; readonly call: number; readonly id: string }
  /** The launcher ends with the last server's connection, if nothing runs then. */
  | { readonly op: 'release'; readonly call: number };

export type FromLauncher =
  | {
      /** First on every connection. */
      readonly type: 'hello';
      readonly pid: number;
      /**
       * Whose launcher it is; a copy of a directory has the record of its original's. Absent before
       * there were places.
       */
      readonly place?: string | undefined;
      readonly memoryLimits: boolean;
      readonly cpuLimits: boolean;
      readonly attempts: readonly LaunchedAttempt[];
    }
  | { readonly type: 'attempt'; readonly attempt: LaunchedAttempt }
  | {
      readonly type: 'start-failed';
      readonly id: string;
      readonly atMs: number;
      readonly reason: string;
    }
  /** Comes after everything that the call brought about. */
  | { readonly type: 'done'; readonly call: number };

/** Cuts a byte stream into lines and parses each; a line may come in any number of pieces. */
export class LineParser<Message> {
  readonly #take: (message: Message) => void;
  #pieces: Buffer[] = [];

  constructor(take: (message: Message) => void) {
    this.#take = take;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      let line = chunk.toString('utf8', from, end);
      if (this.#pieces.length > 0) {
        line = Buffer.concat([...this.#pieces, chunk.subarray(from, end)]).toString('utf8');
        this.#pieces = [];
      }
      from = end + 1;
      this.#take(JSON.parse(line) as Message);
    }
    if (from < chunk.length) this.#pieces.push(chunk.subarray(from));
  }
}

/**
 * Which directory it is, as long as the machine runs; undefined where it is gone. A copy is another
 * one.
 */
export function placeOf(directory: string): string | undefined {
  const found = statSync(directory, { throwIfNoEntry: false });
  return found && `${found.dev}-${found.ino}`;
}

/** What the record of a launcher's socket says: where it is, and whose. */
export function recordOf(text: string): {
  readonly socket: string;
  readonly place: string | undefined;
} {
  const [socket = '', place] = text.split('\n');
  return { socket, place };
}

/** Where an engine's directory keeps what. */
export const paths = (directory: string) => ({
  /**
   * A text file with the socket's path, for long directories have theirs elsewhere, and the
   * directory's place.
   */
  socketRecord: `${directory}/launcher.socket`,
  lock: `${directory}/launcher.lock`,
  journal: `${directory}/journal`,
  log: `${directory}/launcher.log`,
  outputs: `${directory}/output`,
  works: `${directory}/work`,
  output: (id: string) => `${directory}/output/${id}`,
});
