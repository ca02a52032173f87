// What `cancel` and `terminate` have in common: the API answers the same whether a job is unknown,
// ended or stopped, so look before and after, and say what became of each.

import type { JobDetail } from '@aws-sdk/client-batch';
import type { Api } from './api.ts';
import { isEnded } from './render/job.ts';
import { inLine } from './render/style.ts';
import type { Session } from './session.ts';

interface Stop {
  /** `cancelled`, `terminated`. */
  readonly done: string;
  stop(api: Api, id: string, reason: string): Promise<void>;
  /** What is to be said of a job that goes on. */
  onGoingOn(job: JobDetail): { readonly text: string; readonly isFailure: boolean };
}

export async function stopJobs(
  session: Session,
  ids: readonly string[],
  reason: string,
  verb: Stop,
): Promise<number> {
  const api = await session.api();
  const unique = await api.jobIds(ids);
  const before = await api.describeJobs(unique);
  for (const job of before) if (!isEnded(job)) await verb.stop(api, job.jobId ?? '', reason);
  const after = await api.describeJobs(unique);
  if (session.settings.json)
    session.printJson({
      jobs: after.map(({ jobId, jobName, status, statusReason }) => ({
        jobId,
        jobName,
        status,
        statusReason,
      })),
    });
  let code = 0;
  for (const [at, job] of after.entries()) {
    const outcome = outcomeOf(before[at] as JobDetail, job, verb);
    if (outcome.isFailure) code = 1;
    if (!session.settings.json)
      session.io[outcome.isFailure ? 'err' : 'out'](`${inLine(`${job.jobId} ${outcome.text}`)}\n`);
  }
  return code;
}

function outcomeOf(
  before: JobDetail,
  after: JobDetail,
  verb: Stop,
): { text: string; isFailure: boolean } {
  if (isEnded(before)) return { text: `had ended before: ${before.status}`, isFailure: false };
  if (isEnded(after))
    return {
      text: after.status === 'FAILED' ? verb.done : 'succeeded before it could be stopped',
      isFailure: false,
    };
  return verb.onGoingOn(after);
}
