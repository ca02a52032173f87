// Whether maxvCpus of an environment lets jobs of such needs start, beside those that hold some of
// it and what is kept there for others. Which host has room is not asked here.

import {
  maxMilliVcpu,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import type { Needs } from '../../job/needs.ts';
import type { World } from '../../world/world.ts';
import { keptOf, type Holds } from '../order/hold.ts';
import type { Blocked } from './blocked.ts';

/** Undefined: it does. */
export function beyondMaximum(
  world: World,
  environment: ComputeEnvironment,
  { milliVcpu }: Needs,
  holds: Holds,
): Blocked | undefined {
  const max = maxMilliVcpu(environment);
  const used = world.environmentUse(environment.arn).milliVcpu;
  if (used + milliVcpu > max) return { type: 'environment-full', environment, usedMilliVcpu: used };
  const inWay = holds.find(({ room }) => room?.computeEnvironmentArn === environment.arn);
  if (inWay === undefined) return undefined;
  const kept = keptOf(holds, { computeEnvironmentArn: environment.arn }).milliVcpu;
  return used + kept + milliVcpu > max ? { type: 'kept-for-another', hold: inWay } : undefined;
}
