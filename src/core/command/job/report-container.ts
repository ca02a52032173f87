// What the engine says of a container becomes what its attempt and its job are. A report of an
// attempt that is not current is dropped and counted. The texts are those that clients match on
// (doc/reasons.md, why a job ended).

import { must, never } from '../../../base/assert.ts';
import {
  containerIdOf,
  nodeId,
  splitContainerId,
  splitJobId,
  type AttemptId,
  type ContainerId,
  type JobId,
} from '../../../base/ids.ts';
import type { Effect } from '../../effect.ts';
import type { Event } from '../../event.ts';
import { instanceEndedReason } from '../../host/instance.ts';
import {
  attemptContainers,
  containerRuns,
  preemptionsOf,
  type AttemptOnHost,
  type AttemptOutcome,
  type EndedAttempt,
  type Exit,
} from '../../job/attempt.ts';
import {
  advance,
  beginRuns,
  closed,
  isUnderWay,
  withoutStarts,
  type ContainerRun,
  type EndedContainer,
} from '../../job/container-run.ts';
import type { LiveJob, MainNodeEnd, StartingJob } from '../../job/job.ts';
import { isToStop } from '../../job/job.ts';
import { termsOfNode } from '../../job/nodes.ts';
import { isRetried } from '../../job/retry.ts';
import { delayAfter } from '../../own-tag/retry-delay.ts';
import { decidingStop, stopBy, type Stop } from '../../job/stop.ts';
import type { JobTerms } from '../../job/terms.ts';
import { limit } from '../../limit.ts';
import { serviceStatusReason } from '../../service-job/status-reason.ts';
import type { World } from '../../world/world.ts';
import { parentEndEvents } from './array-fold.ts';
import { stopEffects, stopNodes } from './stop-job.ts';
import type { Decided, Followed } from '../decision.ts';

/** What the engine says of a container. */
export interface ReportContainer {
  readonly type: 'report-container';
  readonly containerId: ContainerId;
  readonly report:
    | StartReport
    | { readonly type: 'start-failed'; readonly atMs: number; readonly reason: string }
    | {
        readonly type: 'exited';
        readonly atMs: number;
        readonly exit: Exit;
        readonly logNote?: string | undefined;
        /** Of a training job: why what it left could not be stored. It then fails. */
        readonly storeFailure?: string | undefined;
      }
    | { readonly type: 'lost'; readonly atMs: number; readonly reason: string };
}

interface StartReport {
  readonly type: 'started';
  readonly atMs: number;
  readonly notice?: string | undefined;
  readonly address?: string | undefined;
}

type EndReport = Exclude<ReportContainer['report'], StartReport>;

/** `stale`: the report is of an attempt that is not current; it is counted and dropped. */
interface ReportContainerReply {
  readonly stale: boolean;
}

const stale = { events: [], effects: [], reply: { stale: true } } as const;

/** What nodes show that were stopped because of it. */
export const mainNodeEndedReason = 'The main node has ended';

const outOfMemoryReason = 'OutOfMemoryError: Container killed due to memory usage';

export function decideReportContainer(
  world: World,
  { containerId, report }: ReportContainer,
  nowMs: number,
): Decided<ReportContainerReply> {
  const { attemptId, index } = splitContainerId(containerId);
  const job = world.jobOfAttempt(attemptId);
  const runs = job && containerRuns(job.attempt);
  const run = runs?.[index];
  if (job === undefined || runs === undefined || run === undefined || !isUnderWay(run))
    return stale;
  if (report.type === 'started') {
    if (run.state === 'running') return stale;
    const { askedAtMs } = run;
    const running = { state: 'running', askedAtMs, startedAtMs: report.atMs } as const;
    const step = { runs: withRun(runs, index, running), report };
    return { ...follow(world, job, step, nowMs), reply: { stale: false } };
  }
  const ended = endOfRun(job, run, report);
  const isDeciding =
    attemptContainers(job.terms)[index]?.essential === true && job.attempt.outcome === undefined;
  const outcome = isDeciding
    ? outcomeOf(job, report, ended.startedAtMs, nowMs)
    : job.attempt.outcome;
  const step = { runs: withRun(runs, index, ended), outcome, report };
  const { events, effects } = follow(world, job, step, nowMs);
  return {
    events,
    effects: [...(ended.startedAtMs === undefined ? [removal(job, index)] : []), ...effects],
    reply: { stale: false },
  };
}

const removal = ({ attempt: { attemptId, hostId } }: LiveJob, index: number): Effect => ({
  type: 'remove-container',
  containerId: containerIdOf(attemptId, index),
  hostId,
});

/**
 * Those that ran stay until the attempt is over: what its containers have in common on the engine,
 * volumes among it, goes with the last of them.
 */
