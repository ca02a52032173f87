// How one container of an attempt ended, as its engine said, and what that makes of the attempt if
// it decides. The texts are those that clients match on (doc/reasons.md, why a job ended). It makes
// no events.

import { must, never } from '../../../base/assert.ts';
import { startsTogether } from '../../host/connection.ts';
import { instanceEndedReason } from '../../host/instance.ts';
import { attemptContainers, type AttemptOutcome, type Exit } from '../../job/attempt.ts';
import type { ContainerRun, EndedContainer } from '../../job/container-run.ts';
import type { LiveJob } from '../../job/job.ts';
import { decidingStop, mayGoOn } from '../../job/stop.ts';
import { limit } from '../../limit.ts';
import { serviceStatusReason } from '../../service-job/status-reason.ts';

/** What the engine says of a container that is over. */
export type EndReport =
  | { readonly type: 'start-failed'; readonly atMs: number; readonly reason: string }
  /** There was no room for it where there should have been. */
  | { readonly type: 'not-placed'; readonly atMs: number; readonly reason: string }
  | {
      readonly type: 'exited';
      readonly atMs: number;
      readonly exit: Exit;
      readonly logNote?: string | undefined;
      /** Of a training job: why what it left could not be stored. It then fails. */
      readonly storeFailure?: string | undefined;
    }
  | { readonly type: 'lost'; readonly atMs: number; readonly reason: string };

const outOfMemoryReason = 'OutOfMemoryError: Container killed due to memory usage';

/** An exit proves that the container ran, though its start was never reported. */
export function endOfRun(
  { stops }: LiveJob,
  run: ContainerRun & { readonly state: 'starting' | 'running' },
  report: EndReport,
): EndedContainer {
  const startedAtMs =
    run.state === 'running'
      ? run.startedAtMs
      : report.type === 'exited'
        ? Math.min(run.askedAtMs, report.atMs)
        : undefined;
  return {
    state: 'ended',
    startedAtMs,
    // A host's clock may run behind ours: nothing stops before it started.
    stoppedAtMs: Math.max(report.atMs, startedAtMs ?? 0),
    exitCode: report.type === 'exited' ? report.exit.exitCode : undefined,
    reason: stops === undefined ? reasonOf(report) : undefined,
  };
}

/** `container.reason`. */
const reasonOf = (report: EndReport): string | undefined => {
  switch (report.type) {
    case 'start-failed':
    case 'not-placed':
      return cut(report.reason);
    case 'lost':
      return undefined;
    case 'exited': {
      const { exit, logNote } = report;
      const reason = exit.outOfMemory && exit.exitCode !== 0 ? outOfMemoryReason : exit.reason;
      return cut(joined(reason, logNote));
    }
    default:
      return never(report);
  }
};

/** How the attempt ends by an essential container that is never to start. */
export function unstartedOutcome(
  job: LiveJob,
  runs: readonly ContainerRun[],
  nowMs: number,
): AttemptOutcome | undefined {
  for (const [index, { essential }] of attemptContainers(job.terms).entries()) {
    const run = runs[index];
    if (!essential || run?.state !== 'ended' || run.startedAtMs !== undefined) continue;
    const { stoppedAtMs: atMs, reason = '' } = run;
    return outcomeOf(job, { type: 'start-failed', atMs, reason }, undefined, nowMs);
  }
  return undefined;
}

/** Of the container at the index, and where they all stand by it. */
interface ContainerEnd {
  readonly runs: readonly ContainerRun[];
  readonly index: number;
  readonly report: EndReport;
}

/**
 * How the attempt ends by this, if it does: with an essential container, and a pod of Amazon EKS as
 * a whole. Where all containers start together, one that cannot start keeps the others from it, and
 * one that is gone has gone with all.
 */
