// Whether a signature is right: for the service that is asked, now, over this request, under this
// key. It knows no key store and throws nothing; what is wrong is a value (fault.ts).

import { hash, timingSafeEqual } from 'node:crypto';
import type { RequestHead } from '../protocol.ts';
import { canonicalQuery, canonicalRequest, signedValues } from './canonical.ts';
import { mismatch, notTheSame, unsignedPayload, type SignatureFault } from './fault.ts';
import { readSignature, type Signature } from './parse.ts';
import { hmac } from './signing-key.ts';
import { timeFault } from './time.ts';

/** The request's signature, where nothing is wrong with it that shows without its key. */
export function examine(
  head: RequestHead,
  signingName: string,
  nowMs: number,
): Signature | SignatureFault {
  const signature = readSignature(head);
  if ('fault' in signature) return signature;
  return (
    timeFault(signature.timeMs, signature.lifeSeconds, nowMs) ??
    scopeFault(signature, signingName) ??
    signature
  );
}

/** `bodyDigest` is SHA-256 in hexadecimal, of the body as it arrived. */
export function verify(
  signature: Signature,
  head: RequestHead,
  bodyDigest: string,
  key: Buffer,
): SignatureFault | undefined {
  const headers = signedValues(signature.signedHeaders, head.rawHeaders);
  if ('fault' in headers) return headers;
  const { method, path, query } = head;
  const { credential, time, value } = signature;
  const leftOut = credential.foundIn === 'query' ? 'X-Amz-Signature' : undefined;
  const canonical = canonicalRequest(
    { method, path, query: canonicalQuery(query, leftOut), headers },
    bodyDigest,
  );
  // Headers are bytes, which Node reads as Latin-1; all else is ASCII by now.
  const digest = hash('sha256', Buffer.from(canonical, 'latin1'), 'hex');
  const scope = `${credential.date}/${credential.region}/${credential.service}/aws4_request`;
  const right = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${digest}`);
  if (timingSafeEqual(right, Buffer.from(value, 'hex'))) return undefined;
  const payload = headers.get('x-amz-content-sha256') ?? bodyDigest;
  return /^(?:UNSIGNED|STREAMING)-/.test(payload) ? unsignedPayload : notTheSame;
}

function scopeFault(
  { credential: { date, service }, signedHeaders, time }: Signature,
  signingName: string,
): SignatureFault | undefined {
  if (!signedHeaders.includes('host'))
    return mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  const wrong = [
    service === signingName
      ? ''
      : `Credential should be scoped to correct service: '${signingName}'.`,
    time.startsWith(date)
      ? ''
      : `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${time.slice(0, 8)}', from '${time}'.`,
  ].filter((text) => text !== '');
  return wrong.length === 0 ? undefined : mismatch(wrong.join(' '));
}
