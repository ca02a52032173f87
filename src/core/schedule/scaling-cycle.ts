// The scaling cycle: reads demand and instances off the world, lets the plan be made, and says which commands carry it out
// (DESIGN 4). It asks what a pass would ask, so that an instance is launched only for a job that would be placed on it.

import type { Arn } from '../../base/ids.ts';
import { must } from '../../base/assert.ts';
import { hasInstances, isOpen } from '../compute-environment/compute-environment.ts';
import type { Needs } from '../job/needs.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';
import type { World } from '../world.ts';
import { consumableShort } from './consumables.ts';
import { isOvertaken, noHolds } from './hold.ts';
import type { Head } from './order.ts';
import { overReservation } from './reservation.ts';
import { planScaling, type QueueDemand, type ScalingPlan, type WaitingJobs } from './scale.ts';
import { noScaling, scalingEnvironment, unmetKey, type ScalingState } from './scaling-environments.ts';

export interface ScalingCycle {
  readonly plan: ScalingPlan;
  readonly state: ScalingState;
}

export function scalingCycle(world: World, nowMs: number): ScalingCycle {
  const environments = [...world.computeEnvironments.values()].filter((environment) => hasInstances(environment) && isOpen(environment));
  if (environments.length === 0) return { plan: { environments: [], unmet: [], nextScaleDownAtMs: undefined }, state: noScaling };
  const queues = demandOf(world, nowMs);
  const plan = planScaling(queues, environments.map((environment) => scalingEnvironment(world, environment)), world.settings.market, nowMs, instancesLeft(world));
  const unmet = new Map(plan.unmet.map(({ queue, needs, because }) => [unmetKey(must(queues[queue], 'a plan answers the queues it was given').arn, needs), because]));
  return { plan, state: { unmet, overtaken: new Set(queues.flatMap((queue) => queue.overtaken)), nextScaleDownAtMs: plan.nextScaleDownAtMs } };
}

function instancesLeft(world: World): number {
  let instances = 0;
  for (const host of world.hosts.values()) if (host.kind === 'instance') instances++;
  return Math.max(0, world.settings.instanceLimit - instances);
}

// ---- demand ----

interface Demand extends QueueDemand {
  readonly arn: Arn;
  /** Classes whose head was overtaken for long enough. */
  readonly overtaken: readonly string[];
}

/** Queues of higher priority first, and in each the classes in the order of their heads; those that room is kept for go first. */
function demandOf(world: World, nowMs: number): Demand[] {
  const heads = new Map<Arn, Head[]>();
  for (const head of world.backlog.classes()) {
    const { queueArn } = head.jobClass;
    const known = heads.get(queueArn);
    if (known === undefined) heads.set(queueArn, [head]);
    else known.push(head);
  }
  const queues = [...heads.keys()].map((arn) => must(world.jobQueues.get(arn), 'a queue outlives the jobs that wait in it'));
  queues.sort((a, b) => b.priority - a.priority || (a.arn < b.arn ? -1 : 1));
  return queues.map((queue) => {
    const own = must(heads.get(queue.arn), 'its classes were found');
    const overtaken = new Set(own.filter((head) => isOvertaken(world, head, nowMs)));
    return {
      arn: queue.arn,
      environments: queue.computeEnvironmentOrder.map((entry) => entry.computeEnvironment),
      waiting: waitingIn(world, queue, own, overtaken),
      overtaken: [...overtaken].map(({ jobClass }) => jobClass.key),
    };
  });
}

function waitingIn(world: World, queue: JobQueue, heads: Head[], overtaken: ReadonlySet<Head>): WaitingJobs[] {
  const isHeld = ({ jobClass }: Head): number => (jobClass.hold === undefined ? 1 : 0);
  heads.sort((a, b) => isHeld(a) - isHeld(b) || a.entry.rank - b.entry.rank);
  const mostMilliVcpu = bound(world, queue);
  const shapes = new Map<string, { needs: Needs; count: number }>();
  const first: WaitingJobs[] = [];
  for (const head of heads) {
    const { jobClass } = head;
    const { claim } = jobClass;
    if (!machineCouldHold(world, claim.needs)) continue;
    // What waits for something else than room needs no instance yet.
    if (consumableShort(world, claim.consumables) !== undefined || overReservation(world, queue, claim, noHolds) !== undefined) continue;
    const most = Math.ceil(mostMilliVcpu / Math.max(1, claim.needs.milliVcpu)) + 1;
    let count = jobClass.count(most, world.runnableIn);
    if (overtaken.has(head) && count > 0) {
      first.push({ needs: claim.needs, count: 1, overtaken: true });
      count--;
    }
    if (count === 0) continue;
    const key = unmetKey(queue.arn, claim.needs);
    const known = shapes.get(key);
    if (known === undefined) shapes.set(key, { needs: claim.needs, count });
    else known.count += count;
  }
  return [...first, ...shapes.values()];
}

/** No more can start at once, however many wait: so far they are counted. */
function bound(world: World, queue: JobQueue): number {
  let vcpus = 0;
  for (const { computeEnvironment } of queue.computeEnvironmentOrder) vcpus += world.computeEnvironments.get(computeEnvironment)?.computeResources?.maxvCpus ?? 0;
  return vcpus * 1000;
}

/** An instance has the GPUs of its type in the books, and its machine may have none: nothing is launched in vain. */
function machineCouldHold(world: World, needs: Needs): boolean {
  for (const { capacity } of world.hosts.machines()) if (needs.gpus <= capacity.gpus) return true;
  return false;
}
