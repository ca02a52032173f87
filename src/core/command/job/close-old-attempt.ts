// What became of an attempt that was declared over when its host was lost: recorded under the
// attempt, and decides nothing. The job has gone on since, or has ended (ADR 0008).

import type { Job } from '../../job/job.ts';
import { isArrayParent } from '../../job/job.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import type { AttemptId, HostId } from '../../../base/ids.ts';
import type { Exit } from '../../job/attempt.ts';

/** How an attempt ended that was declared over before; no exit where nobody can say. */
export interface CloseOldAttempt {
  readonly type: 'close-old-attempt';
  readonly hostId: HostId;
  readonly attemptId: AttemptId;
  readonly atMs: number;
  readonly exit?: Exit | undefined;
  /** The job, where it is no part of the world any more. Control fills it in. */
  readonly past?: Job | undefined;
}

export function decideCloseOldAttempt(world: World, command: CloseOldAttempt): Decided {
  const { hostId, attemptId } = command;
  const host = world.hosts.get(hostId);
  const old =
    host?.kind === 'registered'
      ? host.oldAttempts.find((each) => each.attemptId === attemptId)
      : undefined;
  if (host?.kind !== 'registered' || old === undefined)
    return { events: [], effects: [{ type: 'remove-attempt', attemptId, hostId }], reply: done };
  const known =
    world.jobs.get(old.jobId) ??
    // It ended in this very turn, of which the past does not know yet.
    world.changes.jobs.get(old.jobId) ??
    world.changes.children.get(old.jobId)?.job;
  const job = known !== undefined && !isArrayParent(known) ? known : command.past;
  return {
    events: [
      ...(job === undefined
        ? []
        : [{ type: 'attempt-amended', job: amended(job, command) } as const]),
      {
        type: 'host-stored',
        host: { ...host, oldAttempts: host.oldAttempts.filter((each) => each !== old) },
      },
    ],
    effects: [{ type: 'remove-attempt', attemptId, hostId }],
    reply: done,
  };
}

function amended(job: Job, { attemptId, atMs, exit }: CloseOldAttempt): Job {
  const attempts = job.attempts.map((attempt) => {
    if (attempt.attemptId !== attemptId) return attempt;
    // An exit proves that it ran, though its start was never told.
    const startedAtMs = attempt.startedAtMs ?? (exit && Math.min(attempt.placedAtMs, atMs));
    return {
      ...attempt,
      startedAtMs,
      exitCode: exit?.exitCode,
      stoppedAtMs: Math.max(atMs, startedAtMs ?? 0),
    };
  });
  return { ...job, attempts };
}
