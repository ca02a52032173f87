// Looks up what a submission depends on and the world does not hold: jobs that have ended. The
// rules stay in core; this only brings the facts.

import { splitJobId, type JobId, type Scope } from '../../base/ids.ts';
import type { CloseOldAttempt, Command, PastJob, SubmitJob } from '../../core/command/command.ts';
import { indexesIn, isInRanges } from '../../core/job/index-ranges.ts';
import { isArrayParent, type Job } from '../../core/job/job.ts';
import { isEnded } from '../../core/job/status.ts';
import type { World } from '../../core/world/world.ts';
import type { JobEnd, StoreReader } from '../../port/store.ts';

/** The command with the past that it depends on; any other command as it is. */
export function withPast(command: Command, world: World, reader: StoreReader): Command {
  if (command.type === 'close-old-attempt')
    return { ...command, past: jobOfOldAttempt(command, world, reader) };
  if (
    command.type !== 'submit-job' ||
    !command.request.dependsOn ||
    command.request.dependsOn.length === 0
  )
    return command;
  const past = new Map<JobId, PastJob>();
  for (const { jobId } of command.request.dependsOn) {
    const found = jobId ? pastJob(command, jobId as JobId, world, reader) : undefined;
    if (found !== undefined) past.set(jobId as JobId, found);
  }
  return { ...command, past };
}

/** The job as it stands, single or child, ended or not; undefined where it is kept no more. */
export function jobOfOldAttempt(
  { hostId, attemptId }: Pick<CloseOldAttempt, 'hostId' | 'attemptId'>,
  world: World,
  reader: StoreReader,
): Job | undefined {
  const host = world.hosts.get(hostId);
  const old =
    host?.kind === 'registered'
      ? host.oldAttempts.find((attempt) => attempt.attemptId === attemptId)
      : undefined;
  if (host?.kind !== 'registered' || old === undefined) return undefined;
  const { parent, index, node } = splitJobId(old.jobId);
  const child = index ?? node;
  const known =
    world.jobs.get(old.jobId) ??
    world.changes.jobs.get(old.jobId) ??
    world.changes.children.get(old.jobId)?.job;
  const job =
    known ??
    (child === undefined ? reader.job(host.scope, parent)?.job : reader.child(parent, child)?.job);
  return job === undefined || isArrayParent(job) ? undefined : job;
}

function pastJob(
  { scope }: SubmitJob,
  id: JobId,
  world: World,
  reader: StoreReader,
): PastJob | undefined {
  const { parent, index, node } = splitJobId(id);
  if (node !== undefined || world.jobs.has(parent)) return undefined;
  const ended = endedJob(scope, parent, world, reader);
  if (ended === undefined || index === undefined)
    return ended && { ...ended, failedChildren: [...indexesIn(ended.failedChildren)] };
  if (ended.arraySize === undefined || index >= ended.arraySize) return undefined;
  return {
    status: isInRanges(ended.failedChildren, index) ? 'FAILED' : 'SUCCEEDED',
    failedChildren: [],
  };
}

function endedJob(scope: Scope, id: JobId, world: World, reader: StoreReader): JobEnd | undefined {
  // It may have ended in this very batch, of which the store does not know yet.
  const job = world.changes.jobs.get(id);
  if (job === undefined) return reader.jobEnd(scope, id);
  if (job.scope !== scope || !isEnded(job.status)) return undefined;
  return isArrayParent(job) && 'failedChildren' in job
    ? job
    : { status: job.status, failedChildren: [] };
}
