// Law: an attempt's container is begun at most once, and a job never has two that run.

import { splitJobId } from '../../src/base/ids.ts';
import { law, type Checker } from './checker.ts';

export const oneContainerPerAttempt: Checker = {
  law: 'an attempt starts once and a job runs once at a time',
  check({ world, engine }) {
    for (const [attemptId, starts] of engine.starts) law(starts === 1, `attempt ${attemptId} was started ${starts} times`);
    if (world === undefined) return;
    const busy = new Set<string>();
    for (const attemptId of engine.running) {
      const jobId = world.attempts.get(attemptId as Parameters<typeof world.attempts.get>[0]);
      if (jobId === undefined) continue; // Its end is committed and its removal is on the way.
      law(!busy.has(jobId), `job ${jobId} of ${splitJobId(jobId).parent} has two containers`);
      busy.add(jobId);
    }
  },
};
