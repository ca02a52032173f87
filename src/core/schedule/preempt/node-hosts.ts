// Hosts that all nodes of a multi-node parallel job could go to if given jobs were stopped: each
// node wants an instance or registered host of its own that is empty, or they lie side by side on
// this machine, or on a cluster that chooses the nodes itself. Chooses those where fewest have to
// go. Pure; changes nothing.

import type { HostId } from '../../../base/ids.ts';
import {
  hasGivenHosts,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import { isCutOff } from '../../compute-environment/network.ts';
import { beneath } from '../../host/beneath.ts';
import { unavailable, type EnvironmentHost, type Machine } from '../../host/host.ts';
import { isArrayParent, isLive, isToStop } from '../../job/job.ts';
import type { Needs } from '../../job/needs.ts';
import { needsOfAll } from '../../job/nodes.ts';
import type { NodeTerms } from '../../job/terms.ts';
import type { World } from '../../world/world.ts';
import { assignNodes } from '../fit/assign-nodes.ts';
import { couldEver } from '../fit/host-room.ts';
import { isNodeType, largestNode, nodeTypeOf } from '../fit/node-type.ts';
import { fitsIn } from '../fit/room.ts';
import { holdOn, type Holds } from '../order/hold.ts';
import type { Claim } from '../order/job-class.ts';
import type { Victim } from './ground.ts';

export interface HostPlan {
  /** By node. */
  readonly hostIds: readonly HostId[];
  readonly on: ReadonlyMap<HostId, Needs>;
  /** What the hosts are slices of: it has to have room as well. */
  readonly machine: Machine | undefined;
  readonly mustGo: readonly Victim[];
}

/** A host, and who has to go before it is empty. */
interface Emptied {
  readonly host: EnvironmentHost;
  readonly mustGo: readonly Victim[];
}

/** Undefined: there are no such hosts. */
export function emptiedHosts(
  world: World,
  environment: ComputeEnvironment,
  claim: Claim & { readonly nodes: NodeTerms },
  holds: Holds,
  candidates: readonly Victim[],
): HostPlan | undefined {
  const { nodes } = claim;
  const all = needsOfAll(claim);
  const { hasMachine, machineServesUnmanaged } = world.settings;
  if (environment.type === 'UNMANAGED' && hasMachine && machineServesUnmanaged) {
    const [machine] = world.hosts.machines();
    if (machine === undefined || !couldEver(machine, all)) return undefined;
    const hostIds = Array.from({ length: nodes.numNodes }, () => machine.id);
    return { hostIds, on: new Map([[machine.id, all]]), machine, mustGo: [] };
  }
  const type = hasGivenHosts(environment)
    ? ('any' as const)
    : nodeTypeOf(world, environment, nodes);
  if (isCutOff(environment) || (type !== 'any' && !isNodeType(type))) return undefined;
  const [given] = world.hosts.of(environment.arn);
  if (given !== undefined && beneath(world.hosts, given).type === 'cluster') {
    if (unavailable(given) !== undefined) return undefined;
    const hostIds = Array.from({ length: nodes.numNodes }, () => given.id);
    return { hostIds, on: new Map([[given.id, all]]), machine: undefined, mustGo: [] };
  }
  const byJob = new Map(candidates.map((victim) => [victim.jobId, victim]));
  const emptied: Emptied[] = [];
  for (const host of world.hosts.of(environment.arn)) {
    if (
      !takesNode(host, type === 'any' ? undefined : type.name, largestNode(nodes)) ||
      holdOn(holds, host.id) !== undefined
    )
      continue;
    const mustGo = toBeStoppedOn(world, host.id, byJob);
    if (mustGo !== undefined) emptied.push({ host, mustGo });
  }
  emptied.sort((a, b) => a.mustGo.length - b.mustGo.length || highest(a) - highest(b));
  // Some hosts are machines of their own; others are slices of one, which has to have room as well.
  for (const isSlice of [false, true]) {
    const ofKind = emptied.filter(
      ({ host }) => (beneath(world.hosts, host).type !== 'nothing') === isSlice,
    );
    const hostIds = assignNodes(
      nodes,
      ofKind.map(({ host }) => host),
    );
    if (hostIds === undefined) continue;
    const chosen = ofKind.filter(({ host }) => hostIds.includes(host.id));
    const on = new Map(chosen.map(({ host }): [HostId, Needs] => [host.id, host.capacity]));
    const { type: under, machine } = beneath(world.hosts, (chosen[0] as Emptied).host);
    if (under === 'not-joined' || (machine !== undefined && !couldEver(machine, all))) continue;
    if (machine !== undefined) on.set(machine.id, all);
    const mustGo = [...new Set(chosen.flatMap((each) => each.mustGo))];
    return { hostIds, on, machine, mustGo };
  }
  return undefined;
}

const highest = ({ mustGo }: Emptied): number =>
  mustGo.reduce((most, { priority }) => Math.max(most, priority), -1);

function takesNode(host: EnvironmentHost, type: string | undefined, largest: Needs): boolean {
  if (unavailable(host) !== undefined || (type !== undefined && !fitsIn(host.capacity, largest)))
    return false;
  return host.kind === 'registered'
    ? type === undefined
    : host.unfitForNodes === undefined && (type === undefined || host.instanceType === type);
}

/** Undefined: others run there who are not to be stopped. */
function toBeStoppedOn(
  world: World,
  hostId: HostId,
  candidates: ReadonlyMap<string, Victim>,
): Victim[] | undefined {
  const found = new Set<Victim>();
  for (const attemptId of world.attemptsOn(hostId)) {
    const jobId = world.allocations.of(attemptId)?.jobId;
    const job = jobId === undefined ? undefined : world.jobs.get(jobId);
    if (jobId === undefined || job === undefined || isArrayParent(job) || !isLive(job))
      return undefined;
    if (isToStop(job)) continue;
    const victim = candidates.get(jobId);
    if (victim === undefined) return undefined;
    found.add(victim);
  }
  return [...found];
}
