// The HTTP listener: one port for the AWS protocols, our own paths and the console. It owns
// sockets, their timeouts and the orderly end; it knows nothing of operations, and hands nothing on
// that the guard has not let through.

import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { must } from '../base/assert.ts';
import { badRequest, expectationFailed, methodNotAllowed } from '../wire/error-catalogue.ts';
import { AwsError } from '../wire/aws-error.ts';
import { headOf, serve } from '../wire/http.ts';
import { Lingering, type LingerBounds } from '../wire/linger.ts';
import type { RequestHead } from '../wire/protocol.ts';
import type { Answer } from '../wire/answer.ts';
import type { Pipeline } from '../wire/pipeline.ts';
import { refusalOf } from './guard.ts';
import { HostNames } from './host-names.ts';
import { serveWithoutUpgrade } from './plain-request.ts';
import { isWebSocket, WebSockets } from './web-sockets.ts';
import { keepFresh, readTls, type TlsFiles } from './tls.ts';

/**
 * Answers a request that calls no operation, by its head alone; undefined: it is for the pipeline
 * after all. May throw or reject: the listener then answers 500.
 */
export type PathHandler = (head: RequestHead) => Answer | Promise<Answer> | undefined;

interface ListenerOptions {
  readonly host: string;
  /** 0 lets the system pick. */
  readonly port: number;
  /** Absent: plain HTTP. */
  readonly tls?: TlsFiles | undefined;
  /** Told of certificates that came into use, and of those that could not. */
  readonly onTls?: Parameters<typeof keepFresh>[2];
  readonly pipeline: Pipeline;
  /** Asked about everything: our pages, and what of `/_longshore/` is no operation. */
  readonly own: PathHandler;
  /** Everything under `/console/`, when there is a console. */
  readonly console?: PathHandler;
  /** Names by which the server may be called, beside addresses and localhost. */
  readonly allowedHosts?: readonly string[];
  /** Told what a handler threw. */
  readonly onFault: (error: unknown) => void;
  /** How long a client may take to send its headers, and a whole request; tests shorten them. */
  readonly headersTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
  /** More are closed as they come; undefined: as many as come. */
  readonly maxConnections?: number | undefined;
  /** How long, and how much, a client may go on sending after it was turned away. */
  readonly linger?: Partial<LingerBounds>;
}

export interface Listener {
  readonly host: string;
  /** The real port. */
  readonly port: number;
  readonly isTls: boolean;
  /**
   * Stops accepting, lets requests in flight finish for at most `graceMs`, then closes what is
   * left.
   */
  close(graceMs: number): Promise<void>;
}

// Session tokens travel in headers and in presigned queries; Node's 16 KiB are too few for both.
const maxHeaderBytes = 64 * 1024;
// Longer than the SDKs keep an idle connection, so that it is the client who closes and no request
// meets a closing socket.
const keepAliveMs = 75_000;

