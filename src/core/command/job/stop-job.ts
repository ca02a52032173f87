// CancelJob and TerminateJob. Both always succeed: an unknown or ended job is as the caller wants
// it. The first reason wins.

import { splitJobId, type JobId, type Scope } from '../../../base/ids.ts';
import { refuse } from '../../../base/refusal.ts';
import type { Effect } from '../../effect.ts';
import type { Event } from '../../event.ts';
import { startsTogether } from '../../host/connection.ts';
import { attemptContainers, containerOnHost, containerRuns } from '../../job/attempt.ts';
import { isUnderWay, stoppable } from '../../job/container-run.ts';
import type { LiveArrayParent, LiveJob, WorldJob } from '../../job/job.ts';
import { isArrayParent, isLive, mainNodeHasEnded } from '../../job/job.ts';
import { takesStop, withStop, type Stop } from '../../job/stop.ts';
import { limit } from '../../limit.ts';
import type { World } from '../../world/world.ts';
import { failWaitingChildren, parentEndEvents } from './array-fold.ts';
import { done, type Decided, type Followed } from '../decision.ts';

/** CancelJob and TerminateJob, on a job, an array's parent or a child; and TerminateServiceJob. */
export interface StopJob {
  readonly type: 'stop-job';
  readonly scope: Scope;
  readonly jobId: JobId;
  readonly by: 'cancel' | 'terminate';
  readonly reason: string;
  /** A service job is meant: it is stopped by operations of its own. */
  readonly isService?: boolean | undefined;
}

export function decideStopJob(world: World, command: StopJob, nowMs: number): Decided {
  const { node, parent } = splitJobId(command.jobId);
  if (node !== undefined)
    return refuse(
      'invalid',
      `Node ${node} of job ${parent} cannot be stopped alone: cancel or terminate job ${parent}.`,
    );
  const job = findJob(world, command.scope, command.jobId);
  if (job === undefined || isServiceJob(job) !== (command.isService ?? false))
    return { events: [], effects: [], reply: done };
  const stop: Stop = {
    by: command.by,
    reason: command.reason.slice(0, limit.reasonLength),
    atMs: nowMs,
  };
  return { ...stopEvents(world, job, stop), reply: done };
}

const isServiceJob = ({ terms }: WorldJob): boolean => terms.service !== undefined;

/** A job that has not ended, in the world or as a child that has no row. */
export function findJob(world: World, scope: StopJob['scope'], id: JobId): WorldJob | undefined {
  const known = world.job(scope, id);
  if (known !== undefined) return known;
  const { parent, index } = splitJobId(id);
  if (index === undefined) return undefined;
  const array = world.job(scope, parent);
  return array !== undefined && isArrayParent(array) && index < array.arraySize
    ? world.child(array, index)
    : undefined;
}

/**
 * What stopping a job brings about: waiting ones end at once with the given reason; what runs is
 * stopped by `terminate` and left alone by `cancel`, but not tried again.
 */
export function stopEvents(world: World, job: WorldJob, stop: Stop): Followed {
  return isArrayParent(job) ? stopArray(world, job, stop) : stopSingle(world, job, stop);
}

function stopSingle(world: World, job: Exclude<WorldJob, LiveArrayParent>, stop: Stop): Followed {
  if (isLive(job)) return stopLive(world, job, stop);
  const { parent, index } = splitJobId(job.id);
  const events: Event[] = [
    {
      type: 'job-ended',
      jobId: job.id,
      status: 'FAILED',
      statusReason: stop.reason,
      atMs: stop.atMs,
      stop,
    },
  ];
  if (index !== undefined)
    events.push(
      ...parentEndEvents(world.arrayParent(parent), { endedNow: 1, anyFailed: true }, stop.atMs),
    );
  return { events, effects: [] };
}

/** `ending` is a node of it that is about to have ended. */
export function stopLive(world: World, job: LiveJob, stop: Stop, ending?: JobId): Followed {
  if (stop.by === 'cancel')
    return {
      events:
        job.lateCancel === undefined ? [{ type: 'cancel-noted', jobId: job.id, cancel: stop }] : [],
      effects: [],
    };
  if (!takesStop(job.stops, stop)) return { events: [], effects: [] };
  const nodes = stopNodes(world, job.id, stop, ending);
  const effects = mainNodeHasEnded(job) ? nodes.effects : [...stopEffects(job), ...nodes.effects];
  return {
    events: [{ type: 'stop-requested', jobId: job.id, stop }, ...nodes.events],
    effects,
  };
}

/**
 * The other nodes of a multi-node parallel job, as far as they are under way and nobody has stopped
 * them.
 */
export function stopNodes(world: World, jobId: JobId, stop: Stop, ending?: JobId): Followed {
  const nodes = [...world.nodes.live(jobId).values()].filter(
    ({ id, stops }) => stops === undefined && id !== ending,
  );
  return {
    events: nodes.map(({ id }) => ({ type: 'stop-requested', jobId: id, stop })),
    effects: nodes.flatMap((node) => stopEffects(node)),
  };
}

/**
 * Of an attempt that is to end: the stops that are next, of each container before those it depends
 * on.
 */
export function stopEffects(
  { terms, attempt }: LiveJob,
  runs = containerRuns(attempt),
): (Effect & { type: 'stop-container' })[] {
  const containers = attemptContainers(terms);
  const graceOf = (index: number): number =>
    containers[index]?.stopTimeoutSeconds ?? stopGraceSeconds(terms);
  // A pod ends as a whole, with the first of its containers that is told to.
  const longest = startsTogether(attempt)
    ? Math.max(...runs.map((run, index) => (isUnderWay(run) ? graceOf(index) : 0)))
    : undefined;
  return stoppable(containers, runs).map((index) => ({
    type: 'stop-container',
    ...containerOnHost(attempt, index),
    graceMs: (longest ?? graceOf(index)) * 1000,
  }));
}

/** From SIGTERM to SIGKILL, of a container that says nothing else. */
export const stopGraceSeconds = ({ service }: Pick<LiveJob['terms'], 'service'>): number =>
  service === undefined ? limit.stopGraceSeconds : limit.trainingStopGraceSeconds;

function stopArray(world: World, parent: LiveArrayParent, stop: Stop): Followed {
  const events: Event[] = [];
  const effects: Effect[] = [];
  const asked = takesStop(parent.stops, stop)
    ? { ...parent, stops: withStop(parent.stops, stop) }
    : parent;
  if (asked !== parent) events.push({ type: 'stop-requested', jobId: parent.id, stop });
  const { waiting } = parent.children;
  events.push(...failWaitingChildren(world, parent, stop, stop.atMs));
  for (const status of ['STARTING', 'RUNNING'] as const) {
    for (const index of parent.children.indexes(status)) {
      const child = world.child(parent, index);
      if (child === undefined || !isLive(child)) continue;
      const stopped = stopLive(world, child, stop);
      events.push(...stopped.events);
      effects.push(...stopped.effects);
    }
  }
  events.push(...parentEndEvents(asked, { endedNow: waiting, anyFailed: waiting > 0 }, stop.atMs));
  return { events, effects };
}
