// What the engine says of an attempt becomes what its job is. A report of an attempt that is not
// current is dropped and counted. The texts are those that clients match on (doc/reasons.md, why a
// job ended).

import { never } from '../../../base/assert.ts';
import { nodeId, splitJobId, type AttemptId } from '../../../base/ids.ts';
import type { Effect } from '../../effect.ts';
import type { Event } from '../../event.ts';
import { instanceEndedReason } from '../../host/instance.ts';
import type { AttemptOnHost, EndedAttempt, Exit } from '../../job/attempt.ts';
import type { LiveJob, MainNodeEnd, StartingJob } from '../../job/job.ts';
import { isRetried } from '../../job/retry.ts';
import type { EndedStatus } from '../../job/status.ts';
import { decidingStop, stopBy } from '../../job/stop.ts';
import { isLive } from '../../job/job.ts';
import { limit } from '../../limit.ts';
import type { World } from '../../world/world.ts';
import { parentEndEvents } from './array-fold.ts';
import { stopNodes } from './stop-job.ts';
import type { Decided, Followed } from '../decision.ts';

/** What the engine says of an attempt. */
export interface ReportAttempt {
  readonly type: 'report-attempt';
  readonly attemptId: AttemptId;
  readonly report:
    | {
        readonly type: 'started';
        readonly atMs: number;
        readonly notice?: string | undefined;
        readonly address?: string | undefined;
      }
    | { readonly type: 'start-failed'; readonly atMs: number; readonly reason: string }
    | {
        readonly type: 'exited';
        readonly atMs: number;
        readonly exit: Exit;
        readonly logNote?: string | undefined;
      }
    | { readonly type: 'lost'; readonly atMs: number; readonly reason: string };
}

/** `stale`: the report is of an attempt that is not current; it is counted and dropped. */
interface ReportAttemptReply {
  readonly stale: boolean;
}

const stale = { events: [], effects: [], reply: { stale: true } } as const;

/** What nodes show that were stopped because of it. */
export const mainNodeEndedReason = 'The main node has ended';

const outOfMemoryReason = 'OutOfMemoryError: Container killed due to memory usage';

export function decideReportAttempt(
  world: World,
  command: ReportAttempt,
  nowMs: number,
): Decided<ReportAttemptReply> {
  const { attemptId, report } = command;
  const job = jobOf(world, attemptId);
  if (job === undefined) return stale;
  if (report.type === 'started') {
    if (job.status === 'RUNNING') return stale;
    return { ...startAttempt(world, job, report, nowMs), reply: { stale: false } };
  }
  const { events, effects } = endAttempt(world, job, outcomeOf(job, report, nowMs), nowMs);
  const { hostId } = job.attempt;
  return {
    events,
    effects: [{ type: 'remove-attempt', attemptId, hostId }, ...effects],
    reply: { stale: false },
  };
}

/**
 * When the main node of a multi-node parallel job runs, the others are launched (user guide,
 * chapter Job Lifecycle).
 */
function startAttempt(
  world: World,
  job: StartingJob,
  { atMs, notice, address }: ReportAttempt['report'] & { type: 'started' },
  nowMs: number,
): Followed {
  const { attempt, otherNodes = [] } = job;
  const running: Event = {
    type: 'attempt-running',
    jobId: job.id,
    attemptId: attempt.attemptId,
    atMs,
    statusReason: notice,
    address: attempt.network && (address ?? world.hosts.addressOf(attempt.hostId)),
  };
  if (otherNodes.length === 0) return { events: [running], effects: [] };
  if (job.stops !== undefined)
    return { events: [running, ...releaseAll(otherNodes, atMs, nowMs)], effects: [] };
  return {
    events: [running, { type: 'nodes-launched', jobId: job.id, nodes: otherNodes, atMs }],
    effects: otherNodes.map(({ node, attemptId, hostId }) => ({
      type: 'start-attempt',
      jobId: nodeId(job.id, node),
      attemptId,
      hostId,
    })),
  };
}

const releaseAll = (attempts: readonly AttemptOnHost[], atMs: number, heardAtMs: number): Event[] =>
  attempts.map(({ attemptId }) => ({ type: 'resources-released', attemptId, atMs, heardAtMs }));

/**
 * An attempt whose host is gone has ended, whatever its container may still do there: that is for
 * the reconciler to see, if the host comes back. Whoever runs elsewhere is told what follows.
 */
export function lose(world: World, attemptId: AttemptId, atMs: number): Followed {
  const job = jobOf(world, attemptId);
  if (job === undefined) return { events: [], effects: [] };
  const report = { type: 'lost', atMs, reason: 'its host is gone' } as const;
  const { events, effects } = endAttempt(world, job, outcomeOf(job, report, atMs), atMs);
  const isThere = (effect: Effect): boolean =>
    !('hostId' in effect) || world.hosts.has(effect.hostId);
  return { events, effects: effects.filter(isThere) };
}

/** The job of which this is the current attempt. */
function jobOf(world: World, attemptId: AttemptId): LiveJob | undefined {
  const jobId = world.attempts.get(attemptId);
  const job = jobId === undefined ? undefined : world.jobs.get(jobId);
  return job !== undefined && isLive(job) ? job : undefined;
}

interface Outcome {
  readonly status: EndedStatus;
  readonly atMs: number;
  readonly exitCode?: number | undefined;
  readonly containerReason?: string | undefined;
  readonly statusReason: string;
  /** An exit proves that the container ran, though its start was never reported. */
  readonly ran: boolean;
  readonly hostLost: boolean;
  /** It failed, and not because somebody wanted it to end. */
  readonly retriable: boolean;
}

