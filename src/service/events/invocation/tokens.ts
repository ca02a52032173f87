// Access tokens of connections by OAuth's client credentials: asked for at the first request, kept
// in memory until shortly before they expire, and asked for anew where one was not taken. One
// request for a token is under way for a connection at a time.

import { RecentMap } from '../../../base/recent-map.ts';
import type { Clock } from '../../../port/clock.ts';
import type { HttpAnswer, HttpFailure, HttpSender } from '../../../port/http-sender.ts';
import type { ConnectionParameters } from '../connection/parameters.ts';
import type { OpenConnection } from './destination.ts';
import { isSettable } from './headers.ts';

type OAuth = Extract<ConnectionParameters['authorization'], { type: 'OAUTH_CLIENT_CREDENTIALS' }>;

export interface Token {
  readonly text: string;
  readonly expiresAtMs: number;
  /** It was not asked for just now. */
  readonly isKept: boolean;
}

/** Why there is none; `message` holds nothing of the answer but its status. */
export interface NoToken {
  readonly noToken: string;
}

/** Connections whose tokens are kept for sure. */
const mostKept = 1_000;
const timeoutMs = 5_000;
const answerBytes = 65_536;
const marginMs = 30_000;
/** Where the answer does not say (RFC 6749 recommends that it does). */
const usualSeconds = 3_600;

export class Tokens {
  readonly #http: HttpSender;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #kept = new RecentMap<string, Token>(mostKept);
  readonly #underWay = new Map<string, Promise<Token | NoToken>>();

  constructor(http: HttpSender, clock: Pick<Clock, 'now'>) {
    this.#http = http;
    this.#clock = clock;
  }

  async token(
    connection: OpenConnection,
    oauth: OAuth,
    signal: AbortSignal,
  ): Promise<Token | NoToken> {
    const { key } = connection;
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.expiresAtMs > this.#clock.now()) return kept;
    let asking = this.#underWay.get(key);
    if (asking === undefined) {
      asking = this.#ask(key, oauth, signal).finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, asking);
    }
    return asking;
  }

  /** It was not taken: the next request asks for another. */
  drop(connection: OpenConnection, { text }: Token): void {
    const { key } = connection;
    const kept = this.#kept.get(key);
    if (kept?.text === text) this.#kept.set(key, { ...kept, expiresAtMs: 0 });
  }

  async #ask(key: string, oauth: OAuth, signal: AbortSignal): Promise<Token | NoToken> {
    const url = URL.parse(oauth.endpoint);
    if (url === null) return { noToken: 'the authorization endpoint is no URL' };
    const answer = await this.#http.send(
      { ...requestOf(oauth, url), timeoutMs, keepBytes: answerBytes },
      signal,
    );
    const read = tokenIn(answer);
    if ('noToken' in read) return read;
    const token: Token = {
      text: read.text,
      expiresAtMs: this.#clock.now() + Math.max(read.seconds * 1_000 - marginMs, 0),
      isKept: true,
    };
    this.#kept.set(key, token);
    return { ...token, isKept: false };
  }
}

function requestOf(
  { method, clientId, clientSecret, parameters }: OAuth,
  url: URL,
): Pick<Parameters<HttpSender['send']>[0], 'method' | 'url' | 'headers' | 'body'> {
  for (const { key, value } of parameters?.query ?? []) url.searchParams.append(key, value);
  const form = new URLSearchParams([
    ['grant_type', 'client_credentials'],
    ['client_id', clientId],
    ['client_secret', clientSecret],
    ...(parameters?.body ?? []).map(({ key, value }): [string, string] => [key, value]),
  ]);
  const headers: [string, string][] = [
    ['User-Agent', 'Amazon/EventBridge/ApiDestinations'],
    ['Accept', 'application/json'],
    ...(parameters?.headers ?? [])
      .filter(({ key }) => isSettable(key))
      .map(({ key, value }): [string, string] => [key, value]),
  ];
  if (method === 'GET') {
    for (const [name, value] of form) url.searchParams.append(name, value);
    return { method, url, headers };
  }
  headers.push(['Content-Type', 'application/x-www-form-urlencoded']);
  return { method, url, headers, body: form.toString() };
}

function tokenIn(
  answer: HttpAnswer | HttpFailure,
): { readonly text: string; readonly seconds: number } | NoToken {
  if ('failure' in answer) return { noToken: `the authorization endpoint: ${answer.message}` };
  if (answer.status < 200 || answer.status > 299)
    return { noToken: `the authorization endpoint answered ${answer.status}` };
  let parsed: unknown;
  try {
    parsed = JSON.parse(answer.body);
  } catch {
    // Said below.
  }
  const { access_token: text, expires_in: seconds } = (parsed ?? {}) as {
    access_token?: unknown;
    expires_in?: unknown;
  };
  if (typeof text !== 'string' || !/^[\x21-\x7e]{1,16384}$/.test(text))
    return { noToken: 'the authorization endpoint answered without an access_token' };
  return { text, seconds: secondsIn(seconds) };
}

/** Some say the number as a text; of anything else nothing is made. */
function secondsIn(given: unknown): number {
  const lasts = typeof given === 'string' && given !== '' ? Number(given) : given;
  return typeof lasts === 'number' && Number.isFinite(lasts)
    ? Math.min(lasts, 86_400)
    : usualSeconds;
}
