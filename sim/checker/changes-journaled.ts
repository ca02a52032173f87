// Law: while somebody follows what becomes of jobs, the journal tells every change of every job
// once, in the order in which they came about, past crashes; and of each job one change leads to
// the next.

import { splitJobId } from '../../src/base/ids.ts';
import { isEnded, type JobStatus } from '../../src/core/job/status.ts';
import type { Transition } from '../../src/core/turn/transition.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';

const rowsAtOnce = 10_000;

export function changesJournaled(): Checker {
  /** What commits did that the journal was not read for yet. */
  const due: string[] = [];
  let last = 0;
  /** Single jobs, children and nodes: where the journal says that they are. */
  const statuses = new Map<string, JobStatus>();

  function readOn({ isFollowed, store }: Observed): void {
    if (!isFollowed) return;
    for (const { number, transition } of store.reader.journalAbove(last, rowsAtOnce)) {
      const trimmed = number - last - 1;
      if (trimmed > 0) statuses.clear();
      const [wanted] = due.splice(0, trimmed + 1).slice(-1);
      last = number;
      if (transition === undefined) throw new BrokenLaw(`the journal has a gap at ${number}`);
      const told = textOf(transition);
      if (told !== wanted) throw new BrokenLaw(`the journal tells ${told}, and not ${wanted}`);
      noteStatus(transition, number);
    }
    if (due.length > 0) throw new BrokenLaw(`the journal does not tell ${due[0]}`);
  }

  function noteStatus({ jobId, from, to, children }: Transition, number: number): void {
    if (children !== undefined) return;
    const before = statuses.get(jobId);
    // A node begins again with its job's next attempt, and comes from there.
    const isBegun =
      splitJobId(jobId).node !== undefined && from === 'RUNNABLE' && before && isEnded(before);
    if (before !== undefined && before !== from && !isBegun)
      throw new BrokenLaw(`row ${number} has ${jobId} come from ${from}, and it was ${before}`);
    statuses.set(jobId, to);
  }

  return {
    law: 'what is followed is told once, in order',
    check({ isFollowed, commits }) {
      if (!isFollowed) return;
      for (const { commit } of commits) due.push(...commit.transitions.map(textOf));
    },
    checkStart: readOn,
    checkNowAndThen: readOn,
    checkEnd: readOn,
  };
}

const textOf = ({ jobId, from, to, children, job }: Transition): string =>
  `${jobId} ${from} ${to} ${children?.join('-')} ${job.status}`;