function outcomeOf(
  job: LiveJob,
  report: Exclude<ReportAttempt['report'], { type: 'started' }>,
  nowMs: number,
): Outcome {
  const stop = decidingStop(job.stops, { atMs: report.atMs, heardAtMs: nowMs });
  const ran = report.type === 'exited';
  // However it took the end of its host: nobody asked for the job to end.
  if (stop?.by === 'host')
    return {
      status: 'FAILED',
      atMs: report.atMs,
      ran,
      hostLost: true,
      retriable: true,
      statusReason: stop.reason,
    };
  const stopReason = stop?.reason;
  const failed = {
    status: 'FAILED',
    atMs: report.atMs,
    ran: false,
    hostLost: report.type === 'lost',
    retriable: stopReason === undefined,
  } as const;
  switch (report.type) {
    case 'start-failed':
      return {
        ...failed,
        containerReason: stopReason === undefined ? report.reason : undefined,
        statusReason: stopReason ?? 'Task failed to start',
      };
    case 'lost':
      return {
        ...failed,
        statusReason: stopReason ?? instanceEndedReason({ id: job.attempt.hostId }),
      };
    case 'exited': {
      const { exit } = report;
      // A node that stops because the main one has ended goes by its exit code like any other.
      const succeeded =
        exit.exitCode === 0 && (stopReason === undefined || stop?.by === 'main-node');
      const reason = exit.outOfMemory && exit.exitCode !== 0 ? outOfMemoryReason : exit.reason;
      return {
        ...failed,
        status: succeeded ? 'SUCCEEDED' : 'FAILED',
        exitCode: exit.exitCode,
        containerReason: stopReason === undefined ? joined(reason, report.logNote) : undefined,
        statusReason: stopReason ?? 'Essential container in task exited',
        ran: true,
        retriable: !succeeded && stopReason === undefined,
      };
    }
    default:
      return never(report);
  }
}

/** Between characters: half of a surrogate pair is none. */
const cut = (reason: string): string =>
  reason.length <= limit.containerReasonChars
    ? reason
    : reason.slice(0, limit.containerReasonChars).replace(/[\uD800-\uDBFF]$/, '');

const joined = (reason: string | undefined, note: string | undefined): string | undefined =>
  reason !== undefined && note !== undefined ? `${reason}; ${note}` : (reason ?? note);

function endAttempt(world: World, job: LiveJob, outcome: Outcome, nowMs: number): Followed {
  const { state: _state, ...placed } = job.attempt;
  const startedAtMs =
    job.status === 'RUNNING'
      ? job.attempt.startedAtMs
      : outcome.ran
        ? Math.min(job.attempt.placedAtMs, outcome.atMs)
        : undefined;
  const events: Event[] = [];
  if (job.status === 'STARTING' && startedAtMs !== undefined) {
    events.push({
      type: 'attempt-running',
      jobId: job.id,
      attemptId: job.attempt.attemptId,
      atMs: startedAtMs,
    });
  }
  const attempt: EndedAttempt = {
    ...placed,
    state: 'ended',
    startedAtMs,
    // A host's clock may run behind ours: a job never stops before it started.
    stoppedAtMs: Math.max(outcome.atMs, startedAtMs ?? 0),
    exitCode: outcome.exitCode,
    containerReason: outcome.containerReason && cut(outcome.containerReason),
    statusReason: outcome.statusReason,
    free: outcome.hostLost && world.settings.hostLossFree ? true : undefined,
  };
  const { status, statusReason } = outcome;
  // By what is known now: what became of an attempt whose host was lost may be told later, and
  // decides nothing.
  const end: MainNodeEnd = {
    status,
    statusReason,
    atMs: attempt.stoppedAtMs,
    retriable: outcome.retriable && isRetried(job.terms, [...job.attempts, attempt]),
  };
  const unlaunched = job.status === 'STARTING' ? (job.otherNodes ?? []) : [];
  events.push(
    { type: 'attempt-ended', jobId: job.id, attempt },
    ...releaseAll([attempt, ...unlaunched], end.atMs, nowMs),
  );
  const others = world.nodes.live(job.id);
  if (others.size === 0) {
    events.push(...jobEndEvents(world, job, end), ...lastNodeEvents(world, job));
    return { events, effects: [] };
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

/** The job's end, or its next attempt. */
function jobEndEvents(
  world: World,
  job: LiveJob,
  { status, statusReason, atMs, retriable }: MainNodeEnd,
): Event[] {
  const { parent, index, node } = splitJobId(job.id);
  const array = index === undefined ? undefined : world.arrayParent(parent);
  // Cancelling an array lets its children run on, and tries none of them again; a node is tried
  // again with its job.
  if (retriable && node === undefined && array?.stops === undefined)
    return [{ type: 'job-retried', jobId: job.id, atMs }];
  const ended: Event = { type: 'job-ended', jobId: job.id, status, statusReason, atMs };
  return array === undefined
    ? [ended]
    : [ended, ...parentEndEvents(array, { endedNow: 1, anyFailed: status === 'FAILED' }, atMs)];
}

/** The last node to end of a job whose main node has ended before: that takes its course. */
function lastNodeEvents(world: World, { id }: LiveJob): Event[] {
  const { parent, node } = splitJobId(id);
  const job = node === undefined ? undefined : world.jobs.get(parent);
  if (
    job?.status !== 'RUNNING' ||
    job.mainNodeEnd === undefined ||
    world.nodes.live(parent).size > 1
  )
    return [];
  // Whoever terminated it meanwhile wants no next attempt.
  const { mainNodeEnd } = job;
  const terminate = stopBy(job.stops, 'terminate');
  return jobEndEvents(
    world,
    job,
    mainNodeEnd.retriable && terminate !== undefined
      ? { ...mainNodeEnd, statusReason: terminate.reason, retriable: false }
      : mainNodeEnd,
  );
}
