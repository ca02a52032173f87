// Time as a port. Core gets `now` as an argument; control and services get it here. No other source
// of time exists outside server, engines and stores.

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `task` once at or after `dueAtMs`; the returned function cancels it. */
  at(dueAtMs: number, task: () => void): () => void;
  /**
   * Calls `task` as soon as the work in hand has yielded, so that what arrives together is handled
   * together.
   */
  soon(task: () => void): void;
}
