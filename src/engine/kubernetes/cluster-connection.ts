// Requests to the API of one cluster, over node:http and connections that are kept (ADR 0060): no
// more at once than the cluster bears, repeated where it asks for that. It knows HTTP and how
// Kubernetes refuses; what pods mean is the engine's affair.
//
// A request may be performed twice: an answer that was lost is asked for again. So ask only for
// what is as good done twice: create by name, delete by uid, patch by merging.

import http from 'node:http';
import https from 'node:https';
import { certificatesIn } from '../../base/certificates.ts';
import { publicAddress } from '../../base/public-address.ts';
import type { Clock } from '../../port/clock.ts';
import { ClusterAgents } from './cluster-agents.ts';
import { CredentialsUnavailable, type ClusterAccess, type Credential } from './cluster-access.ts';
import { ClusterRefusal, ClusterUnavailable, judged, whole } from './cluster-answer.ts';
import { headOf, type ClusterRequest } from './cluster-request.ts';
import { openSocket, type ClusterSocket } from './cluster-socket.ts';
import { FlowControl } from './flow-control.ts';
import { Giving } from './giving.ts';
import { readList, type ListFrame } from './list-reader.ts';
import { Backoff, pause } from './pause.ts';

interface ConnectionParts {
  readonly access: ClusterAccess;
  readonly clock: Clock;
  /** From 0 to 1; absent: Node's. */
  readonly random?: (() => number) | undefined;
  /** How many requests are under way at most, streams aside. */
  readonly mostAtOnce?: number | undefined;
  readonly mostAnswerBytes?: number | undefined;
}

const defaultAnswerMs = 30_000;
const defaultPatienceMs = 20_000;
/**
 * Well below what an API server grants to all together (400 reads, 200 writes). Streams that are
 * being opened count by themselves: one to a node that is away takes its time.
 */
const defaultAtOnce = 32;
/** A page of 500 pods is a few megabytes. */
const defaultAnswerBytes = 64 * 1024 * 1024;
const mostRefusalBytes = 1024 * 1024;
/** How long it is left alone where it says that it is too much and not for how long. */
const unsaidRetryMs = 1_000;
const firstPauseMs = 250;
const longestPauseMs = 5_000;

type Taken<T> = (message: http.IncomingMessage) => T | Promise<T>;

