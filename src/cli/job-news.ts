// Wakes whoever waits for jobs when something has become of them, so that nobody has to ask again
// and again. Where the server does not tell, nobody is woken. It says nothing of what happened: who
// is woken looks.

import { jobEvents } from './job-events.ts';
import type { Session } from './session.ts';

/** More make a request too long: any event wakes then. */
const mostIds = 100;

export class JobNews {
  /** The server tells by now. */
  isLive = false;
  #next = new AbortController();
  readonly #end = new AbortController();

  #hasBegun = false;
  readonly #session: Session;
  readonly #ids: readonly string[];

  constructor(session: Session, ids: readonly string[]) {
    this.#session = session;
    this.#ids = ids;
  }

  /** Listens, from the first call on: it is worth a connection where somebody has to wait. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    void this.#listen();
  }

  /** Aborted as soon as there is news that nobody has looked at. */
  get next(): AbortSignal {
    return this.#next.signal;
  }

  /** Somebody looks now: from here on everything is news. */
  look(): void {
    if (this.#next.signal.aborted) this.#next = new AbortController();
  }

  async #listen(): Promise<void> {
    const jobId = this.#ids.length > mostIds ? undefined : this.#ids.join(',');
    const changes = jobEvents(
      this.#session,
      { jobId },
      {
        follow: true,
        signal: this.#end.signal,
        onHere: () => this.#is(true),
        onAway: () => this.#is(false),
      },
    );
    try {
      for await (const told of changes)
        if ('dropped' in told || told.event !== undefined) this.#next.abort();
    } catch {
      // It is waited for without.
    }
    this.#is(false);
  }

  /** Whoever waits learns that by looking. */
  #is(isLive: boolean): void {
    this.isLive = isLive;
    this.#next.abort();
  }

  end(): void {
    this.#end.abort();
  }
}
