// Rebuilds the world from rows at a start, through the fold: resources as if they were stored just
// now, jobs as they join, wait and hold what they were given. The same rows give the same world,
// and nothing of it is a change.

import { splitJobId, type Arn, type Scope } from '../../base/ids.ts';
import type { ComputeEnvironment } from '../compute-environment/compute-environment.ts';
import type { ConsumableResource } from '../consumable-resource/consumable-resource.ts';
import type { Tags } from '../event.ts';
import type { EnvironmentHost } from '../host/host.ts';
import {
  mainNodeHasEnded,
  isArrayParent,
  isInWorld,
  isLive,
  type ArrayChild,
  type ArrayParent,
  type Job,
  type LiveJob,
  type WorldJob,
} from '../job/job.ts';
import type { JobDefinition } from '../job-definition/job-definition.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';
import type { QuotaShare } from '../quota-share/quota-share.ts';
import type { OvertakenRow } from '../schedule/order/overtaking.ts';
import type { ShareUsage } from '../schedule/order/share.ts';
import type { ServiceEnvironment } from '../service-environment/service-environment.ts';
import type { SchedulingPolicy } from '../scheduling-policy/scheduling-policy.ts';
import type { Settings } from '../settings.ts';
import { hold, watchStarts, watchTimeout } from './fold/attempts.ts';
import { putOff } from './fold/jobs.ts';
import { join } from './fold/put.ts';
import { tableOf } from './jobs.ts';
import { LiveWorld } from './live-world.ts';
import { openOf, readyRanges } from './readiness.ts';

/** The rows that make up a world. */
export interface WorldRows {
  readonly computeEnvironments: readonly ComputeEnvironment[];
  readonly jobQueues: readonly JobQueue[];
  readonly consumableResources: readonly ConsumableResource[];
  readonly serviceEnvironments: readonly ServiceEnvironment[];
  readonly schedulingPolicies: readonly SchedulingPolicy[];
  readonly quotaShares: readonly QuotaShare[];
  readonly shareUsage: readonly ShareUsage[];
  readonly overtaken: readonly OvertakenRow[];
  /** ACTIVE ones only. */
  readonly jobDefinitions: readonly JobDefinition[];
  /** Those of queues and of ACTIVE definitions. */
  readonly tags: readonly { readonly arn: Arn; readonly tags: Tags }[];
  readonly hosts: readonly EnvironmentHost[];
  /** The highest revision ever given, by `scope` and name, INACTIVE ones included. */
  readonly revisions: readonly {
    readonly scope: Scope;
    readonly name: string;
    readonly revision: number;
  }[];
  /**
   * Jobs that have not ended, in the order of their submission. Read row by row while it is walked,
   * which can be done once and before the next commit: a million waiting jobs are never in memory
   * twice.
   */
  readonly jobs: Iterable<JobRows>;
  /** The next submission's sequence number. */
  readonly nextSequence: number;
}

/** A job that has not ended, with those of its children, or nodes, that have a row. */
export interface JobRows {
  readonly job: Job | ArrayParent;
  readonly children: readonly ArrayChild[];
}

export function restoreWorld(rows: WorldRows, settings: Settings): LiveWorld {
  const world = new LiveWorld(settings);
  for (const environment of rows.computeEnvironments)
    world.apply({ type: 'compute-environment-stored', environment });
  for (const resource of rows.consumableResources)
    world.apply({ type: 'consumable-resource-stored', resource });
  for (const environment of rows.serviceEnvironments)
    world.apply({ type: 'service-environment-stored', environment });
  for (const policy of rows.schedulingPolicies)
    world.apply({ type: 'scheduling-policy-stored', policy });
  for (const queue of rows.jobQueues) world.apply({ type: 'job-queue-stored', queue });
  for (const share of rows.quotaShares) world.apply({ type: 'quota-share-stored', share });
  for (const definition of rows.jobDefinitions)
    world.apply({ type: 'job-definition-stored', definition });
  for (const { arn, tags } of rows.tags) world.ownTags.note(arn, tags);
  for (const { scope, name, revision } of rows.revisions)
    world.jobDefinitions.rememberRevision(scope, name, revision);
  for (const host of rows.hosts) world.apply({ type: 'host-stored', host });
  for (const usage of rows.shareUsage) world.scheduler.lines.of(usage.queueArn).restore(usage);
  for (const row of rows.overtaken) world.scheduler.backlog.restoreOvertaken(row);
  for (const job of rows.jobs) restoreRows(world, job);
  restoreArrays(world);
  world.nextSequence = Math.max(world.nextSequence, rows.nextSequence);
  world.takeChanges();
  world.transitions.length = 0;
  world.happenings.length = 0;
  world.occasions.length = 0;
  return world;
}

function restoreRows(world: LiveWorld, { job, children }: JobRows): void {
  if (!isInWorld(job)) return;
  restoreJob(world, job);
  for (const { index, job: child } of children) {
    if (isArrayParent(job)) {
      const changedAtMs = 'stoppedAtMs' in child ? child.stoppedAtMs : child.createdAtMs;
      tableOf(job).set(index, child.status, changedAtMs);
    } else if (!isInWorld(child)) world.nodes.note(child);
    if (isInWorld(child)) restoreJob(world, child);
    else noteEnded(world, child);
  }
}

/** A job that has not ended, an array or a node before its children or nodes. */
function restoreJob(world: LiveWorld, job: WorldJob): void {
  join(world, job);
  world.nextSequence = Math.max(world.nextSequence, job.sequence + 1);
  if ('waitsFor' in job && job.waitsFor !== undefined)
    world.waits.add(job.id, openOf(world, job.waitsFor, job.terms));
  if (isArrayParent(job)) return;
  noteEnded(world, job);
  if (isLive(job)) restoreAttempt(world, job);
  else if (job.status !== 'RUNNABLE') return;
  else if (job.notBeforeMs !== undefined) putOff(world, job.id, job.notBeforeMs);
  else world.scheduler.becameRunnable(job, job.createdAtMs);
}

function restoreAttempt(world: LiveWorld, job: LiveJob): void {
  if (splitJobId(job.id).node !== undefined) world.nodes.note(job);
  if (mainNodeHasEnded(job)) return;
  // The row of a share's usage is of the last change of what it held: no time passes here.
  hold(world, job, 0);
  watchStarts(world, job);
  if (job.status === 'RUNNING') watchTimeout(world, job);
}

/** Attempts of a job that goes on. */
function noteEnded(world: LiveWorld, job: Job): void {
  for (const attempt of job.attempts) world.endedTasks.note(job.id, attempt);
}

/**
 * When all jobs are back: children without a row of arrays that wait for others are RUNNABLE where
 * they wait no more, which no row says.
 */
function restoreArrays(world: LiveWorld): void {
  for (const job of world.jobs.values()) {
    if (!isArrayParent(job)) continue;
    if (job.rest.status === 'RUNNABLE') world.scheduler.becameRunnable(job, job.createdAtMs);
    else if (job.rest.status === 'PENDING')
      for (const { from, to } of readyRanges(world, job)) {
        const atMs = job.children.lastChangedAtMs;
        world.apply({ type: 'children-runnable', parentId: job.id, from, to, atMs });
      }
  }
}