export class ClusterConnection {
  readonly #parts: ConnectionParts;
  readonly #agents: ClusterAgents;
  readonly #requests: FlowControl;
  readonly #openings: FlowControl;
  readonly #closing = new AbortController();

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#agents = new ClusterAgents(parts.access);
    this.#requests = new FlowControl(parts.clock, parts.mostAtOnce ?? defaultAtOnce);
    this.#openings = new FlowControl(parts.clock, defaultAtOnce);
  }

  /** The context's name, for people. */
  get title(): string {
    return this.#parts.access.title;
  }

  /** Where it is, for anybody to know. */
  get endpoint(): string {
    return publicAddress(this.#parts.access.server);
  }

  /** Certificates alone, whatever else is in their file. */
  get authorities(): string | undefined {
    const found = certificatesIn(this.#parts.access.trust.authorities ?? '');
    return found.length === 0 ? undefined : found.join('');
  }

  /** In which to work where nothing else is said. */
  get namespace(): string {
    return this.#parts.access.namespace;
  }

  /**
   * The answer's object. Rejects with {@link ClusterRefusal}, or with {@link ClusterUnavailable}
   * where nothing is known and it is to be asked again later.
   */
  async request<T>(request: ClusterRequest): Promise<T> {
    return this.#parsed<T>(await this.#body(request));
  }

  /** Likewise, where nothing is to be known of the object. */
  async perform(request: ClusterRequest): Promise<void> {
    await this.#body(request);
  }

  /**
   * Each item of a list as it comes, and then what stands around them. Rejects as `request` does;
   * items may have come by then, and where the cluster is asked again they come again.
   */
  list(request: ClusterRequest, onItem: (item: unknown) => void): Promise<ListFrame> {
    return this.#repeated(request, this.#requests, (message) => readList(message, onItem));
  }

  /**
   * An answer that comes bit by bit, once it has begun; whoever reads it ends it by `destroy`.
   * Rejects as `request` does.
   */
  stream(request: ClusterRequest): Promise<http.IncomingMessage> {
    return this.#repeated(request, this.#openings, (message) => message);
  }

  /**
   * A WebSocket of that protocol, for which nothing is repeated; whoever has it ends it. Rejects as
   * `request` does.
   */
  socket(request: ClusterRequest, protocol: string): Promise<ClusterSocket> {
    const { access } = this.#parts;
    const { signal } = this.#closing;
    return this.#as((credential) =>
      openSocket({
        title: access.title,
        head: headOf(access, request, credential),
        agent: this.#agents.agentOnce(credential),
        protocol,
        signal,
      }),
    );
  }

  close(): void {
    this.#closing.abort();
    this.#agents.close();
  }

  #body(request: ClusterRequest): Promise<Buffer> {
    const most = this.#parts.mostAnswerBytes ?? defaultAnswerBytes;
    return this.#repeated(request, this.#requests, (message) => whole(this.title, message, most));
  }

  async #repeated<T>(request: ClusterRequest, flow: FlowControl, take: Taken<T>): Promise<T> {
    const giving = new Giving([this.#closing.signal, request.signal]);
    try {
      const taken = await this.#whileTold(request, flow, take, giving.signal);
      // A stream goes on, and still ends where that is said.
      if (taken instanceof http.IncomingMessage) taken.once('close', () => giving.release());
      else giving.release();
      return taken;
    } catch (error) {
      giving.release();
      throw error;
    }
  }

  async #whileTold<T>(
    request: ClusterRequest,
    flow: FlowControl,
    take: Taken<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const { clock, random } = this.#parts;
    const untilMs = clock.now() + (request.patienceMs ?? defaultPatienceMs);
    const backoff = new Backoff(firstPauseMs, longestPauseMs, random);
    for (;;) {
      const leave = await flow.enter(untilMs, signal);
      if (signal.aborted) {
        leave?.();
        throw new ClusterUnavailable(`the cluster ${this.title}: given up`);
      }
      if (leave === undefined)
        throw new ClusterUnavailable(`the cluster ${this.title} is asked for more than it bears`);
      let pauseMs: number;
      try {
        return await this.#as((credential) => this.#exchange(request, credential, signal, take));
      } catch (error) {
        if (!isToBeRepeated(error, request)) throw error;
        pauseMs = this.#pauseAfter(error, backoff);
        if (clock.now() + pauseMs > untilMs) throw lastWord(error, this.title);
      } finally {
        leave();
      }
      await pause(clock, pauseMs, signal);
    }
  }

  /** How long to wait; and where it was too much for the cluster, all wait. */
  #pauseAfter(error: unknown, backoff: Backoff): number {
    const { status, retryAfterMs } =
      error instanceof ClusterUnavailable ? error : { status: undefined, retryAfterMs: undefined };
    if (status === 429)
      for (const flow of [this.#requests, this.#openings])
        flow.slowDown(retryAfterMs ?? unsaidRetryMs);
    return Math.max(backoff.next(), retryAfterMs ?? 0);
  }

  /** Where the cluster does not know who we are, once more with who we are now. */
  async #as<T>(
    ask: (credential: Credential) => Promise<T | ClusterRefusal | ClusterUnavailable>,
  ): Promise<T> {
    const { credentials } = this.#parts.access;
    for (let isAnother = false; ; isAnother = true) {
      const credential = await this.#credential();
      const answer = await ask(credential);
      const isUnknown = answer instanceof ClusterUnavailable && answer.status === 401;
      if (isUnknown && !isAnother && credentials.refused(credential)) continue;
      if (answer instanceof ClusterUnavailable || answer instanceof ClusterRefusal) throw answer;
      return answer;
    }
  }

  async #credential(): Promise<Credential> {
    try {
      return await this.#parts.access.credentials.current();
    } catch (error) {
      if (!(error instanceof CredentialsUnavailable)) throw error;
      throw new ClusterUnavailable(`the cluster ${this.title}: ${error.message}`, { cause: error });
    }
  }

  async #exchange<T>(
    request: ClusterRequest,
    credential: Credential,
    signal: AbortSignal,
    take: Taken<T>,
  ): Promise<T | ClusterRefusal | ClusterUnavailable> {
    const { clock } = this.#parts;
    const answerMs = request.answerMs ?? defaultAnswerMs;
    const giving = new Giving([signal]);
    const cancel = clock.at(clock.now() + answerMs, () =>
      giving.up(`no answer within ${answerMs / 1000} s`),
    );
    try {
      const message = await this.#sent(request, credential, giving.signal);
      const status = message.statusCode ?? 0;
      if (status < 200 || status >= 300) {
        const body = await whole(this.title, message, mostRefusalBytes);
        return judged(this.title, { status, headers: message.headers, body });
      }
      const taken = await take(message);
      // The signal of all of it outlives this one only for as long as a stream does.
      if (!(taken instanceof http.IncomingMessage)) giving.release();
      return taken;
    } finally {
      cancel();
    }
  }

  #sent(
    request: ClusterRequest,
    credential: Credential,
    signal: AbortSignal,
    isRepeated = false,
  ): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = this.#begun(request, credential, signal);
      sent.once('response', (message) => {
        // Whoever reads gets to know; whoever does not must not end the process by it.
        message.on('error', () => undefined);
        resolve(message);
      });
      sent.on('error', (error) => {
        // A kept connection that the other side closed meanwhile says nothing of the cluster.
        if (sent.reusedSocket && !isRepeated && !signal.aborted)
          return resolve(this.#sent(request, credential, signal, true));
        const why = signal.aborted ? (signal.reason as Error) : error;
        reject(
          new ClusterUnavailable(`the cluster ${this.title}: ${why.message}`, { cause: error }),
        );
      });
    });
  }

  #begun(request: ClusterRequest, credential: Credential, signal: AbortSignal): http.ClientRequest {
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const { isSecure, headers, ...to } = headOf(this.#parts.access, request, credential);
    const sent = (isSecure ? https : http).request({
      method: request.method,
      ...to,
      agent: this.#agents.agentFor(credential),
      signal,
      headers: {
        // Output comes as text, and refusals of it as JSON.
        Accept: 'application/json, */*',
        ...(body && {
          'Content-Type': contentType(request),
          // Without it a DELETE's body would have no length, and be read as the next request.
          'Content-Length': body.length,
        }),
        ...headers,
      },
    });
    sent.on('socket', (socket) => socket.setKeepAlive(true, 30_000));
    sent.end(body);
    return sent;
  }

  #parsed<T>(body: Buffer): T {
    try {
      const value = JSON.parse(body.toString('utf8')) as T;
      if (typeof value === 'object' && value !== null) return value;
    } catch (error) {
      throw new ClusterUnavailable(`the cluster ${this.title} answered what is not JSON`, {
        cause: error,
      });
    }
    throw new ClusterUnavailable(`the cluster ${this.title} answered no object`);
  }
}

/**
 * Where the cluster answered that it cannot now. A create that met a change of its namespace's
 * quota is refused with Conflict, and goes through the next time.
 */
const isToBeRepeated = (error: unknown, { method }: ClusterRequest): boolean =>
  error instanceof ClusterUnavailable
    ? error.status !== undefined && error.status !== 401
    : error instanceof ClusterRefusal && method === 'POST' && error.reason === 'Conflict';

const lastWord = (error: unknown, title: string): unknown =>
  error instanceof ClusterRefusal
    ? new ClusterUnavailable(`the cluster ${title}: ${error.message}`, { cause: error })
    : error;

function contentType({ method, mergesLists }: ClusterRequest): string {
  if (method !== 'PATCH') return 'application/json';
  return `application/${mergesLists ? 'strategic-' : ''}merge-patch+json`;
}
