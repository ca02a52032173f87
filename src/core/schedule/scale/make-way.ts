// Which instances of an environment make way, so that one can be launched for a job that none of
// them could ever hold, or all that a job's nodes need. They drain; what is launched once they are
// gone is said by a later cycle.

import { capacityOf } from '../../instance-type/instance-type.ts';
import { fitsIn } from '../fit/room.ts';
import type { Open } from './demand.ts';
import { drainsFor } from './drain.ts';
import type { PlannedEnvironment } from './planned-environment.ts';
import { dueAtMs } from './scale-in.ts';
import { instancesForNodes, type NodesDemand } from './scale-nodes.ts';
import { mayExceed, type ScalingInstance } from './scaling-environment.ts';
import type { Supply } from './supply.ts';

/**
 * For a job that no instance which stays could ever hold, and that no other can be launched for:
 * instances that hold none of those before it make way, if they are idle, or, where it was
 * overtaken for long enough, also if jobs run there. Returns whether this environment serves it.
 */
export function makeWay(
  supply: Supply,
  planned: PlannedEnvironment,
  one: Open,
  nowMs: number,
): boolean {
  if (one.nodes !== undefined) return makeWayForNodes(supply, planned, one, one.nodes, nowMs);
  const { needs, overtaken = false } = one;
  const { environment, books } = planned;
  if (
    planned.isKept ||
    needs.milliVcpu > environment.maxvCpus * 1000 ||
    needs.milliVcpu > planned.milliVcpuLeft ||
    environment.instances.some(
      (instance) =>
        !books.isDrained(instance) &&
        fitsIn(capacityOf(instance.type, environment.reservedMemoryMib), needs),
    )
  )
    return false;
  const smallest = smallestFor(supply, planned, one);
  if (smallest === Number.POSITIVE_INFINITY) return false;
  const least = mayExceed(environment) ? 1 : smallest;
  const drains = drainsFor(environment, books, {
    enough: (vcpus, ended) => vcpus + least <= environment.maxvCpus && supply.instances + ended > 0,
    mayGo: (instance) =>
      instance.isKept !== true && (overtaken || isIdle(planned, instance, nowMs)),
  });
  if (drains === undefined) return false;
  planned.isKept = true;
  for (const instance of drains) books.drain(instance);
  return true;
}

/** The vCPUs of the smallest instance that is to be had and holds the job; else without end. */
function smallestFor(supply: Supply, { tiers }: PlannedEnvironment, { needs }: Open): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const tier of tiers)
    for (const { type, kind, pool } of tier)
      if (type.vcpus < smallest && fitsIn(kind.capacity, needs) && supply.ofPool(pool) > 0)
        smallest = type.vcpus;
  return smallest;
}

/**
 * What there is of their type stays for the nodes; others make way until the rest can be launched,
 * if they can be enough.
 */
function makeWayForNodes(
  supply: Supply,
  planned: PlannedEnvironment,
  one: Open,
  nodes: NodesDemand,
  nowMs: number,
): boolean {
  const { overtaken = false } = one;
  const { environment, books } = planned;
  const found = instancesForNodes(planned, nodes, overtaken);
  if (planned.isKept || found?.offer === undefined) return false;
  const { has, missing, offer } = found;
  if (supply.ofPool(offer.pool) < missing) return false;
  const drains = drainsFor(environment, books, {
    enough: (vcpus, ended) =>
      missing === 0 ||
      (vcpus + missing * offer.type.vcpus <= environment.maxvCpus &&
        supply.instances + ended >= missing),
    mayGo: (instance) =>
      instance.isKept !== true &&
      !has.includes(instance) &&
      (overtaken || isIdle(planned, instance, nowMs)),
  });
  if (drains === undefined) return false;
  books.reserve(has);
  one.isRoomMade = overtaken;
  if (missing === 0) return true;
  planned.isKept = true;
  for (const instance of drains) books.drain(instance);
  // Else another environment would launch what theirs has ended.
  supply.take(offer, missing);
  return true;
}

/** For long enough; where not yet, the environment is looked at again when it is. */
function isIdle(planned: PlannedEnvironment, instance: ScalingInstance, nowMs: number): boolean {
  if (instance.jobs > 0 || instance.state !== 'running') return false;
  const atMs = dueAtMs(planned.environment, instance, nowMs);
  if (atMs <= nowMs) return true;
  planned.nextAtMs = Math.min(planned.nextAtMs ?? atMs, atMs);
  return false;
}
