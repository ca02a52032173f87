// CreateQuotaShare. What the request alone can be judged by, the service has judged. A share has
// nothing to be prepared for it: it is VALID at once, never CREATING.

import type { CreateQuotaShareCommandInput } from '@aws-sdk/client-batch';
import type { Arn, Scope } from '../../../base/ids.ts';
import { isRefusal, refuse } from '../../../base/refusal.ts';
import { quotaShareArn } from '../../arn.ts';
import type { QuotaShare } from '../../quota-share/quota-share.ts';
import type { World } from '../../world/world.ts';
import type { Decided } from '../decision.ts';
import { readLimits, readSharing } from './quota-share-request.ts';

interface CreateQuotaShare {
  readonly type: 'create-quota-share';
  readonly scope: Scope;
  readonly request: CreateQuotaShareCommandInput;
}

interface CreateQuotaShareReply {
  readonly name: string;
  readonly arn: Arn;
}

export function decideCreateQuotaShare(
  world: World,
  { scope, request }: CreateQuotaShare,
  nowMs: number,
): Decided<CreateQuotaShareReply> {
  const queue = world.jobQueue(scope, request.jobQueue ?? '');
  if (queue === undefined)
    return refuse('not-found', `Job queue ${request.jobQueue} does not exist`);
  // "A job queue must be in the VALID state before you can associate it with a quota share."
  if (queue.status !== 'VALID')
    return refuse('invalid', `Job queue ${queue.name} is ${queue.status}, and must be VALID.`);
  const policy =
    queue.schedulingPolicyArn && world.schedulingPolicies.get(queue.schedulingPolicyArn);
  if (!policy || policy.kind !== 'quota-share')
    return refuse(
      'invalid',
      `Job queue ${queue.name} has no scheduling policy with a quotaSharePolicy, and so no quota shares.`,
    );
  const name = request.quotaShareName as string;
  const arn = quotaShareArn(queue.arn, name);
  if (world.quotaShares.get(arn) !== undefined) return refuse('conflict', 'Object already exists');
  const most = world.settings.limits.quotaSharesPerQueue;
  if (world.quotaShares.of(queue.arn).size >= most)
    return refuse(
      'limit',
      `The limit of ${most} quota shares of job queue ${queue.name} is reached.`,
    );
  const capacityLimits = readLimits(queue, request.capacityLimits ?? []);
  if (isRefusal(capacityLimits)) return capacityLimits;
  const share: QuotaShare = {
    arn,
    scope,
    name,
    queueArn: queue.arn,
    capacityLimits,
    sharing: readSharing(request.resourceSharingConfiguration ?? { strategy: 'RESERVE' }),
    inSharePreemption: request.preemptionConfiguration?.inSharePreemption === 'ENABLED',
    state: request.state ?? 'ENABLED',
    status: 'VALID',
    createdAtMs: nowMs,
  };
  return {
    events: [{ type: 'quota-share-stored', share, tags: request.tags }],
    effects: [],
    reply: { name, arn },
  };
}
