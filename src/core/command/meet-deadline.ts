// What a deadline that has passed brings about. An attempt's timeout stops it as a user's terminate
// would, with AWS's text; it is never retried (user guide, chapter Job Timeouts). A queue's time
// limit cancels the job that blocks its head (doc/reasons.md, time limits). Instances that make way
// for an update are ended. A job that waits between two attempts may be tried again.

import { never } from '../../base/assert.ts';
import type { Arn, AttemptId, HostId } from '../../base/ids.ts';
import { endInstance } from './host/instance-ending.ts';
import { attemptContainers, containerRuns } from '../job/attempt.ts';
import { giveUpWaiting } from '../job/container-run.ts';
import { explainHead } from '../schedule/explain/explain.ts';
import { runtimeExceeded } from '../service-job/status-reason.ts';
import type { World } from '../world/world.ts';
import { follow } from './job/report-container.ts';
import { findJob, stopEvents } from './job/stop-job.ts';
import { done, type Decided, type Followed } from './decision.ts';
import type { Deadline } from '../world/deadlines.ts';

/** From the clock. */
interface MeetDeadline {
  readonly type: 'meet-deadline';
  readonly deadline: Deadline;
}

const timeoutReason = 'Job attempt duration exceeded timeout';
export const timeLimitReason = (reason: string): string =>
  `Canceled by JobStateTimeLimit action due to reason: ${reason}`;

const nothing: Followed = { events: [], effects: [] };

export function decideMeetDeadline(
  world: World,
  { deadline }: MeetDeadline,
  nowMs: number,
): Decided {
  switch (deadline.type) {
    case 'attempt-timeout':
      return { ...timeOut(world, deadline.attemptId, deadline.dueAtMs), reply: done };
    case 'container-start':
      return { ...giveUpStart(world, deadline, nowMs), reply: done };
    case 'retry-due':
      return {
        events: [{ type: 'retry-due', jobId: deadline.jobId, atMs: nowMs }],
        effects: [],
        reply: done,
      };
    case 'job-state-time-limit':
      return { ...cancelHead(world, deadline.queueArn, nowMs), reply: done };
    case 'instance-drain':
      return { ...endDrained(world, deadline.hostId, nowMs), reply: done };
    default:
      return never(deadline);
  }
}

function timeOut(world: World, attemptId: AttemptId, atMs: number): Followed {
  const job = world.jobOfAttempt(attemptId);
  if (job === undefined) return nothing;
  const reason = job.terms.service?.hasOwnTimeout ? runtimeExceeded : timeoutReason;
  return stopEvents(world, job, { by: 'timeout', reason, atMs });
}

/** Whatever still waits for the container is never started. */
function giveUpStart(
  world: World,
  { attemptId, container }: Deadline & { type: 'container-start' },
  nowMs: number,
): Followed {
  const job = world.jobOfAttempt(attemptId);
  if (job === undefined) return nothing;
  const before = containerRuns(job.attempt);
  const runs = giveUpWaiting(attemptContainers(job.terms), before, container, nowMs);
  return follow(world, job, { runs, report: { atMs: nowMs } }, nowMs);
}

/** Its jobs are terminated and may be retried , as jobExecutionTimeoutMinutes says. */
function endDrained(world: World, hostId: HostId, nowMs: number): Followed {
  const host = world.hosts.get(hostId);
  return host?.kind === 'instance' ? endInstance(world, host, 'scaling', nowMs) : nothing;
}

function cancelHead(world: World, queueArn: Arn, nowMs: number): Followed {
  const queue = world.jobQueues.get(queueArn);
  const blocked = queue?.blockedHead;
  if (queue === undefined || blocked === undefined) return nothing;
  // What this very batch has changed may have helped it.
  const head = explainHead(world, queue);
  const job =
    head?.jobId === blocked.jobId && head.reason === blocked.reason
      ? findJob(world, queue.scope, head.jobId)
      : undefined;
  return job === undefined
    ? nothing
    : stopEvents(world, job, {
        by: job.terms.service === undefined ? 'cancel' : 'terminate',
        reason: timeLimitReason(blocked.reason),
        atMs: nowMs,
      });
}
