// Law: jobStateTimeLimitActions cancel the job that blocks the head of its queue, for a reason that
// is true, after its time and not before, and no other.

import type { Arn, JobId } from '../../src/base/ids.ts';
import { splitJobId } from '../../src/base/ids.ts';
import { isEnded } from '../../src/core/job/status.ts';
import { timeLimitText } from '../ledger.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';
import { removed, written } from '../rows.ts';

/** How late a server that is up may act. */
const lateMs = 15_000;
/** How much later than it was decided a row may be seen here, where the disk was slow. */
const slowMs = 6_000;

interface Blocked {
  readonly jobId: JobId;
  readonly reason: string;
  /** As the row says. */
  readonly sinceMs: number;
  readonly sinceElapsedMs: number;
}

export function timeLimitsAct(): Checker {
  /** Who blocks the head of each queue, by its row. */
  const blocked = new Map<Arn, Blocked>();

  function checkCancelled(
    { ledger, elapsedMs, clockSetMs }: Observed,
    id: JobId,
    queueArn: Arn,
    reason: string,
  ): void {
    const queue = ledger.queues.get(queueArn);
    const head = blocked.get(queueArn);
    const action = queue?.jobStateTimeLimitActions?.find((one) => one.reason === reason);
    if (action === undefined)
      throw new BrokenLaw(
        `job ${id} was cancelled for ${reason}, and its queue has no such action`,
      );
    if (
      head === undefined ||
      head.reason !== reason ||
      splitJobId(head.jobId).parent !== splitJobId(id).parent
    )
      throw new BrokenLaw(
        `job ${id} was cancelled for ${reason}, and did not block the head of its queue`,
      );
    const forMs = elapsedMs - head.sinceElapsedMs;
    if (forMs < (action.maxTimeSeconds ?? 0) * 1000 - slowMs && clockSetMs < head.sinceElapsedMs)
      throw new BrokenLaw(`job ${id} was cancelled after ${forMs} ms at the head of its queue`);
  }

  return {
    law: 'time limits act when they are due',
    check(observed) {
      const { commits, elapsedMs } = observed;
      for (const { commit, changes } of commits) {
        for (const { id, before, after } of changes) {
          if (
            isEnded(after.status) &&
            !(before !== undefined && isEnded(before.status)) &&
            after.statusReason?.startsWith(timeLimitText)
          )
            checkCancelled(
              observed,
              id,
              after.queueArn,
              after.statusReason.slice(timeLimitText.length),
            );
        }
        for (const { arn, blockedHead } of written(commit.rows.jobQueues)) {
          const known = blocked.get(arn);
          if (blockedHead === undefined) blocked.delete(arn);
          else if (
            known?.jobId !== blockedHead.jobId ||
            known.reason !== blockedHead.reason ||
            known.sinceMs !== blockedHead.sinceMs
          )
            blocked.set(arn, { ...blockedHead, sinceElapsedMs: elapsedMs });
        }
        for (const arn of removed(commit.rows.jobQueues)) blocked.delete(arn);
      }
    },
    checkTime({ ledger, elapsedMs, upSinceMs, clockSetMs }) {
      for (const [arn, { jobId, reason, sinceElapsedMs }] of blocked) {
        const action = ledger.queues
          .get(arn)
          ?.jobStateTimeLimitActions?.find((one) => one.reason === reason);
        const overMs =
          elapsedMs -
          Math.max(sinceElapsedMs, upSinceMs) -
          (action?.maxTimeSeconds ?? Infinity) * 1000;
        if (overMs > lateMs && clockSetMs < sinceElapsedMs && ledger.statusOf(jobId) === 'RUNNABLE')
          throw new BrokenLaw(
            `job ${jobId} blocks the head of ${arn} for ${reason} ${overMs} ms longer than its time limit`,
          );
      }
    },
  };
}
