// The command line's end of a session: a command that runs in a container of a job, over a
// WebSocket (src/api/session.ts). It renders nothing and knows no terminal.

import { on } from 'node:events';
import { text } from 'node:stream/consumers';
import { WebSocket, type RawData } from 'ws';
import { channel, sessionProtocol, type SessionControl, type SessionEnd } from '../api/session.ts';

/** The server would not; `body` is what it answered. */
export class SessionRefused extends Error {
  override name = 'SessionRefused';
  readonly status: number;
  readonly body: string;

  constructor(status: number, body: string) {
    super(`status ${status}`);
    this.status = status;
    this.body = body;
  }
}

const handshakeMs = 60_000;
const keepAliveMs = 30_000;
/** Messages that may wait to be read. */
const mostUnread = 64;

export class SessionSocket {
  readonly #socket: WebSocket;
  readonly #messages: AsyncIterable<[RawData, boolean]>;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    // What breaks closes, and its reader is told.
    socket.on('error', () => undefined);
    this.#messages = on(socket, 'message', {
      close: ['close'],
      highWaterMark: mostUnread,
      lowWaterMark: 1,
    }) as AsyncIterable<[RawData, boolean]>;
  }

  /** Rejects with {@link SessionRefused}, or with what went wrong on the way. */
  static open(url: URL, headers: Readonly<Record<string, string>>): Promise<SessionSocket> {
    const address = new URL(url);
    address.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address, [sessionProtocol], {
      headers: { ...headers },
      handshakeTimeout: handshakeMs,
      perMessageDeflate: false,
    });
    const session = new SessionSocket(socket);
    return new Promise((resolve, reject) => {
      socket.once('upgrade', (answer) => answer.socket.setKeepAlive(true, keepAliveMs));
      socket.once('open', () => resolve(session));
      socket.once('error', reject);
      socket.once('unexpected-response', (request, answer) => {
        text(answer)
          .then((body) => reject(new SessionRefused(answer.statusCode ?? 0, body)))
          .catch(reject)
          .finally(() => request.destroy());
      });
    });
  }

  /** What the command prints, and last how it ended; without that the line broke. */
  async *output(): AsyncGenerator<
    { readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array } | { end: SessionEnd }
  > {
    for await (const [data, isBinary] of this.#messages) {
      const bytes = data as Buffer;
      if (!isBinary) yield { end: JSON.parse(bytes.toString('utf8')) as SessionEnd };
      else if (bytes[0] === channel.stderr) yield { stream: 'stderr', bytes: bytes.subarray(1) };
      else if (bytes[0] === channel.stdout) yield { stream: 'stdout', bytes: bytes.subarray(1) };
    }
  }

  /** Resolves when more may be sent. Never rejects. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += pieceBytes)
      await this.#send(
        Buffer.concat([Buffer.of(channel.stdin), bytes.subarray(at, at + pieceBytes)]),
      );
  }

  async tell(control: SessionControl): Promise<void> {
    await this.#send(JSON.stringify(control));
  }

  /** Hangs up. */
  close(): void {
    this.#socket.terminate();
  }

  #send(message: string | Buffer): Promise<void> {
    return new Promise((resolve) => this.#socket.send(message, () => resolve()));
  }
}

/** What the server takes at a time. */
const pieceBytes = 32_768;
