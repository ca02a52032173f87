// Scheduling policies come, change and go. A line reads its queue's anew each time.

import type { Folds } from './fold.ts';
import { tagged, untagged } from './tags.ts';

export const policyFolds = {
  'scheduling-policy-stored'(world, { policy, tags }) {
    world.schedulingPolicies.set(policy.arn, policy);
    world.changes.schedulingPolicies.set(policy.arn, policy);
    tagged(world, policy.arn, tags);
    world.scheduler.offerChanged();
  },

  'scheduling-policy-deleted'(world, { arn }) {
    world.schedulingPolicies.delete(arn);
    world.changes.schedulingPolicies.set(arn, undefined);
    untagged(world, arn);
  },
} satisfies Partial<Folds>;
