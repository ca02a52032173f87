// Signs a request of our own operations as the SDK signs those of AWS: Signature Version 4, header
// form. For requests without a body; it sends nothing itself.

import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly region: string;
  readonly service: string;
  readonly nowMs: number;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
/** As AWS encodes: what encodeURIComponent leaves alone as well. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** The headers that the request needs, `host` aside, which goes by its URL. */
export function signedHeaders(
  { method, url, region, service, nowMs }: SignedRequest,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
): Record<string, string> {
  const date = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const headers: Record<string, string> = {
    host: url.host,
    'x-amz-date': date,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  };
  const names = Object.keys(headers).sort();
  // The path is encoded once more, as for every service but S3.
  const path = url.pathname.split('/').map(encoded).join('/');
  const query = [...url.searchParams]
    .map((pair) => pair.map(encoded))
    .sort(([a = '', x = ''], [b = '', y = '']) => (a === b ? order(x, y) : order(a, b)))
    .map((pair) => pair.join('='))
    .join('&');
  const canonical = [
    method,
    path,
    query,
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    sha256(''),
  ].join('\n');
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const key = [date.slice(0, 8), region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${secretAccessKey}`,
  );
  const signature = hmac(
    key,
    ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n'),
  ).toString('hex');
  const { host: _host, ...rest } = headers;
  return {
    ...rest,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}
