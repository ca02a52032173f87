// The endpoint at which containers ask for the credentials of their job's role, as of Amazon ECS: a
// door of its own, with nothing else behind it. Who asks shows the attempt's secret, and gets the
// credentials of that attempt. It reads no body, tells nobody why a secret is wrong, and writes
// none down.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { must } from '../base/assert.ts';
import { attemptId, type AttemptId } from '../base/ids.ts';
import { refusalOf } from './guard.ts';
import { HostNames } from './host-names.ts';

/** Whose secret is whose, and what it opens. */
interface Grants {
  isSecretOf(attempt: AttemptId, secret: string): boolean;
  credentialsFor(attempt: AttemptId): Promise<object | undefined>;
}

interface EndpointOptions {
  readonly address: string;
  /** 0 lets the system pick. */
  readonly port: number;
  readonly grants: Grants;
  /** By which it may be called beside its addresses. */
  readonly hostNames?: readonly string[] | undefined;
  readonly onFault: (error: unknown) => void;
  /** How long a client may take to send its head; tests shorten it. */
  readonly headTimeoutMs?: number;
}

export interface CredentialsEndpoint {
  readonly port: number;
  close(): Promise<void>;
}

const pathForm = /^\/v2\/credentials\/([0-9a-f]{32})(?:\/([\w-]{1,128}))?$/;

/** No one container keeps the others away, however slowly it speaks. */
const mostConnections = { of: 256, ofOneAddress: 64 };

/** Rejects where the address or the port cannot be had. */
export async function openCredentialsEndpoint(
  options: EndpointOptions,
): Promise<CredentialsEndpoint> {
  const headTimeoutMs = options.headTimeoutMs ?? 5_000;
  const names = new HostNames(options.hostNames);
  const server = createServer(
    {
      maxHeaderSize: 16_384,
      headersTimeout: headTimeoutMs,
      requestTimeout: headTimeoutMs,
      connectionsCheckingInterval: Math.max(50, Math.round(headTimeoutMs / 3)),
      requireHostHeader: false,
    },
    (request, response) => answer(request, response, options, names),
  );
  server.maxConnections = mostConnections.of;
  boundEachAddress(server);
  await listening(server, options);
  return {
    port: must(server.address() as AddressInfo | null, 'a listening server has an address').port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function boundEachAddress(server: Server): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const { remoteAddress: address = '' } = socket;
    const before = open.get(address) ?? 0;
    if (before >= mostConnections.ofOneAddress) {
      socket.destroy();
      return;
    }
    open.set(address, before + 1);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}

function listening(server: Server, { address, port }: EndpointOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { grants, onFault }: EndpointOptions,
  names: HostNames,
): void {
  credentialsOf(request, grants, names)
    .catch((error: unknown): Answer => {
      onFault(error);
      return refused(500, 'InternalServerError', 'internal error');
    })
    .then(([status, body]) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        connection: 'close',
      });
      // What may still be coming is not waited for.
      response.end(JSON.stringify(body), () => request.socket.destroySoon());
    })
    .catch(onFault);
}

type Answer = readonly [status: number, body: object];

/** In the words of ECS's agent. */
const refused = (status: number, code: string, message: string): Answer => [
  status,
  { code, message, HTTPErrorCode: status },
];

async function credentialsOf(
  request: IncomingMessage,
  grants: Grants,
  names: HostNames,
): Promise<Answer> {
  const refusal = refusalOf(request, names);
  if (refusal !== undefined) return refused(refusal.status, refusal.name, refusal.message);
  if (request.method !== 'GET')
    return refused(405, 'MethodNotAllowed', 'Credentials are asked for by GET');
  const [, id, inPath] = pathForm.exec(request.url ?? '') ?? [];
  if (id === undefined)
    return refused(404, 'NoIdInRequest', 'CredentialsV2Request: No Credential ID in the request');
  const attempt = attemptId(id);
  const secret = inPath ?? request.headers.authorization ?? '';
  if (!grants.isSecretOf(attempt, secret))
    return refused(403, 'AccessDenied', 'The authorization token is not the one of this attempt');
  const credentials = await grants.credentialsFor(attempt);
  return credentials === undefined
    ? refused(
        404,
        'InvalidIdInRequest',
        'The attempt is not under way, or its job has no role that can be assumed',
      )
    : [200, credentials];
}
