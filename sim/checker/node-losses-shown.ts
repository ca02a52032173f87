// Law: an attempt whose pod others than we took away (its node is gone, somebody deleted it) has
// lost its host, and says so by that one's name; unless it had ended before, what decided had, or
// somebody wanted its job to end.

import { containerIdOf, splitJobId } from '../../src/base/ids.ts';
import { instanceIdOf } from '../../src/core/host/host.ts';
import type { EndedAttempt } from '../../src/core/job/attempt.ts';
import { endedIn, stopsIn, type Change } from '../ledger.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';

export const nodeLossesShown: Checker = {
  law: 'what ran on a node that is gone says so',
  check(observed) {
    const { commits, cluster } = observed;
    if (cluster === undefined) return;
    for (const { changes } of commits)
      for (const change of changes)
        for (const attempt of endedIn(change))
          if (attempt.connection !== undefined) checkEnd(observed, change, attempt);
  },
};

function checkEnd(
  { containers, expectations }: Observed,
  change: Change,
  { attemptId, hostId, instanceId, statusReason, exitCode }: EndedAttempt,
): void {
  const takenMs = containers.taken.get(attemptId);
  const text = `Host EC2 (instance ${instanceIdOf({ id: hostId, instanceId })}) terminated.`;
  if (statusReason?.startsWith('Host EC2 ') === true && statusReason !== text)
    throw new BrokenLaw(`job ${change.id} shows '${statusReason}', and ran on ${hostId}`);
  if (takenMs === undefined || statusReason === text) return;
  if (stopsIn(change).some(({ reason }) => reason === statusReason)) return;
  const count = expectations.get(splitJobId(change.id).parent)?.plan.task?.length ?? 1;
  const runs = Array.from({ length: count }, (_, index) =>
    containers.all.get(containerIdOf(attemptId, index)),
  );
  // What is shown is how one of its containers ended before.
  const hadEnded = runs.some(
    (run) =>
      run?.ended !== undefined && run.ended.exit?.exitCode === exitCode && exitCode !== undefined,
  );
  // One of several could not be started, and was said to before the others were taken.
  const hadFailed = exitCode === undefined && statusReason === 'Task failed to start';
  if (!hadEnded && !(hadFailed && runs.some((run) => run === undefined)))
    throw new BrokenLaw(
      `job ${change.id} shows '${statusReason}' (${exitCode}), and its pod was taken away`,
    );
}
