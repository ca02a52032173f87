// The end of an attempt: what it gives back, and whether its job is tried again or has ended. Of a
// multi-node parallel job the main node's end stops the others, and the last of them ends the job.

import { must } from '../../../base/assert.ts';
import { splitJobId } from '../../../base/ids.ts';
import type { Effect } from '../../effect.ts';
import type { Event } from '../../event.ts';
import { startsTogether } from '../../host/connection.ts';
import {
  attemptContainers,
  containerOnHost,
  preemptionsOf,
  type AttemptOnHost,
  type AttemptOutcome,
  type EndedAttempt,
  type NodePlacement,
} from '../../job/attempt.ts';
import type { EndedContainer } from '../../job/container-run.ts';
import { mainNodeHasEnded, type LiveJob, type MainNodeEnd } from '../../job/job.ts';
import { termsOfNode } from '../../job/nodes.ts';
import { isRetried } from '../../job/retry.ts';
import { stopBy, type Stop } from '../../job/stop.ts';
import type { JobTerms } from '../../job/terms.ts';
import { limit } from '../../limit.ts';
import { delayAfter } from '../../own-tag/retry-delay.ts';
import type { World } from '../../world/world.ts';
import type { Followed } from '../decision.ts';
import { parentEndEvents } from './array-fold.ts';
import { stopLive, stopNodes } from './stop-job.ts';

/** What nodes show that were stopped because of it. */
export const mainNodeEndedReason = 'The main node has ended';

/** `ended` is how each of its containers did. */
export function endAttempt(
  world: World,
  job: LiveJob,
  outcome: AttemptOutcome,
  ended: readonly EndedContainer[],
  nowMs: number,
): Followed {
  const { state: _state, containers, outcome: decided, ...placed } = job.attempt;
  const startedAtMs = job.status === 'RUNNING' ? job.attempt.startedAtMs : outcome.startedAtMs;
  const events: Event[] = [];
  if (job.status !== 'RUNNING' && startedAtMs !== undefined) {
    events.push(...prepared(job, startedAtMs), {
      type: 'attempt-running',
      jobId: job.id,
      attemptId: job.attempt.attemptId,
      atMs: startedAtMs,
    });
  }
  const ran = ended.filter((run) => run.startedAtMs !== undefined);
  const attempt: EndedAttempt = {
    ...placed,
    state: 'ended',
    startedAtMs,
    // A host's clock may run behind ours: a job never stops before it started.
    stoppedAtMs: Math.max(outcome.atMs, startedAtMs ?? 0, ...ran.map((run) => run.stoppedAtMs)),
    exitCode: outcome.exitCode,
    containerReason: outcome.containerReason,
    statusReason: outcome.statusReason,
    free:
      outcome.preempted || outcome.unplaced || (outcome.hostLost && world.settings.hostLossFree)
        ? true
        : undefined,
    unplaced: outcome.unplaced,
    preempted: outcome.preempted && preemptionsOf(job.attempts) + 1,
    ...(containers && { containers: ended }),
  };
  // By what is known now: what became of an attempt whose host was lost may be told later, and
  // decides nothing.
  const end: MainNodeEnd = withoutRetry(decided && stopBy(job.stops, 'terminate'), {
    status: outcome.status,
    statusReason: outcome.statusReason,
    atMs: attempt.stoppedAtMs,
    unplaced: outcome.unplaced,
    retriable: outcome.retriable && waitsAgain(job.terms, [...job.attempts, attempt]),
  });
  const unlaunched = job.status !== 'RUNNING' ? (job.otherNodes ?? []) : [];
  events.push(
    { type: 'attempt-ended', jobId: job.id, attempt },
    ...releaseAll([attempt, ...unlaunched], end.atMs, nowMs),
  );
  // What its cluster was given of them beside the main one goes with that.
  const effects = unlaunchedRemovals(job, unlaunched);
  const others = world.nodes.live(job.id);
  if (others.size === 0) {
    const back = end.unplaced ? allBack(world, job, end) : undefined;
    events.push(...jobEndEvents(world, job, end, nowMs), ...lastNodeEvents(world, job, nowMs));
    if (back !== undefined) events.push(...back.events);
    return { events, effects: [...effects, ...(back?.effects ?? [])] };
  }
  // "If the main node exits, the job is considered finished, and all of the child nodes are
  // stopped."
  const stopped = stopNodes(world, job.id, {
    by: 'main-node',
    reason: mainNodeEndedReason,
    atMs: end.atMs,
  });
  return {
    events: [...events, { type: 'main-node-ended', jobId: job.id, end }, ...stopped.events],
    effects: stopped.effects,
  };
}

