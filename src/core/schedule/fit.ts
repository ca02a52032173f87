// Whether a claim fits, and where: the one arithmetic of placement (DESIGN 3). The same answer explains why not. Pure questions
// to the world; nothing is taken here.

import { maxMilliVcpu, type ComputeEnvironment } from '../compute-environment/compute-environment.ts';
import { unavailable, type Host } from '../host.ts';
import { addNeeds, type Needs } from '../job/needs.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';
import type { World } from '../world.ts';
import { consumableShort, type ConsumableShort } from './consumables.ts';
import { keptOf, noHolds, type Holds, type KeptForAnother, type Place } from './hold.ts';
import type { Claim } from './job-class.ts';
import { overReservation, type OverReservation } from './reservation.ts';
import { fitsIn, hasRoom } from './room.ts';

export type Fit =
  | (Place & { readonly fits: true })
  | { readonly fits: false; readonly because: Blocked };

/** Why nothing in the queue's order can take the claim just now; of several environments, the one that comes nearest. */
export type Blocked =
  /** No environment that could hold it is both ENABLED and VALID; absent: none that is DISABLED or INVALID could either. */
  | { readonly type: 'no-environment-available'; readonly resting?: ComputeEnvironment | undefined }
  /** No environment could ever hold it, ENABLED or not: final until somebody changes one. */
  | { readonly type: 'larger-than-every-environment'; readonly largestMilliVcpu: number }
  /** No host, present or to be had, could hold it, by its vCPUs, memory or GPUs: final likewise. */
  | { readonly type: 'larger-than-every-host'; readonly largest: Needs }
  | { readonly type: 'no-host' }
  /** Its hosts are the user's own, and none is registered. */
  | { readonly type: 'no-host-registered'; readonly environment: ComputeEnvironment }
  /** There are hosts, and none of them takes jobs now. */
  | { readonly type: 'hosts-unavailable'; readonly why: string }
  | { readonly type: 'environment-full'; readonly environment: ComputeEnvironment; readonly usedMilliVcpu: number }
  | { readonly type: 'host-full'; readonly host: Host; readonly used: Needs }
  | KeptForAnother
  | OverReservation
  | ConsumableShort;

/**
 * Environments are tried in the queue's order, hosts in the order in which they joined. What `holds` keep, for jobs that stand
 * before this one, counts as taken.
 */
export function fit(world: World, queue: JobQueue, claim: Claim, holds: Holds = noHolds): Fit {
  const { needs } = claim;
  let nearest: Blocked = { type: 'no-environment-available' };
  let largest = 0;
  let available = 0;
  for (const environment of availableEnvironments(world, queue)) {
    available++;
    const max = maxMilliVcpu(environment);
    largest = Math.max(largest, max);
    if (needs.milliVcpu > max) continue;
    const on = fitEnvironment(world, environment, needs, holds);
    if (!on.fits) {
      nearest = nearer(nearest, on.because);
      continue;
    }
    // It bounds the queue as a whole, wherever there is room.
    const beside = overReservation(world, queue, claim, holds) ?? consumableShort(world, claim.consumables);
    return beside === undefined ? on : { fits: false, because: beside };
  }
  if (nearest.type === 'no-environment-available' || nearest.type === 'larger-than-every-host') {
    const resting = restingEnvironment(world, queue, needs);
    // Nothing is final while an environment that could hold it only rests.
    if (resting !== undefined) nearest = { type: 'no-environment-available', resting };
    else if (nearest.type === 'no-environment-available' && available > 0) nearest = { type: 'larger-than-every-environment', largestMilliVcpu: largest };
  }
  return { fits: false, because: nearest };
}

/** What is final for one environment says nothing where another may yet take it. */
function nearer(known: Blocked, next: Blocked): Blocked {
  return next.type === 'larger-than-every-host' && known.type !== 'no-environment-available' ? known : next;
}

function* availableEnvironments(world: World, queue: JobQueue): Generator<ComputeEnvironment> {
  for (const { computeEnvironment } of queue.computeEnvironmentOrder) {
    const environment = world.computeEnvironments.get(computeEnvironment);
    if (environment !== undefined && isAvailable(environment)) yield environment;
  }
}

const isAvailable = ({ state, status }: ComputeEnvironment): boolean => state === 'ENABLED' && status === 'VALID';

function restingEnvironment(world: World, queue: JobQueue, needs: Needs): ComputeEnvironment | undefined {
  for (const { computeEnvironment } of queue.computeEnvironmentOrder) {
    const environment = world.computeEnvironments.get(computeEnvironment);
    if (environment !== undefined && !isAvailable(environment) && needs.milliVcpu <= maxMilliVcpu(environment)) return environment;
  }
  return undefined;
}

function fitEnvironment(world: World, environment: ComputeEnvironment, needs: Needs, holds: Holds): Fit {
  const max = maxMilliVcpu(environment);
  const used = world.environmentUse(environment.arn).milliVcpu;
  if (used + needs.milliVcpu > max) return { fits: false, because: { type: 'environment-full', environment, usedMilliVcpu: used } };
  const inWay = holds.find(({ place }) => place?.computeEnvironmentArn === environment.arn);
  if (inWay !== undefined && used + keptOf(holds, { computeEnvironmentArn: environment.arn }).milliVcpu + needs.milliVcpu > max) {
    return { fits: false, because: { type: 'kept-for-another', hold: inWay } };
  }
  return fitHost(world, environment, needs, holds);
}

