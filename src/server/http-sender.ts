// The real HTTP sender: undici, with connections that are kept (ADR 0039). All that the other side
// may do is bounded: how long it takes, what it sends back, how many connections it holds. It
// follows no redirect, keeps no cookie, and connects only where DeliveryReach lets it.

import { isIP } from 'node:net';
import { Agent, type Dispatcher } from 'undici';
import type { HttpAnswer, HttpFailure, HttpRequest, HttpSender } from '../port/http-sender.ts';
import { ForbiddenDelivery, type DeliveryReach } from './delivery-reach.ts';
import { FairGate } from './fair-gate.ts';

/** How long a connection is kept through which nothing goes. */
const idleMs = 4_000;
/** No request waits longer. */
const connectMs = 10_000;
/** Of a body that nobody wants: past it the connection is not worth keeping. */
const droppedBytes = 65_536;

interface WebSenderOptions {
  /** Requests under way at the same time, over all and to one origin. */
  readonly atOnce: number;
  readonly toOneOrigin: number;
  readonly reach: DeliveryReach;
}

export class WebSender implements HttpSender {
  readonly #reach: DeliveryReach;
  readonly #gate: FairGate;
  readonly #agent: Agent;
  readonly #atOnce: number;
  readonly #aborts = new Aborts();
  /** Open connections, and requests under way. */
  #connections = 0;
  #underWay = 0;

  constructor({ atOnce, toOneOrigin, reach }: WebSenderOptions) {
    this.#reach = reach;
    this.#atOnce = atOnce;
    this.#gate = new FairGate({ atOnce, toOnePlace: toOneOrigin });
    this.#agent = new Agent({
      connections: toOneOrigin,
      pipelining: 1,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      // Each request has a time of its own, for all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
      connect: { lookup: reach.lookup, timeout: connectMs },
    });
    this.#agent.on('connect', () => this.#connections++);
    this.#agent.on('disconnect', () => this.#connections--);
  }

  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer | HttpFailure> {
    const { url } = request;
    const host = url.hostname.replaceAll(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !this.#reach.allowsAddress(host))
      return Promise.resolve({
        failure: 'forbidden',
        message: `--deliver-to does not allow the address ${host}`,
      });
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(aborted);
      const { origin } = url;
      let isWaiting = true;
      const stopWaiting = (): void => {
        leaveQueue();
        resolve(aborted);
      };
      const leaveQueue = this.#gate.enter(origin, () => {
        isWaiting = false;
        this.#aborts.remove(signal, stopWaiting);
        this.#underWay++;
        void this.#exchange(request, signal).then((outcome) => {
          this.#underWay--;
          this.#gate.leave(origin);
          resolve(outcome);
        });
      });
      if (isWaiting) this.#aborts.add(signal, stopWaiting);
    });
  }

  async #exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer | HttpFailure> {
    const outcome = await this.#once(request, signal);
    if (outcome !== 'cut') return outcome;
    // A kept connection may be closed by the other side while a request is on its way to it.
    const again = await this.#once(request, signal);
    return again === 'cut'
      ? { failure: 'unreachable', message: 'the connection was closed without an answer' }
      : again;
  }

  #once(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer | HttpFailure | 'cut'> {
    return new Promise((resolve) => {
      const exchange = new Exchange(request, this.#aborts, signal, resolve);
      const { method, url, body = null } = request;
      try {
        this.#agent.dispatch(
          {
            origin: url.origin,
            path: url.pathname + url.search,
            method,
            headers: request.headers.flat(),
            body,
            // Idle connections of all origins together must not use up open files.
            reset: this.#connections - this.#underWay >= this.#atOnce,
          },
          exchange,
        );
      } catch (error) {
        exchange.onResponseError(undefined, error as Error);
      }
    });
  }

  /** Ends what is under way, too. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/**
 * Who is to be told that a signal aborts. A signal of the caller's is for all that it sends, and
 * takes longer with each listener that it has; here it has one.
 */
class Aborts {
  readonly #bySignal = new WeakMap<AbortSignal, Set<() => void>>();

  add(signal: AbortSignal, abort: () => void): void {
    let all = this.#bySignal.get(signal);
    if (all === undefined) {
      const made = (all = new Set());
      this.#bySignal.set(signal, made);
      signal.addEventListener('abort', () => {
        for (const one of made) one();
      });
    }
    all.add(abort);
  }

  remove(signal: AbortSignal, abort: () => void): void {
    this.#bySignal.get(signal)?.delete(abort);
  }
}

/** One request and what comes of it; settles once. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #aborts: Aborts;
  readonly #signal: AbortSignal;
  readonly #keepBytes: number;
  readonly #resolve: (outcome: HttpAnswer | HttpFailure | 'cut') => void;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #isSettled = false;
  #status = 0;
  #headers: Readonly<Record<string, string | string[] | undefined>> = {};
  #bytes = 0;
  readonly #parts: Buffer[] = [];

  constructor(
    { timeoutMs, keepBytes = 0 }: HttpRequest,
    aborts: Aborts,
    signal: AbortSignal,
    resolve: (outcome: HttpAnswer | HttpFailure | 'cut') => void,
  ) {
    this.#keepBytes = keepBytes;
    this.#aborts = aborts;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#timer = setTimeout(
      () => this.#cut({ failure: 'timeout', message: `no answer within ${timeoutMs / 1_000} s` }),
      timeoutMs,
    );
    aborts.add(signal, this.#abort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isSettled) controller.abort(calledOff);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, part: Buffer): void {
    this.#bytes += part.length;
    const most = this.#keepBytes === 0 ? droppedBytes : this.#keepBytes;
    if (this.#bytes > most)
      this.#cut({ failure: 'unreachable', message: `an answer of more than ${most} bytes` });
    else if (this.#keepBytes > 0) this.#parts.push(part);
  }

  onResponseEnd(): void {
    this.#settle(this.#answer());
  }

  onResponseError(_controller: unknown, error: NodeJS.ErrnoException): void {
    if (this.#isSettled) return;
    if (this.#status === 0 && cutCodes.has(error.code ?? '')) this.#settle('cut');
    else this.#cut(failureOf(error));
  }

  readonly #abort = (): void => this.#cut(aborted);

  /** What is known counts, where nobody waits for more. */
  #cut(failure: HttpFailure): void {
    if (this.#isSettled) return;
    const isEnough = this.#status !== 0 && this.#keepBytes === 0;
    this.#settle(isEnough ? this.#answer() : failure);
    this.#controller?.abort(calledOff);
  }

  #answer(): HttpAnswer {
    const headers: Record<string, string | undefined> = {};
    for (const [name, value] of Object.entries(this.#headers))
      headers[name] = Array.isArray(value) ? value.join(', ') : value;
    return {
      status: this.#status,
      headers,
      body: this.#parts.length === 0 ? '' : Buffer.concat(this.#parts).toString('utf8'),
    };
  }

  #settle(outcome: HttpAnswer | HttpFailure | 'cut'): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    clearTimeout(this.#timer);
    this.#aborts.remove(this.#signal, this.#abort);
    this.#resolve(outcome);
  }
}

const cutCodes: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
const calledOff = new Error('nobody waits for the answer any more');
const aborted: HttpFailure = { failure: 'aborted', message: 'it was called off' };

function failureOf(error: NodeJS.ErrnoException): HttpFailure {
  if (error instanceof ForbiddenDelivery) return { failure: 'forbidden', message: error.message };
  return {
    failure: error.code === 'UND_ERR_INVALID_ARG' ? 'unsendable' : 'unreachable',
    message: error.message.slice(0, 256),
  };
}
