// What follows from an occasion that the fold noted: an end, for those that waited for it (user
// guide, chapter Job Dependencies), a host that is gone, for what ran there. It decides one
// occasion at a time, as part of the turn in which that came up, and changes nothing itself.

import { never } from '../../base/assert.ts';
import { childId, splitJobId, type HostId, type JobId } from '../../base/ids.ts';
import { isSequential } from '../world/waits.ts';
import type { Occasion } from './occasion.ts';
import type { Event } from '../event.ts';
import { dependentJobFailed } from '../job/dependency.ts';
import { isChildReady, isReady, readyRanges } from '../world/readiness.ts';
import { isArrayParent, isLive, type LiveArrayParent } from '../job/job.ts';
import type { EndedStatus } from '../job/status.ts';
import type { World } from '../world/world.ts';
import { failWaitingChildren, parentEndEvents } from '../command/job/array-fold.ts';
import { settleEnvironmentEvents } from '../command/compute-environment/settle-environment.ts';
import { lose } from '../command/job/report-container.ts';
import { leave } from '../command/host/instance-ending.ts';
import type { Followed } from '../command/decision.ts';

/** What the occasion brings about. */
export function followUp(world: World, occasion: Occasion, nowMs: number): Followed {
  if (occasion.type === 'stranded') return lose(world, occasion.attemptId, nowMs);
  if (occasion.type === 'instance-idle') return goneInstance(world, occasion.hostId, nowMs);
  return { events: eventsOf(world, occasion, nowMs), effects: [] };
}

function eventsOf(
  world: World,
  occasion: Exclude<Occasion, { type: 'stranded' | 'instance-idle' }>,
  nowMs: number,
): readonly Event[] {
  switch (occasion.type) {
    case 'came':
      return readyEvents(world, occasion.jobId, nowMs);
    case 'ended':
      return endedEvents(world, occasion, nowMs);
    case 'instance-gone':
      return settleEnvironmentEvents(world, occasion.computeEnvironmentArn);
    case 'queue-emptied':
      return [{ type: 'job-queue-deleted', arn: occasion.queueArn }];
    case 'quota-share-emptied':
      return [{ type: 'quota-share-deleted', arn: occasion.arn }];
    default:
      return never(occasion);
  }
}

function goneInstance(world: World, hostId: HostId, atMs: number): Followed {
  const host = world.hosts.get(hostId);
  if (
    host?.kind !== 'instance' ||
    host.state === 'PENDING' ||
    host.state === 'RUNNING' ||
    (host.state === 'DRAINING' && host.own) ||
    world.attemptsOn(hostId).size > 0
  )
    return { events: [], effects: [] };
  return leave(host, atMs);
}

function endedEvents(
  world: World,
  { jobId, status, dependents: { ofWhole, ofChildren } }: Occasion & { type: 'ended' },
  nowMs: number,
): Event[] {
  const events: Event[] = [];
  for (const dependent of ofWhole) {
    events.push(
      ...(status === 'SUCCEEDED' || isAfterAny(world, dependent)
        ? readyEvents(world, dependent, nowMs)
        : failEvents(world, dependent, nowMs)),
    );
  }
  const { parent, index } = splitJobId(jobId);
  if (index !== undefined) {
    // One that waits for the whole and for its parts is looked at once.
    for (const dependent of ofChildren)
      if (!ofWhole.has(dependent))
        events.push(...childEvents(world, dependent, index, status, nowMs));
    const own = world.jobs.get(parent);
    if (own !== undefined && isSequential(own))
      events.push(...childEvents(world, parent, index + 1, status, nowMs));
  }
  return events;
}

/** The tag longshore:after. */
const isAfterAny = (world: World, id: JobId): boolean => world.jobs.get(id)?.terms.after === 'any';

/** A job that waits, if it does so no longer. */
function readyEvents(world: World, id: JobId, atMs: number): Event[] {
  const job = world.jobs.get(id);
  if (job === undefined || isLive(job)) return [];
  if (isArrayParent(job))
    return readyRanges(world, job).map(({ from, to }) => ({
      type: 'children-runnable',
      parentId: id,
      from,
      to,
      atMs,
    }));
  return job.status === 'PENDING' && isReady(world, job)
    ? [{ type: 'job-runnable', jobId: id, atMs }]
    : [];
}

/** A job whose dependency failed: all of it that waits fails. */
function failEvents(world: World, id: JobId, atMs: number): Event[] {
  const job = world.jobs.get(id);
  if (job === undefined || isLive(job)) return [];
  if (isArrayParent(job)) return failArray(world, job, atMs);
  return [
    { type: 'job-ended', jobId: id, status: 'FAILED', statusReason: dependentJobFailed, atMs },
  ];
}

function failArray(world: World, parent: LiveArrayParent, atMs: number): Event[] {
  const { waiting } = parent.children;
  if (waiting === 0) return [];
  return [
    ...failWaitingChildren(world, parent, { reason: dependentJobFailed }, atMs),
    ...parentEndEvents(
      parent,
      { endedNow: waiting, anyFailed: true, because: dependentJobFailed },
      atMs,
    ),
  ];
}

/** One child of an array, of which the child that it waited for has ended. */
function childEvents(
  world: World,
  parentId: JobId,
  index: number,
  status: EndedStatus,
  atMs: number,
): Event[] {
  const parent = world.jobs.get(parentId);
  if (
    parent === undefined ||
    !isArrayParent(parent) ||
    index >= parent.arraySize ||
    parent.children.status(index) !== 'PENDING'
  )
    return [];
  if (status === 'FAILED' && parent.terms.after !== 'any') {
    const ended: Event = {
      type: 'job-ended',
      jobId: childId(parentId, index),
      status: 'FAILED',
      statusReason: dependentJobFailed,
      atMs,
    };
    return [ended, ...parentEndEvents(parent, { endedNow: 1, anyFailed: true }, atMs)];
  }
  return isChildReady(world, parent, index)
    ? [{ type: 'children-runnable', parentId, from: index, to: index, atMs }]
    : [];
}
