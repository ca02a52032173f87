// DeleteQuotaShare: a DISABLED share only; "all jobs in the share are eventually terminated". It is
// DELETING until the last of them has ended, and goes with that.

import type { Scope } from '../../../base/ids.ts';
import { refuse } from '../../../base/refusal.ts';
import type { WorldJob } from '../../job/job.ts';
import type { QuotaShare } from '../../quota-share/quota-share.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import { terminateAll } from '../job/terminate-all.ts';

interface DeleteQuotaShare {
  readonly type: 'delete-quota-share';
  readonly scope: Scope;
  readonly arn: string;
}

/** What the share's jobs show as their statusReason. */
const shareDeletedReason = 'Terminated: the quota share is being deleted';

export function decideDeleteQuotaShare(
  world: World,
  { scope, arn }: DeleteQuotaShare,
  nowMs: number,
): Decided {
  const share = world.quotaShare(scope, arn);
  if (share === undefined) return refuse('not-found', `Quota share ${arn} does not exist`);
  if (share.status === 'DELETING') return { events: [], effects: [], reply: done };
  if (share.state !== 'DISABLED') return refuse('invalid', 'Cannot delete, state must be DISABLED');
  const { events, effects } = terminateAll(world, jobsOf(world, share), shareDeletedReason, nowMs);
  return {
    events: [
      { type: 'quota-share-stored', share: { ...share, status: 'DELETING' } },
      ...events,
      // One that has jobs goes with the last of them.
      ...(world.quotaShares.jobsIn(share.arn) === 0
        ? [{ type: 'quota-share-deleted' as const, arn: share.arn }]
        : []),
    ],
    effects,
    reply: done,
  };
}

function* jobsOf(world: World, { queueArn, name }: QuotaShare): Generator<WorldJob> {
  for (const job of world.queueJobs(queueArn)) if (job.terms.share?.identifier === name) yield job;
}
