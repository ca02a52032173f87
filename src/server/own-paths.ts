// The paths of our own, under /_longshore/: health, metrics and the operations of our own.

import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Limits } from '../core/limit.ts';
import type { EngineCapabilities } from '../port/engine.ts';
import type { Counts, Reader } from '../port/reader.ts';
import type { OwnOperations, StreamedAnswer } from '../service/longshore/own-operations.ts';
import type { DiskFacts } from '../store/disk-room.ts';
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

export interface OwnPathParts {
  readonly disk: () => DiskFacts;
  readonly damage: DamageCounts;
  readonly onFault: (error: unknown) => void;
}

/** What was found of log files so far. */
export interface DamageCounts {
  found: number;
  bytes: number;
}

export function ownPaths(reader: Reader, operations: OwnOperations, facts: ServerFacts, { disk, damage, onFault }: OwnPathParts): PathHandler {
  return (request, response) => {
    const head = headOf(request);
    const { path } = head;
    const own = operations.answer(head);
    if (own !== undefined) {
      void own.then((found) => ('bytes' in found ? stream(response, found, onFault) : send(response, found)));
      return;
    }
    if (path === '/_longshore/health') answer(response, 200, 'application/json', JSON.stringify({ status: disk().low ? 'degraded' : 'ready', version, ...facts, disk: disk(), ...reader.counts() }));
    else if (path === '/_longshore/metrics') answer(response, 200, 'text/plain; version=0.0.4', metrics(reader.counts(), disk(), damage));
    else answer(response, 404, 'application/json', JSON.stringify({ code: 'UnknownOperationException', message: 'There is nothing here. Try /_longshore/health or /_longshore/metrics.' }));
  };
}

/** A client that has enough, or a source that fails, ends it: what was sent is not whole then, and says so by its end. */
async function stream(response: ServerResponse, { status, headers, bytes }: StreamedAnswer, onFault: (error: unknown) => void): Promise<void> {
  response.writeHead(status, [...headers]);
  try {
    await pipeline(Readable.from(bytes, { objectMode: false }), response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') onFault(error);
  }
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Prometheus text. */
function metrics(counts: Counts, disk: DiskFacts, damage: DamageCounts): string {
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
    '# HELP longshore_disk_free_bytes Free room on the disk of the data directory.',
    '# TYPE longshore_disk_free_bytes gauge',
    `longshore_disk_free_bytes ${disk.freeBytes}`,
    '# HELP longshore_disk_reserve_bytes Below so much free room output waits and nothing new is taken.',
    '# TYPE longshore_disk_reserve_bytes gauge',
    `longshore_disk_reserve_bytes ${disk.reserveBytes}`,
    '# HELP longshore_disk_low Whether that is so.',
    '# TYPE longshore_disk_low gauge',
    `longshore_disk_low ${Number(disk.low)}`,
    '# HELP longshore_log_damage_total Times that a log file was found to be damaged or deleted.',
    '# TYPE longshore_log_damage_total counter',
    `longshore_log_damage_total ${damage.found}`,
    '# HELP longshore_log_damaged_bytes_total Bytes of log files that were found to be damaged.',
    '# TYPE longshore_log_damaged_bytes_total counter',
    `longshore_log_damaged_bytes_total ${damage.bytes}`,
    '# HELP process_resident_memory_bytes Resident memory of the server.',
    '# TYPE process_resident_memory_bytes gauge',
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
  ];
  return `${lines.join('\n')}\n`;
}
