// The fold: what each event makes of the world, a file an aggregate. It takes final values as they
// come, decides nothing, and notes what follows: rows to store, transitions to tell, occasions to
// follow up. The scheduler is told what became of jobs and resources, and finds out nothing by
// itself.

import type { Event } from '../../event.ts';
import type { LiveWorld } from '../live-world.ts';
import { attemptFolds } from './attempts.ts';
import { consumableFolds } from './consumables.ts';
import { definitionFolds } from './definitions.ts';
import { environmentFolds } from './environments.ts';
import { hostFolds } from './hosts.ts';
import { jobFolds } from './jobs.ts';
import { policyFolds } from './policies.ts';
import { quotaShareFolds } from './quota-shares.ts';
import { queueFolds } from './queues.ts';
import { serviceEnvironmentFolds } from './service-environments.ts';
import { tagFolds } from './tags.ts';

/** By type of event. */
export type Folds = {
  readonly [Type in Event['type']]: (
    world: LiveWorld,
    event: Extract<Event, { readonly type: Type }>,
  ) => void;
};

const folds: Folds = {
  ...environmentFolds,
  ...queueFolds,
  ...policyFolds,
  ...quotaShareFolds,
  ...consumableFolds,
  ...serviceEnvironmentFolds,
  ...definitionFolds,
  ...tagFolds,
  ...hostFolds,
  ...jobFolds,
  ...attemptFolds,
};

export function fold(world: LiveWorld, event: Event): void {
  const follow: (world: LiveWorld, event: never) => void = folds[event.type];
  follow(world, event as never);
}
