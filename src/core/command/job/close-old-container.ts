// What became of a container that was declared over when its host was lost: recorded under its
// attempt, and decides nothing. The job has gone on since, or has ended (ADR 0008).

import type { Job } from '../../job/job.ts';
import { isArrayParent } from '../../job/job.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import { splitContainerId } from '../../../base/ids.ts';
import type { ContainerOnHost, Exit } from '../../job/attempt.ts';

/** How a container ended that was declared over before; no exit where nobody can say. */
export interface CloseOldContainer extends ContainerOnHost {
  readonly type: 'close-old-container';
  readonly atMs: number;
  readonly exit?: Exit | undefined;
  /** The job, where it is no part of the world any more. Control fills it in. */
  readonly past?: Job | undefined;
}

export function decideCloseOldContainer(world: World, command: CloseOldContainer): Decided {
  const { hostId, containerId, connection } = command;
  const host = world.hosts.get(hostId);
  const old =
    host?.kind === 'registered'
      ? host.oldContainers.find((each) => each.containerId === containerId)
      : undefined;
  if (host?.kind !== 'registered' || old === undefined)
    return {
      events: [],
      effects: [
        { type: 'remove-container', containerId, hostId, ...(connection && { connection }) },
      ],
      reply: done,
    };
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
        host: { ...host, oldContainers: host.oldContainers.filter((each) => each !== old) },
      },
    ],
    effects: [{ type: 'remove-container', containerId, hostId }],
    reply: done,
  };
}

function amended(job: Job, { containerId, atMs, exit }: CloseOldContainer): Job {
  const { attemptId, index } = splitContainerId(containerId);
  const attempts = job.attempts.map((attempt) => {
    if (attempt.attemptId !== attemptId) return attempt;
    const { containers } = attempt;
    const run = containers?.[index] ?? attempt;
    // An exit proves that it ran, though its start was never told.
    const startedAtMs = run.startedAtMs ?? (exit && Math.min(attempt.placedAtMs, atMs));
    const stoppedAtMs = Math.max(atMs, startedAtMs ?? 0);
    const end = { startedAtMs, stoppedAtMs, exitCode: exit?.exitCode };
    if (containers === undefined) return { ...attempt, ...end };
    return {
      ...attempt,
      stoppedAtMs: Math.max(attempt.stoppedAtMs, stoppedAtMs),
      containers: containers.map((each, at) => (at === index ? { ...each, ...end } : each)),
    };
  });
  return { ...job, attempts };
}
