// Looks up what a submission depends on and the world does not hold: jobs that have ended. The rules stay in core; this only
// brings the facts.

import { splitJobId, type JobId } from '../base/ids.ts';
import type { Command, PastJob, SubmitJob } from '../core/command/command.ts';
import { isArrayParent, type ArrayParent, type Job } from '../core/job/job.ts';
import { isEnded } from '../core/job/status.ts';
import type { World } from '../core/world.ts';
import type { StoreReader } from '../port/store.ts';

/** The command with the past that it depends on; any other command as it is. */
export function withPast(command: Command, world: World, reader: StoreReader): Command {
  if (command.type !== 'submit-job' || !command.request.dependsOn || command.request.dependsOn.length === 0) return command;
  const past = new Map<JobId, PastJob>();
  for (const { jobId } of command.request.dependsOn) {
    const found = jobId ? pastJob(command, jobId as JobId, world, reader) : undefined;
    if (found !== undefined) past.set(jobId as JobId, found);
  }
  return { ...command, past };
}

function pastJob({ scope }: SubmitJob, id: JobId, world: World, reader: StoreReader): PastJob | undefined {
  const { parent, index } = splitJobId(id);
  if (world.jobs.has(parent)) return undefined;
  // It may have ended in this very batch, of which the store does not know yet.
  const job = world.changes.jobs.get(parent) ?? reader.job(scope, parent)?.job;
  if (job === undefined || job.scope !== scope || !isEnded(job.status)) return undefined;
  if (!isArrayParent(job)) return index === undefined ? { status: job.status, failedChildren: [] } : undefined;
  if (index !== undefined && index >= job.arraySize) return undefined;
  const failedChildren = failed(job, world, reader);
  if (index === undefined) return { status: job.status, arraySize: job.arraySize, failedChildren };
  return { status: failedChildren.includes(index) ? 'FAILED' : 'SUCCEEDED', failedChildren: [] };
}

function failed(parent: ArrayParent, world: World, reader: StoreReader): number[] {
  if (parent.status === 'SUCCEEDED') return [];
  const rows = new Map<number, Job>(reader.children(parent.id).map((child) => [child.index, child.job]));
  for (const child of world.changes.children.values()) if (child.parentId === parent.id) rows.set(child.index, child.job);
  const indexes: number[] = [];
  for (let index = 0; index < parent.arraySize; index++) {
    if ((rows.get(index)?.status ?? parent.rest.status) === 'FAILED') indexes.push(index);
  }
  return indexes;
}