function fitHost(world: World, environment: ComputeEnvironment, needs: Needs, holds: Holds): Fit {
  let because: Blocked | undefined;
  let unusable: string | undefined;
  let largest: Needs | undefined;
  for (const host of world.hostsFor(environment)) {
    unusable ??= unavailable(host);
    if (unavailable(host) !== undefined) continue;
    if (!couldEver(host, needs)) {
      largest = largest === undefined ? host.capacity : largerOf(largest, host.capacity);
      continue;
    }
    const used = world.hostUse(host.id);
    if (!hasRoom(host.capacity, used, needs)) {
      because ??= { type: 'host-full', host, used };
      continue;
    }
    const inWay = holds.find(({ place }) => place?.hostId === host.id);
    if (inWay === undefined || hasRoom(host.capacity, withKept(used, holds, host), needs)) {
      return { fits: true, computeEnvironmentArn: environment.arn, hostId: host.id };
    }
    because ??= { type: 'kept-for-another', hold: inWay };
  }
  if (because !== undefined) return { fits: false, because };
  if (unusable !== undefined) return { fits: false, because: { type: 'hosts-unavailable', why: unusable } };
  if (largest !== undefined) return { fits: false, because: { type: 'larger-than-every-host', largest } };
  return { fits: false, because: environment.type === 'UNMANAGED' ? { type: 'no-host-registered', environment } : { type: 'no-host' } };
}

/** Whether any host could take the needs now, whichever environment they are for. */
export function anyHostHasRoom(world: World, needs: Needs, holds: Holds): boolean {
  for (const host of world.hosts.values()) if (takes(host, withKept(world.hostUse(host.id), holds, host), needs)) return true;
  return false;
}

/** Whether the host could take the needs if nothing else ran there: of GPUs, and of hosts that are not this machine, only what they have. */
const couldEver = (host: Host, needs: Needs): boolean => (host.kind === 'machine' ? needs.gpus <= host.capacity.gpus : fitsIn(host.capacity, needs));

const takes = (host: Host, used: Needs, needs: Needs): boolean => unavailable(host) === undefined && couldEver(host, needs) && hasRoom(host.capacity, used, needs);

const largerOf = (a: Needs, b: Needs): Needs => (b.milliVcpu > a.milliVcpu || (b.milliVcpu === a.milliVcpu && b.memoryMib > a.memoryMib) ? b : a);

/** More GPUs may be kept than are free: a job that asks for none of them is not in the way of one that waits for them. */
function withKept(used: Needs, holds: Holds, { id: hostId, capacity }: Host): Needs {
  if (holds.length === 0) return used;
  const taken = addNeeds(used, keptOf(holds, { hostId }));
  return { ...taken, gpus: Math.min(taken.gpus, capacity.gpus) };
}

const isLarger = (needs: Needs, capacity: Needs): boolean => needs.milliVcpu > capacity.milliVcpu || needs.memoryMib > capacity.memoryMib;

/**
 * Where a claim that does not fit will fit first: of the places that could ever hold it, the one that lacks least of what it
 * has. `present`, once chosen, stays while it serves.
 * Undefined where there is none, or where it waits for something that keeping room does not bring.
 */
export function nearestPlace(world: World, queue: JobQueue, { needs }: Claim, because: Blocked, holds: Holds, present: Place | undefined): Place | undefined {
  if (!waitsForRoom(because)) return undefined;
  let nearest: (Place & { readonly lacksPermille: number }) | undefined;
  for (const environment of availableEnvironments(world, queue)) {
    const max = maxMilliVcpu(environment);
    if (needs.milliVcpu > max) continue;
    const inEnvironment = lacking(needs.milliVcpu, world.environmentUse(environment.arn).milliVcpu, max);
    for (const host of world.hostsFor(environment)) {
      if (unavailable(host) !== undefined || !couldEver(host, needs) || isKept(holds, environment, host, needs)) continue;
      if (present?.hostId === host.id && present.computeEnvironmentArn === environment.arn) return present;
      const lacksPermille = Math.max(inEnvironment, lackingOn(host, world.hostUse(host.id), needs));
      if (nearest === undefined || lacksPermille < nearest.lacksPermille) nearest = { lacksPermille, computeEnvironmentArn: environment.arn, hostId: host.id };
    }
  }
  return nearest;
}

/** Room for one at a time is kept where there is none for two: the next one's turn comes when that one has its place. */
function isKept(holds: Holds, environment: ComputeEnvironment, { id: hostId, capacity }: Host, needs: Needs): boolean {
  const inEnvironment = keptOf(holds, { computeEnvironmentArn: environment.arn }).milliVcpu;
  if (inEnvironment > 0 && inEnvironment + needs.milliVcpu > maxMilliVcpu(environment)) return true;
  return holds.some(({ place }) => place?.hostId === hostId) && !fitsIn(capacity, addNeeds(keptOf(holds, { hostId }), needs));
}

function waitsForRoom({ type }: Blocked): boolean {
  return type === 'environment-full' || type === 'host-full' || type === 'kept-for-another';
}

function lackingOn({ capacity }: Host, used: Needs, needs: Needs): number {
  if (isLarger(needs, capacity)) return Math.floor((used.milliVcpu * 1000) / capacity.milliVcpu);
  return Math.max(
    lacking(needs.milliVcpu, used.milliVcpu, capacity.milliVcpu),
    lacking(needs.memoryMib, used.memoryMib, capacity.memoryMib),
    needs.gpus === 0 ? 0 : lacking(needs.gpus, used.gpus, capacity.gpus),
  );
}

/** What has to be given back before so much fits, in thousandths of all there is. */
const lacking = (needed: number, used: number, capacity: number): number => Math.max(0, Math.floor(((used + needed - capacity) * 1000) / capacity));
