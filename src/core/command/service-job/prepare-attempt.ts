// The start of a service job's attempt is under way: its image and data are being fetched. From
// SCHEDULED it becomes STARTING. Whoever starts it says so, and may be lost: that it runs proves it
// too.

import type { AttemptId } from '../../../base/ids.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';

interface PrepareAttempt {
  readonly type: 'prepare-attempt';
  readonly attemptId: AttemptId;
}

export function decidePrepareAttempt(
  world: World,
  { attemptId }: PrepareAttempt,
  nowMs: number,
): Decided {
  const job = world.jobOfAttempt(attemptId);
  return {
    events:
      job?.status === 'SCHEDULED'
        ? [{ type: 'attempt-preparing', jobId: job.id, atMs: nowMs }]
        : [],
    effects: [],
    reply: done,
  };
}
