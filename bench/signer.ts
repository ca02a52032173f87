// Signs a benchmark's requests as SDKs do, with as little work as can be: the load shares the
// machine with the server.

import { createHash, createHmac } from 'node:crypto';

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Header lines for a POST of JSON. */
export type Sign = (host: string, path: string, body: string) => string;

/** For a benchmark of a few minutes: the date is that of its start, and of the same day. */
export function signerOf(accessKeyId: string, secret: string, service = 'batch'): Sign {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const scope = `${day}/us-east-1/${service}/aws4_request`;
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return (host, path, body) => {
    const at = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
    const canonical = `POST\n${path}\n\ncontent-type:application/json\nhost:${host}\nx-amz-date:${at}\n\ncontent-type;host;x-amz-date\n${sha256(body)}`;
    const signature = hmac(key, `AWS4-HMAC-SHA256\n${at}\n${scope}\n${sha256(canonical)}`);
    return `x-amz-date: ${at}\r\nauthorization: AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=content-type;host;x-amz-date, Signature=${signature.toString('hex')}\r\n`;
  };
}

/** Where nobody verifies it. */
export const unsigned: Sign = () =>
  'authorization: AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/batch/aws4_request, SignedHeaders=host, Signature=0\r\n';
