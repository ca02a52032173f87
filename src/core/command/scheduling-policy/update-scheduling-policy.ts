// UpdateSchedulingPolicy: a fair share policy that is given replaces the one that was. Its queues
// go by it from their next pass on; usage stays what it was, for weights only multiply it (ADR
// 0012).

import { refuse } from '../../../base/refusal.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided, type UpdateSchedulingPolicy } from '../command.ts';

export function decideUpdateSchedulingPolicy(
  world: World,
  { scope, request }: UpdateSchedulingPolicy,
): Decided<UpdateSchedulingPolicy> {
  const stored = world.schedulingPolicy(scope, request.arn ?? '');
  if (stored === undefined)
    return refuse('not-found', `Scheduling policy ${request.arn} does not exist`);
  const policy = { ...stored, fairsharePolicy: request.fairsharePolicy ?? stored.fairsharePolicy };
  return { events: [{ type: 'scheduling-policy-stored', policy }], effects: [], reply: done };
}
