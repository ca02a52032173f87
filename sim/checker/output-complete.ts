// Law: what an attempt printed arrives in order, without a gap and not twice; all of it, however
// late, unless nobody heard its end.

import { splitJobId } from '../../src/base/ids.ts';
import { isArrayParent } from '../../src/core/job/job.ts';
import { BrokenLaw, type Checker } from './checker.ts';

export const outputComplete: Checker = {
  law: 'output arrives once and in order',
  checkEnd({ ledger, expectations, sink, containers }) {
    for (const job of ledger.jobs.values()) {
      if (isArrayParent(job)) continue;
      const { parent, index, node } = splitJobId(job.id);
      const expectation = expectations.get(parent);
      for (const { attemptId, number, log, exitCode } of job.attempts) {
        const printed =
          (node === undefined
            ? expectation?.run(index, number)
            : expectation?.nodeRun(node, number)
          )?.lines ?? [];
        if (
          log === undefined ||
          containers.first(attemptId) === undefined ||
          containers.lost.has(attemptId)
        )
          continue;
        const stored = sink.lines({ scope: job.scope, ...log });
        if (stored.some((line, at) => line !== printed[at]))
          throw new BrokenLaw(
            `attempt ${number} of job ${job.id} printed ${printed.join(' / ')}, and stored is ${stored.join(' / ')}`,
          );
        const excused = exitCode === undefined || job.stops !== undefined;
        if (!excused && stored.length < printed.length)
          throw new BrokenLaw(
            `attempt ${number} of job ${job.id} printed ${printed.length} lines, and ${stored.length} are stored`,
          );
      }
    }
  },
};
