// A small client of the Docker Engine API over node:http (ADR 0007): one request, one answer, and
// streams. It knows HTTP and API versions; what containers mean is the engine's affair. It never
// repeats a request by itself unless repeating is harmless.

import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { EngineUnavailable } from '../../port/engine.ts';
import type { VersionAnswer } from './docker-api.ts';
import type { DockerEndpoint } from './docker-endpoint.ts';
import { SshConnection, type SshTarget } from './ssh-connection.ts';

/**
 * The oldest API that has all we need (device requests), and the newest that we know (Docker 27).
 */
const oldestApiVersion = '1.40';
const newestApiVersion = '1.47';

type QueryValue = string | number | readonly string[];

interface DockerRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Beginning with `/`, without the version. */
  readonly path: string;
  /** A list gives its name several times. */
  readonly query?: Readonly<Record<string, QueryValue | undefined>> | undefined;
  /** Sent as JSON, but for bytes, which are an archive. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long the answer may take; undefined: a minute. 0: for ever. */
  readonly timeoutMs?: number | undefined;
  /**
   * Repeat once where a kept connection turns out to be dead: right only where doing it twice is as
   * good as once.
   */
  readonly repeatable?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface DockerAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** The daemon answered, and the answer is no. `message` is the daemon's own. */
export class DockerRefusal extends Error {
  override name = 'DockerRefusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const defaultTimeoutMs = 60_000;
/** The most of an answer that is kept whole: a list of a hundred thousand containers is smaller. */
const defaultMostAnswerBytes = 256 * 1024 * 1024;

export class DockerClient {
  readonly #endpoint: DockerEndpoint;
  readonly #agent: http.Agent;
  readonly #mostAnswerBytes: number;
  #versionPrefix = '';

  constructor(
    endpoint: DockerEndpoint,
    { mostAnswerBytes = defaultMostAnswerBytes }: { readonly mostAnswerBytes?: number } = {},
  ) {
    this.#endpoint = endpoint;
    this.#mostAnswerBytes = mostAnswerBytes;
    this.#agent = agentFor(endpoint);
  }

  /**
   * Asks for the daemon's version and settles on the newest API that both know. Rejects with {@link
   * EngineUnavailable}.
   */
  async negotiate(signal?: AbortSignal): Promise<VersionAnswer> {
    const answer = await this.#call(
      { method: 'GET', path: '/version', repeatable: true, timeoutMs: 10_000, signal },
      '',
    );
    const version = parse<VersionAnswer>(accepted(answer));
    if (!isVersionAnswer(version))
      throw new EngineUnavailable('what answers is not a Docker engine');
    if (compareVersions(version.ApiVersion, oldestApiVersion) < 0) {
      throw new EngineUnavailable(
        `Docker ${version.Version} speaks API ${version.ApiVersion}; ${oldestApiVersion} or newer is needed`,
      );
    }
    const chosen =
      compareVersions(version.ApiVersion, newestApiVersion) < 0
        ? version.ApiVersion
        : newestApiVersion;
    const oldest = version.MinAPIVersion ?? oldestApiVersion;
    this.#versionPrefix = `/v${compareVersions(chosen, oldest) < 0 ? oldest : chosen}`;
    return version;
  }

  /**
   * Any answer resolves, whatever its status; rejects with {@link EngineUnavailable} where none
   * came.
   */
  request(request: DockerRequest): Promise<DockerAnswer> {
    return this.#call(request, this.#versionPrefix);
  }

  /** The parsed answer; rejects with {@link DockerRefusal} where the status is not 2xx. */
  async json<T>(request: DockerRequest): Promise<T> {
    return parse<T>(accepted(await this.request(request)));
  }

