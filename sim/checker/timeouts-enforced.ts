// Law: an attempt that runs longer than its timeout is stopped, soon after the limit and not before
// it, and its container does not outlive the limit by more than the grace time, once faults have
// ceased.

import type { AttemptId } from '../../src/base/ids.ts';
import { isArrayParent, isToStop } from '../../src/core/job/job.ts';
import { stopBy } from '../../src/core/job/stop.ts';
import { isNode } from '../ledger.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';

/**
 * How late a server that is up, and knows that it runs, may notice: a slow disk holds everything
 * up. And how late a container may end.
 */
const noticeMs = 6_000;
const endMs = 90_000;
/** … of a training job, which has more time to stop. */
const trainingEndMs = 180_000;

export function timeoutsEnforced(): Checker {
  /** Since when it is known that the attempt runs, by elapsed time. */
  const knownSinceMs = new Map<AttemptId, number>();
  return {
    law: 'timeouts are enforced',
    check({ commits, elapsedMs }) {
      for (const { changes, atMs } of commits) {
        for (const { id, before, after } of changes) {
          if (
            after.status === 'RUNNING' &&
            after.terms.timeoutSeconds !== undefined &&
            !knownSinceMs.has(after.attempt.attemptId)
          )
            knownSinceMs.set(after.attempt.attemptId, elapsedMs);
          // The timeout is the whole job's: nodes are stopped with it.
          if (
            stopBy(before?.stops, 'timeout') !== undefined ||
            stopBy(after.stops, 'timeout') === undefined ||
            isArrayParent(after) ||
            isNode(id)
          )
            continue;
          const startedAtMs =
            'attempt' in after && 'startedAtMs' in after.attempt
              ? after.attempt.startedAtMs
              : after.attempts.at(-1)?.startedAtMs;
          const limitMs = (after.terms.timeoutSeconds ?? Infinity) * 1000;
          if (startedAtMs === undefined || atMs < startedAtMs + limitMs)
            throw new BrokenLaw(`job ${id} timed out before its time`);
        }
      }
    },
    checkTime(observed) {
      checkRunning(observed, knownSinceMs);
    },
  };
}

/**
 * By both clocks, the one on the wall and the one that nobody can set; timers that wait while the
 * first is set may be late.
 */
function checkRunning(
  { ledger, containers, server, nowMs, elapsedMs, upSinceMs, clockSetMs, faulty }: Observed,
  knownSinceMs: ReadonlyMap<AttemptId, number>,
): void {
  for (const job of ledger.live.values()) {
    const { timeoutSeconds } = job.terms;
    if (timeoutSeconds === undefined || job.status !== 'RUNNING') continue;
    const container = containers.first(job.attempt.attemptId);
    const overMs =
      Math.min(
        nowMs - job.attempt.startedAtMs,
        elapsedMs - (container?.beganElapsedMs ?? elapsedMs),
      ) -
      timeoutSeconds * 1000;
    const sinceMs = Math.max(upSinceMs, knownSinceMs.get(job.attempt.attemptId) ?? elapsedMs);
    const noticedMs = clockSetMs > sinceMs ? 0 : elapsedMs - sinceMs;
    if (server !== undefined && !isToStop(job) && Math.min(overMs, noticedMs) > noticeMs)
      throw new BrokenLaw(
        `job ${job.id} runs ${overMs} ms longer than its timeout, and nobody has stopped it`,
      );
    if (
      !faulty &&
      container !== undefined &&
      container.ended === undefined &&
      Math.min(overMs, elapsedMs - upSinceMs) >
        (job.terms.service === undefined ? endMs : trainingEndMs)
    )
      throw new BrokenLaw(`the container of job ${job.id} runs on ${overMs} ms after its timeout`);
  }
}
