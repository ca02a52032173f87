// Law: the main node of a multi-node job runs first. The others are launched by the transaction in
// which it begins to run, all of them, unless somebody has stopped the job by then; and no
// container of theirs begins before its.

import { nodeId, splitJobId, type JobId } from '../../src/base/ids.ts';
import type { Job } from '../../src/core/job/job.ts';
import { isNode, latestAttempt, launchedIn, underWay, type Change } from '../ledger.ts';
import { BrokenLaw, law, type Checker } from './checker.ts';

export function mainNodeFirst(): Checker {
  /** By job: the latest of its attempts in which the container of the main node has begun. */
  const began = new Map<JobId, number>();

  /** A main node that ended in the same transaction had run before. */
  function checkLaunch({ id, after }: Change, changes: readonly Change[]): void {
    const job = changes.find((change) => change.id === splitJobId(id).parent)?.after as
      | Job
      | undefined;
    const number = latestAttempt(after as Job);
    const main = job?.status === 'RUNNING' ? job.attempt : job?.attempts.at(-1);
    law(
      main?.number === number && main.startedAtMs !== undefined,
      `node ${id} was launched in attempt ${number}, and its main node did not begin to run then`,
    );
  }

  function checkAll({ id, before, after }: Change, changes: readonly Change[]): void {
    const was = underWay(before);
    if (
      was?.status !== 'STARTING' ||
      was.otherNodes === undefined ||
      after.status !== 'RUNNING' ||
      was.stops !== undefined ||
      after.stops !== undefined
    )
      return;
    for (const { node } of was.otherNodes) {
      const launched = changes.some(
        (change) => change.id === nodeId(id, node) && launchedIn(change).length > 0,
      );
      law(launched, `job ${id} runs, and its node ${node} was not launched`);
    }
  }

  return {
    law: 'the main node runs first',
    check({ commits, containers }) {
      for (const { changes } of commits) {
        for (const change of changes) {
          if (!isNode(change.id)) checkAll(change, changes);
          else if (launchedIn(change).length > 0) checkLaunch(change, changes);
        }
      }
      for (const { jobId, number, ended } of containers.fresh) {
        const { parent } = splitJobId(jobId);
        if (!isNode(jobId)) began.set(jobId, Math.max(number, began.get(jobId) ?? 0));
        else if (ended === undefined && (began.get(parent) ?? 0) < number)
          throw new BrokenLaw(
            `a container of node ${jobId} began in attempt ${number}, before that of its main node`,
          );
      }
    },
  };
}
