// What goes both ways over the WebSocket of `GET /_longshore/jobs/JOB/session`: a command that runs
// in a container of the job, and whoever runs it. A binary message is a channel's number and its
// bytes; a text message is JSON. Plain data; imports nothing, so that the command line and the
// console may use it.

/** The WebSocket's subprotocol. */
export const sessionProtocol = 'longshore.session.v1';

/** The first byte of a binary message. */
export const channel = { stdin: 0, stdout: 1, stderr: 2 } as const;

/** What a text message of the caller's says: one of these. */
export interface SessionControl {
  /** No more input comes; without a terminal alone. */
  readonly endInput?: true;
  /** The terminal has another size, in characters. */
  readonly resize?: { readonly columns: number; readonly rows: number };
}

/** The last message of the server's. */
export interface SessionEnd {
  /** Absent where it is not known. */
  readonly exitCode?: number | undefined;
  /** Why it has ended, where that was not by itself. */
  readonly reason?: string | undefined;
}
