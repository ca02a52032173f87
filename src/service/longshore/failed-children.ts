// Why the children of an array failed, like causes together: how many, and which was the first.
// Reads rows in slices and yields between them, for an array may have ten thousand and the one
// writer works on the same thread.

import type { ExplainedFailure } from '../../api/explanation.ts';
import { childId, type JobId, type Scope } from '../../base/ids.ts';
import { dependentJobFailed } from '../../core/job/dependency.ts';
import type { ArrayParent, Job } from '../../core/job/job.ts';
import type { Clock } from '../../port/clock.ts';
import type { JobReader } from '../../port/reader.ts';

const slice = 250;
/** Causes that are told apart; further ones count together. */
const causesKept = 200;
const causesShown = 10;

interface Cause {
  count: number;
  readonly reason: string;
  readonly exitCode: number | undefined;
  readonly first: JobId;
}

interface FailedChildren {
  /** The most frequent first. */
  readonly failures: readonly ExplainedFailure[];
  /** Children that failed for other causes than these. */
  readonly otherFailures: number;
}

export async function failedChildren(
  {
    jobs,
    clock,
  }: { readonly jobs: Pick<JobReader, 'children'>; readonly clock: Pick<Clock, 'soon'> },
  scope: Scope,
  parent: ArrayParent,
  failed: number,
): Promise<FailedChildren> {
  const causes = new Map<string, Cause>();
  let counted = 0;
  let uncounted = 0;
  let firstWithoutRow = 0;
  for (let from: number | undefined = 0; from !== undefined;) {
    const { children, nextIndex } = jobs.children(scope, parent.id, from, slice);
    for (const { index, job } of children) {
      if (index === firstWithoutRow) firstWithoutRow++;
      if (job.status !== 'FAILED') continue;
      counted++;
      const { reason, exitCode } = causeOf(job);
      const key = `${exitCode ?? ''} ${reason}`;
      const known = causes.get(key);
      if (known !== undefined) known.count++;
      else if (causes.size < causesKept)
        causes.set(key, { count: 1, reason, exitCode, first: childId(parent.id, index) });
      else uncounted++;
    }
    from = nextIndex;
    if (from !== undefined) await new Promise<void>((resolve) => clock.soon(resolve));
  }
  const { rest } = parent;
  // Those without a row ended together with their parent; who ended while the rows were read is not
  // among them.
  if (rest.status === 'FAILED' && failed > counted && firstWithoutRow < parent.arraySize) {
    causes.set('rest', {
      count: failed - counted,
      reason: rest.statusReason,
      exitCode: undefined,
      first: childId(parent.id, firstWithoutRow),
    });
  }
  const sorted = [...causes.values()].sort((a, b) => b.count - a.count);
  return {
    failures: sorted.slice(0, causesShown),
    otherFailures: sorted.slice(causesShown).reduce((sum, { count }) => sum + count, uncounted),
  };
}

/**
 * What two children have in common that failed alike: ids of hosts, and what an engine says after
 * its code, are each one's own.
 */
function causeOf(job: Job): { reason: string; exitCode: number | undefined } {
  const last = job.attempts.at(-1);
  const stopped = job.stops !== undefined || job.statusReason === dependentJobFailed;
  const code = codeOf(last?.containerReason);
  if (!stopped && code !== undefined) return { reason: code, exitCode: last?.exitCode };
  if (!stopped && last?.exitCode !== undefined)
    return { reason: `exit code ${last.exitCode}`, exitCode: last.exitCode };
  return {
    reason: (job.statusReason ?? 'it failed').replace(/\bi-[0-9a-f]{17}\b/g, 'i-…').slice(0, 200),
    exitCode: undefined,
  };
}

/** AWS's code before the text: `CannotPullContainerError`. */
export const codeOf = (containerReason: string | undefined): string | undefined =>
  containerReason && (/^\w+Error(?=:)/.exec(containerReason)?.[0] ?? containerReason.slice(0, 200));
