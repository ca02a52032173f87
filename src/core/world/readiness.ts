// Whether what a job waits for has come. The answer is read off the world each time: a target that
// has ended is not in it any more, and one that failed has taken its dependents along in the same
// transaction, so that what still waits for an absent target waits no longer. It changes nothing.

import { never } from '../../base/assert.ts';
import { splitJobId, type JobId } from '../../base/ids.ts';
import type { Dependency } from '../job/dependency.ts';
import { isArrayParent, type LiveArrayParent, type WaitingJob } from '../job/job.ts';
import { isEnded, type JobStatus } from '../job/status.ts';
import type { JobTerms } from '../job/terms.ts';
import type { World } from './world.ts';

/** Whether a single job may run. */
export const isReady = (world: World, job: WaitingJob): boolean =>
  (job.waitsFor ?? []).every((dependency) => isSatisfied(world, dependency, job.terms));

/** Whether the child may run. */
export const isChildReady = (world: World, parent: LiveArrayParent, index: number): boolean =>
  (parent.waitsFor ?? []).every((dependency) =>
    isSatisfied(world, dependency, parent.terms, { parent, index }),
  );

/** The PENDING children that wait for nothing any more, as ranges of indexes. */
export function readyRanges(world: World, parent: LiveArrayParent): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  for (const index of parent.children.indexes('PENDING')) {
    if (!isChildReady(world, parent, index)) continue;
    const last = ranges.at(-1);
    if (last !== undefined && last.to === index - 1) last.to = index;
    else ranges.push({ from: index, to: index });
  }
  return ranges;
}

/** Whether what stands so lets go on who waits for it. */
export const letsGo = (status: JobStatus, { after }: Pick<JobTerms, 'after'>): boolean =>
  after === 'any' ? isEnded(status) : status === 'SUCCEEDED';

function isSatisfied(
  world: World,
  dependency: Dependency,
  terms: Pick<JobTerms, 'after'>,
  child?: { parent: LiveArrayParent; index: number },
): boolean {
  switch (dependency.type) {
    case 'JOB':
      return hasCome(world, dependency.jobId, terms);
    case 'N_TO_N': {
      const target = world.jobs.get(dependency.jobId);
      return (
        target === undefined ||
        child === undefined ||
        !isArrayParent(target) ||
        letsGo(target.children.status(child.index), terms)
      );
    }
    case 'SEQUENTIAL':
      return (
        child === undefined ||
        child.index === 0 ||
        letsGo(child.parent.children.status(child.index - 1), terms)
      );
    default:
      return never(dependency);
  }
}

/** Those of which the target has not come: whoever waits hears of its end. */
export const openOf = (
  world: World,
  waitsFor: readonly Dependency[],
  terms: Pick<JobTerms, 'after'>,
): Dependency[] =>
  waitsFor.filter((dependency) => {
    if (dependency.type === 'JOB') return !hasCome(world, dependency.jobId, terms);
    return dependency.type === 'SEQUENTIAL' || world.jobs.has(dependency.jobId);
  });

/** A child that has no row stands in its parent's table. */
function hasCome(world: World, id: JobId, terms: Pick<JobTerms, 'after'>): boolean {
  const { parent, index } = splitJobId(id);
  const target = world.jobs.get(parent);
  if (target === undefined) return true;
  return (
    index !== undefined && isArrayParent(target) && letsGo(target.children.status(index), terms)
  );
}

/** What of it has not come yet, for people. */
export function unsatisfied(
  world: World,
  waitsFor: readonly Dependency[],
  terms: Pick<JobTerms, 'after'>,
  child: { parent: LiveArrayParent; index: number } | undefined,
): string[] {
  return waitsFor
    .filter((dependency) => !isSatisfied(world, dependency, terms, child))
    .map((dependency) => {
      if (dependency.type === 'JOB') return dependency.jobId;
      if (child === undefined) return dependency.type;
      return dependency.type === 'N_TO_N'
        ? `${dependency.jobId}:${child.index}`
        : `${child.parent.id}:${child.index - 1}`;
    });
}
