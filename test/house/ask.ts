// A request from its head and body to its answer, without a socket.

import assert from 'node:assert/strict';
import type { Answer } from '../../src/wire/answer.ts';
import type { Pipeline } from '../../src/wire/pipeline.ts';
import type { RequestHead } from '../../src/wire/protocol.ts';

/** Takes a request all the way, as the front door does. */
export async function ask(
  pipeline: Pipeline,
  head: RequestHead,
  body: Buffer | string = '',
): Promise<Answer> {
  const routed = pipeline.route(head);
  if ('status' in routed) return routed;
  const answer = await pipeline.invoke(routed, Buffer.from(body));
  assert.ok('body' in answer, 'the answer is no stream');
  return answer;
}
