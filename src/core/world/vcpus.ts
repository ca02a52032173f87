// How many vCPUs a compute environment has, and how many it shows. It changes nothing.

import type { Arn } from '../../base/ids.ts';
import {
  hasInstances,
  type ComputeEnvironment,
} from '../compute-environment/compute-environment.ts';
import type { World } from './world.ts';

/**
 * What `desiredvCpus` shows where nobody asked for more: it moves with demand and never below
 * minvCpus.
 */
export function presentVcpus(world: World, environment: ComputeEnvironment): number {
  const present = hasInstances(environment)
    ? instanceVcpus(world, environment.arn)
    : Math.ceil(world.environmentUse(environment.arn).milliVcpu / 1000);
  return Math.max(environment.computeResources?.minvCpus ?? 0, present);
}

/** `desiredvCpus` as it is shown: what somebody asked for, or more where more is there. */
export function shownVcpus(world: World, environment: ComputeEnvironment): number {
  const { maxvCpus = 0, desiredvCpus = 0 } = environment.computeResources ?? {};
  return Math.min(Math.max(desiredvCpus, presentVcpus(world, environment)), maxvCpus);
}

/** vCPUs of all instances that the environment has, those that drain as well. */
export function instanceVcpus(world: World, environmentArn: Arn): number {
  let milliVcpu = 0;
  for (const { capacity } of world.hosts.instancesOf(environmentArn))
    milliVcpu += capacity.milliVcpu;
  return Math.ceil(milliVcpu / 1000);
}
