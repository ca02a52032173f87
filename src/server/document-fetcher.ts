// The real document fetcher: reads what identity providers publish, with bounds on all that they
// may do to whoever reads it.

import { NoDocument, type DocumentFetcher } from '../port/document-fetcher.ts';

const mostBytes = 262_144;
const timeoutMs = 5_000;

export const webDocuments: DocumentFetcher = {
  async fetch(url) {
    const response = await fetch(url, {
      redirect: 'error',
      credentials: 'omit',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: unknown) => {
      throw new NoDocument(
        (error as Error).name === 'TimeoutError'
          ? 'it does not answer in time'
          : 'it cannot be reached',
      );
    });
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel();
      throw new NoDocument(`it answers ${response.status}`);
    }
    return textOf(response.body);
  },
};

async function textOf(body: ReadableStream<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of body) {
      bytes += part.length;
      if (bytes > mostBytes) break;
      parts.push(part);
    }
  } catch {
    throw new NoDocument('it stops in the middle of its answer');
  }
  if (bytes > mostBytes) throw new NoDocument(`it publishes more than ${mostBytes} bytes`);
  return Buffer.concat(parts).toString('utf8');
}