/**
 * Opens the port; rejects when it cannot be had, and with UsageError where the certificate cannot
 * be used.
 */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const headersTimeoutMs = options.headersTimeoutMs ?? 15_000;
  const requestTimeoutMs = options.requestTimeoutMs ?? 60_000;
  const { pipeline } = options;
  const names = new HostNames(options.allowedHosts);
  const lingering = new Lingering(options.linger);
  const webSockets = new WebSockets(options.onFault);
  let draining = false;

  const dispatch = (request: IncomingMessage, response: ServerResponse, unmet?: AwsError): void => {
    // What comes behind a request that was turned away is thrown away.
    if (lingering.has(request.socket)) return;
    if (draining) response.shouldKeepAlive = false;
    const refusal = refusalOf(request, names) ?? unmet;
    const head = headOf(request);
    if (refusal !== undefined) {
      lingering.answer(request, response, pipeline.refuse(head, refusal));
      return;
    }
    const reply = (answer: Answer): void => lingering.answer(request, response, answer);
    const fail = (error: unknown): void => {
      options.onFault(error);
      reply({
        status: 500,
        headers: ['content-type', 'application/json'],
        body: '{"message":"internal error"}',
      });
    };
    try {
      const handler =
        options.console !== undefined && head.path.startsWith('/console/')
          ? options.console
          : options.own;
      const own = handler(head);
      if (own === undefined)
        serve(head, { pipeline, lingering, request, response, onFault: options.onFault });
      else if (own instanceof Promise) own.then(reply).catch(fail);
      else reply(own);
    } catch (error) {
      fail(error);
    }
  };

  // Some clients offer to go on by another protocol with any request: that is no more than a
  // header but where an operation goes on so.
  const goesOn = (request: IncomingMessage): boolean =>
    isWebSocket(request) && pipeline.converses(headOf(request));
  const server = serverOf(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.max(50, Math.min(5_000, headersTimeoutMs / 3)),
      keepAliveTimeout: keepAliveMs,
      // The guard says so itself, in words.
      requireHostHeader: false,
      shouldUpgradeCallback: goesOn,
    },
    options,
    (request, response) => dispatch(request, response),
  );
  if (options.maxConnections !== undefined) server.maxConnections = options.maxConnections;
  // The wire itself decides whether to let the body come: see serve.
  server.on('checkContinue', (request, response) => dispatch(request, response));
  server.on('checkExpectation', (request, response) =>
    dispatch(request, response, expectationFailed()),
  );
  server.on('connect', (request, socket) => {
    const error = refusalOf(request, names) ?? methodNotAllowed('CONNECT');
    lingering.answerBare(socket, pipeline.refuse(headOf(request), error));
  });
  server.on('upgrade', (request, socket, rest) => {
    if (lingering.has(socket)) return;
    if (!goesOn(request)) return serveWithoutUpgrade(server, request, socket, rest);
    socket.on('error', () => undefined);
    const head = headOf(request);
    const turnAway = (answer: Answer): void => lingering.answerBare(socket, answer);
    const refusal = refusalOf(request, names);
    if (refusal !== undefined) return turnAway(pipeline.refuse(head, refusal));
    const routed = pipeline.route(head);
    if ('status' in routed) return turnAway(routed);
    void pipeline.invoke(routed, Buffer.alloc(0)).then((answer) => {
      if ('body' in answer) turnAway(answer);
      else if ('conversation' in answer)
        webSockets.take(request, socket, rest, answer.conversation);
      else socket.destroy();
    });
  });
  server.on('clientError', (error: Error & { code?: string }, socket) =>
    answerBrokenRequest(error, socket, pipeline, lingering),
  );

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
    isTls: options.tls !== undefined,
    close(graceMs) {
      draining = true;
      lingering.end();
      return closeServer(server, webSockets, graceMs);
    },
  };
}

function serverOf(
  bounds: ServerOptions,
  { tls, onTls }: Pick<ListenerOptions, 'tls' | 'onTls'>,
  onRequest: RequestListener,
): Server {
  if (tls === undefined) return createServer(bounds, onRequest);
  const server = createTlsServer({ ...bounds, ...readTls(tls), minVersion: 'TLSv1.2' }, onRequest);
  keepFresh(server, tls, (what) => onTls?.(what));
  return server;
}

function closeServer(server: Server, webSockets: WebSockets, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A connection that was busy when the closing began turns idle with its answer, and Node then
    // keeps it open.
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    const deadline = setTimeout(() => {
      server.closeAllConnections();
      // Node no longer counts these among its connections, and would wait for them.
      webSockets.end();
    }, graceMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(deadline);
      resolve();
    });
  });
}

const brokenRequests: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, `The headers are larger than ${maxHeaderBytes} bytes`],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The chunk extensions are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time'],
};

/** What the HTTP parser refuses never becomes a request; it is answered on the bare socket. */
function answerBrokenRequest(
  error: Error & { code?: string },
  socket: Duplex,
  pipeline: Pipeline,
  lingering: Lingering,
): void {
  // Its connection is about to end already, and what comes on it is no request any more.
  if (lingering.has(socket)) return;
  // Node's own handler looks at the same field: an answer now would land in the middle of the one
  // that is being sent.
  const answering = (socket as Duplex & { _httpMessage?: ServerResponse | null })._httpMessage;
  if (error.code === 'ECONNRESET' || !socket.writable || answering?.headersSent) {
    socket.destroy();
    return;
  }
  const [status, message] = brokenRequests[error.code ?? ''] ?? [
    400,
    'The request is not valid HTTP',
  ];
  const { name } = badRequest('');
  lingering.answerBare(
    socket,
    pipeline.refuse(
      { method: '', path: '', query: '', headers: {}, rawHeaders: [], sourceAddress: '' },
      new AwsError(name, status, message),
    ),
  );
}
