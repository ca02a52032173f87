// Law: what was answered is kept. An accepted job is found after any crash, ends as its container did or as it was stopped,
// and nothing starts after a stop was answered that found it waiting.

import { splitJobId } from '../../src/base/ids.ts';
import { dependentJobFailed } from '../../src/core/job/dependency.ts';
import { isArrayParent } from '../../src/core/job/job.ts';
import { isEnded } from '../../src/core/job/status.ts';
import { law, type Checker } from './checker.ts';

export const promisesKept: Checker = {
  law: 'accepted jobs survive, and end as they should',
  check({ expectations, world }) {
    // Every promise is checked at the end; after every step, that the world holds nothing that nobody asked for.
    if (world === undefined) return;
    for (const job of world.jobs.values()) {
      const { parent } = splitJobId(job.id);
      law(expectations.has(parent), `job ${job.id} was never submitted by anybody`);
    }
  },
  checkEnd({ store, expectations }) {
    for (const [id, expected] of expectations) {
      const stored = store.reader.job(expected.scope, id);
      if (stored === undefined) {
        law(!expected.accepted, `job ${id} was accepted and is lost`);
        continue;
      }
      const { job } = stored;
      law(isEnded(job.status), `job ${id} is still ${job.status} after everything should have ended`);
      const dependencyFailed = job.statusReason === dependentJobFailed || (isArrayParent(job) && expected.dependsOn.length > 0);
      const outcome = isArrayParent(job) ? { status: job.status, dependencyFailed } : { status: job.status, exitCode: job.attempts.at(-1)?.exitCode, dependencyFailed };
      const problem = expected.judge(outcome);
      law(problem === undefined, `job ${id}: ${problem}`);
    }
  },
};