const removals = (job: LiveJob, ended: readonly EndedContainer[]): Effect[] =>
  ended.flatMap(({ startedAtMs }, index) =>
    startedAtMs === undefined ? [] : [removal(job, index)],
  );

const withRun = (
  runs: readonly ContainerRun[],
  index: number,
  run: ContainerRun,
): readonly ContainerRun[] => runs.map((other, at) => (at === index ? run : other));

/** An exit proves that the container ran, though its start was never reported. */
function endOfRun(
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

/**
 * One step of an attempt: where its containers stand by it, and how it ends, where that is known.
 */
interface AttemptStep {
  readonly runs: readonly ContainerRun[];
  readonly outcome?: AttemptOutcome | undefined;
  /** What brought it about, and when. */
  readonly report: Pick<StartReport, 'atMs' | 'notice' | 'address'>;
}

/**
 * What follows from where an attempt's containers stand: others start or stop, the attempt runs, or
 * it is over.
 */
export function follow(world: World, job: LiveJob, step: AttemptStep, nowMs: number): Followed {
  const goesOn = step.outcome === undefined && job.stops === undefined;
  const next = goesOn
    ? advance(attemptContainers(job.terms), step.runs, nowMs)
    : { runs: closed(step.runs, nowMs), starts: [] };
  const outcome = step.outcome ?? unstartedOutcome(job, next.runs, nowMs);
  const isClosing = !goesOn || outcome !== undefined;
  const runs = isClosing ? closed(withoutStarts(next), nowMs) : next.runs;
  const ended = runs.filter((run) => run.state === 'ended');
  if (ended.length === runs.length) {
    const decided = must(outcome, 'an essential container has ended');
    const end = endAttempt(world, job, decided, ended, nowMs);
    return { events: end.events, effects: [...removals(job, ended), ...end.effects] };
  }
  const { attempt } = job;
  const moved: Event[] =
    job.terms.containers === undefined
      ? []
      : [{ type: 'containers-moved', jobId: job.id, attemptId: attempt.attemptId, runs, outcome }];
  const effects = isClosing ? furtherStops(job, runs) : startEffects(job.id, attempt, next.starts);
  const hasBegun = runs.every(({ state }) => state === 'running' || state === 'ended');
  if (job.status === 'RUNNING' || outcome !== undefined || !hasBegun)
    return { events: moved, effects };
  const started = startAttempt(world, job, step.report, nowMs);
  return { events: [...moved, ...started.events], effects: [...effects, ...started.effects] };
}

/** Stops that can be asked for now and could not before. */
function furtherStops(job: LiveJob, runs: readonly ContainerRun[]): readonly Effect[] {
  const told = isToStop(job) ? stopEffects(job).map(({ containerId }) => containerId) : [];
  return stopEffects(job, runs).filter(({ containerId }) => !told.includes(containerId));
}

export const startEffects = (
  jobId: JobId,
  { attemptId, hostId }: AttemptOnHost,
  starts: readonly number[],
): readonly Effect[] =>
  starts.map((index) => ({
    type: 'start-container',
    jobId,
    containerId: containerIdOf(attemptId, index),
    hostId,
  }));

/**
 * When the main node of a multi-node parallel job runs, the others are launched (user guide,
 * chapter Job Lifecycle).
 */
function startAttempt(
  world: World,
  job: StartingJob,
  { atMs, notice, address }: AttemptStep['report'],
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
  if (otherNodes.length === 0) return { events: [...prepared(job, atMs), running], effects: [] };
  if (job.stops !== undefined)
    return { events: [running, ...releaseAll(otherNodes, atMs, nowMs)], effects: [] };
  const nodes = otherNodes.map((placement) => {
    const terms = termsOfNode(must(job.terms.nodes, 'a job with nodes'), placement.node);
    return { placement, ...beginRuns(attemptContainers(terms), atMs), isOne: !terms.containers };
  });
  return {
    events: [
      running,
      {
        type: 'nodes-launched',
        jobId: job.id,
        nodes: nodes.map(({ placement, runs, isOne }) => ({
          ...placement,
          runs: isOne ? undefined : runs,
        })),
        atMs,
      },
    ],
    effects: nodes.flatMap(({ placement, starts }) =>
      startEffects(nodeId(job.id, placement.node), placement, starts),
    ),
  };
}

/** Nobody said that it was being prepared, which it must have been. */
const prepared = ({ id, status }: LiveJob, atMs: number): Event[] =>
  status === 'SCHEDULED' ? [{ type: 'attempt-preparing', jobId: id, atMs }] : [];

const releaseAll = (attempts: readonly AttemptOnHost[], atMs: number, heardAtMs: number): Event[] =>
  attempts.map(({ attemptId }) => ({ type: 'resources-released', attemptId, atMs, heardAtMs }));

/**
 * An attempt whose host is gone has ended, whatever its containers may still do there: that is for
 * the reconciler to see, if the host comes back. Whoever runs elsewhere is told what follows.
 */
export function lose(world: World, attemptId: AttemptId, atMs: number): Followed {
  const job = world.jobOfAttempt(attemptId);
  if (job === undefined) return { events: [], effects: [] };
  const { outcome } = job.attempt;
  const report = { type: 'lost', atMs, reason: 'its host is gone' } as const;
  const ended = containerRuns(job.attempt).map((run) =>
    run.state === 'waiting'
      ? ({ state: 'ended', stoppedAtMs: atMs } as const)
      : run.state === 'ended'
        ? run
        : endOfRun(job, run, report),
  );
  const { events, effects } = endAttempt(
    world,
    job,
    outcome ?? outcomeOf(job, report, undefined, atMs),
    ended,
    atMs,
  );
  const isThere = (effect: Effect): boolean =>
    !('hostId' in effect) || world.hosts.has(effect.hostId);
  return { events, effects: effects.filter(isThere) };
}

/** How the attempt ends by an essential container that is never to start. */
function unstartedOutcome(
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

/** How the attempt ends with the end of one of its containers. */
function outcomeOf(
  job: LiveJob,
  report: EndReport,
  startedAtMs: number | undefined,
  nowMs: number,
): AttemptOutcome {
  const stop = decidingStop(job.stops, { atMs: report.atMs, heardAtMs: nowMs });
  const ran = report.type === 'exited' ? startedAtMs : undefined;
  // However it took the end of its host: nobody asked for the job to end.
  if (stop?.by === 'host' || stop?.by === 'preempt')
    return {
      status: 'FAILED',
      atMs: report.atMs,
      startedAtMs: ran,
      hostLost: stop.by === 'host',
      preempted: stop.by === 'preempt' ? true : undefined,
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
    case 'lost':
      return {
        ...failed,
        statusReason:
          stopReason ?? serviceReason ?? instanceEndedReason({ id: job.attempt.hostId }),
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

/** `ended` is how each of its containers did. */
function endAttempt(
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
    free: outcome.preempted || (outcome.hostLost && world.settings.hostLossFree) ? true : undefined,
    preempted: outcome.preempted && preemptionsOf(job.attempts) + 1,
    ...(containers && { containers: ended }),
  };
  // By what is known now: what became of an attempt whose host was lost may be told later, and
  // decides nothing.
  const end: MainNodeEnd = withoutRetry(decided && stopBy(job.stops, 'terminate'), {
    status: outcome.status,
    statusReason: outcome.statusReason,
    atMs: attempt.stoppedAtMs,
    retriable: outcome.retriable && waitsAgain(job.terms, [...job.attempts, attempt]),
  });
  const unlaunched = job.status !== 'RUNNING' ? (job.otherNodes ?? []) : [];
  events.push(
    { type: 'attempt-ended', jobId: job.id, attempt },
    ...releaseAll([attempt, ...unlaunched], end.atMs, nowMs),
  );
  const others = world.nodes.live(job.id);
  if (others.size === 0) {
    events.push(...jobEndEvents(world, job, end, nowMs), ...lastNodeEvents(world, job, nowMs));
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

/** Whoever terminated it after its end was decided wants no next attempt. */
const withoutRetry = (terminate: Stop | undefined, end: MainNodeEnd): MainNodeEnd =>
  end.retriable && terminate !== undefined
    ? { ...end, statusReason: terminate.reason, retriable: false }
    : end;

/** After the last of the attempts; a preempted job waits again as often as it may. */
function waitsAgain(terms: JobTerms, attempts: readonly EndedAttempt[]): boolean {
  const preempted = attempts.at(-1)?.preempted;
  return preempted === undefined
    ? isRetried(terms, attempts)
    : preempted <= (terms.preemption?.retries ?? preempted);
}

/** The job's end, or its next attempt. */
function jobEndEvents(
  world: World,
  job: LiveJob,
  { status, statusReason, atMs, retriable }: MainNodeEnd,
  nowMs: number,
): Event[] {
  const { parent, index, node } = splitJobId(job.id);
  const array = index === undefined ? undefined : world.arrayParent(parent);
  // Cancelling lets what has started run on, and tries none of it again; a node is tried again with
  // its job.
  if (retriable && node === undefined && array?.stops === undefined && job.lateCancel === undefined)
    return [{ type: 'job-retried', jobId: job.id, atMs, notBeforeMs: nextAtMs(job, atMs, nowMs) }];
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
