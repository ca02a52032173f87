// Whether the nodes of a multi-node parallel job fit, all of them at once, and where: in one
// environment, one node to an instance or registered host that is empty; directly on this machine,
// or on a cluster that chooses the nodes itself, side by side (user guide, chapter Multi-node
// Parallel Jobs). And which room is kept for nodes that do not fit yet. Pure questions to the
// world; nothing is taken here.

import type { HostId } from '../../../base/ids.ts';
import {
  hasGivenHosts,
  isOnCluster,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import { isCutOff } from '../../compute-environment/network.ts';
import { beneath, type Beneath } from '../../host/beneath.ts';
import {
  unavailable,
  type EnvironmentHost,
  type Host,
  type Instance,
  type Machine,
} from '../../host/host.ts';
import type { InstanceType } from '../../instance-type/instance-type.ts';
import type { Needs } from '../../job/needs.ts';
import { needsOfAll } from '../../job/nodes.ts';
import type { NodeTerms } from '../../job/terms.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';
import { assignNodes, bySize } from './assign-nodes.ts';
import { availableEnvironments } from './available-environments.ts';
import type { Fit } from './blocked.ts';
import { clusterBusy } from './cluster-room.ts';
import { holdOn, type Holds, type Destination, type Room } from '../order/hold.ts';
import { beyondMaximum } from './environment-room.ts';
import { couldEver, noRoomOn, noSlice } from './host-room.ts';
import { unmetKey, type Claim } from '../order/job-class.ts';
import { isNodeType, largestNode, nodeTypeOf } from './node-type.ts';
import { fitsIn } from './room.ts';

/** The claim of a multi-node parallel job. */
type NodesClaim = Claim & { readonly nodes: NodeTerms };

export const hasNodes = (claim: Claim): claim is NodesClaim => claim.nodes !== undefined;

export function fitNodes(
  world: World,
  queue: JobQueue,
  environment: ComputeEnvironment,
  claim: NodesClaim,
  holds: Holds,
): Fit {
  // Elsewhere maxvCpus bounds the instances that are launched for them, or nothing.
  const beyond = isOnCluster(environment)
    ? beyondMaximum(world, environment, needsOfAll(claim), holds)
    : undefined;
  if (beyond !== undefined) return { fits: false, because: beyond };
  return hasGivenHosts(environment)
    ? fitUnmanaged(world, environment, claim, holds)
    : fitManaged(world, queue, environment, claim, holds);
}

function fitManaged(
  world: World,
  queue: JobQueue,
  environment: ComputeEnvironment,
  claim: NodesClaim,
  holds: Holds,
): Fit {
  const { nodes } = claim;
  const type = nodeTypeOf(world, environment, nodes);
  if (!isNodeType(type))
    return { fits: false, because: { type: 'no-nodes', environment, why: type } };
  const all = needsOfAll(claim);
  const empty = emptyInstances(world, environment, type, nodes, holds);
  if (empty.length < nodes.numNodes) {
    const never = noSlice(world, environment, all);
    if (never !== undefined) return { fits: false, because: never };
    if (isCutOff(environment)) return { fits: false, because: { type: 'cut-off', environment } };
    const starting = startingInstances(world, environment, type, nodes, holds).length;
    const unmet =
      world.settings.instanceLimit < nodes.numNodes
        ? 'instance-limit'
        : world.scheduler.scaling.unmet.get(unmetKey(queue.arn, claim));
    return {
      fits: false,
      because: {
        type: 'nodes-wait-for-instances',
        environment,
        instanceType: type.name,
        empty: empty.length,
        starting,
        unmet,
      },
    };
  }
  return fitHosts(world, environment, empty, nodes, all, holds);
}

/** One node to each of the hosts, which are empty, if what they are slices of has room as well. */
function fitHosts(
  world: World,
  environment: ComputeEnvironment,
  hosts: readonly HostId[],
  nodes: NodeTerms,
  all: Needs,
  holds: Holds,
): Fit {
  const { type, machine } = beneathAll(world, hosts);
  if (type === 'not-joined') return { fits: false, because: { type: 'no-host' } };
  return machine === undefined
    ? { fits: true, ...placeOf(environment.arn, hosts, nodes.mainNode) }
    : fitMachine(world, environment, machine, nodes, all, holds, hosts);
}

/** They are all slices of one machine, or none of them is. */
const beneathAll = (world: World, [first]: readonly HostId[]): Beneath =>
  beneath(world.hosts, world.hosts.get(first as HostId) as Host);

/**
 * As many as there are nodes at most. Costs what it finds: those that run jobs are not looked at.
 */
function emptyInstances(
  world: World,
  { arn }: ComputeEnvironment,
  { name }: InstanceType,
  nodes: NodeTerms,
  holds: Holds,
): HostId[] {
  const largest = largestNode(nodes);
  const found: HostId[] = [];
  for (const id of world.hosts.index.empty(arn, name)) {
    if (
      world.attemptsOn(id).size > 0 ||
      holdOn(holds, id) !== undefined ||
      !holdsNode(world.hosts.get(id) as Instance, largest)
    )
      continue;
    found.push(id);
    if (found.length === nodes.numNodes) break;
  }
  return found;
}

function startingInstances(
  world: World,
  { arn }: ComputeEnvironment,
  { name }: InstanceType,
  nodes: NodeTerms,
  holds: Holds,
): HostId[] {
  const largest = largestNode(nodes);
  const found: HostId[] = [];
  for (const instance of world.hosts.startingIn(arn))
    if (
      instance.instanceType === name &&
      holdsNode(instance, largest) &&
      holdOn(holds, instance.id) === undefined
    )
      found.push(instance.id);
  return found;
}

const holdsNode = ({ capacity, unfit, unfitForNodes }: Instance, largest: Needs): boolean =>
  unfit === undefined && unfitForNodes === undefined && fitsIn(capacity, largest);

/**
 * Together on the machine: each on a host that is a slice of it, or all of them on itself. Larger
 * than it, they have it alone.
 */
function fitMachine(
  world: World,
  environment: ComputeEnvironment,
  machine: Machine,
  { numNodes, mainNode }: NodeTerms,
  all: Needs,
  holds: Holds,
  slices?: readonly HostId[],
): Fit {
  const because = noRoomOn(world, environment, machine, all, holds);
  if (because !== undefined) return { fits: false, because };
  const hosts = slices ?? Array.from({ length: numNodes }, () => machine.id);
  return {
    fits: true,
    ...placeOf(environment.arn, hosts, mainNode),
    machineId: slices && machine.id,
  };
}

function placeOf(
  computeEnvironmentArn: Destination['computeEnvironmentArn'],
  hosts: readonly HostId[],
  mainNode: number,
): Destination {
  const all = hosts.map((hostId, node) => ({ node, hostId }));
  return {
    computeEnvironmentArn,
    hostId: hosts[mainNode] as HostId,
    otherNodes: all.filter(({ node }) => node !== mainNode),
  };
}

// ---- environments whose hosts are the user's own ----

function fitUnmanaged(
  world: World,
  environment: ComputeEnvironment,
  claim: NodesClaim,
  holds: Holds,
): Fit {
  const { nodes } = claim;
  const all = needsOfAll(claim);
  const onMachine = machineServes(world, environment)
    ? fitDirectly(world, environment, nodes, all, holds)
    : undefined;
  if (onMachine?.fits) return onMachine;
  const cluster = clusterOf(world, environment);
  if (cluster !== undefined) return fitCluster(world, environment, cluster, nodes);
  let blocked: Fit | undefined;
  for (const hosts of hostsOf(world, environment)) {
    const available = hosts.filter((host) => unavailable(host) === undefined && takesNodes(host));
    const empty = available.filter(
      ({ id }) => world.attemptsOn(id).size === 0 && holdOn(holds, id) === undefined,
    );
    const assigned = assignNodes(
      nodes,
      empty.toSorted((a, b) => bySize(a.capacity, b.capacity)),
    );
    if (assigned === undefined) {
      const [host] = hosts as [EnvironmentHost];
      const why = whyNoNodes(host);
      blocked ??=
        available.length === 0 && why !== undefined
          ? {
              fits: false,
              because: { type: 'hosts-unavailable', environment, host, why, hosts: hosts.length },
            }
          : {
              fits: false,
              because: {
                type: 'nodes-wait-for-hosts',
                environment,
                hosts: available.length,
                empty: empty.length,
                wouldDo: assignNodes(nodes, available) !== undefined,
              },
            };
      continue;
    }
    const fit = fitHosts(world, environment, assigned, nodes, all, holds);
    if (fit.fits) return fit;
    blocked ??= fit;
  }
  const isFinal = onMachine?.fits === false && onMachine.because.type === 'larger-than-every-host';
  return (
    (isFinal ? blocked : undefined) ??
    onMachine ??
    blocked ?? { fits: false, because: { type: 'no-host-registered', environment } }
  );
}

/** The cluster that chooses where nodes of the environment go; undefined: none does. */
function clusterOf(world: World, { arn }: ComputeEnvironment): EnvironmentHost | undefined {
  const [host] = world.hosts.of(arn);
  return host !== undefined && beneath(world.hosts, host).type === 'cluster' ? host : undefined;
}

/** Side by side, as far as our books go: on which of its nodes they are, it says itself. */
function fitCluster(
  world: World,
  environment: ComputeEnvironment,
  host: EnvironmentHost,
  { numNodes, mainNode }: NodeTerms,
): Fit {
  const why = unavailable(host);
  if (why !== undefined)
    return {
      fits: false,
      because: { type: 'hosts-unavailable', environment, host, why, hosts: 1 },
    };
  const busy = clusterBusy(world, host);
  if (busy !== undefined) return { fits: false, because: busy };
  const hosts = Array.from({ length: numNodes }, () => host.id);
  return { fits: true, ...placeOf(environment.arn, hosts, mainNode) };
}

/** Whether this machine takes the environment's nodes as well. */
const machineServes = ({ settings }: World, { type }: ComputeEnvironment): boolean =>
  type === 'UNMANAGED' && settings.machineServesUnmanaged;

function fitDirectly(
  world: World,
  environment: ComputeEnvironment,
  nodes: NodeTerms,
  all: Needs,
  holds: Holds,
): Fit | undefined {
  const [machine] = world.hosts.machines();
  return machine && fitMachine(world, environment, machine, nodes, all, holds);
}

/**
 * Hosts that are machines of their own, and instances that are slices of this one: nodes are spread
 * over either.
 */
function hostsOf(world: World, { arn }: ComputeEnvironment): EnvironmentHost[][] {
  const all = [...world.hosts.of(arn)];
  return [
    all.filter((host) => beneath(world.hosts, host).type === 'nothing'),
    all.filter((host) => beneath(world.hosts, host).type !== 'nothing'),
  ].filter((hosts) => hosts.length > 0);
}

const takesNodes = (host: EnvironmentHost): boolean =>
  host.kind === 'registered' || host.unfitForNodes === undefined;
const whyNoNodes = (host: EnvironmentHost): string | undefined =>
  unavailable(host) ??
  (takesNodes(host)
    ? undefined
    : `${host.title} takes no nodes: ${(host as Instance).unfitForNodes}`);

// ---- room that is kept ----

/**
 * The room to keep for nodes that do not fit: instances that are empty or starting, once they are
 * all that the nodes need, so that those which were launched for them are given to nobody behind;
 * where the job was overtaken for long enough, also hosts that others still run on, as many as
 * there are if the planner makes room for the rest, and what it needs of the machine. What is kept
 * already is kept on as far as it serves. Undefined: nothing.
 */
export function roomForNodes(
  world: World,
  queue: JobQueue,
  claim: NodesClaim,
  holds: Holds,
  present: Room | undefined,
  overtaken: boolean,
): Room | undefined {
  const environments = [...availableEnvironments(world, queue)];
  const first = environments.filter(({ arn }) => arn === present?.computeEnvironmentArn);
  let part: Room | undefined;
  for (const environment of new Set([...first, ...environments])) {
    const room = !hasGivenHosts(environment)
      ? managedRoom(world, environment, claim, holds, present, overtaken)
      : overtaken
        ? unmanagedRoom(world, environment, claim, holds, present)
        : undefined;
    if (room !== undefined && room.hostIds.length === claim.nodes.numNodes) return room;
    part ??= room;
  }
  return world.scheduler.scaling.makingRoom.has(unmetKey(queue.arn, claim)) ? part : undefined;
}

function managedRoom(
  world: World,
  environment: ComputeEnvironment,
  claim: NodesClaim,
  holds: Holds,
  present: Room | undefined,
  overtaken: boolean,
): Room | undefined {
  const { nodes } = claim;
  const type = nodeTypeOf(world, environment, nodes);
  if (!isNodeType(type)) return undefined;
  const hostIds = [
    ...emptyInstances(world, environment, type, nodes, holds),
    ...startingInstances(world, environment, type, nodes, holds),
  ].slice(0, nodes.numNodes);
  if (overtaken && hostIds.length < nodes.numNodes)
    hostIds.push(
      ...otherInstances(world, environment, type, nodes, holds, new Set(hostIds), present).slice(
        0,
        nodes.numNodes - hostIds.length,
      ),
    );
  if (hostIds.length === 0 || (!overtaken && hostIds.length < nodes.numNodes)) return undefined;
  return roomOn(world, environment, hostIds, needsOfAll(claim), overtaken);
}

/** Those that are kept already, then those with the least to wait for. */
function otherInstances(
  world: World,
  { arn }: ComputeEnvironment,
  { name }: InstanceType,
  nodes: NodeTerms,
  holds: Holds,
  chosen: ReadonlySet<HostId>,
  present: Room | undefined,
): HostId[] {
  const largest = largestNode(nodes);
  const found: Instance[] = [];
  for (const instance of world.hosts.instancesOf(arn)) {
    if (
      instance.instanceType === name &&
      instance.state === 'RUNNING' &&
      holdsNode(instance, largest) &&
      !chosen.has(instance.id) &&
      !isKeptForNodes(holds, instance.id)
    )
      found.push(instance);
  }
  return soonestFirst(world, found, present).map(({ id }) => id);
}

/**
 * Room that is kept there for single jobs goes to them first: those behind them wait for the nodes.
 * Else, where jobs come all the time for which room is kept, nodes would never have theirs.
 */
const isKeptForNodes = (holds: Holds, id: HostId): boolean =>
  holds.some(({ nodes, room }) => nodes !== undefined && room?.on.has(id));

function soonestFirst<T extends EnvironmentHost>(
  world: World,
  hosts: readonly T[],
  present: Room | undefined,
): T[] {
  const kept = new Set(present?.hostIds);
  const order = ({ id }: T): number => (kept.has(id) ? -1 : world.hostUse(id).milliVcpu);
  return hosts.toSorted((a, b) => order(a) - order(b));
}

function unmanagedRoom(
  world: World,
  environment: ComputeEnvironment,
  claim: NodesClaim,
  holds: Holds,
  present: Room | undefined,
): Room | undefined {
  const { nodes } = claim;
  const all = needsOfAll(claim);
  if (machineServes(world, environment)) {
    const machine = [...world.hosts.machines()].find((one) => couldEver(one, all));
    if (machine !== undefined)
      return !isKeptForNodes(holds, machine.id)
        ? {
            computeEnvironmentArn: environment.arn,
            hostIds: Array.from({ length: nodes.numNodes }, () => machine.id),
            on: new Map([[machine.id, all]]),
          }
        : undefined;
  }
  const cluster = clusterOf(world, environment);
  if (cluster !== undefined)
    return {
      computeEnvironmentArn: environment.arn,
      hostIds: Array.from({ length: nodes.numNodes }, () => cluster.id),
      on: new Map([[cluster.id, all]]),
    };
  for (const hosts of hostsOf(world, environment)) {
    const usable = hosts.filter(
      (host) =>
        unavailable(host) === undefined && takesNodes(host) && !isKeptForNodes(holds, host.id),
    );
    const hostIds = assignNodes(nodes, soonestFirst(world, usable, present));
    const room = hostIds && roomOn(world, environment, hostIds, all, true);
    if (room !== undefined) return room;
  }
  return undefined;
}

/**
 * All of each host, and where `withMachine` what all nodes need of the machine that the hosts are
 * slices of. Undefined: that could never hold them, or is not there.
 */
function roomOn(
  world: World,
  { arn }: ComputeEnvironment,
  hostIds: readonly HostId[],
  all: Needs,
  withMachine: boolean,
): Room | undefined {
  const { type, machine } = beneathAll(world, hostIds);
  if (type === 'not-joined' || (machine !== undefined && !couldEver(machine, all)))
    return undefined;
  const on = new Map(
    hostIds.flatMap((id): [HostId, Needs][] => [[id, world.hosts.get(id)?.capacity as Needs]]),
  );
  if (machine !== undefined && withMachine) on.set(machine.id, all);
  return { computeEnvironmentArn: arn, hostIds, on };
}
