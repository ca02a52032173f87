// Law: of an attempt's several containers each begins only when what it waits for is true of the
// others, and none that is told to begin is forgotten; the attempt runs when all have begun or
// ended, it ends by one that is essential, with what really became of that, and when it is over
// none of them runs on. Held against what the engine did, not against what is believed of it.

import { containerIdOf, splitJobId, type AttemptId, type ContainerId } from '../../src/base/ids.ts';
import type { EndedAttempt } from '../../src/core/job/attempt.ts';
import { isArrayParent } from '../../src/core/job/job.ts';
import type { PlannedContainer } from '../oracle.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';

/** How long a container may outlive its attempt: the stop of another host's may be late. */
const outliveMs = 120_000;

export function containersInOrder(): Checker {
  const over = new Map<AttemptId, number>();
  return {
    law: 'containers of an attempt go in their order',
    check(observed) {
      const { commits, containers, expectations, elapsedMs } = observed;
      for (const { containerId, attemptId, jobId, begins } of containers.fresh) {
        const task = expectations.get(splitJobId(jobId).parent)?.plan.task;
        if (task !== undefined && begins === 1 && !containers.lost.has(attemptId))
          checkBegin(observed, task, attemptId, containerId);
      }
      for (const { changes } of commits)
        for (const { after } of changes) {
          if (isArrayParent(after)) continue;
          const last = after.attempts.at(-1);
          const { task, isPod } = expectations.get(splitJobId(after.id).parent)?.plan ?? {};
          if (task === undefined || last === undefined || over.has(last.attemptId)) continue;
          over.set(last.attemptId, elapsedMs);
          checkEnded(observed, task, last);
          if (isPod) checkPodEnd(observed, task, last);
        }
    },
    checkNowAndThen({ containers, elapsedMs, faulty }) {
      if (faulty) return;
      for (const running of containers.running.values())
        for (const containerId of running) {
          const { attemptId } = containers.all.get(containerId) ?? {};
          const sinceMs = attemptId && over.get(attemptId);
          if (attemptId === undefined || sinceMs === undefined) continue;
          if (!containers.lost.has(attemptId) && elapsedMs - sinceMs > outliveMs)
            throw new BrokenLaw(`container ${containerId} runs on, and its attempt is over`);
        }
    },
  };
}

/** It has just begun. */
function checkBegin(
  { containers }: Observed,
  task: readonly PlannedContainer[],
  attemptId: AttemptId,
  containerId: ContainerId,
): void {
  const own = task.find((_, index) => containerIdOf(attemptId, index) === containerId);
  for (const { on, condition } of own?.dependsOn ?? []) {
    const at = task.findIndex(({ name }) => name === on);
    const other = containers.all.get(containerIdOf(attemptId, at));
    const isMet =
      other !== undefined &&
      (condition === 'START' ||
        (other.ended !== undefined &&
          (condition === 'COMPLETE' || other.ended.exit?.exitCode === 0)));
    if (!isMet)
      throw new BrokenLaw(
        `container ${own?.name} of ${attemptId} began before ${condition} of ${on}`,
      );
  }
}

/**
 * A pod of Amazon EKS ends with the last of its containers, or one that fails before the others
 * begin; the first that failed, in their order, decides.
 */
function checkPodEnd(
  { containers }: Observed,
  task: readonly PlannedContainer[],
  { attemptId, exitCode, statusReason }: EndedAttempt,
): void {
  if (statusReason !== 'Essential container in task exited' || containers.lost.has(attemptId))
    return;
  const codes = task.map(
    (_, index) => containers.all.get(containerIdOf(attemptId, index))?.ended?.exit?.exitCode ?? 0,
  );
  const wanted = codes.find((code) => code !== 0) ?? 0;
  if (exitCode !== wanted)
    throw new BrokenLaw(
      `pod of ${attemptId} shows ${exitCode}, and its containers ${codes.join()}`,
    );
}

function checkEnded(
  { containers }: Observed,
  task: readonly PlannedContainer[],
  { attemptId, containers: ended = [], exitCode, connection }: EndedAttempt,
): void {
  if (containers.lost.has(attemptId)) return;
  for (const [index, { name }] of task.entries()) {
    const truth = containers.all.get(containerIdOf(attemptId, index));
    const shown = ended[index];
    if (shown === undefined) throw new BrokenLaw(`nobody says how ${name} of ${attemptId} ended`);
    if (shown.exitCode !== undefined && shown.exitCode !== truth?.ended?.exit?.exitCode)
      throw new BrokenLaw(
        `container ${name} of ${attemptId} ended with ${truth?.ended?.exit?.exitCode}, and ${shown.exitCode} is shown`,
      );
    if (truth !== undefined && truth.ended === undefined)
      throw new BrokenLaw(`attempt ${attemptId} is over, and its container ${name} runs`);
  }
  const isAnEssentialOne = task.some(
    ({ essential }, index) => essential && ended[index]?.exitCode === exitCode,
  );
  // Those of a pod begin together: where one cannot, none goes on.
  const hasNotBegun =
    connection !== undefined &&
    exitCode === undefined &&
    ended.some(({ startedAtMs }) => startedAtMs === undefined);
  if (!isAnEssentialOne && !hasNotBegun)
    throw new BrokenLaw(
      `attempt ${attemptId} ended with ${exitCode}, as no essential container did`,
    );
}
