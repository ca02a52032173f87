// Sends an answer that is made while it is sent. A client that has enough, or a source that fails,
// ends it: what was sent is not whole then, and says so by its end.

import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StreamedAnswer } from './answer.ts';

/** Never rejects. */
export async function streamAnswer(
  response: ServerResponse,
  { status, headers, bytes }: StreamedAnswer,
  onFault: (error: unknown) => void,
): Promise<void> {
  response.writeHead(status, [...headers]);
  try {
    await pipeline(Readable.from(bytes, { objectMode: false }), response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') onFault(error);
  }
}
