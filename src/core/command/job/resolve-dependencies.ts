// What of `dependsOn` a new job really has to wait for (user guide, chapter Job Dependencies): what
// has succeeded already is done with, what has failed fails it, and what nobody knows is refused.

import type { JobDependency } from '@aws-sdk/client-batch';
import { splitJobId, type JobId, type Scope } from '../../../base/ids.ts';
import { refuse, type Refusal } from '../../../base/refusal.ts';
import type { Dependency } from '../../job/dependency.ts';
import { indexesIn, isInRanges, type IndexRange } from '../../job/index-ranges.ts';
import { isArrayParent } from '../../job/job.ts';
import { isEnded, type EndedStatus } from '../../job/status.ts';
import type { World } from '../../world/world.ts';

/** A job that has ended, as those that depend on it need to know it. */
export interface PastJob {
  readonly status: EndedStatus;
  readonly arraySize?: number | undefined;
  /** The children of an array that failed. */
  readonly failedChildren: readonly IndexRange[];
}

interface Resolved {
  readonly waitsFor: readonly Dependency[];
  /** A dependency on the whole has failed: so has the job. */
  readonly failed: boolean;
  /** Children whose counterpart in another array has failed. */
  readonly failedChildren: ReadonlySet<number>;
}

interface Asked {
  readonly scope: Scope;
  readonly dependsOn: readonly JobDependency[];
  readonly arraySize: number | undefined;
  readonly past: ReadonlyMap<JobId, PastJob>;
  /** How a job ended that is done with is all the same. */
  readonly isAfterAny?: boolean | undefined;
}

export function resolveDependencies(world: World, asked: Asked): Resolved | Refusal {
  const waitsFor: Dependency[] = [];
  const failedChildren = new Set<number>();
  let failed = false;
  for (const { jobId: given, type } of asked.dependsOn) {
    if (type === 'SEQUENTIAL') {
      waitsFor.push({ type });
      continue;
    }
    const jobId = given as JobId;
    const target = targetOf(world, asked, jobId);
    if (target === undefined)
      return refuse('not-found', `Job ${jobId} in dependsOn does not exist.`);
    if (type === 'N_TO_N' && target.arraySize !== asked.arraySize) {
      return refuse(
        'invalid',
        `dependsOn: a dependency of type N_TO_N needs an array of the same size; job ${jobId} ${target.arraySize === undefined ? 'is no array' : `has ${target.arraySize} children`}.`,
      );
    }
    if (asked.isAfterAny === true) {
      if (target.ended === undefined) waitsFor.push({ type: type ?? 'JOB', jobId });
      continue;
    }
    if (type === 'N_TO_N') for (const index of target.failedChildren) failedChildren.add(index);
    if (target.ended === undefined) waitsFor.push({ type: type ?? 'JOB', jobId });
    else if (type !== 'N_TO_N' && target.ended === 'FAILED') failed = true;
  }
  return { waitsFor, failed, failedChildren };
}

interface Target {
  readonly arraySize?: number | undefined;
  /** Absent: it has not. */
  readonly ended?: EndedStatus | undefined;
  readonly failedChildren: Iterable<number>;
}

/** It ended in this very turn, of which the past does not know yet. */
function endedInTurn(world: World, scope: Scope, id: JobId): PastJob | undefined {
  const job = world.changes.jobs.get(id);
  if (job?.scope !== scope || !isEnded(job.status)) return undefined;
  return 'failedChildren' in job ? job : { status: job.status, failedChildren: [] };
}

function endedTarget(
  { status, arraySize, failedChildren }: PastJob,
  index: number | undefined,
): Target | undefined {
  if (index === undefined)
    return { arraySize, ended: status, failedChildren: indexesIn(failedChildren) };
  if (arraySize === undefined || index >= arraySize) return undefined;
  return { ended: isInRanges(failedChildren, index) ? 'FAILED' : 'SUCCEEDED', failedChildren: [] };
}

/** The job that is depended on: in the world, in the past, or (undefined) nowhere. */
function targetOf(world: World, { scope, past }: Asked, id: JobId): Target | undefined {
  const { parent, index, node } = splitJobId(id);
  // A node is no job to wait for.
  if (node !== undefined) return undefined;
  const live = world.job(scope, parent);
  if (live === undefined) {
    const ended = endedInTurn(world, scope, parent) ?? past.get(parent);
    return ended && endedTarget(ended, index);
  }
  if (!isArrayParent(live)) return index === undefined ? { failedChildren: [] } : undefined;
  if (index === undefined)
    return { arraySize: live.arraySize, failedChildren: live.children.indexes('FAILED') };
  if (index >= live.arraySize) return undefined;
  const status = live.children.status(index);
  return { ended: isEnded(status) ? status : undefined, failedChildren: [] };
}
