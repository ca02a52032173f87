// The HTTP listener: one port for the AWS protocols, our own paths and the console. It owns sockets, their timeouts and
// the orderly end; it knows nothing of operations.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { must } from '../base/assert.ts';
import { serve } from '../wire/http.ts';
import type { Router } from '../wire/router.ts';

/** Answers a request that is not AWS's. May throw: the listener then answers 500. */
export type PathHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface ListenerOptions {
  readonly host: string;
  /** 0 lets the system pick. */
  readonly port: number;
  readonly router: Router;
  /** Everything under `/_longshore/`. */
  readonly own: PathHandler;
  /** Everything under `/console/`, when there is a console. */
  readonly console?: PathHandler;
  /** Told what a handler threw. */
  readonly onFault: (error: unknown) => void;
  /** How long a client may take to send its headers, and a whole request; tests shorten them. */
  readonly headersTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
  /** More are closed as they come; undefined: as many as come. */
  readonly maxConnections?: number | undefined;
}

export interface Listener {
  readonly host: string;
  /** The real port. */
  readonly port: number;
  /** Stops accepting, lets requests in flight finish for at most `graceMs`, then closes what is left. */
  close(graceMs: number): Promise<void>;
}

// Session tokens travel in headers and in presigned queries; Node's 16 KiB are too few for both.
const maxHeaderBytes = 64 * 1024;
// Longer than the SDKs keep an idle connection, so that it is the client who closes and no request meets a closing socket.
const keepAliveMs = 75_000;

/** Opens the port; rejects when it cannot be had. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const headersTimeoutMs = options.headersTimeoutMs ?? 15_000;
  const requestTimeoutMs = options.requestTimeoutMs ?? 60_000;
  const byWire: PathHandler = (request, response) => serve(options.router, request, response);
  let draining = false;

  const dispatch = (request: IncomingMessage, response: ServerResponse): void => {
    if (draining) response.shouldKeepAlive = false;
    const path = request.url ?? '/';
    if (path.startsWith('/_longshore/')) handle(options.own, request, response, options.onFault);
    else if (options.console !== undefined && path.startsWith('/console/')) handle(options.console, request, response, options.onFault);
    else handle(byWire, request, response, options.onFault);
  };

  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.max(50, Math.min(5_000, headersTimeoutMs / 3)),
      keepAliveTimeout: keepAliveMs,
    },
    dispatch,
  );
  if (options.maxConnections !== undefined) server.maxConnections = options.maxConnections;
  // The wire itself decides whether to let the body come: see serve.
  server.on('checkContinue', dispatch);
  server.on('clientError', answerBrokenRequest);

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = must(server.address() as AddressInfo | null, 'a listening server has an address');
  return {
    host: address.address,
    port: address.port,
    close(graceMs) {
      draining = true;
      return closeServer(server, graceMs);
    },
  };
}

function handle(handler: PathHandler, request: IncomingMessage, response: ServerResponse, onFault: (error: unknown) => void): void {
  try {
    handler(request, response);
  } catch (error) {
    onFault(error);
    if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' });
    response.end('{"message":"internal error"}');
  }
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A connection that was busy when the closing began turns idle with its answer, and Node then keeps it open.
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(deadline);
      resolve();
    });
  });
}

const brokenRequests: Readonly<Record<string, readonly [string, string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', `The headers are larger than ${maxHeaderBytes} bytes`],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Payload Too Large', 'The chunk extensions are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not arrive in time'],
};

/** What the HTTP parser refuses never becomes a request; it is answered on the bare socket. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Duplex): void {
  // Node's own handler looks at the same field: an answer now would land in the middle of the one that is being sent.
  const answering = (socket as Duplex & { _httpMessage?: ServerResponse | null })._httpMessage;
  if (error.code === 'ECONNRESET' || !socket.writable || answering?.headersSent) {
    socket.destroy();
    return;
  }
  const [status, message] = brokenRequests[error.code ?? ''] ?? ['400 Bad Request', 'The request is not valid HTTP'];
  const body = JSON.stringify({ __type: 'BadRequestException', message });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nx-amzn-errortype: BadRequestException\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
