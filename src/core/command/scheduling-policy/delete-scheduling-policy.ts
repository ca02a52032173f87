// DeleteSchedulingPolicy: "You can't delete a scheduling policy that's used in any job queues."

import { refuse } from '../../../base/refusal.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import type { Scope } from '../../../base/ids.ts';

interface DeleteSchedulingPolicy {
  readonly type: 'delete-scheduling-policy';
  readonly scope: Scope;
  readonly arn: string;
}

export function decideDeleteSchedulingPolicy(
  world: World,
  { scope, arn }: DeleteSchedulingPolicy,
): Decided {
  const policy = world.schedulingPolicy(scope, arn);
  if (policy === undefined) return refuse('not-found', `Scheduling policy ${arn} does not exist`);
  for (const queue of world.jobQueues.values()) {
    if (queue.schedulingPolicyArn === policy.arn)
      return refuse(
        'invalid',
        `Scheduling policy ${policy.name} cannot be deleted: job queue ${queue.name} uses it.`,
      );
  }
  return {
    events: [{ type: 'scheduling-policy-deleted', arn: policy.arn }],
    effects: [],
    reply: done,
  };
}
