// The paths of our own that are no operations: the page at /, and under /_longshore/ health,
// metrics, and the certificates of whoever signs SNS's messages. They tell of the server to
// everybody, and change nothing.

import type { Limits } from '../core/limit.ts';
import type { EngineCapabilities } from '../port/engine.ts';
import type { Counts, Reader } from '../port/reader.ts';
import type { DiskFacts } from '../store/disk-room.ts';
import type { Answer } from '../wire/answer.ts';
import { certificateIn } from '../service/sns/delivery/link.ts';
import { isAwsClient } from '../wire/unserved.ts';
import { frontPage } from './front-page.ts';
import type { PathHandler } from './listener.ts';
import { version } from './version.ts';

/** What a caller may want to know of the server itself. */
interface ServerFacts {
  readonly engine: EngineCapabilities;
  /** The region of callers that name none. */
  readonly region: string;
  readonly account: string;
  /** `on`: every request must be signed, and what is told without a signature names nothing. */
  readonly auth: 'on' | 'off';
  readonly limits: Limits;
}

interface ServerPathParts {
  readonly disk: () => DiskFacts;
  readonly damage: DamageCounts;
  /** This server's, for callers that name no host. */
  readonly url: () => string;
  /** As PEM; undefined where none has the name. */
  readonly certificate: (name: string) => string | undefined;
}

/** What was found of log files so far. */
export interface DamageCounts {
  found: number;
  bytes: number;
}

export function serverPaths(
  reader: Reader,
  facts: ServerFacts,
  { disk, damage, url, certificate }: ServerPathParts,
): PathHandler {
  const page: PathHandler = (head) => {
    switch (head.path) {
      case '/favicon.ico':
        return answer(200, 'image/svg+xml', icon);
      case '/metrics':
        return answer(307, 'text/plain', 'The metrics are at /_longshore/metrics\n', [
          'location',
          '/_longshore/metrics',
        ]);
      case '/': {
        const { host } = head.headers;
        return frontPage(
          reader,
          facts,
          head,
          host === undefined ? url() : `${url().split(':', 1)[0]}://${String(host)}`,
        );
      }
      default:
        return undefined;
    }
  };
  return (head) => {
    switch (head.path) {
      case '/_longshore/health':
        return answer(
          200,
          'application/json',
          JSON.stringify({
            status: disk().low ? 'degraded' : 'ready',
            version,
            ...facts,
            disk: disk(),
            ...reader.counts(),
          }),
        );
      case '/_longshore/metrics':
        return answer(200, 'text/plain; version=0.0.4', metrics(reader.counts(), disk(), damage));
      default: {
        const { method, query } = head;
        const isRead = (method === 'GET' || method === 'HEAD') && query === '';
        const named = isRead ? certificateIn(head.path) : undefined;
        if (named !== undefined) return certificateAnswer(certificate(named));
        // `GET /` is an operation of S3's, too.
        return isRead && !isAwsClient(head) ? page(head) : undefined;
      }
    }
  };
}

const certificateAnswer = (pem: string | undefined): Answer =>
  pem === undefined
    ? answer(404, 'text/plain', 'No certificate has this name\n')
    : answer(200, 'application/x-pem-file', pem, ['cache-control', 'public, max-age=86400']);

/** Browsers ask for one beside each page. */
const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#147" d="M1 9h14l-3 5H4zM3 5h4v3H3zM9 5h4v3H9zM6 1h4v3H6z"/></svg>';

const answer = (
  status: number,
  type: string,
  body: string,
  more: readonly string[] = [],
): Answer => ({
  status,
  headers: ['content-type', type, 'x-content-type-options', 'nosniff', ...more],
  body,
});

/** Prometheus text. */
function metrics(counts: Counts, disk: DiskFacts, damage: DamageCounts): string {
  const lines = [
    '# HELP longshore_jobs Jobs that have not ended, by status; children of arrays count, their parents do not.',
    '# TYPE longshore_jobs gauge',
    ...Object.entries(counts.jobs).map(
      ([status, count]) => `longshore_jobs{status="${status}"} ${count}`,
    ),
    '# HELP longshore_compute_environments Compute environments.',
    '# TYPE longshore_compute_environments gauge',
    `longshore_compute_environments ${counts.computeEnvironments}`,
    '# HELP longshore_job_queues Job queues.',
    '# TYPE longshore_job_queues gauge',
    `longshore_job_queues ${counts.jobQueues}`,
    '# HELP longshore_stale_reports_total Reports of engines about attempts that were not current.',
    '# TYPE longshore_stale_reports_total counter',
    `longshore_stale_reports_total ${counts.staleReports}`,
    '# HELP longshore_deliveries_waiting Deliveries that wait or are under way, to targets of rules, subscribers and targets of schedules.',
    '# TYPE longshore_deliveries_waiting gauge',
    `longshore_deliveries_waiting ${counts.deliveries.waiting}`,
    '# HELP longshore_deliveries_total Deliveries that have arrived.',
    '# TYPE longshore_deliveries_total counter',
    `longshore_deliveries_total ${counts.deliveries.delivered}`,
    '# HELP longshore_delivery_failures_total Attempts to deliver that failed.',
    '# TYPE longshore_delivery_failures_total counter',
    `longshore_delivery_failures_total ${counts.deliveries.failedAttempts}`,
    '# HELP longshore_deliveries_given_up_total Deliveries that were given up.',
    '# TYPE longshore_deliveries_given_up_total counter',
    `longshore_deliveries_given_up_total ${counts.deliveries.givenUp}`,
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
