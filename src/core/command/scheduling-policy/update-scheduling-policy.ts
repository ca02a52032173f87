// UpdateSchedulingPolicy: a fair share policy that is given replaces the one that was. Its queues
// go by it from their next pass on; usage stays what it was, for weights only multiply it (ADR
// 0012). No policy becomes one of the other kind.

import type { UpdateSchedulingPolicyCommandInput } from '@aws-sdk/client-batch';
import { never } from '../../../base/assert.ts';
import { isRefusal, refuse, type Refusal } from '../../../base/refusal.ts';
import type { SchedulingPolicy } from '../../scheduling-policy/scheduling-policy.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import type { Scope } from '../../../base/ids.ts';

interface UpdateSchedulingPolicy {
  readonly type: 'update-scheduling-policy';
  readonly scope: Scope;
  readonly request: UpdateSchedulingPolicyCommandInput;
}

export function decideUpdateSchedulingPolicy(
  world: World,
  { scope, request }: UpdateSchedulingPolicy,
): Decided {
  const stored = world.schedulingPolicy(scope, request.arn ?? '');
  if (stored === undefined)
    return refuse('not-found', `Scheduling policy ${request.arn} does not exist`);
  const policy = updated(stored, request);
  if (isRefusal(policy)) return policy;
  return { events: [{ type: 'scheduling-policy-stored', policy }], effects: [], reply: done };
}

/** "Once set during creation, a quotaSharePolicy cannot be removed or changed", nor the other. */
function updated(
  stored: SchedulingPolicy,
  { fairsharePolicy, quotaSharePolicy }: UpdateSchedulingPolicyCommandInput,
): SchedulingPolicy | Refusal {
  switch (stored.kind) {
    case 'fair-share':
      return quotaSharePolicy === undefined
        ? { ...stored, fairsharePolicy: fairsharePolicy ?? stored.fairsharePolicy }
        : refuse(
            'invalid',
            `Scheduling policy ${stored.name} has a fairsharePolicy, which cannot be changed to a quotaSharePolicy.`,
          );
    case 'quota-share':
      return fairsharePolicy === undefined
        ? stored
        : refuse(
            'invalid',
            `Scheduling policy ${stored.name} has a quotaSharePolicy, which cannot be changed to a fairsharePolicy.`,
          );
    default:
      return never(stored);
  }
}