export function outcomeBy(
  job: LiveJob,
  end: ContainerEnd,
  nowMs: number,
): AttemptOutcome | undefined {
  const { essential, init } = must(attemptContainers(job.terms)[end.index], 'it is one of them');
  const isOver = essential || (startsTogether(job.attempt) && end.report.type !== 'exited');
  const deciding = job.terms.pod ? podEnd(end, init === true) : isOver ? end : undefined;
  if (deciding === undefined) return undefined;
  const run = deciding.runs[deciding.index];
  const startedAtMs = run?.state === 'ended' ? run.startedAtMs : undefined;
  return outcomeOf(job, deciding.report, startedAtMs, nowMs);
}

/**
 * A pod ends when an init container of it fails, or else with the last of its containers: then the
 * first that failed counts, in their order. What could not be started, or is gone, ends it at once.
 */
function podEnd(end: ContainerEnd, isInit: boolean): ContainerEnd | undefined {
  const { runs, report } = end;
  if (report.type !== 'exited' || (isInit && report.exit.exitCode !== 0)) return end;
  if (!runs.every(({ state }) => state === 'ended')) return undefined;
  const index = runs.findIndex((run) => run.state === 'ended' && run.exitCode !== 0);
  const failed = runs[index];
  if (index === end.index || failed?.state !== 'ended') return end;
  const { exitCode = 1, reason } = failed;
  const exit = { exitCode, reason, outOfMemory: false };
  return { runs, index, report: { type: 'exited', atMs: report.atMs, exit } };
}

/** How the attempt ends with the end of one of its containers. */
export function outcomeOf(
  job: LiveJob,
  report: EndReport,
  startedAtMs: number | undefined,
  nowMs: number,
): AttemptOutcome {
  const stop = decidingStop(job.stops, { atMs: report.atMs, heardAtMs: nowMs });
  const ran = report.type === 'exited' ? startedAtMs : undefined;
  // However it took the end of its host: nobody asked for the job to end.
  if (stop !== undefined && mayGoOn(stop))
    return {
      status: 'FAILED',
      atMs: report.atMs,
      startedAtMs: ran,
      hostLost: stop.by === 'host',
      preempted: stop.by === 'preempt' ? true : undefined,
      unplaced: stop.by === 'unplaced' ? true : undefined,
      retriable: true,
      statusReason: stop.reason,
    };
  const stopReason = stop?.reason;
  const serviceReason = job.terms.service && serviceStatusReason(report);
  const failed = {
    status: 'FAILED',
    atMs: report.atMs,
    hostLost: report.type === 'lost',
    retriable: stopReason === undefined,
    containerReason: stopReason === undefined ? reasonOf(report) : undefined,
  } as const;
  switch (report.type) {
    case 'start-failed':
      return {
        ...failed,
        statusReason: stopReason ?? serviceReason ?? 'Task failed to start',
      };
    case 'not-placed':
      return {
        ...failed,
        unplaced: stopReason === undefined ? true : undefined,
        statusReason: stopReason ?? report.reason,
      };
    case 'lost':
      return {
        ...failed,
        statusReason:
          stopReason ??
          serviceReason ??
          instanceEndedReason({ id: job.attempt.hostId, instanceId: job.attempt.instanceId }),
      };
    case 'exited': {
      const { exitCode } = report.exit;
      const isDone = exitCode === 0 && report.storeFailure === undefined;
      // A node that stops because the main one has ended goes by its exit code like any other.
      const succeeded = isDone && (stopReason === undefined || stop?.by === 'main-node');
      return {
        ...failed,
        status: succeeded ? 'SUCCEEDED' : 'FAILED',
        exitCode,
        statusReason: stopReason ?? serviceReason ?? 'Essential container in task exited',
        startedAtMs: ran,
        retriable: !succeeded && stopReason === undefined,
      };
    }
    default:
      return never(report);
  }
}

/** Between characters: half of a surrogate pair is none. */
const cut = (reason: string | undefined): string | undefined =>
  reason === undefined || reason.length <= limit.containerReasonChars
    ? reason
    : reason.slice(0, limit.containerReasonChars).replace(/[\uD800-\uDBFF]$/, '');

const joined = (reason: string | undefined, note: string | undefined): string | undefined =>
  reason !== undefined && note !== undefined ? `${reason}; ${note}` : (reason ?? note);
