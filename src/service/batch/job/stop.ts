// What cancelling and terminating share, one job or many.

import type { JobId, Scope } from '../../../base/ids.ts';
import { isRefusal } from '../../../base/refusal.ts';
import {
  isServiceJobName,
  serviceJobIdOf,
} from '../../../core/service-job/service-job-reference.ts';
import { isJobName, jobIdOf } from '../../../core/job/job-reference.ts';
import { limit } from '../../../core/limit.ts';
import { invalid, tooManyJobs } from '../../../wire/error-catalogue.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import type { BatchDeps } from '../deps.ts';
import { checkReference } from '../rule/name.ts';
import { submitCommand } from '../submit-command.ts';
import type { StopJob } from '../../../core/command/job/stop-job.ts';

type By = StopJob['by'];

/** How jobs of a kind are named. */
interface Kind {
  readonly isService: boolean;
  idOf(scope: Scope, given: string): JobId | undefined;
  isName(given: string): boolean;
}

const containerJobs: Kind = { isService: false, idOf: jobIdOf, isName: isJobName };
export const serviceJobs: Kind = {
  isService: true,
  idOf: serviceJobIdOf,
  isName: isServiceJobName,
};

/** What names no job here is as good as one that has ended. */
export async function stopOne(
  deps: BatchDeps,
  by: By,
  given: string,
  reason: string,
  context: RequestContext,
  { isService, idOf }: Kind = containerJobs,
): Promise<void> {
  const jobId = idOf(context.scope, given);
  if (jobId !== undefined)
    await submitCommand(
      deps,
      { type: 'stop-job', scope: context.scope, jobId, by, reason, isService },
      context,
    );
}

interface StoppedMany {
  successful: string[];
  errors: { job: string; code: string; message: string }[];
}

/**
 * Answers for each by the name that was given; unknown and ended jobs are successes. All go to the
 * bus at once, so that they share transactions.
 */
export async function stopMany(
  deps: BatchDeps,
  by: By,
  input: { jobs?: string[] | undefined; reason?: string | undefined },
  context: RequestContext,
  { isService, idOf, isName }: Kind = containerJobs,
): Promise<StoppedMany> {
  const { jobs = [], reason } = input;
  checkReference(reason, 'reason');
  if (jobs.length === 0) throw invalid('jobs must hold at least one job id');
  if (jobs.length > limit.bulkJobIds) throw tooManyJobs(limit.bulkJobIds);
  const stop = async (job: string): Promise<StoppedMany['errors'][number] | string> => {
    if (!isName(job))
      return { job, code: 'ValidationException', message: `'${job}' is not a job id` };
    const jobId = idOf(context.scope, job);
    const reply =
      jobId === undefined
        ? undefined
        : await deps.bus.submit(
            { type: 'stop-job', scope: context.scope, jobId, by, reason, isService },
            context,
          );
    return isRefusal(reply) ? { job, code: 'ClientException', message: reply.message } : job;
  };
  const answers = await Promise.all([...new Set(jobs)].map(stop));
  return {
    successful: answers.filter((answer) => typeof answer === 'string'),
    errors: answers.filter((answer) => typeof answer !== 'string'),
  };
}
