// Law: a job has at most one attempt under way, in the books and on the hosts; a second container
// of a job runs only beside one that was declared lost. Attempts are numbered without gaps, and an
// attempt belongs to one job for ever.

import { splitContainerId, type AttemptId, type JobId } from '../../src/base/ids.ts';
import { isNode, underWay, type Change } from '../ledger.ts';
import { BrokenLaw, type Checker } from './checker.ts';

export function oneLiveAttempt(): Checker {
  const jobOf = new Map<AttemptId, JobId>();

  function checkChange({ id, after }: Change): void {
    const live = underWay(after);
    if (live === undefined) return;
    const {
      attempt: { attemptId, number },
      attempts,
    } = live;
    // A node takes part in those attempts of its job in which the main node ran.
    const last = attempts.at(-1)?.number ?? 0;
    if (isNode(id) ? number <= last : number !== last + 1)
      throw new BrokenLaw(`job ${id} is at attempt ${number} after attempt ${last}`);
    if (attempts.some((attempt) => attempt.attemptId === attemptId))
      throw new BrokenLaw(`attempt ${attemptId} of job ${id} is over and under way`);
    if ((jobOf.get(attemptId) ?? id) !== id)
      throw new BrokenLaw(`attempt ${attemptId} belongs to ${jobOf.get(attemptId)} and to ${id}`);
    jobOf.set(attemptId, id);
  }

  return {
    law: 'a job has one attempt under way at most',
    check({ commits, containers }) {
      for (const { changes } of commits) for (const change of changes) checkChange(change);
      for (const { jobId, attemptId } of containers.fresh) {
        const running = containers.running.get(jobId);
        // One that was declared lost may also begin late, beside the next.
        if (running === undefined || running.size === 1 || containers.lost.has(attemptId)) continue;
        const attempts = new Set([...running].map((id) => splitContainerId(id).attemptId));
        const others = [...attempts].filter(
          (other) => other !== attemptId && !containers.lost.has(other),
        );
        if (attempts.has(attemptId) && others.length > 0)
          throw new BrokenLaw(
            `job ${jobId} runs as attempt ${attemptId} and as ${others.join(', ')}`,
          );
      }
    },
  };
}
