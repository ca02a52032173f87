// What the engine says of an attempt becomes what its job is. A report of an attempt that is not current is dropped and
// counted (DESIGN 3.4). The texts are those that clients match on (spec 4.6).

import { never } from '../../base/assert.ts';
import { splitJobId, type AttemptId } from '../../base/ids.ts';
import type { Effect } from '../effect.ts';
import type { Event } from '../event.ts';
import { instanceEndedReason } from '../instance.ts';
import type { EndedAttempt } from '../job/attempt.ts';
import type { LiveJob, StopRequest } from '../job/job.ts';
import { isRetried } from '../job/retry.ts';
import type { EndedStatus } from '../job/status.ts';
import { isLive } from '../job/job.ts';
import type { World } from '../world.ts';
import { parentEndEvents } from './array-fold.ts';
import type { Decided, ReportAttempt } from './command.ts';

const stale = { events: [], effects: [], reply: { stale: true } } as const;

export const outOfMemoryReason = 'OutOfMemoryError: Container killed due to memory usage';

export function decideReportAttempt(world: World, command: ReportAttempt): Decided<ReportAttempt> {
  const { attemptId, report } = command;
  const jobId = world.attempts.get(attemptId);
  const job = jobId === undefined ? undefined : world.jobs.get(jobId);
  if (job === undefined || !isLive(job)) return stale;
  if (report.type === 'started') {
    if (job.status === 'RUNNING') return stale;
    return { events: [{ type: 'attempt-running', jobId: job.id, attemptId, atMs: report.atMs, statusReason: report.notice }], effects: [], reply: { stale: false } };
  }
  return { ...endAttempt(world, job, outcomeOf(job, report)), reply: { stale: false } };
}

/** An attempt whose host is gone has ended, whatever its container may still do there. */
export function lossEvents(world: World, attemptId: AttemptId, atMs: number): readonly Event[] {
  const decided = decideReportAttempt(world, { type: 'report-attempt', attemptId, report: { type: 'lost', atMs, reason: 'its host is gone' } });
  return 'events' in decided ? decided.events : [];
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

function outcomeOf(job: LiveJob, report: Exclude<ReportAttempt['report'], { type: 'started' }>): Outcome {
  const stop = stopOf(job, report.atMs);
  const ran = report.type === 'exited';
  // However it took the end of its host: nobody asked for the job to end.
  if (stop?.by === 'host') return { status: 'FAILED', atMs: report.atMs, ran, hostLost: true, retriable: true, statusReason: stop.reason };
  const stopReason = stop?.reason;
  const failed = { status: 'FAILED', atMs: report.atMs, ran: false, hostLost: report.type === 'lost', retriable: stopReason === undefined } as const;
  switch (report.type) {
    case 'start-failed':
      return { ...failed, containerReason: stopReason === undefined ? report.reason : undefined, statusReason: stopReason ?? 'Task failed to start' };
    case 'lost':
      return { ...failed, statusReason: stopReason ?? instanceEndedReason({ id: job.attempt.hostId }) };
    case 'exited': {
      const { exit } = report;
      const succeeded = exit.exitCode === 0 && stopReason === undefined;
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

/** A timeout that was noticed late, or the end of a host, stops nothing that had ended before it. */
function stopOf({ stopRequested }: LiveJob, endedAtMs: number): StopRequest | undefined {
  return (stopRequested?.by === 'timeout' || stopRequested?.by === 'host') && endedAtMs < stopRequested.atMs ? undefined : stopRequested;
}

const joined = (reason: string | undefined, note: string | undefined): string | undefined =>
  reason !== undefined && note !== undefined ? `${reason}; ${note}` : (reason ?? note);

function endAttempt(world: World, job: LiveJob, outcome: Outcome): { events: Event[]; effects: Effect[] } {
  const { state: _state, ...placed } = job.attempt;
  const startedAtMs = job.status === 'RUNNING' ? job.attempt.startedAtMs : outcome.ran ? Math.min(job.attempt.placedAtMs, outcome.atMs) : undefined;
  const events: Event[] = [];
  if (job.status === 'STARTING' && startedAtMs !== undefined) {
    events.push({ type: 'attempt-running', jobId: job.id, attemptId: job.attempt.attemptId, atMs: startedAtMs });
  }
  const attempt: EndedAttempt = {
    ...placed,
    state: 'ended',
    startedAtMs,
    // A host's clock may run behind ours: a job never stops before it started.
    stoppedAtMs: Math.max(outcome.atMs, startedAtMs ?? 0),
    exitCode: outcome.exitCode,
    containerReason: outcome.containerReason,
    statusReason: outcome.statusReason,
    free: outcome.hostLost && world.settings.hostLossFree ? true : undefined,
  };
  const effects: Effect[] = [{ type: 'remove-attempt', attemptId: attempt.attemptId, hostId: attempt.hostId }];
  events.push({ type: 'attempt-ended', jobId: job.id, attempt });
  events.push({ type: 'resources-released', attemptId: attempt.attemptId, atMs: attempt.stoppedAtMs });
  const { parent, index } = splitJobId(job.id);
  const array = index === undefined ? undefined : world.arrayParent(parent);
  // Cancelling an array lets its children run on, and tries none of them again.
  if (outcome.retriable && array?.stopRequested === undefined && isRetried(job.terms, [...job.attempts, attempt])) {
    events.push({ type: 'job-retried', jobId: job.id, atMs: attempt.stoppedAtMs });
    return { events, effects };
  }
  events.push({ type: 'job-ended', jobId: job.id, status: outcome.status, statusReason: outcome.statusReason, atMs: attempt.stoppedAtMs });
  if (array !== undefined) events.push(...parentEndEvents(array, { endedNow: 1, anyFailed: outcome.status === 'FAILED' }, attempt.stoppedAtMs));
  return { events, effects };
}
