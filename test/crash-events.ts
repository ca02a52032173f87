// What a crash run's events must come to: each job's last status was told, and what was told of a
// job came in its order, once those are set aside that came again.

import type { JobDetail } from '@aws-sdk/client-batch';
import type { SunkEvent } from './event-sink.ts';

type ToldJob = Pick<JobDetail, 'jobId' | 'status' | 'attempts'>;

const order = ['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING'];

/** Later statuses have higher ones: attempts that are over count first. */
function rankOf({ status, attempts }: ToldJob): number {
  const at = order.indexOf(status ?? '');
  return at < 0 ? Infinity : (attempts?.length ?? 0) * order.length + at;
}

/** What is wrong; `jobs`: all that there are, children too, as they ended. */
export function judgeEvents(
  events: readonly SunkEvent[],
  jobs: Iterable<JobDetail>,
): { readonly problems: readonly string[]; readonly again: number } {
  const problems: string[] = [];
  const seen = new Set<string>();
  const last = new Map<string, ToldJob>();
  let again = 0;
  for (const { id, detail } of events) {
    if (seen.has(id)) {
      again++;
      continue;
    }
    seen.add(id);
    const told = detail as ToldJob;
    const jobId = told.jobId ?? '';
    const before = last.get(jobId);
    if (before !== undefined && rankOf(before) >= rankOf(told))
      problems.push(`${jobId}: ${told.status} was told after ${before.status}`);
    last.set(jobId, told);
  }
  for (const { jobId = '', status } of jobs)
    if (last.get(jobId)?.status !== status)
      problems.push(`${jobId}: it is ${status}, and ${last.get(jobId)?.status} was told last`);
  return { problems, again };
}
