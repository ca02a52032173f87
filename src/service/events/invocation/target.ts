// API destinations as targets of rules: authorizes each request by its connection, keeps to the
// destination's rate over all rules that lead there, and says what an answer means. Tried again are
// 401, 407, 409, 429, 5xx and whatever got no answer, not before a Retry-After (EventBridge's user
// guide, "API destination error codes").

import { scopeParts, type Scope } from '../../../base/ids.ts';
import { RecentMap } from '../../../base/recent-map.ts';
import { isRefusal } from '../../../base/refusal.ts';
import type { Clock } from '../../../port/clock.ts';
import type { DeliveryFailure } from '../../../port/delivery.ts';
import type { HttpAnswer, HttpFailure, HttpSender } from '../../../port/http-sender.ts';
import type { OwnServices } from '../../../port/own-services.ts';
import { failedForGood, failedOnce } from '../../delivery/failure.ts';
import type { RuleTarget } from '../resources.ts';
import { callerOf } from '../target/caller.ts';
import { ownFailure, type TargetSender, type ToTarget } from '../target/target-sender.ts';
import { Destinations, type OpenDestination } from './destination.ts';
import { invocationRequest, type InvocationRequest } from './request.ts';
import { sign } from './signature.ts';
import { Tokens, type NoToken, type Token } from './tokens.ts';

/** As AWS's. */
const timeoutMs = 5_000;
const longestWaitMs = 86_400_000;
/** Destinations whose pace is remembered for sure. */
const mostPaced = 1_000;

interface Parts {
  readonly own: Pick<OwnServices, 'denial'>;
  readonly http: HttpSender;
  readonly clock: Clock;
  readonly space: ConstructorParameters<typeof Destinations>[0]['space'];
  readonly sealer: ConstructorParameters<typeof Destinations>[0]['sealer'];
}

