// Whether a claim fits, and where: the one arithmetic of placement (DESIGN 3). The same answer explains why not. Pure questions
// to the world; nothing is taken here.

import { must } from '../../base/assert.ts';
import type { HostId } from '../../base/ids.ts';
import { hasInstances, isOpen, maxMilliVcpu, type ComputeEnvironment } from '../compute-environment/compute-environment.ts';
import { isCutOff } from '../compute-environment/network.ts';
import { unavailable, type Host, type Instance, type Machine } from '../host.ts';
import { addNeeds, noNeeds, subtractNeeds, type Needs } from '../job/needs.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';
import type { World } from '../world.ts';
import { consumableShort, type ConsumableShort } from './consumables.ts';
import { keptOf, noHolds, type Holds, type KeptForAnother, type Place } from './hold.ts';
import type { Claim } from './job-class.ts';
import { overReservation, type OverReservation } from './reservation.ts';
import { fitsIn, hasRoom } from './room.ts';
import type { Unmet } from './scale.ts';
import { capacitiesOf, unmetKey } from './scaling-environments.ts';

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
  /** No instance of the environment has room, and one could: `unmet` says why none is launched, where that is known. */
  | { readonly type: 'no-instance'; readonly environment: ComputeEnvironment; readonly unmet: Unmet | undefined }
  /** What the environment launches would not get out of its subnets. */
  | { readonly type: 'cut-off'; readonly environment: ComputeEnvironment }
  /** Its hosts are the user's own, and none is registered. */
  | { readonly type: 'no-host-registered'; readonly environment: ComputeEnvironment }
  /** There are hosts, and none of them takes jobs now. */
  | { readonly type: 'hosts-unavailable'; readonly why: string }
  /** Its instances have no room, and maxvCpus allows no more of them. */
  | { readonly type: 'instances-full'; readonly environment: ComputeEnvironment }
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
    const on = fitEnvironment(world, queue, environment, needs, holds);
    // It bounds the queue as a whole, wherever there is room; and no instance is launched for what it holds up.
    const beside = on.fits || on.because.type === 'no-instance' ? (overReservation(world, queue, claim, holds) ?? consumableShort(world, claim.consumables)) : undefined;
    if (beside !== undefined) return { fits: false, because: beside };
    if (on.fits) return on;
    nearest = nearer(nearest, on.because);
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

const isAvailable = (environment: ComputeEnvironment): boolean => environment.state === 'ENABLED' && isOpen(environment);

function restingEnvironment(world: World, queue: JobQueue, needs: Needs): ComputeEnvironment | undefined {
  for (const { computeEnvironment } of queue.computeEnvironmentOrder) {
    const environment = world.computeEnvironments.get(computeEnvironment);
    if (environment !== undefined && !isAvailable(environment) && needs.milliVcpu <= maxMilliVcpu(environment)) return environment;
  }
  return undefined;
}

function fitEnvironment(world: World, queue: JobQueue, environment: ComputeEnvironment, needs: Needs, holds: Holds): Fit {
  // maxvCpus bounds its instances, of which one may lie across it; whatever they hold may be used.
  if (hasInstances(environment)) return fitInstance(world, queue, environment, needs, holds);
  if (isCutOff(environment)) return { fits: false, because: { type: 'cut-off', environment } };
  const max = maxMilliVcpu(environment);
  const used = world.environmentUse(environment.arn).milliVcpu;
  if (used + needs.milliVcpu > max) return { fits: false, because: { type: 'environment-full', environment, usedMilliVcpu: used } };
  const inWay = holds.find(({ place }) => place?.computeEnvironmentArn === environment.arn);
  if (inWay !== undefined && used + keptOf(holds, { computeEnvironmentArn: environment.arn }).milliVcpu + needs.milliVcpu > max) {
    return { fits: false, because: { type: 'kept-for-another', hold: inWay } };
  }
  return fitHost(world, environment, needs, holds);
}

/** On an instance with room in the books, if its machine has room as well. */
function fitInstance(world: World, queue: JobQueue, environment: ComputeEnvironment, needs: Needs, holds: Holds): Fit {
  const inBooks = world.hosts.index.find(environment.arn, needs, holds.length === 0 ? undefined : (id, free) => isFree(id, free, needs, holds));
  if (inBooks === undefined) return { fits: false, because: whyNoInstance(world, queue, environment, needs, holds) };
  const machine = machineOf(world, inBooks);
  // After a start it joins when its engine is open.
  if (machine === undefined) return { fits: false, because: { type: 'no-host' } };
  const used = world.hostUse(machine.id);
  if (!couldEver(machine, needs)) return { fits: false, because: { type: 'larger-than-every-host', largest: machine.capacity } };
  if (!hasRoom(machine.capacity, used, needs)) return { fits: false, because: { type: 'host-full', host: machine, used } };
  const inWay = holds.find(({ place }) => place?.machineId === machine.id);
  if (inWay !== undefined && !hasRoom(machine.capacity, withKept(used, holds, machine), needs)) return { fits: false, because: { type: 'kept-for-another', hold: inWay } };
  return { fits: true, computeEnvironmentArn: environment.arn, hostId: inBooks, machineId: machine.id };
}

function isFree(id: HostId, free: Needs, needs: Needs, holds: Holds): boolean {
  const kept = keptOf(holds, { hostId: id });
  return fitsIn(subtractNeeds(free, needs.gpus === 0 ? { ...kept, gpus: 0 } : kept), needs);
}

