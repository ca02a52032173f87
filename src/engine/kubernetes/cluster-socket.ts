// A WebSocket to the API of a cluster, for what goes both ways: messages that bear the number of a
// channel in their first byte. It carries them at the pace of the slower side, and knows nothing of
// what is said.

import { on } from 'node:events';
import type http from 'node:http';
import { isIP } from 'node:net';
import { WebSocket, type RawData } from 'ws';
import { ClusterUnavailable, judged, whole, type ClusterRefusal } from './cluster-answer.ts';
import type { RequestHead } from './cluster-request.ts';

interface SocketParts {
  /** Of the cluster, for people. */
  readonly title: string;
  readonly head: RequestHead;
  readonly agent: http.Agent;
  /** The one that is spoken. */
  readonly protocol: string;
  /** Ends it, whether it is open yet or not. */
  readonly signal: AbortSignal;
}

const handshakeMs = 30_000;
const keepAliveMs = 30_000;
const mostRefusalBytes = 1024 * 1024;
/** Clusters send a fraction of it at a time. */
const mostMessageBytes = 4 * 1024 * 1024;
/** Messages that may wait to be read. */
const mostUnread = 16;

/** What the cluster says where it opens none. Rejects with {@link ClusterUnavailable}. */
export function openSocket({
  title,
  head: { isSecure, host, port, path, headers },
  agent,
  protocol,
  signal,
}: SocketParts): Promise<ClusterSocket | ClusterRefusal | ClusterUnavailable> {
  const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const socket = new WebSocket(`${isSecure ? 'wss' : 'ws'}://${authority}${path}`, [protocol], {
    agent,
    headers,
    handshakeTimeout: handshakeMs,
    maxPayload: mostMessageBytes,
    perMessageDeflate: false,
  });
  const end = (): void => socket.terminate();
  signal.addEventListener('abort', end);
  socket.once('close', () => signal.removeEventListener('abort', end));
  if (signal.aborted) end();
  const open = new ClusterSocket(title, socket);
  return new Promise((resolve, reject) => {
    socket.once('upgrade', (answer) => answer.socket.setKeepAlive(true, keepAliveMs));
    socket.once('open', () => resolve(open));
    socket.once('error', (error) =>
      reject(new ClusterUnavailable(`the cluster ${title}: ${error.message}`, { cause: error })),
    );
    socket.once('unexpected-response', (request, answer) => {
      const { statusCode: status = 0, headers: said } = answer;
      whole(title, answer, mostRefusalBytes)
        .then((body) => resolve(judged(title, { status, headers: said, body })))
        .catch(reject)
        .finally(() => request.destroy());
    });
  });
}

export class ClusterSocket {
  readonly #title: string;
  readonly #socket: WebSocket;
  readonly #messages: AsyncIterable<[RawData]>;
  #isEnded = false;

  constructor(title: string, socket: WebSocket) {
    this.#title = title;
    this.#socket = socket;
    // Whoever reads hears of it.
    socket.on('error', () => undefined);
    this.#messages = on(socket, 'message', {
      close: ['close'],
      highWaterMark: mostUnread,
      lowWaterMark: 1,
    }) as AsyncIterable<[RawData]>;
  }

  /** To the end, that of either side. Rejects with {@link ClusterUnavailable} where it breaks. */
  async *messages(): AsyncGenerator<{ readonly channel: number; readonly bytes: Uint8Array }> {
    try {
      for await (const [data] of this.#messages) {
        const message = data as Buffer;
        if (message.length > 1) yield { channel: message[0] as number, bytes: message.subarray(1) };
      }
    } catch (error) {
      if (this.#isEnded) return;
      throw new ClusterUnavailable(`the cluster ${this.#title}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** Resolves when more may be sent. Never rejects: what breaks ends, and its reader is told. */
  send(channel: number, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) =>
      this.#socket.send(Buffer.concat([Buffer.of(channel), bytes]), () => resolve()),
    );
  }

  end(): void {
    this.#isEnded = true;
    this.#socket.terminate();
  }
}
