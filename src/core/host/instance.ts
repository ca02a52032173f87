// What the rules ask of an instance of a managed environment beyond what it carries: its type, what
// kind of host it is to placement, and how it comes and goes. Pure questions to the world; nothing
// is changed here.

import { assert } from '../../base/assert.ts';
import type { Arn, AttemptId } from '../../base/ids.ts';
import type { Effect } from '../effect.ts';
import type { Event } from '../event.ts';
import {
  hasInstances,
  type ComputeEnvironment,
} from '../compute-environment/compute-environment.ts';
import { instanceIdOf, type EndCause, type Instance } from './host.ts';
import { capacityOf, type InstanceType } from '../instance-type/instance-type.ts';
import { isArrayParent, isLive, type LiveJob } from '../job/job.ts';
import { limit } from '../limit.ts';
import type { HostKind } from '../schedule/fit/host-kind.ts';
import { offerOf } from '../schedule/scale/strategy.ts';
import type { World } from '../world/world.ts';

/**
 * Its type. One that the catalogue no longer knows, because its owner took it out of the file of
 * own types, is what it was registered with: nothing new is launched of it.
 */
export function typeOf(world: World, { instanceType, capacity }: Instance): InstanceType {
  return (
    world.settings.instanceTypes.type(instanceType) ?? {
      name: instanceType,
      family: instanceType,
      vcpus: capacity.milliVcpu / 1000,
      memoryMib: capacity.memoryMib,
      architecture: 'X86_64',
      storageGb: 0,
      bareMetal: false,
      burstable: false,
      currentGeneration: false,
      spot: false,
      clusterPlacement: false,
      networkInterfaces: 1,
      microUsd: 0,
    }
  );
}

/** One that is launched now into the environment. */
export function newInstance(
  { arn, scope, revision }: ComputeEnvironment,
  type: InstanceType,
  facts: Pick<
    Instance,
    'id' | 'own' | 'machineId' | 'imageId' | 'unfit' | 'unfitForNodes' | 'launch'
  > & {
    readonly spot: boolean;
    readonly reservedMemoryMib?: number | undefined;
    readonly nowMs: number;
  },
): Instance {
  const { reservedMemoryMib, nowMs, ...rest } = facts;
  return {
    ...rest,
    kind: 'instance',
    title: `instance ${instanceIdOf(facts.id)} (${type.name})`,
    scope,
    computeEnvironmentArn: arn,
    instanceType: type.name,
    revision,
    capacity: capacityOf(type, reservedMemoryMib),
    state: 'PENDING',
    launchedAtMs: nowMs,
  };
}

/** As placement sees it: what it can hold is what it registered with. */
export function kindOf(world: World, instance: Instance): HostKind {
  const { kind } = offerOf(
    typeOf(world, instance),
    { spot: instance.spot },
    world.settings.market,
    undefined,
  );
  return { ...kind, capacity: instance.capacity };
}

/**
 * AWS's words for a job whose instance ended under it; Nextflow and others match on them (spec
 * 4.6).
 */
export const instanceEndedReason = (instance: Pick<Instance, 'id'>): string =>
  `Host EC2 (instance ${instanceIdOf(instance.id)}) terminated.`;

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

/** Undefined for a node whose place is kept until its main node runs: nothing runs there. */
function liveJobOf(world: World, attemptId: AttemptId): LiveJob | undefined {
  const jobId = world.attempts.get(attemptId);
  if (jobId === undefined) return undefined;
  const job = world.jobs.get(jobId);
  assert(
    job !== undefined && !isArrayParent(job) && isLive(job),
    'the job of an attempt under way is under way',
  );
  return job;
}

export interface Ending {
  readonly events: Event[];
  readonly effects: Effect[];
}

/**
 * The instance ends: at once where it is idle, else as soon as what runs there has stopped. Its
 * jobs fail by the end of their host, and are retried by their own strategy.
 */
export function endInstance(
  world: World,
  instance: Instance,
  cause: EndCause,
  nowMs: number,
): Ending {
  if (instance.state === 'SHUTTING_DOWN') return { events: [], effects: [] };
  const { events, effects } = stopJobsOn(world, instance, nowMs);
  return {
    events: [
      {
        type: 'host-stored',
        host: { ...instance, state: 'SHUTTING_DOWN', ending: { cause, sinceMs: nowMs } },
      },
      ...events,
    ],
    effects,
  };
}

/** What runs there is stopped, and ends by the end of its host. */
export function stopJobsOn(world: World, instance: Instance, nowMs: number): Ending {
  const events: Event[] = [];
  const effects: Effect[] = [];
  const stop = { by: 'host', reason: instanceEndedReason(instance), atMs: nowMs } as const;
  for (const attemptId of world.attemptsOn(instance.id)) {
    const job = liveJobOf(world, attemptId);
    // One that somebody stopped ends by that.
    if (job === undefined || job.stopRequested !== undefined) continue;
    events.push({ type: 'stop-requested', jobId: job.id, stop });
    effects.push({
      type: 'stop-attempt',
      attemptId,
      hostId: instance.id,
      graceMs: limit.stopGraceSeconds * 1000,
    });
  }
  return { events, effects };
}

/**
 * Instances of an older revision make way: no more jobs go there, and their jobs run on for as long
 * as the update policy says, or end now (spec 5).
 */
export function replaceInstances(
  world: World,
  environment: ComputeEnvironment,
  nowMs: number,
): Ending {
  const { terminateJobsOnUpdate = false, jobExecutionTimeoutMinutes = 30 } =
    environment.updatePolicy ?? {};
  const events: Event[] = [];
  const effects: Effect[] = [];
  for (const instance of world.hosts.instancesOf(environment.arn)) {
    if (
      instance.own ||
      instance.revision >= environment.revision ||
      instance.state === 'SHUTTING_DOWN'
    )
      continue;
    if (terminateJobsOnUpdate) {
      const ending = endInstance(world, instance, 'scaling', nowMs);
      events.push(...ending.events);
      effects.push(...ending.effects);
    } else if (instance.drainUntilMs === undefined) {
      events.push({
        type: 'host-stored',
        host: {
          ...instance,
          state: 'DRAINING',
          drainUntilMs: nowMs + jobExecutionTimeoutMinutes * 60_000,
        },
      });
    }
  }
  return { events, effects };
}
