// Compute environments come, change and go. What they have running is no part of them.

import type { Folds } from './fold.ts';
import { tagged, untagged } from './tags.ts';

export const environmentFolds = {
  'compute-environment-stored'(world, { environment, tags }) {
    world.computeEnvironments.set(environment.arn, environment);
    world.changes.computeEnvironments.set(environment.arn, environment);
    tagged(world, environment.arn, tags);
    world.scheduler.offerChanged();
  },

  'compute-environment-deleted'(world, { arn }) {
    world.computeEnvironments.delete(arn);
    world.changes.computeEnvironments.set(arn, undefined);
    untagged(world, arn);
  },
} satisfies Partial<Folds>;
