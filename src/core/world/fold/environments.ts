// Compute environments come, change and go. What they have running is no part of them.

import type { ComputeEnvironment } from '../../compute-environment/compute-environment.ts';
import type { LiveWorld } from '../live-world.ts';
import type { Folds } from './fold.ts';
import { tagged, untagged } from './tags.ts';

export const environmentFolds = {
  'compute-environment-stored'(world, { environment, tags }) {
    const known = world.computeEnvironments.get(environment.arn);
    if (known === undefined || !isShownAs(known, environment)) note(world, environment);
    world.computeEnvironments.set(environment.arn, environment);
    world.changes.computeEnvironments.set(environment.arn, environment);
    tagged(world, environment.arn, tags);
    world.scheduler.offerChanged();
  },

  'compute-environment-deleted'(world, { arn }) {
    const environment = world.computeEnvironments.get(arn);
    if (environment !== undefined) note(world, environment, true);
    world.computeEnvironments.delete(arn);
    world.changes.computeEnvironments.set(arn, undefined);
    untagged(world, arn);
  },
} satisfies Partial<Folds>;

const note = (world: LiveWorld, environment: ComputeEnvironment, isGone = false): void =>
  void world.happenings.push({ type: 'environment-changed', environment, isGone });

/** As DescribeComputeEnvironments shows them, but for tags and demand, they are the same. */
function isShownAs(
  { cutOff: _c, launchesUntagged: _l, ...known }: ComputeEnvironment,
  { cutOff: _cutOff, launchesUntagged: _untagged, ...environment }: ComputeEnvironment,
): boolean {
  return JSON.stringify(known) === JSON.stringify(environment);
}
