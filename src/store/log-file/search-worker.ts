// The search worker's entry: answers one search after another, so that reading many files and matching patterns never holds
// the server's own loop.

import { parentPort, workerData } from 'node:worker_threads';
import { InvalidFilterPattern, type LogSearch, type LogSearchPage } from '../../port/log-sink.ts';
import { must } from '../../base/assert.ts';
import { Searcher } from './search.ts';

export type SearchAnswer = { readonly page: LogSearchPage } | { readonly invalid: string } | { readonly failure: string };

const port = must(parentPort, 'the search worker runs as a worker');
const searcher = new Searcher((workerData as { root: string }).root);

port.on('message', (search: LogSearch) => {
  searcher.search(search).then(
    (page) => port.postMessage({ page } satisfies SearchAnswer),
    (error: unknown) => port.postMessage((error instanceof InvalidFilterPattern ? { invalid: error.message } : { failure: String((error as Error).stack) }) satisfies SearchAnswer),
  );
});
