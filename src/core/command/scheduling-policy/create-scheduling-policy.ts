// CreateSchedulingPolicy. What the request alone can be judged by, the service has judged.

import type { CreateSchedulingPolicyCommandInput } from '@aws-sdk/client-batch';
import { refuse } from '../../../base/refusal.ts';
import { schedulingPolicyArn } from '../../arn.ts';
import { limit } from '../../limit.ts';
import type { SchedulingPolicy } from '../../scheduling-policy/scheduling-policy.ts';
import type { World } from '../../world/world.ts';
import type { Decided } from '../decision.ts';
import type { Arn, Scope } from '../../../base/ids.ts';

interface CreateSchedulingPolicy {
  readonly type: 'create-scheduling-policy';
  readonly scope: Scope;
  readonly request: CreateSchedulingPolicyCommandInput;
}

interface CreateSchedulingPolicyReply {
  readonly name: string;
  readonly arn: Arn;
}

export function decideCreateSchedulingPolicy(
  world: World,
  { scope, request }: CreateSchedulingPolicy,
  nowMs: number,
): Decided<CreateSchedulingPolicyReply> {
  const name = request.name as string;
  const arn = schedulingPolicyArn(scope, name);
  if (world.schedulingPolicies.has(arn)) return refuse('conflict', 'Object already exists');
  let count = 0;
  for (const policy of world.schedulingPolicies.values()) if (policy.scope === scope) count++;
  if (count >= limit.schedulingPolicies)
    return refuse(
      'limit',
      `The limit of ${limit.schedulingPolicies} scheduling policies is reached.`,
    );
  const facts = { arn, scope, name, createdAtMs: nowMs };
  const policy: SchedulingPolicy =
    request.quotaSharePolicy === undefined
      ? { kind: 'fair-share', ...facts, fairsharePolicy: request.fairsharePolicy }
      : { kind: 'quota-share', ...facts, idleResourceAssignmentStrategy: 'FIFO' };
  return {
    events: [{ type: 'scheduling-policy-stored', policy, tags: request.tags }],
    effects: [],
    reply: { name, arn },
  };
}
