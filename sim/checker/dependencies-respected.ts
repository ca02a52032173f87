// Law: nothing starts before what it depends on has succeeded, and what depends on a failure fails
// with AWS's reason and without ever having started, unless its tags say that it goes on: then it
// does. Judged by what was asked for at submission.

import { childId, splitJobId, type JobId } from '../../src/base/ids.ts';
import { isArrayParent, isLive, type Job } from '../../src/core/job/job.ts';
import type { Ledger } from '../ledger.ts';
import type { Dependence, Plan } from '../oracle.ts';
import { BrokenLaw, law, type Checker } from './checker.ts';

const reason = 'Dependent Job failed';

/** What a job, or a child, waits for. */
function targets(dependsOn: readonly Dependence[], id: JobId): JobId[] {
  const { parent, index } = splitJobId(id);
  return dependsOn.flatMap(({ jobId, type }) => {
    if (type === 'SEQUENTIAL')
      return index === undefined || index === 0 ? [] : [childId(parent, index - 1)];
    return [
      type === 'N_TO_N' && index !== undefined ? childId(jobId as JobId, index) : (jobId as JobId),
    ];
  });
}

export const dependenciesRespected: Checker = {
  law: 'dependencies are respected',
  check({ commits, ledger, expectations }) {
    for (const { changes } of commits) {
      for (const { id, after } of changes) {
        if (isArrayParent(after) || !isLive(after) || after.attempt.state !== 'starting') continue;
        const { dependsOn = [], own } = expectations.get(splitJobId(id).parent)?.plan ?? {};
        for (const target of dependsOn.length === 0 ? [] : targets(dependsOn, id)) {
          const status = ledger.statusOf(target);
          if (status !== 'SUCCEEDED' && !(status === 'FAILED' && own?.afterAny === true))
            throw new BrokenLaw(
              `${id} was started, and ${target}, on which it depends, is ${status}`,
            );
        }
      }
    }
  },
  checkEnd({ ledger, expectations }) {
    for (const [id, { plan }] of expectations) {
      const job = ledger.jobs.get(id);
      if (job === undefined) continue;
      if (!isArrayParent(job)) checkEnd(ledger, id, plan, job);
      else
        for (let index = 0; index < job.arraySize; index++)
          checkEnd(
            ledger,
            childId(id, index),
            plan,
            ledger.jobs.get(childId(id, index)) as Job | undefined,
          );
    }
  },
};

/** A child without a row ended with its parent, which says why. */
function checkEnd(
  ledger: Ledger,
  id: JobId,
  { dependsOn, own: wishes }: Plan,
  own: Job | undefined,
): void {
  const parent = ledger.jobs.get(splitJobId(id).parent);
  const statusReason =
    own !== undefined
      ? own.statusReason
      : parent !== undefined && isArrayParent(parent) && parent.rest.status === 'FAILED'
        ? parent.rest.statusReason
        : undefined;
  const failed = targets(dependsOn, id).find((target) => ledger.statusOf(target) === 'FAILED');
  if (failed !== undefined && wishes?.afterAny === true)
    law(
      own?.stops !== undefined || parent?.stops !== undefined || (own?.attempts.length ?? 0) > 0,
      `${id} goes on after ${failed}, which failed, and has never started: ${statusReason}`,
    );
  else if (failed === undefined)
    law(statusReason !== reason, `${id} failed for a dependency, and none of its dependencies did`);
  else if (own?.stops === undefined && parent?.stops === undefined)
    law(
      statusReason === reason && (own?.attempts.length ?? 0) === 0,
      `${id} depends on ${failed}, which failed, and is ${ledger.statusOf(id)}: ${statusReason}`,
    );
}
