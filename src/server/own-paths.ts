// The paths of our own, under /_longshore/: health, metrics and the operations of our own.

import type { ServerResponse } from 'node:http';
import type { Limits } from '../core/limit.ts';
import type { EngineCapabilities } from '../port/engine.ts';
import type { Counts, Reader } from '../port/reader.ts';
import type { OwnOperations } from '../service/longshore/own-operations.ts';
import { headOf, send } from '../wire/http.ts';
import type { PathHandler } from './listener.ts';
import { version } from './version.ts';

/** What a caller may want to know of the server itself. */
export interface ServerFacts {
  readonly engine: EngineCapabilities;
  /** Of callers that name none. */
  readonly region: string;
  readonly account: string;
  readonly limits: Limits;
}

export function ownPaths(reader: Reader, operations: OwnOperations, facts: ServerFacts): PathHandler {
  return (request, response) => {
    const head = headOf(request);
    const { path } = head;
    const own = operations.answer(head);
    if (own !== undefined) {
      void own.then((found) => send(response, found));
      return;
    }
    if (path === '/_longshore/health') answer(response, 200, 'application/json', JSON.stringify({ status: 'ready', version, ...facts, ...reader.counts() }));
    else if (path === '/_longshore/metrics') answer(response, 200, 'text/plain; version=0.0.4', metrics(reader.counts()));
    else answer(response, 404, 'application/json', JSON.stringify({ code: 'UnknownOperationException', message: 'There is nothing here. Try /_longshore/health or /_longshore/metrics.' }));
  };
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Prometheus text. */
function metrics(counts: Counts): string {
  const lines = [
    '# HELP longshore_jobs Jobs that have not ended, by status; children of arrays count, their parents do not.',
    '# TYPE longshore_jobs gauge',
    ...Object.entries(counts.jobs).map(([status, count]) => `longshore_jobs{status="${status}"} ${count}`),
    '# HELP longshore_compute_environments Compute environments.',
    '# TYPE longshore_compute_environments gauge',
    `longshore_compute_environments ${counts.computeEnvironments}`,
    '# HELP longshore_job_queues Job queues.',
    '# TYPE longshore_job_queues gauge',
    `longshore_job_queues ${counts.jobQueues}`,
    '# HELP longshore_stale_reports_total Reports of engines about attempts that were not current.',
    '# TYPE longshore_stale_reports_total counter',
    `longshore_stale_reports_total ${counts.staleReports}`,
    '# HELP process_resident_memory_bytes Resident memory of the server.',
    '# TYPE process_resident_memory_bytes gauge',
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
  ];
  return `${lines.join('\n')}\n`;
}
