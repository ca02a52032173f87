// Signed requests, for tests of signatures: those that others signed and that stand in a fixture,
// and those that a test signs itself.

import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Hidden } from '../../src/base/hidden.ts';
import type { RequestHead } from '../../src/wire/protocol.ts';
import { canonicalQuery, canonicalRequest, signedValues } from '../../src/wire/sigv4/canonical.ts';
import type { SignatureFault } from '../../src/wire/sigv4/fault.ts';
import { credentialOf } from '../../src/wire/sigv4/parse.ts';
import { hmac, signingKey } from '../../src/wire/sigv4/signing-key.ts';
import { formatTime, parseTime } from '../../src/wire/sigv4/time.ts';
import { examine, verify } from '../../src/wire/sigv4/verify.ts';
import { must } from '../../src/base/assert.ts';

/** A request as it came over the wire, and what its signature is judged by. */
export interface SignedRequest {
  readonly title: string;
  readonly head: RequestHead;
  readonly body: Buffer;
  readonly accessKeyId: string;
  readonly secret: Hidden;
  readonly signingName: string;
  readonly nowMs: number;
}

interface Recorded {
  readonly title: string;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Names and values in turn, a character for each byte. */
  readonly headers: readonly string[];
  readonly body?: string;
  /** Where the body is no text. */
  readonly bodyBase64?: string;
}

interface Fixture {
  readonly secretAccessKey: string;
  readonly requests: readonly Recorded[];
}

/** The requests of `test/fixture/<name>.json`, as they were at the time that each carries. */
export function recorded(name: string): SignedRequest[] {
  const path = new URL(`../fixture/${name}.json`, import.meta.url);
  const { secretAccessKey, requests } = JSON.parse(readFileSync(path, 'utf8')) as Fixture;
  return requests.map(({ title, method, target, headers, body, bodyBase64 }) => {
    const head = headOf(method, target, headers);
    const credential = must(credentialOf(head), `${title} is signed`);
    const time =
      credential.foundIn === 'header'
        ? head.headers['x-amz-date']
        : new URLSearchParams(head.query).get('X-Amz-Date');
    return {
      title,
      head,
      body: Buffer.from(bodyBase64 ?? body ?? '', bodyBase64 === undefined ? 'utf8' : 'base64'),
      accessKeyId: credential.accessKeyId,
      secret: new Hidden(secretAccessKey),
      signingName: credential.service,
      nowMs: must(parseTime(String(time)), `${title} has a time`),
    };
  });
}

/** As Node reads a request: of what comes twice, the first, or all of it joined. */
export function headOf(method: string, target: string, rawHeaders: readonly string[]): RequestHead {
  const mark = target.indexOf('?');
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase();
    const value = rawHeaders[at + 1] as string;
    const before = headers[name];
    headers[name] =
      before === undefined ? value : single.has(name) ? before : `${before}, ${value}`;
  }
  return {
    method,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers,
    rawHeaders,
    sourceAddress: '10.0.0.1',
  };
}

const single = new Set(['authorization', 'content-type', 'host', 'user-agent']);

/** What the server finds wrong with it. */
export function faultOf({
  head,
  body,
  accessKeyId,
  secret,
  signingName,
  nowMs,
}: Omit<SignedRequest, 'title'>): SignatureFault | undefined {
  const signature = examine(head, signingName, nowMs);
  if ('fault' in signature) return signature;
  if (signature.credential.accessKeyId !== accessKeyId) return { fault: 'unknown-key' };
  const key = signingKey(secret, signature.credential);
  return verify(signature, head, hash('sha256', body, 'hex'), key);
}

interface Signing {
  readonly accessKeyId: string;
  readonly secret: Hidden;
  readonly region?: string;
  readonly service: string;
  readonly nowMs: number;
  /** The names of the headers to be signed; absent: all that there are. */
  readonly names?: readonly string[];
}

interface Unsigned {
  readonly method: string;
  readonly target: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
}

/** The same request with an Authorization header. */
export function sign(
  { method, target, headers }: Unsigned,
  body: Buffer | string,
  signing: Signing,
): RequestHead {
  const all = [...headers, 'X-Amz-Date', formatTime(signing.nowMs)];
  const names = [
    ...new Set(
      signing.names ?? all.filter((_each, at) => at % 2 === 0).map((name) => name.toLowerCase()),
    ),
  ].sort();
  const value = signatureOver(headOf(method, target, all), body, names, signing);
  return headOf(method, target, [
    ...all,
    'Authorization',
    `AWS4-HMAC-SHA256 Credential=${signing.accessKeyId}/${scopeOf(signing)}, SignedHeaders=${names.join(';')}, Signature=${value}`,
  ]);
}

/** The same request with its signature in the query, for a minute; its host alone is signed. */
export function presign({ method, target, headers }: Unsigned, signing: Signing): RequestHead {
  const parameters = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${signing.accessKeyId}/${scopeOf(signing)}`,
    'X-Amz-Date': formatTime(signing.nowMs),
    'X-Amz-Expires': '60',
    'X-Amz-SignedHeaders': 'host',
  });
  const whole = `${target}${target.includes('?') ? '&' : '?'}${parameters.toString()}`;
  const value = signatureOver(headOf(method, whole, headers), '', ['host'], signing);
  return headOf(method, `${whole}&X-Amz-Signature=${value}`, headers);
}

const scopeOf = ({ nowMs, region = 'us-east-1', service }: Signing): string =>
  `${formatTime(nowMs).slice(0, 8)}/${region}/${service}/aws4_request`;

function signatureOver(
  { method, path, query, rawHeaders }: RequestHead,
  body: Buffer | string,
  names: readonly string[],
  signing: Signing,
): string {
  const { secret, nowMs, region = 'us-east-1', service } = signing;
  const headers = signedValues(names, rawHeaders);
  if ('fault' in headers) throw new Error('what is to be signed is not all there is');
  const canonical = canonicalRequest(
    { method, path, query: canonicalQuery(query), headers },
    hash('sha256', body, 'hex'),
  );
  const time = formatTime(nowMs);
  const digest = hash('sha256', Buffer.from(canonical, 'latin1'), 'hex');
  return hmac(
    signingKey(secret, { date: time.slice(0, 8), region, service }),
    `AWS4-HMAC-SHA256\n${time}\n${scopeOf(signing)}\n${digest}`,
  ).toString('hex');
}