function machineOf(world: World, id: HostId): Machine | undefined {
  const host = world.hosts.get(id);
  const machine = host?.kind === 'instance' ? world.hosts.get(host.machineId) : undefined;
  return machine?.kind === 'machine' ? machine : undefined;
}

/** No instance has room: that none could be launched that has is final, all else is what the last scaling cycle found. */
function whyNoInstance(world: World, queue: JobQueue, environment: ComputeEnvironment, needs: Needs, holds: Holds): Blocked {
  const capacities = capacitiesOf(world, environment);
  if (!capacities.some((capacity) => fitsIn(capacity, needs))) return { type: 'larger-than-every-host', largest: capacities.reduce(largerOf, noNeeds) };
  const machines = [...world.hosts.machines()];
  if (machines.length === 0) return { type: 'no-host' };
  if (!machines.some((machine) => couldEver(machine, needs))) return { type: 'larger-than-every-host', largest: machines.map(({ capacity }) => capacity).reduce(largerOf, noNeeds) };
  const hold = holds.find(({ place }) => place?.computeEnvironmentArn === environment.arn && fitsIn(world.hosts.get(place.hostId)?.capacity ?? noNeeds, needs));
  if (hold !== undefined) return { type: 'kept-for-another', hold };
  const unfit = unfitInstance(world, environment);
  if (unfit !== undefined) return { type: 'hosts-unavailable', why: must(unavailable(unfit), 'an instance that is unfit takes no jobs') };
  if (isCutOff(environment)) return { type: 'cut-off', environment };
  const unmet = world.scaling.unmet.get(unmetKey(queue.arn, needs));
  return unmet === 'max-vcpus' ? { type: 'instances-full', environment } : { type: 'no-instance', environment, unmet };
}

/** Only where what it launches fails the specification are its instances looked at: a pass asks for every class that waits. */
function unfitInstance(world: World, environment: ComputeEnvironment): Instance | undefined {
  if (!environment.launch?.sources.some(({ unfit }) => unfit !== undefined)) return undefined;
  for (const instance of world.hosts.instancesOf(environment.arn)) if (instance.unfit !== undefined && instance.state === 'RUNNING') return instance;
  return undefined;
}

function fitHost(world: World, environment: ComputeEnvironment, needs: Needs, holds: Holds): Fit {
  let because: Blocked | undefined;
  let unusable: string | undefined;
  let largest: Needs | undefined;
  for (const host of world.hostsFor(environment)) {
    unusable ??= unavailable(host);
    if (unavailable(host) !== undefined) continue;
    const machine = machineOf(world, host.id);
    // An instance has the GPUs of its type in the books, and its machine may have none.
    const tooSmall = [host, machine].find((each) => each !== undefined && !couldEver(each, needs));
    if (tooSmall !== undefined) {
      largest = largest === undefined ? tooSmall.capacity : largerOf(largest, tooSmall.capacity);
      continue;
    }
    const used = world.hostUse(host.id);
    if (!hasRoom(host.capacity, used, needs)) {
      because ??= { type: 'host-full', host, used };
      continue;
    }
    if (machine !== undefined && !hasRoom(machine.capacity, withKept(world.hostUse(machine.id), holds, machine), needs)) {
      because ??= { type: 'host-full', host: machine, used: world.hostUse(machine.id) };
      continue;
    }
    const inWay = holds.find(({ place }) => place?.hostId === host.id);
    if (inWay === undefined || hasRoom(host.capacity, withKept(used, holds, host), needs)) {
      return { fits: true, computeEnvironmentArn: environment.arn, hostId: host.id, machineId: machine?.id };
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
  for (const machine of world.hosts.machines()) if (takes(machine, withKept(world.hostUse(machine.id), holds, machine), needs)) return true;
  for (const host of world.hosts.registered()) if (takes(host, withKept(world.hostUse(host.id), holds, host), needs)) return true;
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
    const inEnvironment = hasInstances(environment) ? 0 : lacking(needs.milliVcpu, world.environmentUse(environment.arn).milliVcpu, max);
    for (const host of world.hostsFor(environment)) {
      if (unavailable(host) !== undefined || !couldEver(host, needs) || isKept(holds, environment, host, needs)) continue;
      if (present?.hostId === host.id && present.computeEnvironmentArn === environment.arn) return present;
      const machine = machineOf(world, host.id);
      if (machine !== undefined && !couldEver(machine, needs)) continue;
      const onMachine = machine === undefined ? 0 : lackingOn(machine, world.hostUse(machine.id), needs);
      const lacksPermille = Math.max(inEnvironment, onMachine, lackingOn(host, world.hostUse(host.id), needs));
      if (nearest === undefined || lacksPermille < nearest.lacksPermille) nearest = { lacksPermille, computeEnvironmentArn: environment.arn, hostId: host.id, machineId: machine?.id };
    }
  }
  return nearest;
}

/** Room for one at a time is kept where there is none for two: the next one's turn comes when that one has its place. */
function isKept(holds: Holds, environment: ComputeEnvironment, { id: hostId, capacity }: Host, needs: Needs): boolean {
  const inEnvironment = hasInstances(environment) ? 0 : keptOf(holds, { computeEnvironmentArn: environment.arn }).milliVcpu;
  if (inEnvironment > 0 && inEnvironment + needs.milliVcpu > maxMilliVcpu(environment)) return true;
  return holds.some(({ place }) => place?.hostId === hostId) && !fitsIn(capacity, addNeeds(keptOf(holds, { hostId }), needs));
}

function waitsForRoom({ type }: Blocked): boolean {
  return type === 'environment-full' || type === 'instances-full' || type === 'host-full' || type === 'kept-for-another' || type === 'no-instance';
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
