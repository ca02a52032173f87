// Why a job waits, in one sentence that is true at this moment: for other jobs, for a place, or for
// a node where its cluster chooses it.
// Lists show it of each job, so that it costs little; wait-reader.ts tells the rest to who asks.

import { must } from '../../base/assert.ts';
import { splitJobId } from '../../base/ids.ts';
import {
  isArrayParent,
  isToStop,
  type ArrayParent,
  type Job,
  type LiveArrayParent,
  type WaitingJob,
} from '../../core/job/job.ts';
import { aheadOf, explain } from '../../core/schedule/explain/explain.ts';
import { unsatisfied } from '../../core/world/readiness.ts';
import type { World } from '../../core/world/world.ts';

/** Undefined where it does not wait. */
export function waitingReason(world: World, job: Job | ArrayParent): string | undefined {
  if (job.status === 'PENDING') return dependencyReason(world, job);
  return job.status === 'RUNNABLE' && !isArrayParent(job) ? placeReason(world, job) : undefined;
}

/** Its cluster has not chosen a node for its pod; undefined: it has, or is not to. */
export function seatReason(job: Job | ArrayParent): string | undefined {
  if (isArrayParent(job) || job.status !== 'STARTING' || isToStop(job)) return undefined;
  const { anyNode, nodeName } = job.attempt;
  return anyNode && nodeName === undefined
    ? (job.statusReason ?? 'waiting for its cluster to choose a node')
    : undefined;
}

/** What keeps one from a place that waits for nothing else. */
export function placeReason(world: World, job: WaitingJob | LiveArrayParent): string | undefined {
  const delay = delayReason(job);
  if (delay !== undefined) return delay;
  const queue = world.jobQueues.get(job.queueArn);
  return queue && explain(world, queue, job, () => aheadOf(world, job)).text;
}

/** It is between two attempts, and its time has not come. */
export function delayReason(job: WaitingJob | LiveArrayParent): string | undefined {
  if (isArrayParent(job) || job.notBeforeMs === undefined) return undefined;
  const last = must(job.attempts.at(-1), 'what is tried again was tried before');
  if (last.unplaced)
    return `waiting to be placed again: there was no room for attempt ${last.number}: ${last.statusReason ?? ''}`;
  const seconds = Math.max(0, job.notBeforeMs - last.stoppedAtMs) / 1000;
  return `waiting to be tried again: ${seconds} s have to pass after attempt ${last.number} (tag longshore:retry-delay)`;
}

/** What a PENDING job waits for; of an array, what all its children wait for. */
export function dependencyReason(world: World, job: Job | ArrayParent): string | undefined {
  const { parent: parentId, index } = splitJobId(job.id);
  const parent = index === undefined ? undefined : world.jobs.get(parentId);
  const child =
    parent !== undefined && index !== undefined && isArrayParent(parent)
      ? { parent, index }
      : undefined;
  const waitsFor = child?.parent.waitsFor ?? ('waitsFor' in job ? job.waitsFor : undefined);
  const missing = waitsFor && unsatisfied(world, waitsFor, job.terms, child);
  return missing && missing.length > 0 ? `waiting for ${missing.join(', ')}` : undefined;
}