export class ApiDestinationTarget implements TargetSender {
  readonly atOnce = 64;
  readonly #own: Parts['own'];
  readonly #http: HttpSender;
  readonly #clock: Clock;
  readonly #destinations: Destinations;
  readonly #tokens: Tokens;
  /** When the next request to each may go, and when that was said. */
  readonly #next = new RecentMap<string, { readonly atMs: number; readonly saidMs: number }>(
    mostPaced,
  );

  constructor({ own, http, clock, space, sealer }: Parts) {
    this.#own = own;
    this.#http = http;
    this.#clock = clock;
    this.#destinations = new Destinations({ space, sealer });
    this.#tokens = new Tokens(http, clock);
  }

  /** As the destination says; undefined: nothing can be sent there. */
  perSecond(scope: Scope, { arn }: Pick<RuleTarget, 'arn'>): number | undefined {
    const destination = this.#destinations.open(scope, arn);
    return 'notOpen' in destination ? undefined : destination.perSecond;
  }

  /** Resolves when it was taken, or says why not. */
  async send(
    to: Pick<ToTarget, 'scope' | 'rule' | 'target' | 'event' | 'input'>,
    signal: AbortSignal,
  ): Promise<DeliveryFailure | undefined> {
    const { scope, target, event, input } = to;
    const denied = await this.#own.denial(
      {
        region: scopeParts(scope).region,
        action: 'events:InvokeApiDestination',
        resource: target.arn,
      },
      callerOf(to),
    );
    if (denied !== undefined) return ownFailure(denied);
    const destination = this.#destinations.open(scope, target.arn);
    if ('notOpen' in destination)
      return failedForGood('NO_RESOURCE', `${couldNot}: ${destination.notOpen}`);
    const { endpoint, method, connection } = destination;
    const request = invocationRequest({
      endpoint,
      method,
      body: input,
      event,
      target: target.http,
      parameters: connection.invocation,
    });
    if (isRefusal(request))
      return failedForGood('INVALID_PARAMETER', `${couldNot}: ${request.message}`);
    return this.#send(destination, request, signal);
  }

  async #send(
    destination: OpenDestination,
    { url, headers: given, body }: InvocationRequest,
    signal: AbortSignal,
  ): Promise<DeliveryFailure | undefined> {
    const { method, connection } = destination;
    for (;;) {
      if (!(await this.#turnOf(destination, signal)))
        return failedOnce('CONNECTION_FAILURE', `${couldNot}: it was called off`);
      const headers = new Map(given);
      const token = await this.#authorize(headers, destination, signal);
      if (token !== undefined && 'noToken' in token)
        return failedOnce('SDK_CLIENT_ERROR', `${couldNot}: ${token.noToken}`);
      sign(headers, body ?? '', this.#clock.now());
      const outcome = await this.#http.send(
        { method, url, headers: [...headers.values()], body, timeoutMs },
        signal,
      );
      if (token !== undefined && isUnauthorized(outcome)) {
        this.#tokens.drop(connection, token);
        // One that was kept may have been taken back before it expired.
        if (token.isKept) continue;
      }
      return 'failure' in outcome ? failureOf(outcome) : this.#judge(outcome);
    }
  }

  async #authorize(
    headers: Map<string, readonly [string, string]>,
    { connection }: OpenDestination,
    signal: AbortSignal,
  ): Promise<Token | NoToken | undefined> {
    const { authorization: by } = connection;
    const put = (name: string, value: string): void =>
      void headers.set(name.toLowerCase(), [name, value]);
    switch (by.type) {
      case 'API_KEY':
        put(by.name, by.value);
        return undefined;
      case 'BASIC': {
        const pair = Buffer.from(`${by.username}:${by.password}`).toString('base64');
        put('Authorization', `Basic ${pair}`);
        return undefined;
      }
      case 'OAUTH_CLIENT_CREDENTIALS': {
        const token = await this.#tokens.token(connection, by, signal);
        if (!('noToken' in token)) put('Authorization', `Bearer ${token.text}`);
        return token;
      }
    }
  }

  #judge({ status, headers }: HttpAnswer): DeliveryFailure | undefined {
    if (status >= 200 && status <= 299) return undefined;
    const message = `${couldNot}: it answered ${status}`;
    const isPassing = status >= 500 || [401, 407, 409, 429].includes(status);
    if (!isPassing) return failedForGood('SDK_CLIENT_ERROR', message);
    const waitMs = waitIn(headers['retry-after'], this.#clock.now());
    if (waitMs !== undefined && waitMs < 0) return failedForGood('SDK_CLIENT_ERROR', message);
    return failedOnce(status === 429 ? 'THROTTLING' : 'SDK_CLIENT_ERROR', message, waitMs);
  }

  /** When it may go by the destination's rate; false: it was called off meanwhile. */
  #turnOf({ arn, perSecond }: OpenDestination, signal: AbortSignal): Promise<boolean> {
    const nowMs = this.#clock.now();
    const next = this.#next.get(arn);
    // Nobody waits for a clock that was set back.
    const atMs = next === undefined || next.saidMs > nowMs ? nowMs : Math.max(next.atMs, nowMs);
    this.#next.set(arn, { atMs: atMs + 1_000 / perSecond, saidMs: nowMs });
    // The clock counts whole milliseconds, and several may go in one.
    if (atMs < nowMs + 1) return Promise.resolve(true);
    return new Promise((resolve) => {
      const stop = (): void => {
        cancel();
        resolve(false);
      };
      const cancel = this.#clock.at(Math.ceil(atMs), () => {
        signal.removeEventListener('abort', stop);
        resolve(true);
      });
      signal.addEventListener('abort', stop, { once: true });
    });
  }
}

const couldNot = 'Unable to invoke ApiDestination endpoint';

const isUnauthorized = (outcome: HttpAnswer | HttpFailure): boolean =>
  'status' in outcome && (outcome.status === 401 || outcome.status === 407);

function failureOf({ failure, message }: HttpFailure): DeliveryFailure {
  const text = `${couldNot}: ${message}`;
  switch (failure) {
    case 'forbidden':
      return failedForGood('NO_PERMISSIONS', text);
    case 'unsendable':
      return failedForGood('INVALID_PARAMETER', text);
    case 'timeout':
      return failedOnce('TIMEOUT', text);
    case 'unreachable':
    case 'aborted':
      return failedOnce('CONNECTION_FAILURE', text);
  }
}

/** Of a Retry-After: in seconds or by a date; undefined: it says nothing. */
function waitIn(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^-?\d{1,9}$/.test(text.trim())) return Math.min(Number(text) * 1_000, longestWaitMs);
  const ms = Date.parse(text) - nowMs;
  // A date that has passed is no negative wait: nothing stops for it.
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), longestWaitMs) : undefined;
}
