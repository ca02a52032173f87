// Sends an answer that is made while it is sent. A client that has enough, or a source that fails,
// ends it: what was sent is not whole then, and says so by its end.

import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StreamedAnswer } from './answer.ts';

/** Meanwhile, or before it began. */
const clientHasGone = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_UNABLE_TO_PIPE']);

/** Never rejects. */
export async function streamAnswer(
  response: ServerResponse,
  { status, headers, bytes }: StreamedAnswer,
  onFault: (error: unknown) => void,
): Promise<void> {
  response.writeHead(status, [...headers]);
  const source = Readable.from(begun(bytes), { objectMode: false });
  try {
    await pipeline(source, response);
  } catch (error) {
    source.destroy();
    if (!clientHasGone.has((error as NodeJS.ErrnoException).code ?? '')) onFault(error);
  }
}

/**
 * The same, asked for its first bytes at once: a generator that has not begun does not see its end,
 * and would not let go what was taken for it.
 */
function begun(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = bytes[Symbol.asyncIterator]();
  let first: ReturnType<typeof source.next> | undefined = source.next();
  // Whoever asks for it hears of a failure.
  first.catch(() => undefined);
  return {
    [Symbol.asyncIterator]: () => ({
      next() {
        const next = first ?? source.next();
        first = undefined;
        return next;
      },
      async return() {
        await source.return?.();
        return { done: true, value: undefined };
      },
    }),
  };
}
