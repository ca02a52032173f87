// Whether a claim fits, and where: the one arithmetic of placement. The same answer explains why
// not. Pure questions to the world; nothing is taken here.

import { must } from '../../../base/assert.ts';
import type { HostId } from '../../../base/ids.ts';
import {
  boundsJobs,
  hasInstances,
  maxMilliVcpu,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import { isCutOff } from '../../compute-environment/network.ts';
import { unavailable, type Host, type Instance } from '../../host/host.ts';
import { addNeeds, mostOfEach, noNeeds, subtractNeeds, type Needs } from '../../job/needs.ts';
import { consumablesOfAll, needsOfAll } from '../../job/nodes.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';
import { availableEnvironments, isAvailable } from './available-environments.ts';
import type { Blocked, Fit, OtherArchitecture, TooLarge } from './blocked.ts';
import { consumableShort } from './consumables.ts';
import { fitService, isServiceClaim, serviceRoom } from './fit-service.ts';
import { fitNodes, hasNodes } from './fit-nodes.ts';
import { holdOn, keptOf, noHolds, type Holds, type Destination, type Room } from '../order/hold.ts';
import {
  couldEver,
  lacking,
  lackingOn,
  machineOf,
  otherArchitecture,
  withKept,
} from './host-room.ts';
import { unmetKey, type Claim } from '../order/job-class.ts';
import type { AtMost } from '../order/parallel.ts';
import { isNodeType, nodeTypeOf } from './node-type.ts';
import { fitsIn, hasRoom } from './room.ts';
import { capacitiesOf, otherArchitectureOf } from '../scale/managed-environments.ts';

/**
 * Environments are tried in the queue's order, hosts in the order in which they joined. What
 * `holds` keep, for jobs that stand before this one, counts as taken.
 */
export function fit(world: World, queue: JobQueue, claim: Claim, holds: Holds = noHolds): Fit {
  if (isServiceClaim(claim)) return fitService(world, queue, claim, holds);
  const needs = needsOfAll(claim);
  const atMost = atMostAtOnce(world, queue, claim);
  let nearest: Blocked = { type: 'no-environment-available' };
  let largest = 0;
  let available = 0;
  for (const environment of availableEnvironments(world, queue)) {
    available++;
    const max = maxMilliVcpu(environment);
    largest = Math.max(largest, max);
    if (needs.milliVcpu > max) continue;
    const on = fitIn(world, queue, environment, claim, holds);
    // These bound the queue as a whole, wherever there is room; and no instance is launched for
    // what they hold up.
    if (atMost !== undefined && (on.fits || !isFinal(on.because)))
      return { fits: false, because: atMost };
    const beside =
      on.fits || on.because.type === 'no-instance' || on.because.type === 'nodes-wait-for-instances'
        ? (world.scheduler.lines.of(queue.arn).holdsBack(claim, holds) ??
          consumableShort(world, consumablesOfAll(claim)))
        : undefined;
    if (beside !== undefined) return { fits: false, because: beside };
    if (on.fits) return on;
    nearest = nearer(nearest, on.because);
  }
  if (nearest.type === 'no-environment-available' || isFinal(nearest)) {
    const resting = restingEnvironment(world, queue, claim);
    // Nothing is final while an environment that could hold it only rests.
    if (resting !== undefined) nearest = { type: 'no-environment-available', resting };
    else if (nearest.type === 'no-environment-available' && available > 0)
      nearest = { type: 'larger-than-every-environment', largestMilliVcpu: largest };
  }
  return { fits: false, because: nearest };
}

/** So many of its kind are under way that no more may start. */
const atMostAtOnce = (world: World, queue: JobQueue, claim: Claim): AtMost | undefined =>
  world.scheduler.parallel.full(queue.arn, claim, world.scheduler.backlog.isBehind(claim));

/**
 * In one environment that is available and whose maximum is not too low, whatever else the queue is
 * bound by.
 */
export const fitIn = (
  world: World,
  queue: JobQueue,
  environment: ComputeEnvironment,
  claim: Claim,
  holds: Holds,
): Fit =>
  hasNodes(claim)
    ? fitNodes(world, queue, environment, claim, holds)
    : fitEnvironment(world, queue, environment, claim, holds);

/** Until somebody changes an environment. */
export const isFinal = (because: Blocked): boolean =>
  because.type === 'larger-than-every-host' ||
  because.type === 'other-architecture' ||
  (because.type === 'service-blocked' && because.isFinal) ||
  (because.type === 'no-nodes' && because.why.type !== 'image');

/** What is final for one environment says nothing where another may yet take it. */
function nearer(known: Blocked, next: Blocked): Blocked {
  if (
    known.type === 'larger-than-every-host' &&
    next.type === 'larger-than-every-host' &&
    known.what === next.what
  ) {
    return {
      ...known,
      environments: [...known.environments, ...next.environments],
      largest: mostOfEach([known.largest, next.largest]),
    };
  }
  return isFinal(next) && known.type !== 'no-environment-available' ? known : next;
}

function restingEnvironment(
  world: World,
  queue: JobQueue,
  claim: Claim,
): ComputeEnvironment | undefined {
  const { milliVcpu } = needsOfAll(claim);
  for (const { computeEnvironment } of queue.computeEnvironmentOrder) {
    const environment = world.computeEnvironments.get(computeEnvironment);
    if (
      environment === undefined ||
      isAvailable(environment) ||
      milliVcpu > maxMilliVcpu(environment) ||
      runsNone(world, environment, claim)
    )
      continue;
    if (
      claim.nodes === undefined ||
      environment.type === 'UNMANAGED' ||
      isNodeType(nodeTypeOf(world, environment, claim.nodes))
    )
      return environment;
  }
  return undefined;
}

function otherIn(
  world: World,
  environment: ComputeEnvironment,
  { architecture: wanted }: Claim,
): OtherArchitecture | undefined {
  const found = otherArchitectureOf(world, environment, wanted);
  return wanted === undefined || found === undefined
    ? undefined
    : { type: 'other-architecture', environment, wanted, found };
}

/** Whether all hosts of the environment, of which there are some, are of another architecture. */
function runsNone(world: World, environment: ComputeEnvironment, claim: Claim): boolean {
  if (claim.architecture === undefined) return false;
  if (hasInstances(environment)) return otherIn(world, environment, claim) !== undefined;
  const hosts = [...world.hostsFor(environment)];
  return (
    hosts.length > 0 && hosts.every((host) => otherArchitecture(world, host, claim) !== undefined)
  );
}

function fitEnvironment(
  world: World,
  queue: JobQueue,
  environment: ComputeEnvironment,
  claim: Claim,
  holds: Holds,
): Fit {
  const { needs } = claim;
  const other = hasInstances(environment) ? otherIn(world, environment, claim) : undefined;
  if (other !== undefined) return { fits: false, because: other };
  // maxvCpus bounds its instances, of which one may lie across it; whatever they hold may be used.
  if (!boundsJobs(environment)) return fitInstance(world, queue, environment, needs, holds);
  if (!hasInstances(environment) && isCutOff(environment))
    return { fits: false, because: { type: 'cut-off', environment } };
  const max = maxMilliVcpu(environment);
  const used = world.environmentUse(environment.arn).milliVcpu;
  if (used + needs.milliVcpu > max)
    return { fits: false, because: { type: 'environment-full', environment, usedMilliVcpu: used } };
  const inWay = holds.find(({ room }) => room?.computeEnvironmentArn === environment.arn);
  if (
    inWay !== undefined &&
    used + keptOf(holds, { computeEnvironmentArn: environment.arn }).milliVcpu + needs.milliVcpu >
      max
  ) {
    return { fits: false, because: { type: 'kept-for-another', hold: inWay } };
  }
  return hasInstances(environment)
    ? fitInstance(world, queue, environment, needs, holds)
    : fitHost(world, environment, claim, holds);
}

/** On an instance with room in the books, if its machine has room as well. */
function fitInstance(
  world: World,
  queue: JobQueue,
  environment: ComputeEnvironment,
  needs: Needs,
  holds: Holds,
): Fit {
  const inBooks = world.hosts.index.find(
    environment.arn,
    needs,
    holds.length === 0 ? undefined : (id, free) => isFree(id, free, needs, holds),
  );
  if (inBooks === undefined)
    return { fits: false, because: whyNoInstance(world, queue, environment, needs, holds) };
  const machine = machineOf(world, inBooks);
  // After a start it joins when its engine is open.
  if (machine === undefined) return { fits: false, because: { type: 'no-host' } };
  const used = world.hostUse(machine.id);
  if (!couldEver(machine, needs))
    return {
      fits: false,
      because: {
        type: 'larger-than-every-host',
        what: 'machine',
        environments: [environment],
        largest: machine.capacity,
      },
    };
  if (!hasRoom(machine.capacity, used, needs))
    return { fits: false, because: { type: 'host-full', host: machine, used } };
  const inWay = holdOn(holds, machine.id);
  if (inWay !== undefined && !hasRoom(machine.capacity, withKept(used, holds, machine), needs))
    return { fits: false, because: { type: 'kept-for-another', hold: inWay } };
  return {
    fits: true,
    computeEnvironmentArn: environment.arn,
    hostId: inBooks,
    machineId: machine.id,
  };
}

function isFree(id: HostId, free: Needs, needs: Needs, holds: Holds): boolean {
  const kept = keptOf(holds, { hostId: id });
  return fitsIn(subtractNeeds(free, needs.gpus === 0 ? { ...kept, gpus: 0 } : kept), needs);
}

/**
 * No instance has room: that none could be launched that has is final, all else is what the last
 * scaling cycle found.
 */
function whyNoInstance(
  world: World,
  queue: JobQueue,
  environment: ComputeEnvironment,
  needs: Needs,
  holds: Holds,
): Blocked {
  const capacities = capacitiesOf(world, environment);
  if (!capacities.some((capacity) => fitsIn(capacity, needs)))
    return {
      type: 'larger-than-every-host',
      what: 'types',
      environments: [environment],
      largest: mostOfEach(capacities),
    };
  const machines = [...world.hosts.machines()];
  if (machines.length === 0) return { type: 'no-host' };
  if (!machines.some((machine) => couldEver(machine, needs)))
    return {
      type: 'larger-than-every-host',
      what: 'machine',
      environments: [environment],
      largest: mostOfEach(machines.map(({ capacity }) => capacity)),
    };
  const unmet = world.scheduler.scaling.unmet.get(unmetKey(queue.arn, { needs }));
  const hold = holds.find(
    ({ room }) =>
      room?.computeEnvironmentArn === environment.arn &&
      room.hostIds.some((id) => fitsIn(world.hosts.get(id)?.capacity ?? noNeeds, needs)),
  );
  // Instances that are kept for nodes are no reason to launch none for others.
  if (hold !== undefined && (unmet !== undefined || hold.nodes === undefined))
    return { type: 'kept-for-another', hold };
  const unfit = unfitInstance(world, environment);
  if (unfit !== undefined)
    return {
      type: 'hosts-unavailable',
      environment,
      host: unfit,
      why: must(unavailable(unfit), 'an instance that is unfit takes no jobs'),
      hosts: 1,
    };
  if (isCutOff(environment)) return { type: 'cut-off', environment };
  return unmet === 'max-vcpus'
    ? { type: 'instances-full', environment }
    : { type: 'no-instance', environment, unmet };
}

/**
 * Only where what it launches fails the specification are its instances looked at: a pass asks for
 * every class that waits.
 */
function unfitInstance(world: World, environment: ComputeEnvironment): Instance | undefined {
  if (!environment.launch?.sources.some(({ unfit }) => unfit !== undefined)) return undefined;
  for (const instance of world.hosts.instancesOf(environment.arn))
    if (instance.unfit !== undefined && instance.state === 'RUNNING') return instance;
  return undefined;
}

function fitHost(world: World, environment: ComputeEnvironment, claim: Claim, holds: Holds): Fit {
  const { needs } = claim;
  let because: Blocked | undefined;
  let other: OtherArchitecture | undefined;
  let unusable: (Blocked & { readonly type: 'hosts-unavailable' }) | undefined;
  let tooLarge: TooLarge | undefined;
  for (const host of world.hostsFor(environment)) {
    const why = unavailable(host);
    if (why !== undefined && host.kind !== 'machine') {
      unusable =
        unusable === undefined
          ? { type: 'hosts-unavailable', environment, host, why, hosts: 1 }
          : { ...unusable, hosts: unusable.hosts + 1 };
      continue;
    }
    const found = otherArchitecture(world, host, claim);
    if (found !== undefined) {
      other ??= {
        type: 'other-architecture',
        environment,
        wanted: claim.architecture ?? '',
        found,
      };
      continue;
    }
    const machine = machineOf(world, host.id);
    // An instance has the GPUs of its type in the books, and its machine may have none.
    const tooSmall = [host, machine].find((each) => each !== undefined && !couldEver(each, needs));
    if (tooSmall !== undefined) {
      // What its own hosts lack is said before what this machine does.
      const what = tooSmall.kind === 'machine' ? 'machine' : 'hosts';
      const before = tooLarge?.what === what ? [tooLarge.largest] : [];
      if (tooLarge?.what !== 'hosts' || what === 'hosts')
        tooLarge = {
          type: 'larger-than-every-host',
          what,
          environments: [environment],
          largest: mostOfEach([...before, tooSmall.capacity]),
        };
      continue;
    }
    const used = world.hostUse(host.id);
    if (!hasRoom(host.capacity, used, needs)) {
      because ??= { type: 'host-full', host, used };
      continue;
    }
    if (
      machine !== undefined &&
      !hasRoom(machine.capacity, withKept(world.hostUse(machine.id), holds, machine), needs)
    ) {
      because ??= { type: 'host-full', host: machine, used: world.hostUse(machine.id) };
      continue;
    }
    const inWay = holdOn(holds, host.id);
    if (inWay === undefined || hasRoom(host.capacity, withKept(used, holds, host), needs)) {
      return {
        fits: true,
        computeEnvironmentArn: environment.arn,
        hostId: host.id,
        machineId: machine?.id,
      };
    }
    because ??= { type: 'kept-for-another', hold: inWay };
  }
  if (because !== undefined) return { fits: false, because };
  if (unusable !== undefined) return { fits: false, because: unusable };
  if (tooLarge !== undefined) return { fits: false, because: tooLarge };
  if (other !== undefined) return { fits: false, because: other };
  return {
    fits: false,
    because:
      environment.type === 'UNMANAGED'
        ? { type: 'no-host-registered', environment }
        : { type: 'no-host' },
  };
}

/**
 * Where a claim that does not fit will fit first: of the places that could ever hold it, the one
 * that lacks least of what it has. `present`, once chosen, stays while it serves. Undefined where
 * there is none. For one that {@link waitsForRoom}.
 */
export function nearestRoom(
  world: World,
  queue: JobQueue,
  claim: Claim,
  holds: Holds,
  present: Room | undefined,
): Room | undefined {
  if (isServiceClaim(claim)) return present ?? serviceRoom(world, queue, claim);
  const { needs } = claim;
  let nearest: (Destination & { readonly lacksPermille: number }) | undefined;
  for (const environment of availableEnvironments(world, queue)) {
    const max = maxMilliVcpu(environment);
    if (needs.milliVcpu > max) continue;
    const inEnvironment = !boundsJobs(environment)
      ? 0
      : lacking(needs.milliVcpu, world.environmentUse(environment.arn).milliVcpu, max);
    for (const host of world.hostsFor(environment)) {
      if (
        unavailable(host) !== undefined ||
        !couldEver(host, needs) ||
        otherArchitecture(world, host, claim) !== undefined ||
        isKept(holds, environment, host, needs)
      )
        continue;
      if (present?.computeEnvironmentArn === environment.arn && present.hostIds.includes(host.id))
        return present;
      const machine = machineOf(world, host.id);
      if (machine !== undefined && !couldEver(machine, needs)) continue;
      const onMachine =
        machine === undefined ? 0 : lackingOn(machine, world.hostUse(machine.id), needs);
      const lacksPermille = Math.max(
        inEnvironment,
        onMachine,
        lackingOn(host, world.hostUse(host.id), needs),
      );
      if (nearest === undefined || lacksPermille < nearest.lacksPermille)
        nearest = {
          lacksPermille,
          computeEnvironmentArn: environment.arn,
          hostId: host.id,
          machineId: machine?.id,
        };
    }
  }
  if (nearest === undefined) return undefined;
  const { computeEnvironmentArn, hostId, machineId } = nearest;
  return {
    computeEnvironmentArn,
    hostIds: [hostId],
    on: new Map([hostId, ...(machineId === undefined ? [] : [machineId])].map((id) => [id, needs])),
  };
}

/**
 * Room for one at a time is kept where there is none for two: the next one's turn comes when that
 * one has its place.
 */
function isKept(
  holds: Holds,
  environment: ComputeEnvironment,
  { id: hostId, capacity }: Host,
  needs: Needs,
): boolean {
  const inEnvironment = !boundsJobs(environment)
    ? 0
    : keptOf(holds, { computeEnvironmentArn: environment.arn }).milliVcpu;
  if (inEnvironment > 0 && inEnvironment + needs.milliVcpu > maxMilliVcpu(environment)) return true;
  return (
    holds.some(({ room }) => room?.hostIds.includes(hostId)) &&
    !fitsIn(capacity, addNeeds(keptOf(holds, { hostId }), needs))
  );
}

/** Whether keeping room can bring it to run. */
export function waitsForRoom({ type }: Blocked): boolean {
  return (
    type === 'environment-full' ||
    type === 'instances-full' ||
    type === 'host-full' ||
    type === 'kept-for-another' ||
    type === 'no-instance' ||
    type === 'nodes-wait-for-instances' ||
    type === 'nodes-wait-for-hosts'
  );
}
