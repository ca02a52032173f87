// UpdateSchedulingPolicy: a fair share policy that is given replaces the one that was. Its queues
// go by it from their next pass on; usage stays what it was, for weights only multiply it (ADR
// 0012).

import type { UpdateSchedulingPolicyCommandInput } from '@aws-sdk/client-batch';
import { refuse } from '../../../base/refusal.ts';
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
  const policy = { ...stored, fairsharePolicy: request.fairsharePolicy ?? stored.fairsharePolicy };
  return { events: [{ type: 'scheduling-policy-stored', policy }], effects: [], reply: done };
}
