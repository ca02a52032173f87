// Answers that leave before their request was read to the end. Closing a socket with unread bytes
// in it resets the connection, and the reset takes the answer with it: most clients send all they
// have before they read. So the socket's own direction is ended, and what still comes is read and
// thrown away until the client closes, within bounds of bytes, time and sockets. It never hands
// such a socket's later bytes to anybody.

import {
  STATUS_CODES,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';
import type { Answer } from './answer.ts';

export interface LingerBounds {
  /** The most of one socket, after its answer. */
  readonly bytes: number;
  /** However fast it sends. */
  readonly totalMs: number;
  /** Without a single byte. */
  readonly silentMs: number;
  /** At once; the one that has been at it longest makes way. */
  readonly sockets: number;
}

const usualBounds: LingerBounds = {
  bytes: 64 * 1024 * 1024,
  totalMs: 30_000,
  silentMs: 5_000,
  sockets: 512,
};
const lookMs = 100;

type BareSocket = Duplex & { bytesRead?: number };

interface Lingerer {
  readonly firstByte: number;
  readonly sinceMs: number;
  seenBytes: number;
  seenMs: number;
}

export class Lingering {
  readonly #bounds: LingerBounds;
  /** In the order in which they began. */
  readonly #sockets = new Map<BareSocket, Lingerer>();
  #watch: NodeJS.Timeout | undefined;

  constructor(bounds: Partial<LingerBounds> = {}) {
    this.#bounds = { ...usualBounds, ...bounds };
  }

  /** Whether what comes on this socket is only thrown away. */
  has(socket: Duplex): boolean {
    return this.#sockets.has(socket);
  }

  /**
   * Answers a request of which a body may still come; the connection ends with it. Without a body
   * it is an answer like any other.
   */
  answer(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
    if (!hasBody(request.headers) || request.complete) {
      send(response, answer);
      return;
    }
    if (response.destroyed || response.headersSent) return;
    response.shouldKeepAlive = false;
    // A body that nobody takes would stop the socket's reading.
    request.resume();
    // The response is never ended: Node would close the socket with it. Its length tells the client
    // where it ends.
    response.writeHead(answer.status, headersOf(answer));
    if (request.method === 'HEAD') response.flushHeaders();
    else response.write(answer.body);
    if (response.socket !== null) this.#finish(response.socket);
    // It waits behind the answers of earlier requests of its connection.
    else response.once('socket', (socket) => setImmediate(() => this.#finish(socket)));
  }

  /** The same on a socket that no request came of. */
  answerBare(socket: Duplex, { status, headers, body }: Answer): void {
    const lines = Array.from(
      { length: headers.length / 2 },
      (_none, index) => `${headers[2 * index]}: ${headers[2 * index + 1]}\r\n`,
    );
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
    this.#finish(socket);
  }

  /** The server ends: nobody is waited for any more. */
  end(): void {
    for (const socket of this.#sockets.keys()) socket.destroy();
  }

  #finish(socket: BareSocket): void {
    if (socket.destroyed || this.#sockets.has(socket)) return;
    const nowMs = performance.now();
    const firstByte = socket.bytesRead ?? 0;
    this.#sockets.set(socket, { firstByte, seenBytes: firstByte, sinceMs: nowMs, seenMs: nowMs });
    if (this.#sockets.size > this.#bounds.sockets) this.#sockets.keys().next().value?.destroy();
    socket.once('close', () => this.#leave(socket));
    socket.on('error', () => undefined); // A client that resets the connection has no wish for the answer.
    // Node's parser, which would go on making requests of what comes, is fed by the listener that
    // is taken off here.
    socket.removeAllListeners('data');
    socket.on('data', () => undefined);
    socket.on('end', () => socket.destroy());
    socket.resume();
    socket.end();
    this.#watch ??= setInterval(() => this.#look(), lookMs).unref();
  }

  #leave(socket: BareSocket): void {
    this.#sockets.delete(socket);
    if (this.#sockets.size > 0) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  #look(): void {
    const nowMs = performance.now();
    for (const [socket, lingerer] of this.#sockets) {
      const bytes = socket.bytesRead ?? 0;
      if (bytes > lingerer.seenBytes) {
        lingerer.seenBytes = bytes;
        lingerer.seenMs = nowMs;
      }
      const { bytes: most, totalMs, silentMs } = this.#bounds;
      if (
        bytes - lingerer.firstByte > most ||
        nowMs - lingerer.sinceMs > totalMs ||
        nowMs - lingerer.seenMs > silentMs
      )
        socket.destroy();
    }
  }
}

/** Sends an answer. The caller may be gone; that is its own affair. */
export function send(response: ServerResponse, answer: Answer): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(answer.status, headersOf(answer));
  response.end(answer.body);
}

const headersOf = ({ headers, body }: Answer): string[] => [
  ...headers,
  'content-length',
  String(Buffer.byteLength(body)),
];

/** Whether anything follows the head. */
export function hasBody(headers: IncomingHttpHeaders): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
