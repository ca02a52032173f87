// Law: a job is placed only while fewer hold room than its tags, or its queue's, allow at once: of
// its array, of its group, of its queue. A multi-node job counts as one. Counted from rows, by what
// was asked for at submission.

import { splitJobId, type Arn, type JobId } from '../../src/base/ids.ts';
import type { LiveJob } from '../../src/core/job/job.ts';
import { holdingsOf, type Change, type Ledger } from '../ledger.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';

/** Attempts, and places of nodes, by job. */
type Holders = Map<JobId, number>;

export function atMostAtOnce(): Checker {
  /** By queue, array or group. */
  const holders = new Map<string, Holders>();

  /** What of its tags counts a job, and up to how many. */
  function boundOf(
    expectations: Observed['expectations'],
    id: JobId,
  ): { readonly among: string; readonly atOnce: number } | undefined {
    const { parent } = splitJobId(id);
    const atMost = expectations.get(parent)?.plan.own?.atMost;
    return atMost && { among: atMost.group ?? parent, atOnce: atMost.atOnce };
  }

  function add(key: string, job: JobId, change: number): void {
    const jobs = holders.get(key) ?? new Map<JobId, number>();
    holders.set(key, jobs);
    const count = (jobs.get(job) ?? 0) + change;
    if (count === 0) jobs.delete(job);
    else jobs.set(job, count);
  }

  function fold({ expectations }: Observed, { before, after }: Change): void {
    for (const [row, sign] of [
      [before, -1],
      [after, 1],
    ] as const)
      for (const { jobId } of holdingsOf(row)) {
        add(after.queueArn, jobId, sign);
        const bound = boundOf(expectations, jobId);
        if (bound !== undefined) add(bound.among, jobId, sign);
      }
  }

  /** The order of placement is no row's: those that allow fewest may have been first. */
  function check(key: string, placed: readonly { id: JobId; atOnce: number }[]): void {
    let count = (holders.get(key)?.size ?? 0) - placed.length;
    for (const { id, atOnce } of placed.toSorted((a, b) => a.atOnce - b.atOnce))
      if (count++ >= atOnce)
        throw new BrokenLaw(
          `job ${id} was placed, and ${count - 1} of ${key} held room, of which ${atOnce} may at once`,
        );
  }

  function checkPlaced({ expectations, ledger }: Observed, placed: readonly LiveJob[]): void {
    const among = new Map<string, { id: JobId; atOnce: number }[]>();
    const note = (key: string, id: JobId, atOnce: number | undefined): void => {
      if (atOnce !== undefined) among.set(key, [...(among.get(key) ?? []), { id, atOnce }]);
    };
    for (const { id, queueArn } of placed) {
      note(queueArn, id, mostOf(ledger, queueArn));
      const bound = boundOf(expectations, id);
      if (bound !== undefined) note(bound.among, id, bound.atOnce);
    }
    for (const [key, jobs] of among) check(key, jobs);
  }

  return {
    law: 'no more run at once than tags allow',
    check(observed) {
      for (const { changes, placed } of observed.commits) {
        for (const change of changes) fold(observed, change);
        checkPlaced(observed, placed);
      }
    },
  };
}

const mostOf = ({ queueTags }: Ledger, queueArn: Arn): number | undefined => {
  const most = queueTags.get(queueArn)?.['longshore:max-parallel'];
  return most === undefined ? undefined : Number(most);
};