  /**
   * A body that comes bit by bit, on a connection of its own. Rejects with {@link DockerRefusal} or
   * {@link EngineUnavailable}.
   */
  async stream(request: DockerRequest): Promise<http.IncomingMessage> {
    const message = await this.#send(request, this.#versionPrefix, false);
    const status = message.statusCode ?? 0;
    if (status >= 200 && status < 300) return message;
    accepted({ status, body: await whole(message, this.#mostAnswerBytes) });
    throw new DockerRefusal(status, `unexpected status ${status}`);
  }

  /**
   * A body as it comes from the socket, by HTTP/1.0 and so in no chunks: Docker makes a chunk of
   * every line of output, and node:http takes 4 µs for each where this takes 1. The price: an end
   * and a break look the same to whoever reads. Rejects with {@link DockerRefusal} or {@link
   * EngineUnavailable}.
   */
  async rawStream(
    path: string,
    query: DockerRequest['query'],
    signal: AbortSignal,
  ): Promise<Duplex> {
    const { host, title } = this.#endpoint;
    const socket = connect(this.#endpoint);
    const abort = (): void => void socket.destroy();
    signal.addEventListener('abort', abort);
    socket.once('close', () => signal.removeEventListener('abort', abort));
    if (signal.aborted) abort();
    socket.setKeepAlive(true, 30_000);
    socket.write(
      `GET ${this.#versionPrefix}${path}${queryText(query)} HTTP/1.0\r\nHost: ${host ?? 'docker'}\r\n\r\n`,
    );
    try {
      const { status, isChunked } = await responseHead(socket);
      if (isChunked) throw new Error('something between here and Docker does not speak HTTP/1.0');
      if (status >= 200 && status < 300) return socket;
      throw new DockerRefusal(
        status,
        daemonMessage({ status, body: await whole(socket, this.#mostAnswerBytes) }),
      );
    } catch (error) {
      socket.destroy();
      if (error instanceof DockerRefusal) throw error;
      throw new EngineUnavailable(
        `Docker at ${title}: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
    }
  }

  /**
   * A 5xx may be the daemon's own trouble, as while it shuts down: only one that goes on answering
   * has judged the request.
   */
  async assertAnswering(answer: DockerAnswer): Promise<void> {
    if (answer.status < 500) return;
    const ping = await this.request({
      method: 'GET',
      path: '/_ping',
      repeatable: true,
      timeoutMs: 5_000,
    });
    if (answer.status === 503 || ping.status !== 200)
      throw new EngineUnavailable(`Docker: ${daemonMessage(answer)}`);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #call(request: DockerRequest, prefix: string): Promise<DockerAnswer> {
    const message = await this.#send(request, prefix, this.#agent);
    return { status: message.statusCode ?? 0, body: await whole(message, this.#mostAnswerBytes) };
  }

  /**
   * A connection of its own that carries bytes both ways once the daemon has agreed, such as an
   * exec's. Rejects with {@link DockerRefusal} or {@link EngineUnavailable}.
   */
  upgrade(request: DockerRequest): Promise<Duplex> {
    const headers = { ...request.headers, Connection: 'Upgrade', Upgrade: 'tcp' };
    return new Promise((resolve, reject) => {
      const sent = this.#begin({ ...request, headers }, this.#versionPrefix, false);
      sent.once('upgrade', (_answer, socket, head) => {
        socket.setTimeout(0);
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      });
      sent.once('response', (message) => {
        const status = message.statusCode ?? 0;
        whole(message, this.#mostAnswerBytes)
          .then((body) => reject(new DockerRefusal(status, daemonMessage({ status, body }))))
          .catch(reject);
      });
      sent.on('error', (error) => reject(this.#unavailable(error)));
    });
  }

  #send(
    request: DockerRequest,
    prefix: string,
    agent: http.Agent | false,
  ): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = this.#begin(request, prefix, agent);
      sent.once('response', resolve);
      sent.on('error', (error) => {
        if (request.repeatable && sent.reusedSocket && agent !== false)
          resolve(this.#send({ ...request, repeatable: false }, prefix, agent));
        else reject(this.#unavailable(error));
      });
    });
  }

  #begin(request: DockerRequest, prefix: string, agent: http.Agent | false): http.ClientRequest {
    const { socketPath, host, port, lookup, tls: secure, ssh } = this.#endpoint;
    const isArchive = request.body instanceof Buffer;
    const body =
      request.body === undefined || request.body instanceof Buffer
        ? request.body
        : Buffer.from(JSON.stringify(request.body));
    const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
    const options: https.RequestOptions = {
      method: request.method,
      path: prefix + request.path + queryText(request.query),
      headers: {
        Host: host ?? 'docker',
        ...(body && {
          'Content-Type': isArchive ? 'application/x-tar' : 'application/json',
          'Content-Length': body.length,
        }),
        ...request.headers,
      },
      ...(ssh !== undefined && agent === false
        ? { createConnection: () => new SshConnection(ssh) }
        : { agent }),
      ...(socketPath !== undefined ? { socketPath } : { host, port, lookup, ...secure }),
      ...(request.signal && { signal: request.signal }),
    };
    const sent = (secure ? https : http).request(options);
    if (timeoutMs > 0)
      sent.setTimeout(timeoutMs, () =>
        sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)),
      );
    sent.on('socket', (socket) => socket.setKeepAlive(true, 30_000));
    sent.end(body);
    return sent;
  }

  #unavailable(error: Error): EngineUnavailable {
    return new EngineUnavailable(`Docker at ${this.#endpoint.title}: ${error.message}`, {
      cause: error,
    });
  }
}

function agentFor({ tls: secure, ssh }: DockerEndpoint): http.Agent {
  // More at a time would only wait inside the daemon.
  const options = { keepAlive: true, maxSockets: 32 };
  if (ssh !== undefined) return new SshAgent(ssh);
  return secure ? new https.Agent({ ...options, ...secure }) : new http.Agent(options);
}

/**
 * Each connection is a process here and another there, and sshd drops some where many come at once
 * (its MaxStartups is 10).
 */
class SshAgent extends http.Agent {
  readonly #target: SshTarget;

  constructor(target: SshTarget) {
    super({ keepAlive: true, maxSockets: 6, maxFreeSockets: 2 });
    this.#target = target;
  }

  override createConnection(): Duplex {
    return new SshConnection(this.#target);
  }
}

/** A connection of its own. */
function connect({
  socketPath,
  host,
  port,
  lookup,
  tls: secure,
  ssh,
}: DockerEndpoint): net.Socket | SshConnection {
  if (ssh !== undefined) return new SshConnection(ssh);
  const address =
    socketPath === undefined ? { host, port: port ?? 0, lookup } : { path: socketPath };
  return secure
    ? tls.connect({ ...address, ...secure })
    : net.connect(address as net.NetConnectOpts);
}

/** The body, where the status is 2xx. */
function accepted(answer: DockerAnswer): Buffer {
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw new DockerRefusal(answer.status, daemonMessage(answer));
}

/** What the daemon says went wrong. */
export function daemonMessage(answer: DockerAnswer): string {
  const text = answer.body.toString('utf8').trim();
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // Some proxies answer plain text.
  }
  return text === '' ? `status ${answer.status}` : text.slice(0, 1000);
}

function parse<T>(body: Buffer): T {
  try {
    return JSON.parse(body.toString('utf8')) as T;
  } catch (error) {
    throw new EngineUnavailable('Docker answered something that is not JSON', { cause: error });
  }
}

/** What is not Docker may answer anything. */
const isVersionAnswer = (answer: Partial<Record<keyof VersionAnswer, unknown>> | null): boolean =>
  typeof answer?.Version === 'string' &&
  [answer.ApiVersion, answer.MinAPIVersion ?? oldestApiVersion].every(
    (version) => typeof version === 'string' && /^\d{1,3}\.\d{1,3}$/.test(version),
  );

/** Far more than Docker's headers take. */
const longestHead = 64 * 1024;

/** Reads up to the empty line and puts the rest back. */
function responseHead(socket: Duplex): Promise<{ status: number; isChunked: boolean }> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const settle = (act: () => void): void => {
      for (const [event, listener] of listeners) socket.off(event, listener as () => void);
      act();
    };
    const onReadable = (): void => {
      for (
        let chunk = socket.read() as Buffer | null;
        chunk !== null;
        chunk = socket.read() as Buffer | null
      ) {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf('\r\n\r\n');
        if (end < 0 && head.length < longestHead) continue;
        const text = head.toString('latin1', 0, Math.max(end, 0));
        const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(text)?.[1]);
        settle(() => {
          if (Number.isNaN(status)) return reject(new Error('the answer is not HTTP'));
          if (head.length > end + 4) socket.unshift(head.subarray(end + 4));
          resolve({ status, isChunked: /\r\ntransfer-encoding: *chunked/i.test(text) });
        });
        return;
      }
    };
    const onClose = (): void =>
      settle(() => reject(new Error('the connection was closed before an answer came')));
    const onError = (error: Error): void => settle(() => reject(error));
    const listeners = [
      ['readable', onReadable],
      ['end', onClose],
      ['close', onClose],
      ['error', onError],
    ] as const;
    for (const [event, listener] of listeners) socket.on(event, listener as () => void);
  });
}

async function whole(message: AsyncIterable<unknown>, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of message) {
      bytes += (chunk as Buffer).length;
      // Leaving the loop closes the connection.
      if (bytes > mostBytes) break;
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw new EngineUnavailable('Docker closed the connection within its answer', { cause: error });
  }
  if (bytes > mostBytes) throw new EngineUnavailable(`an answer of more than ${mostBytes} bytes`);
  return Buffer.concat(chunks);
}

function queryText(query: DockerRequest['query']): string {
  const given = Object.entries(query ?? {}).flatMap(([name, value = []]) =>
    [value].flat().map((one) => `${name}=${encodeURIComponent(one)}`),
  );
  return given.length === 0 ? '' : `?${given.join('&')}`;
}

/** Orders API versions, `1.9` before `1.40`. */
export function compareVersions(a: string, b: string): number {
  const [[aMajor = 0, aMinor = 0], [bMajor = 0, bMinor = 0]] = [
    a.split('.').map(Number),
    b.split('.').map(Number),
  ];
  return aMajor - bMajor || aMinor - bMinor;
}
