// Looks up what a command's decision needs and the world does not hold: jobs that have ended, tags.
// It runs before anything of the turn is decided; what the turn itself changes is for the rules to
// see in the world. The rules stay in core: this only brings the facts.

import { jobId as asJobId, splitJobId, type JobId, type Scope } from '../../base/ids.ts';
import { isArrayParent, type ArrayParent, type Job } from '../../core/job/job.ts';
import type { World } from '../../core/world/world.ts';
import type { StoreReader } from '../../port/store.ts';
import type { ChangeTags, PastTags } from '../../core/command/tag/change-tags.ts';
import type { CloseOldContainer } from '../../core/command/job/close-old-container.ts';
import type { Command } from '../../core/command/command.ts';
import type { PastJob } from '../../core/command/job/resolve-dependencies.ts';
import type { SubmitServiceJob } from '../../core/command/service-job/submit-service-job.ts';
import type { SubmitJob } from '../../core/command/job/submit-job.ts';

/** The command with the past that it depends on; any other command as it is. */
export function withPast(command: Command, world: World, reader: StoreReader): Command {
  if (command.type === 'submit-job') return withPastJobs(command, world, reader);
  if (command.type === 'change-tags') return { ...command, past: pastTags(command, reader) };
  if (command.type === 'update-job' || command.type === 'update-service-job')
    return { ...command, detail: reader.job(command.scope, command.jobId)?.detail };
  if (command.type === 'close-old-container')
    return { ...command, past: jobOfOldContainer(command, world, reader) };
  if (command.type === 'submit-service-job') return withPastRequest(command, world, reader);
  return command;
}

/** Only one with a clientToken has an id that a job may have had before. */
function withPastRequest(
  command: SubmitServiceJob,
  world: World,
  reader: StoreReader,
): SubmitServiceJob {
  const { scope, jobId, request } = command;
  if (request.clientToken === undefined || world.jobs.has(jobId)) return command;
  return { ...command, hasEnded: reader.jobEnd(scope, jobId) !== undefined };
}

function withPastJobs(command: SubmitJob, world: World, reader: StoreReader): SubmitJob {
  const { scope, request } = command;
  const past = new Map<JobId, PastJob>();
  for (const { jobId } of request.dependsOn ?? []) {
    const { parent } = splitJobId(asJobId(jobId ?? ''));
    const ended = world.jobs.has(parent) ? undefined : reader.jobEnd(scope, parent);
    if (ended !== undefined) past.set(parent, ended);
  }
  return past.size === 0 ? command : { ...command, past };
}

/** The job as it stands, single or child, ended or not; undefined where it is kept no more. */
export function jobOfOldContainer(
  { hostId, containerId }: Pick<CloseOldContainer, 'hostId' | 'containerId'>,
  world: World,
  reader: StoreReader,
): Job | undefined {
  const host = world.hosts.get(hostId);
  if (host?.kind !== 'registered') return undefined;
  const old = host.oldContainers.find((attempt) => attempt.containerId === containerId);
  if (old === undefined) return undefined;
  const job = world.jobs.get(old.jobId) ?? storedJob(host.scope, old.jobId, reader);
  return job === undefined || isArrayParent(job) ? undefined : job;
}

function storedJob(scope: Scope, id: JobId, reader: StoreReader): Job | ArrayParent | undefined {
  const { parent, index, node } = splitJobId(id);
  const child = index ?? node;
  return (child === undefined ? reader.job(scope, parent) : reader.child(parent, child))?.job;
}

export function pastTags(
  { scope, arn }: Pick<ChangeTags, 'scope' | 'arn'>,
  reader: Pick<StoreReader, 'job' | 'jobDefinition' | 'tags'>,
): PastTags {
  const id = /:(?:service-)?job\/([^:#/]+)$/.exec(arn)?.[1];
  const isStored =
    id === undefined
      ? reader.jobDefinition(scope, arn) !== undefined
      : reader.job(scope, id as JobId)?.detail.arn === arn;
  return { tags: reader.tags(arn), isStored };
}
