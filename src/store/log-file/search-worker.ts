// The search worker's entry: answers one search after another, so that reading many files and
// matching patterns never holds the server's own loop.

import { parentPort, workerData } from 'node:worker_threads';
import {
  InvalidFilterPattern,
  SinkBusy,
  type LogSearch,
  type LogSearchPage,
} from '../../port/log-sink.ts';
import { must } from '../../base/assert.ts';
import { Searcher } from './search.ts';

export type SearchAnswer =
  | { readonly page: LogSearchPage }
  | { readonly invalid: string }
  | { readonly busy: string }
  | { readonly failure: string };

/** The streams of a search come first, in parts, and then what is searched for in them. */
export type SearchRequest =
  | { readonly streams: readonly string[] }
  | { readonly search: Omit<LogSearch, 'streams'> };

const port = must(parentPort, 'the search worker runs as a worker');
const { root, openFiles } = workerData as { readonly root: string; readonly openFiles: number };
const searcher = new Searcher(root, openFiles);
let streams: string[] = [];

port.on('message', (request: SearchRequest) => {
  if ('streams' in request) {
    for (const stream of request.streams) streams.push(stream);
    return;
  }
  const search = { ...request.search, streams };
  streams = [];
  searcher.search(search).then(
    (page) => port.postMessage({ page } satisfies SearchAnswer),
    (error: unknown) => port.postMessage(answerTo(error)),
  );
});

function answerTo(error: unknown): SearchAnswer {
  if (error instanceof InvalidFilterPattern) return { invalid: error.message };
  return error instanceof SinkBusy
    ? { busy: error.message }
    : { failure: String((error as Error).stack) };
}
