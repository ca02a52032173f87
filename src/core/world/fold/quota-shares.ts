// Quota shares come, change and go; with their queue they go too. A line reads its queue's anew
// each time.

import type { Arn } from '../../../base/ids.ts';
import type { LiveWorld } from '../live-world.ts';
import type { Folds } from './fold.ts';
import { tagged, untagged } from './tags.ts';

export const quotaShareFolds = {
  'quota-share-stored'(world, { share, tags }) {
    world.quotaShares.store(share);
    world.changes.quotaShares.set(share.arn, share);
    tagged(world, share.arn, tags);
    world.scheduler.quotaSharesChanged(share.queueArn);
  },

  'quota-share-deleted'(world, { arn }) {
    const share = world.quotaShares.get(arn);
    remove(world, arn);
    if (share !== undefined) world.scheduler.quotaSharesChanged(share.queueArn);
  },
} satisfies Partial<Folds>;

/** Their queue goes. */
export function removeSharesOf(world: LiveWorld, queueArn: Arn): void {
  for (const arn of [...world.quotaShares.of(queueArn).keys()]) remove(world, arn);
}

function remove(world: LiveWorld, arn: Arn): void {
  world.quotaShares.delete(arn);
  world.changes.quotaShares.set(arn, undefined);
  untagged(world, arn);
}
