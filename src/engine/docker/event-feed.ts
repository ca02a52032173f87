// Docker's stream of events, kept up: connects, says so, and connects again with growing pauses
// when the daemon goes away. What happened while it was away is never asked for: the daemon keeps
// few events, so whoever is told of a connection looks for himself.

import type { IncomingMessage } from 'node:http';
import type { EventMessage } from './docker-api.ts';
import type { DockerClient } from './docker-client.ts';

interface EventFeedParts {
  readonly client: DockerClient;
  /** Docker's filters. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
  readonly onEvent: (event: EventMessage) => void;
  /**
   * Connected, and events are flowing: look now at what there is. Its failure counts as the
   * connection's.
   */
  readonly onConnected: () => Promise<void>;
}

const firstPauseMs = 100;
const longestPauseMs = 5_000;

export class EventFeed {
  readonly #parts: EventFeedParts;
  readonly #abort = new AbortController();
  #pauseMs = firstPauseMs;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: EventFeedParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when connected for the first time and after `onConnected`; rejects where that does not
   * succeed at once.
   */
  open(): Promise<void> {
    return this.#connect();
  }

  close(): void {
    this.#abort.abort();
    clearTimeout(this.#timer);
  }

  async #connect(): Promise<void> {
    const { client, filters, onConnected } = this.#parts;
    const stream = await client.stream({
      method: 'GET',
      path: '/events',
      query: { filters: JSON.stringify(filters) },
      timeoutMs: 0,
      signal: this.#abort.signal,
    });
    const lost = this.#read(stream);
    try {
      await onConnected();
    } catch (error) {
      stream.destroy();
      throw error;
    }
    this.#pauseMs = firstPauseMs;
    void lost.then(() => this.#later());
  }

  /** Resolves when the stream has ended, in whatever way. */
  async #read(stream: IncomingMessage): Promise<void> {
    let rest = '';
    stream.setEncoding('utf8');
    try {
      for await (const chunk of stream as AsyncIterable<string>) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines)
          if (line !== '') this.#parts.onEvent(JSON.parse(line) as EventMessage);
      }
    } catch {
      // The connection broke: the same as its end.
    }
  }

  #later(): void {
    if (this.#abort.signal.aborted) return;
    this.#retry();
  }

  #retry(): void {
    this.#timer = setTimeout(() => {
      this.#connect().catch(() => {
        if (!this.#abort.signal.aborted) this.#retry();
      });
    }, this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
  }
}
