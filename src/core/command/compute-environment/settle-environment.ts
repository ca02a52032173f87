// A compute environment comes to rest: what was made or changed is VALID or INVALID, what was
// replaced is VALID when the last old instance is gone, what was deleted is gone with its last one.
// It may be asked again at any time and changes nothing then.

import type { Arn } from '../../../base/ids.ts';
import type { ComputeEnvironment } from '../../compute-environment/compute-environment.ts';
import type { Event } from '../../event.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';

/** From control: something that this environment waits for may have come. */
interface SettleEnvironment {
  readonly type: 'settle-environment';
  readonly arn: Arn;
}

export const decideSettleEnvironment = (world: World, { arn }: SettleEnvironment): Decided => ({
  events: settleEnvironmentEvents(world, arn),
  effects: [],
  reply: done,
});

export function settleEnvironmentEvents(world: World, arn: Arn): Event[] {
  const environment = world.computeEnvironments.get(arn);
  if (environment === undefined) return [];
  if (environment.status === 'DELETING')
    return world.hasRunningIn(arn) || has(world, environment, () => true)
      ? []
      : [{ type: 'compute-environment-deleted', arn }];
  const isSettling = environment.status === 'CREATING' || environment.status === 'UPDATING';
  if (!isSettling || has(world, environment, ({ revision }) => revision < environment.revision))
    return [];
  const { problem } = environment;
  return [
    {
      type: 'compute-environment-stored',
      environment: {
        ...environment,
        status: problem === undefined ? 'VALID' : 'INVALID',
        statusReason: problem,
      },
    },
  ];
}

function has(
  world: World,
  { arn }: ComputeEnvironment,
  which: (instance: { readonly revision: number }) => boolean,
): boolean {
  for (const instance of world.hosts.instancesOf(arn)) if (which(instance)) return true;
  return false;
}
