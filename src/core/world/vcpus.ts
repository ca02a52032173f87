// How many vCPUs compute environments have, how many they show, and how many they may have. It
// changes nothing.

import type { Arn } from '../../base/ids.ts';
import { boundsJobs, type ComputeEnvironment } from '../compute-environment/compute-environment.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';
import type { World } from './world.ts';

/**
 * What `desiredvCpus` shows where nobody asked for more: it moves with demand and never below
 * minvCpus.
 */
function presentVcpus(world: World, environment: ComputeEnvironment): number {
  const present = boundsJobs(environment)
    ? Math.ceil(world.environmentUse(environment.arn).milliVcpu / 1000)
    : instanceVcpus(world, environment.arn);
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

/**
 * Over the ENABLED environments of the queue; undefined where one of them does not say, as service
 * environments do not.
 */
export function maxMilliVcpuOf(world: World, queue: JobQueue): number | undefined {
  if (queue.serviceEnvironmentOrder !== undefined) return undefined;
  let sum = 0;
  for (const { computeEnvironment } of queue.computeEnvironmentOrder) {
    const environment = world.computeEnvironments.get(computeEnvironment);
    if (environment?.state !== 'ENABLED') continue;
    const vcpus =
      environment.type === 'UNMANAGED'
        ? environment.unmanagedvCpus
        : environment.computeResources?.maxvCpus;
    if (vcpus === undefined) return undefined;
    sum += vcpus * 1000;
  }
  return sum;
}
