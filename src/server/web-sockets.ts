// The WebSockets of the listener: takes over a connection whose operation goes on as a
// conversation (ADR 0049), carries messages both ways at the pace of the slower side, and finds out
// who has gone. It knows nothing of what is said.

import { on } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { limit } from '../core/limit.ts';
import type { Conversation, Peer } from '../wire/answer.ts';

/** Messages that may wait to be read. */
const mostUnread = 16;
/** How often the other side is asked whether it is there, which keeps proxies from closing too. */
const pingMs = 30_000;
const closeCode = { done: 1000, fault: 1011 } as const;

/** Whether the request asks for a WebSocket. */
export const isWebSocket = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket';

export class WebSockets {
  readonly #open = new Set<WebSocket>();
  readonly #onFault: (error: unknown) => void;

  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  /** Answers the request, and has the conversation. What is no right request is answered so. */
  take(request: IncomingMessage, socket: Duplex, head: Buffer, conversation: Conversation): void {
    const { protocol } = conversation;
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // A channel's number and its bytes.
      maxPayload: limit.session.messageBytes + 1,
      handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
    });
    let taken: WebSocket | undefined;
    server.handleUpgrade(request, socket, head, (webSocket) => (taken = webSocket));
    // It calls back at once, or never.
    if (taken === undefined) conversation.drop();
    else this.#converse(taken, conversation);
  }

  /** The server ends: nobody is waited for any more. */
  end(): void {
    for (const webSocket of this.#open) webSocket.terminate();
  }

  #converse(webSocket: WebSocket, conversation: Conversation): void {
    this.#open.add(webSocket);
    // What breaks closes, which is told beside.
    webSocket.on('error', () => undefined);
    const stopPinging = ping(webSocket);
    webSocket.once('close', () => {
      stopPinging();
      this.#open.delete(webSocket);
    });
    conversation.talk(peerOf(webSocket)).catch((error: unknown) => {
      this.#onFault(error);
      webSocket.close(closeCode.fault);
    });
  }
}

const peerOf = (webSocket: WebSocket): Peer => ({
  messages: messagesOf(webSocket),
  send: (message) =>
    new Promise((resolve) =>
      webSocket.send(message, { binary: typeof message !== 'string' }, () => resolve()),
    ),
  end: () => webSocket.close(closeCode.done),
});

/** Listens at once, so that nothing is missed before it is read. */
function messagesOf(webSocket: WebSocket): AsyncIterable<string | Uint8Array> {
  const events = on(webSocket, 'message', {
    close: ['close'],
    highWaterMark: mostUnread,
    lowWaterMark: 1,
  });
  return (async function* read() {
    try {
      for await (const [data, isBinary] of events as AsyncIterable<[RawData, boolean]>)
        yield isBinary ? (data as Buffer) : (data as Buffer).toString('utf8');
    } catch {
      // It broke, and so has gone.
    }
  })();
}

/** Whoever does not answer from one time to the next has gone. Answers how to stop. */
function ping(webSocket: WebSocket): () => void {
  let isHeard = true;
  webSocket.on('pong', () => (isHeard = true));
  const timer = setInterval(() => {
    if (!isHeard) return webSocket.terminate();
    isHeard = false;
    webSocket.ping();
  }, pingMs);
  timer.unref();
  return () => clearInterval(timer);
}
