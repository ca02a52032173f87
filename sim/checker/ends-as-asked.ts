// Law: an accepted job is there for ever and ends as the oracle says it may: by its containers, its
// retry strategy and the stops that were asked for. A multi-node job ends as its main node does,
// whatever became of the others.

import { splitJobId } from '../../src/base/ids.ts';
import { isArrayParent, type Job } from '../../src/core/job/job.ts';
import { isEnded } from '../../src/core/job/status.ts';
import { mayGoOn } from '../../src/core/job/stop.ts';
import { lateCancelOf, stopsOf } from '../ledger.ts';
import { BrokenLaw, law, type Checker, type Observed } from './checker.ts';
import { written } from '../rows.ts';

export const endsAsAsked: Checker = {
  law: 'accepted jobs survive, and end as they should',
  check(observed) {
    for (const { commit, changes } of observed.commits) {
      for (const { id } of written(commit.rows.submitted))
        if (!observed.expectations.has(id))
          throw new BrokenLaw(`job ${id} was never submitted by anybody`);
      for (const { after } of changes)
        if (isEnded(after.status) && !isArrayParent(after)) checkEnd(observed, after);
    }
  },
  checkEnd({ store, ledger, expectations, retainMs }) {
    for (const [id, { accepted }] of expectations) {
      const detail = ledger.details.get(id);
      law(!accepted || detail !== undefined, `job ${id} was accepted and is lost`);
      if (detail === undefined) continue;
      const shown = store.reader.job(detail.scope, id)?.job;
      law(shown !== undefined || retainMs !== undefined, `job ${id} was stored and is lost`);
      law(
        shown === undefined || shown.status === ledger.jobs.get(id)?.status,
        `job ${id} was ${ledger.jobs.get(id)?.status} and is ${shown?.status}`,
      );
    }
  },
};

function checkEnd({ expectations, containers, ledger, clockSetMs }: Observed, job: Job): void {
  const { parent, index, node } = splitJobId(job.id);
  const truths = job.attempts.map(({ attemptId }) => {
    const ended = containers.first(attemptId)?.ended;
    // Also between the container's end and what was told of it: a timeout that had not come then
    // may have seemed to.
    const clockSet =
      ended !== undefined &&
      (ended.wasClockSet || (clockSetMs > 0 && clockSetMs >= ended.elapsedMs));
    return {
      exitCode: ended?.exit?.exitCode,
      lost: containers.lost.has(attemptId),
      unplaced: containers.unplaced.has(attemptId),
      clockSet,
      maybeHostEnded: clockSetMs >= (containers.hostEnding.get(attemptId) ?? Infinity),
    };
  });
  // The end of a host is no stop that anybody asked for: it is judged as the loss that it is. A
  // later stop counts where it is what shows.
  // No more is a preemption.
  const stops = stopsOf(job).filter((each) => !mayGoOn(each));
  const stop = stops.find(({ reason }) => reason === job.statusReason) ?? stops[0];
  const expectation = expectations.get(parent);
  const stoppedLate =
    job.terms.nodes !== undefined &&
    stop?.by === 'terminate' &&
    job.attempts.length > 0 &&
    job.attempts.at(-1)?.statusReason !== stop.reason;
  const end = {
    ...job,
    stop,
    stoppedLate,
    neverRetried:
      lateCancelOf(job) !== undefined ||
      (index !== undefined && ledger.jobs.get(parent)?.stops !== undefined),
  };
  const problem =
    node === undefined
      ? expectation?.judge(index, end, truths)
      : expectation?.judgeNode(node, end, truths);
  if (problem !== undefined) throw new BrokenLaw(`job ${job.id}: ${problem}`);
}
