// What an answer to bad input must be: a success, or a 4xx with a type and a message of bounded
// length, in the protocol that was spoken.

import assert from 'node:assert/strict';
import type { PlainAnswer, PlainRequest } from './plain-server.ts';

const longestMessage = 20_000;

export function assertFair(request: PlainRequest, { status, body }: PlainAnswer): void {
  const asked = `${request.method} ${request.path} ${request.headers?.['x-amz-target'] ?? ''} ${request.body.toString().slice(0, 2_000)}`;
  // A 5xx would be the server's fault, and a reason for clients to send the same again.
  assert.ok(
    (status >= 200 && status < 300) || (status >= 400 && status < 500),
    `${status} ${body}\n${asked}`,
  );
  const { type, message } = body.startsWith('<') ? ofXml(body) : ofJson(body);
  if (status < 300) return;
  assert.ok(
    typeof message === 'string' && message !== '' && message.length < longestMessage,
    `${status} without a fair message: ${body}\n${asked}`,
  );
  assert.equal(typeof type, 'string', asked);
}

interface Told {
  readonly type: unknown;
  readonly message: unknown;
}

function ofJson(body: string): Told {
  const json = JSON.parse(body === '' ? '{}' : body) as { message?: unknown; __type?: unknown };
  return { type: json.__type, message: json.message };
}

const ofXml = (body: string): Told => ({
  type: /<Code>([^<]+)<\/Code>/.exec(body)?.[1],
  message: /<Message>([^<]+)<\/Message>/.exec(body)?.[1],
});
