// What the engine says of a container, and what follows from where an attempt's containers stand:
// others start or stop, the attempt runs or is over. A report of an attempt that is not current is
// dropped and counted.

import { must } from '../../../base/assert.ts';
import {
  nodeId,
  splitContainerId,
  type AttemptId,
  type ContainerId,
  type JobId,
} from '../../../base/ids.ts';
import type { Effect } from '../../effect.ts';
import { startsTogether } from '../../host/connection.ts';
import type { Event } from '../../event.ts';
import {
  attemptContainers,
  containerOnHost,
  containerRuns,
  type AttemptOnHost,
  type AttemptOutcome,
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
import type { LiveJob, StartingJob } from '../../job/job.ts';
import { isToStop } from '../../job/job.ts';
import { termsOfNode } from '../../job/nodes.ts';
import { limit } from '../../limit.ts';
import type { World } from '../../world/world.ts';
import type { Decided, Followed } from '../decision.ts';
import {
  endOfRun,
  outcomeBy,
  outcomeOf,
  unstartedOutcome,
  type EndReport,
} from './container-end.ts';
import { endAttempt, prepared, releaseAll, unlaunchedRemovals } from './end-attempt.ts';
import { stopEffects } from './stop-job.ts';

/** What the engine says of a container. */
export interface ReportContainer {
  readonly type: 'report-container';
  readonly containerId: ContainerId;
  readonly report: SeatReport | StartReport | EndReport;
}

/** It does not run yet: on which node it will, or why there is none. */
interface SeatReport {
  readonly type: 'seated';
  readonly nodeName?: string | undefined;
  /** The node's in EC2, where it has one. */
  readonly instanceId?: string | undefined;
  readonly reason?: string | undefined;
}

interface StartReport {
  readonly type: 'started';
  readonly atMs: number;
  readonly notice?: string | undefined;
  readonly address?: string | undefined;
  readonly nodeName?: string | undefined;
  readonly instanceId?: string | undefined;
}

/** `stale`: the report is of an attempt that is not current; it is counted and dropped. */
interface ReportContainerReply {
  readonly stale: boolean;
}

const stale = { events: [], effects: [], reply: { stale: true } } as const;

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
  if (report.type === 'seated') return seat(job, report);
  if (report.type === 'started') {
    if (run.state === 'running') return stale;
    const { askedAtMs } = run;
    const running = { state: 'running', askedAtMs, startedAtMs: report.atMs } as const;
    const step = { runs: withRun(runs, index, running), report };
    return { ...follow(world, job, step, nowMs), reply: { stale: false } };
  }
  const ended = endOfRun(job, run, report);
  const after = withRun(runs, index, ended);
  const outcome = job.attempt.outcome ?? outcomeBy(job, { runs: after, index, report }, nowMs);
  const step = { runs: after, outcome, report };
  const { events, effects } = follow(world, job, step, nowMs);
  return {
    events,
    effects: [...(ended.startedAtMs === undefined ? [removal(job, index)] : []), ...effects],
    reply: { stale: false },
  };
}

/** Engines repeat themselves. What is being stopped has a reason of its own. */
function seat(
  job: LiveJob,
  { nodeName, instanceId, reason }: SeatReport,
): Decided<ReportContainerReply> {
  const { attemptId } = job.attempt;
  const reply = { stale: false };
  const nothing = { events: [], effects: [], reply };
  if (job.status !== 'STARTING' || isToStop(job)) return nothing;
  const statusReason = nodeName === undefined ? reason?.slice(0, limit.reasonLength) : undefined;
  const isNews =
    nodeName === undefined
      ? job.attempt.nodeName === undefined && statusReason !== job.statusReason
      : nodeName !== job.attempt.nodeName;
  if (!isNews) return nothing;
  return {
    events: [
      { type: 'attempt-seated', jobId: job.id, attemptId, nodeName, instanceId, statusReason },
    ],
    effects: [],
    reply,
  };
}

const removal = ({ attempt }: LiveJob, index: number): Effect => ({
  type: 'remove-container',
  ...containerOnHost(attempt, index),
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

/**
 * One step of an attempt: where its containers stand by it, and how it ends, where that is known.
 */
interface AttemptStep {
  readonly runs: readonly ContainerRun[];
  readonly outcome?: AttemptOutcome | undefined;
  /** What brought it about, and when. */
  readonly report: Pick<StartReport, 'atMs' | 'notice' | 'address' | 'nodeName' | 'instanceId'>;
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
  attempt: AttemptOnHost,
  starts: readonly number[],
): readonly Effect[] =>
  starts.map((index) => ({ type: 'start-container', jobId, ...containerOnHost(attempt, index) }));

/**
 * When the main node of a multi-node parallel job runs, the others are launched (user guide,
 * chapter Job Lifecycle).
 */
function startAttempt(
  world: World,
  job: StartingJob,
  { atMs, notice, address, nodeName, instanceId }: AttemptStep['report'],
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
    nodeName,
    instanceId,
  };
  if (otherNodes.length === 0) return { events: [...prepared(job, atMs), running], effects: [] };
  if (job.stops !== undefined)
    return {
      events: [running, ...releaseAll(otherNodes, atMs, nowMs)],
      effects: unlaunchedRemovals(job, otherNodes),
    };
  const nodes = otherNodes.map((placement) => {
    const terms = termsOfNode(must(job.terms.nodes, 'a job with nodes'), placement.node);
    const together = startsTogether(placement);
    return {
      placement,
      ...beginRuns(attemptContainers(terms), atMs, { together }),
      isOne: !terms.containers,
    };
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
    !('hostId' in effect) ||
    world.hosts.has(effect.hostId) ||
    // The engine is not gone with one of its hosts.
    ('connection' in effect && effect.connection !== undefined);
  return { events, effects: effects.filter(isThere) };
}
