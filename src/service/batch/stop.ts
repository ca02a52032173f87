// What cancelling and terminating share, one job or many.

import { jobId } from '../../base/ids.ts';
import { isRefusal } from '../../base/refusal.ts';
import type { StopJob } from '../../core/command/command.ts';
import { limit } from '../../core/limit.ts';
import { invalid, tooManyJobs } from '../../wire/error-catalogue.ts';
import type { RequestContext } from '../../wire/operation.ts';
import type { BatchDeps } from './deps.ts';
import { checkReference } from './rule/name.ts';
import { submitCommand } from './submit-command.ts';
import { envelopeOf } from '../envelope.ts';

type By = StopJob['by'];

export async function stopOne(deps: BatchDeps, by: By, id: string, reason: string, context: RequestContext): Promise<void> {
  await submitCommand(deps, { type: 'stop-job', scope: context.scope, jobId: jobId(id), by, reason }, context);
}

/** A UUID, with an array's index or a node's number behind it. */
const wellFormed = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}([:#]\d{1,5})?$/i;

export interface StoppedMany {
  successful: string[];
  errors: { job: string; code: string; message: string }[];
}

/** Answers for each id; unknown and ended jobs are successes. All go to the bus at once, so that they share transactions. */
export async function stopMany(deps: BatchDeps, by: By, input: { jobs?: string[] | undefined; reason?: string | undefined }, context: RequestContext): Promise<StoppedMany> {
  const { jobs = [], reason } = input;
  checkReference(reason, 'reason');
  if (jobs.length === 0) throw invalid('jobs must hold at least one job id');
  if (jobs.length > limit.bulkJobIds) throw tooManyJobs(limit.bulkJobIds);
  const successful: string[] = [];
  const errors: StoppedMany['errors'] = [];
  const stop = async (id: string): Promise<void> => {
    if (!wellFormed.test(id)) {
      errors.push({ job: id, code: 'ValidationException', message: `'${id}' is not a job id` });
      return;
    }
    const reply = await deps.bus.submit({ type: 'stop-job', scope: context.scope, jobId: jobId(id), by, reason }, envelopeOf(context));
    if (isRefusal(reply)) errors.push({ job: id, code: 'ClientException', message: reply.message });
    else successful.push(id);
  };
  await Promise.all([...new Set(jobs)].map(stop));
  return { successful, errors };
}
