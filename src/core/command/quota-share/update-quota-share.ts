// UpdateQuotaShare: a member that is given replaces the one that was; one that is not stays. Jobs
// that run may hold more than a lowered limit until others of the queue need it.

import type { UpdateQuotaShareCommandInput } from '@aws-sdk/client-batch';
import { must } from '../../../base/assert.ts';
import type { Arn, Scope } from '../../../base/ids.ts';
import { isRefusal, refuse } from '../../../base/refusal.ts';
import type { QuotaShare } from '../../quota-share/quota-share.ts';
import type { World } from '../../world/world.ts';
import type { Decided } from '../decision.ts';
import { readLimits, readSharing } from './quota-share-request.ts';

interface UpdateQuotaShare {
  readonly type: 'update-quota-share';
  readonly scope: Scope;
  readonly request: UpdateQuotaShareCommandInput;
}

interface UpdateQuotaShareReply {
  readonly name: string;
  readonly arn: Arn;
}

export function decideUpdateQuotaShare(
  world: World,
  { scope, request }: UpdateQuotaShare,
  _nowMs: number,
): Decided<UpdateQuotaShareReply> {
  const stored = world.quotaShare(scope, request.quotaShareArn ?? '');
  if (stored === undefined)
    return refuse('not-found', `Quota share ${request.quotaShareArn} does not exist`);
  if (stored.status === 'DELETING')
    return refuse('invalid', `Quota share ${stored.name} is being deleted.`);
  const queue = must(world.jobQueues.get(stored.queueArn), 'a quota share has its queue');
  const capacityLimits =
    request.capacityLimits === undefined
      ? stored.capacityLimits
      : readLimits(queue, request.capacityLimits);
  if (isRefusal(capacityLimits)) return capacityLimits;
  const { resourceSharingConfiguration: sharing, preemptionConfiguration: preemption } = request;
  const share: QuotaShare = {
    ...stored,
    capacityLimits,
    sharing: sharing === undefined ? stored.sharing : readSharing(sharing),
    inSharePreemption:
      preemption === undefined
        ? stored.inSharePreemption
        : preemption.inSharePreemption === 'ENABLED',
    state: request.state ?? stored.state,
  };
  return {
    events: [{ type: 'quota-share-stored', share }],
    effects: [],
    reply: { name: share.name, arn: share.arn },
  };
}
