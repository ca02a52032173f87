// What a host could take, and what of it is taken: by jobs, and by what is kept for others. Asked
// by whoever looks for a place.

import { must } from '../../../base/assert.ts';
import type { HostId } from '../../../base/ids.ts';
import type { ComputeEnvironment } from '../../compute-environment/compute-environment.ts';
import { beneath } from '../../host/beneath.ts';
import { runsAs, unavailable, type Host, type Instance, type Machine } from '../../host/host.ts';
import { architectureName } from '../../instance-type/instance-type.ts';
import { addNeeds, mostOfEach, type Needs } from '../../job/needs.ts';
import type { World } from '../../world/world.ts';
import { holdOn, keptOf, type Holds } from '../order/hold.ts';
import type { Claim } from '../order/job-class.ts';
import type { Blocked, TooLarge } from './blocked.ts';
import { isClusterBusy } from './cluster-room.ts';
import { fitsIn, hasRoom } from './room.ts';

/**
 * Whether the host could take the needs if nothing else ran there: of GPUs, and of hosts that are
 * not this machine, only what they have.
 */
export const couldEver = (host: Host, needs: Needs): boolean =>
  host.kind === 'machine' ? needs.gpus <= host.capacity.gpus : fitsIn(host.capacity, needs);

/** Whether only what pods of others hold of the node is in the way. */
export const heldByOthers = ({ capacity, atMost }: Instance, needs: Needs): boolean =>
  atMost !== undefined && fitsIn(atMost, needs) && !fitsIn(capacity, needs);

/**
 * What the host's containers run as, where the claim is for something else; undefined: it will do.
 */
export function otherArchitecture(
  world: World,
  host: Host,
  { architecture }: Pick<Claim, 'architecture'>,
): string | undefined {
  if (architecture === undefined) return undefined;
  const runs = runsOn(world, host);
  return runs === architecture ? undefined : runs;
}

/** Undefined where nobody says. */
function runsOn(world: World, host: Host): string | undefined {
  if (host.kind !== 'instance') return runsAs(host);
  const { type, machine } = beneath(world.hosts, host);
  // Its nodes may be of any: the pod says which it wants.
  if (type === 'cluster') return undefined;
  if (type !== 'nothing') return machine && runsAs(machine);
  if (host.architecture !== undefined) return host.architecture;
  const known = world.settings.instanceTypes.type(host.instanceType);
  return known && architectureName(known);
}

/**
 * Whether a slice of this machine could take the needs if nothing else ran there: an instance has
 * the GPUs of its type in the books, and its machine may have none. After a start there is no
 * machine before its engine is open.
 */
export function sliceCouldEver(world: World, needs: Needs): boolean {
  for (const machine of world.hosts.machines()) if (couldEver(machine, needs)) return true;
  return false;
}

/** Why none could, whatever its type; undefined: one could. */
export function noSlice(
  world: World,
  environment: ComputeEnvironment,
  needs: Needs,
): NoSlice | undefined {
  if (sliceCouldEver(world, needs)) return undefined;
  const machines = [...world.hosts.machines()];
  if (machines.length === 0) return { type: 'no-host' };
  return {
    type: 'larger-than-every-host',
    what: 'machine',
    environments: [environment],
    largest: mostOfEach(machines.map(({ capacity }) => capacity)),
  };
}

type NoSlice = TooLarge | (Blocked & { readonly type: 'no-host' });

/** Whether any host could take the needs now, whichever environment they are for. */
export function anyHostHasRoom(world: World, needs: Needs, holds: Holds): boolean {
  for (const machine of world.hosts.machines())
    if (takes(machine, withKept(world.hostUse(machine.id), holds, machine), needs)) return true;
  const accept = (id: HostId): boolean => {
    if (isClusterBusy(world, id)) return false;
    if (holds.length === 0) return true;
    const host = must(world.hosts.get(id), 'what is indexed is there');
    return takes(host, withKept(world.hostUse(id), holds, host), needs);
  };
  return world.hosts.rooms.anyApart(needs, accept) !== undefined;
}

const takes = (host: Host, used: Needs, needs: Needs): boolean =>
  unavailable(host) === undefined && couldEver(host, needs) && hasRoom(host.capacity, used, needs);

/**
 * More GPUs may be kept than are free: a job that asks for none of them is not in the way of one
 * that waits for them.
 */
export function withKept(used: Needs, holds: Holds, { id: hostId, capacity }: Host): Needs {
  if (holds.length === 0) return used;
  const taken = addNeeds(used, keptOf(holds, { hostId }));
  return { ...taken, gpus: Math.min(taken.gpus, capacity.gpus) };
}

/**
 * Why the machine has no room for them beside what runs there and is kept there; undefined: it has.
 */
export function noRoomOn(
  world: World,
  environment: ComputeEnvironment,
  machine: Machine,
  needs: Needs,
  holds: Holds,
): Blocked | undefined {
  const { id, capacity } = machine;
  const used = world.hostUse(id);
  if (!couldEver(machine, needs))
    return {
      type: 'larger-than-every-host',
      what: 'machine',
      environments: [environment],
      largest: capacity,
    };
  if (!hasRoom(capacity, used, needs)) return { type: 'host-full', host: machine, used };
  const hold = holdOn(holds, id);
  return hold !== undefined && !hasRoom(capacity, withKept(used, holds, machine), needs)
    ? { type: 'kept-for-another', hold }
    : undefined;
}

/** What has to be given back on the host before the needs fit, in thousandths of what it has. */
export function lackingOn({ capacity }: Host, used: Needs, needs: Needs): number {
  if (needs.milliVcpu > capacity.milliVcpu || needs.memoryMib > capacity.memoryMib)
    return Math.floor((used.milliVcpu * 1000) / capacity.milliVcpu);
  return Math.max(
    lacking(needs.milliVcpu, used.milliVcpu, capacity.milliVcpu),
    lacking(needs.memoryMib, used.memoryMib, capacity.memoryMib),
    needs.gpus === 0 ? 0 : lacking(needs.gpus, used.gpus, capacity.gpus),
  );
}

/** What has to be given back before so much fits, in thousandths of all there is. */
export const lacking = (needed: number, used: number, capacity: number): number =>
  Math.max(0, Math.floor(((used + needed - capacity) * 1000) / capacity));
