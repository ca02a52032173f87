// Service environments come, change and go. What is in use of them follows from the attempts that
// are under way.

import type { Folds } from './fold.ts';
import { tagged, untagged } from './tags.ts';

export const serviceEnvironmentFolds = {
  'service-environment-stored'(world, { environment, tags }) {
    world.serviceEnvironments.store(environment);
    world.changes.serviceEnvironments.set(environment.arn, environment);
    tagged(world, environment.arn, tags);
    world.scheduler.offerChanged();
  },

  'service-environment-deleted'(world, { arn }) {
    world.serviceEnvironments.delete(arn);
    world.changes.serviceEnvironments.set(arn, undefined);
    untagged(world, arn);
  },
} satisfies Partial<Folds>;