/**
 * A node of a multi-node parallel job had no room where it was to run: all or none of them run, so
 * the others are stopped and the job waits again, which costs it no attempt.
 */
function allBack(
  world: World,
  { id }: LiveJob,
  { statusReason, atMs }: MainNodeEnd,
): Followed | undefined {
  const { parent, node } = splitJobId(id);
  const job = node === undefined ? undefined : world.jobs.get(parent);
  return job?.status === 'RUNNING' && !mainNodeHasEnded(job)
    ? stopLive(world, job, { by: 'unplaced', reason: statusReason, atMs }, id)
    : undefined;
}

/** Containers of nodes that were not launched: a cluster may have been told of them before. */
export const unlaunchedRemovals = (
  { terms: { nodes } }: LiveJob,
  unlaunched: readonly NodePlacement[],
): readonly Effect[] =>
  unlaunched.filter(startsTogether).flatMap((placement) => {
    const terms = termsOfNode(must(nodes, 'a job with nodes'), placement.node);
    return attemptContainers(terms).map((_, index): Effect => ({
      type: 'remove-container',
      ...containerOnHost(placement, index),
    }));
  });

/** Whoever terminated it after its end was decided wants no next attempt. */
const withoutRetry = (terminate: Stop | undefined, end: MainNodeEnd): MainNodeEnd =>
  end.retriable && terminate !== undefined
    ? { ...end, statusReason: terminate.reason, retriable: false }
    : end;

/** After the last of the attempts; a preempted job waits again as often as it may. */
function waitsAgain(terms: JobTerms, attempts: readonly EndedAttempt[]): boolean {
  const { preempted, unplaced } = attempts.at(-1) ?? {};
  if (unplaced) return true;
  return preempted === undefined
    ? isRetried(terms, attempts)
    : preempted <= (terms.preemption?.retries ?? preempted);
}

/** The job's end, or its next attempt. */
function jobEndEvents(
  world: World,
  job: LiveJob,
  { status, statusReason, atMs, retriable, unplaced }: MainNodeEnd,
  nowMs: number,
): Event[] {
  const { parent, index, node } = splitJobId(job.id);
  const array = index === undefined ? undefined : world.arrayParent(parent);
  // Cancelling lets what has started run on, and tries none of it again; a node is tried again with
  // its job.
  if (retriable && node === undefined && array?.stops === undefined && job.lateCancel === undefined)
    return [
      {
        type: 'job-retried',
        jobId: job.id,
        atMs,
        notBeforeMs: unplaced ? nowMs + limit.unplacedPauseMs : nextAtMs(job, atMs, nowMs),
      },
    ];
  const ended: Event = { type: 'job-ended', jobId: job.id, status, statusReason, atMs };
  return array === undefined
    ? [ended]
    : [ended, ...parentEndEvents(array, { endedNow: 1, anyFailed: status === 'FAILED' }, atMs)];
}

/** The tag longshore:retry-delay; a delay may be over when the end is heard of. */
function nextAtMs(
  { terms, attempt, stops }: LiveJob,
  atMs: number,
  nowMs: number,
): number | undefined {
  const delay = terms.retry?.delay;
  if (delay === undefined || stopBy(stops, 'preempt') !== undefined) return undefined;
  const nextMs = atMs + delayAfter(delay, attempt);
  return nextMs > nowMs ? nextMs : undefined;
}

/** The last node to end of a job whose main node has ended before: that takes its course. */
function lastNodeEvents(world: World, { id }: LiveJob, nowMs: number): Event[] {
  const { parent, node } = splitJobId(id);
  const job = node === undefined ? undefined : world.jobs.get(parent);
  if (
    job?.status !== 'RUNNING' ||
    job.mainNodeEnd === undefined ||
    world.nodes.live(parent).size > 1
  )
    return [];
  const end = withoutRetry(stopBy(job.stops, 'terminate'), job.mainNodeEnd);
  return jobEndEvents(world, job, end, nowMs);
}

/** Nobody said that it was being prepared, which it must have been. */
export const prepared = ({ id, status }: LiveJob, atMs: number): Event[] =>
  status === 'SCHEDULED' ? [{ type: 'attempt-preparing', jobId: id, atMs }] : [];

export const releaseAll = (
  attempts: readonly AttemptOnHost[],
  atMs: number,
  heardAtMs: number,
): Event[] =>
  attempts.map(({ attemptId }) => ({ type: 'resources-released', attemptId, atMs, heardAtMs }));
