// Between a socket's request and the pipeline: takes the body within its bounds and sends the
// answer. Whatever a client does, each request gets exactly one answer or a closed socket; a body
// is never held beyond its limit, and an answer is never cut off by a reset while the client is
// still sending.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { gunzip } from 'node:zlib';
import { badRequest, serialization, unsupportedEncoding } from './error-catalogue.ts';
import { send, type Lingering } from './linger.ts';
import type { RequestHead } from './protocol.ts';
import type { Call, Pipeline } from './pipeline.ts';
import { streamAnswer } from './stream-answer.ts';

const noWebSocket = 'This is to be called as a WebSocket';

/** One request on its socket. */
interface Exchange {
  readonly pipeline: Pipeline;
  /** For answers that leave before the body is here. */
  readonly lingering: Lingering;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Told why a streamed answer broke off. */
  readonly onFault: (error: unknown) => void;
}

/** Serves one request through the pipeline. Never throws. */
export function serve(head: RequestHead, exchange: Exchange): void {
  const { pipeline, lingering, request, response } = exchange;
  const routed = pipeline.route(head);
  if ('status' in routed) {
    lingering.answer(request, response, routed);
    return;
  }
  const declared = request.headers['content-length'];
  if (declared !== undefined && Number(declared) > routed.maxBodyBytes) {
    lingering.answer(request, response, pipeline.turnAway(routed, 'too large'));
    return;
  }
  if (isExpecting(request)) response.writeContinue();
  takeBody(routed, exchange);
}

/** What a request says before its body. */
export function headOf(request: IncomingMessage): RequestHead {
  const target = request.url ?? '/';
  // A proxy's client may send the absolute form, http://host/path.
  const from = target.startsWith('/') ? 0 : pathStart(target);
  const mark = target.indexOf('?', from);
  return {
    method: request.method ?? 'GET',
    path: mark < 0 ? target.slice(from) : target.slice(from, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    sourceAddress: request.socket.remoteAddress ?? '',
    ...(request.socket instanceof TLSSocket && { tls: tlsOf(request.socket) }),
  };
}

const tlsOf = (socket: TLSSocket): RequestHead['tls'] => ({
  version: socket.getProtocol() ?? '',
  cipherSuite: socket.getCipher().standardName,
});

function pathStart(target: string): number {
  const authority = target.indexOf('://');
  const slash = authority < 0 ? -1 : target.indexOf('/', authority + 3);
  return slash < 0 ? target.length : slash;
}

function takeBody(call: Call, exchange: Exchange): void {
  const { pipeline, lingering, request, response } = exchange;
  const chunks: Buffer[] = [];
  let bytes = 0;
  let open = true;
  request.on('data', (chunk: Buffer) => {
    if (!open) return;
    bytes += chunk.length;
    if (bytes <= call.maxBodyBytes) {
      chunks.push(chunk);
      return;
    }
    open = false;
    chunks.length = 0;
    lingering.answer(request, response, pipeline.turnAway(call, 'too large'));
  });
  request.on('end', () => {
    if (!open) return;
    open = false;
    const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, bytes);
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity' || encoding === '')
      invoke(call, exchange, body);
    else if (encoding === 'gzip' || encoding === 'x-gzip') inflate(call, exchange, body);
    else send(response, pipeline.turnAway(call, unsupportedEncoding(encoding)));
  });
}

function inflate(call: Call, exchange: Exchange, raw: Buffer): void {
  const { pipeline, response } = exchange;
  gunzip(raw, { maxOutputLength: call.maxBodyBytes }, (error, inflated) => {
    if (error === null) invoke(call, exchange, inflated, raw);
    else if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      send(response, pipeline.turnAway(call, 'too large'));
    else
      send(response, pipeline.turnAway(call, serialization('The request body is not valid gzip')));
  });
}

function invoke(call: Call, exchange: Exchange, body: Buffer, raw = body): void {
  const { pipeline, response, onFault } = exchange;
  // Neither promise ever rejects.
  void pipeline.invoke(call, body, raw).then((answer) => {
    if ('conversation' in answer) {
      answer.conversation.drop();
      send(response, pipeline.refuse(call.head, badRequest(noWebSocket)));
    } else if ('bytes' in answer) void streamAnswer(response, answer, onFault);
    else send(response, answer);
  });
}

function isExpecting(request: IncomingMessage): boolean {
  return request.headers.expect?.toLowerCase() === '100-continue';
}
