// Waits for jobs to end and shows how they stand meanwhile. It changes nothing about them.

import type { JobDetail } from '@aws-sdk/client-batch';
import type { Session } from './session.ts';
import { JobNews } from './job-news.ts';
import { awayText, poll } from './poll.ts';
import { Progress, barText } from './progress.ts';
import {
  childCounts,
  countsText,
  endText,
  isEnded,
  jobStatuses,
  standText,
  type StatusCounts,
} from './render/job.ts';
import { durationText } from './render/time.ts';
import type { Style } from './render/style.ts';
import { statusText } from './render/style.ts';

interface WatchOptions {
  /** Told of each job once, when it has ended. */
  readonly onEnd: (job: JobDetail) => void;
}

/**
 * Resolves to the jobs, all ended, in the order of `ids`. Throws {@link Interrupted} when `signal`
 * is aborted.
 */
export async function watchJobs(
  session: Session,
  ids: readonly string[],
  signal: AbortSignal,
  options: WatchOptions,
): Promise<JobDetail[]> {
  const api = await session.api();
  const progress = new Progress(session.io);
  const startedMs = session.io.nowMs();
  const known = new Map<string, JobDetail>();
  const look = async (): Promise<'changed' | 'same' | 'done'> => {
    const open = ids.filter((id) => !isEnded(known.get(id) ?? {}));
    let changed = false;
    for (const job of await api.describeJobs(open)) {
      const id = job.jobId ?? '';
      const before = known.get(id);
      if (!differs(before, job)) continue;
      changed = true;
      known.set(id, job);
      if (isEnded(job)) {
        progress.clear();
        options.onEnd(job);
      } else if (before === undefined || landmark(before) !== landmark(job))
        progress.change(standText(job, session.errStyle));
    }
    const jobs = ids.map((id) => known.get(id) as JobDetail);
    if (jobs.every(isEnded)) return 'done';
    progress.show(progressText(jobs, session.io.nowMs() - startedMs, session.errStyle));
    return changed ? 'changed' : 'same';
  };
  const onAway = (): void => {
    progress.clear();
    session.io.err(awayText);
  };
  const news = new JobNews(session, ids);
  try {
    await poll(session.io, signal, look, onAway, news);
  } finally {
    news.end();
    progress.clear();
  }
  return ids.map((id) => known.get(id) as JobDetail);
}

/** Says how a job ended, on standard output or standard error. */
export const sayEnd =
  (session: Session, where: 'out' | 'err') =>
  (job: JobDetail): void =>
    session.io[where](`${endText(job, where === 'out' ? session.style : session.errStyle)}\n`);

/** The exit code for jobs that have ended. */
export const exitCodeOf = (jobs: readonly JobDetail[]): number =>
  jobs.some((job) => job.status === 'FAILED') ? 1 : 0;

function differs(before: JobDetail | undefined, now: JobDetail): boolean {
  if (
    before === undefined ||
    before.status !== now.status ||
    before.statusReason !== now.statusReason
  )
    return true;
  const [countsBefore, countsNow] = [childCounts(before), childCounts(now)];
  return (
    countsNow !== undefined &&
    jobStatuses.some((status) => (countsBefore?.[status] ?? 0) !== (countsNow[status] ?? 0))
  );
}

/**
 * What is worth a line where lines stay: not every child of an array, nor every figure in a reason.
 */
function landmark(job: JobDetail): string {
  const counts = childCounts(job);
  if (counts === undefined) return `${job.status} ${job.statusReason?.replace(/\d+/g, '0') ?? ''}`;
  const ended = (counts['SUCCEEDED'] ?? 0) + (counts['FAILED'] ?? 0);
  return `${job.status} ${Math.floor((10 * ended) / (job.arrayProperties?.size ?? 1))} ${(counts['FAILED'] ?? 0) > 0}`;
}

/** One line for all of them: a lone job's status, or a bar over jobs and children. */
export function progressText(jobs: readonly JobDetail[], elapsedMs: number, style: Style): string {
  const [only] = jobs;
  const elapsed = style('dim', durationText(elapsedMs));
  if (jobs.length === 1 && only !== undefined && childCounts(only) === undefined) {
    return `${only.jobName} ${statusText(style, only.status)}  ${elapsed}${only.statusReason ? `  ${only.statusReason}` : ''}`;
  }
  const counts = sumCounts(jobs);
  const total = Object.values(counts).reduce<number>((sum, count) => sum + (count ?? 0), 0);
  const ended = (counts['SUCCEEDED'] ?? 0) + (counts['FAILED'] ?? 0);
  const title = jobs.length === 1 ? only?.jobName : `${jobs.length} jobs`;
  return `${title} ${barText(ended, total, 20)} ${ended}/${total}  ${elapsed}  ${countsText(counts, style)}`;
}

function sumCounts(jobs: readonly JobDetail[]): StatusCounts {
  const sum: Record<string, number> = {};
  for (const job of jobs) {
    for (const [status, count] of Object.entries(childCounts(job) ?? { [job.status ?? '']: 1 }))
      sum[status] = (sum[status] ?? 0) + (count ?? 0);
  }
  return sum;
}
