// Law: what ran on an instance that ended shows so, under the instance's own name, unless it had
// ended before, or somebody wanted the job to end; and every job on one that ends is stopped.
// Whether it is tried again is the affair of another law.

import type { HostId, JobId } from '../../src/base/ids.ts';
import type { EndedAttempt } from '../../src/core/job/attempt.ts';
import type { Stop } from '../../src/core/job/stop.ts';
import type { Commit } from '../../src/port/store.ts';
import { endedIn, stopsIn } from '../ledger.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';
import { written } from '../rows.ts';

/** A job, and the stops that somebody asked for. */
interface Asked {
  readonly id: JobId;
  readonly stops: readonly Stop[];
}

/** A node may say what EC2 calls it. */
const textOf = (id: HostId, instanceId = `i-${id.slice(0, 17)}`): string =>
  `Host EC2 (instance ${instanceId}) terminated.`;

export function instanceEndsShown(): Checker {
  /**
   * When each instance was ended, by the clock on the wall and by elapsed time, and in which
   * transaction.
   */
  const ended = new Map<
    HostId,
    { readonly atMs: number; readonly elapsedMs: number; readonly commit: Commit }
  >();

  function checkAttempt(
    { containers, clockSetMs }: Observed,
    commit: Commit,
    { id, stops }: Asked,
    {
      attemptId,
      hostId,
      instanceId,
      statusReason = '',
      stoppedAtMs,
      containers: several,
    }: EndedAttempt,
  ): void {
    // Of several containers the one that decided may have ended long before.
    if (several !== undefined) return;
    const text = textOf(hostId, instanceId);
    if (statusReason.startsWith('Host EC2 ') && statusReason !== text)
      throw new BrokenLaw(`job ${id} shows '${statusReason}', and ran on ${hostId}`);
    const end = ended.get(hostId);
    const container = containers.first(attemptId);
    // Elapsed time cannot be set: what had really ended before its instance owes it nothing,
    // whatever the clock on the wall said. What had ended when the transaction came in which both
    // stand was heard of first.
    const hadEnded =
      end !== undefined &&
      container?.ended !== undefined &&
      (container.ended.elapsedMs < end.elapsedMs || end.commit === commit);
    // Where the clock was set, the server cannot know what came first.
    const wasClockSet =
      clockSetMs > 0 &&
      (container?.ended?.wasClockSet !== false || clockSetMs >= (end?.elapsedMs ?? 0));
    if (
      end === undefined ||
      hadEnded ||
      stoppedAtMs < end.atMs ||
      wasClockSet ||
      statusReason === text ||
      stops.some(({ reason }) => reason === statusReason)
    )
      return;
    throw new BrokenLaw(`job ${id} shows '${statusReason}', and its instance had ended`);
  }

  return {
    law: 'the end of an instance is shown by its jobs',
    check(observed) {
      const { commits, ledger, elapsedMs } = observed;
      for (const { commit, changes } of commits) {
        for (const host of written(commit.rows.hosts))
          if (host.kind === 'instance' && host.state === 'SHUTTING_DOWN' && !ended.has(host.id))
            ended.set(host.id, { atMs: commit.atMs, elapsedMs, commit });
        for (const change of changes) {
          const asked = { id: change.id, stops: stopsIn(change) };
          for (const attempt of endedIn(change)) checkAttempt(observed, commit, asked, attempt);
        }
      }
      if (commits.length === 0) return;
      for (const { id, attempt, stops } of ledger.live.values()) {
        if (stops === undefined && ledger.instances.get(attempt.hostId)?.state === 'SHUTTING_DOWN')
          throw new BrokenLaw(
            `job ${id} runs on instance ${attempt.hostId}, which is ending, and nobody has stopped it`,
          );
      }
    },
  };
}
