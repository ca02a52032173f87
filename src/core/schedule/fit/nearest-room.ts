// Which room is kept for a job that does not fit, once others overtook it for long enough. It keeps
// none: a pass does.

import {
  boundsJobs,
  maxMilliVcpu,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import { beneath } from '../../host/beneath.ts';
import { unavailable, type Host } from '../../host/host.ts';
import { addNeeds, type Needs } from '../../job/needs.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';
import { availableEnvironments } from './available-environments.ts';
import type { Blocked } from './blocked.ts';
import { isServiceClaim, serviceRoom } from './fit-service.ts';
import { keptOf, type Holds, type Destination, type Room } from '../order/hold.ts';
import { couldEver, lacking, lackingOn, otherArchitecture } from './host-room.ts';
import type { Claim } from '../order/job-class.ts';
import { fitsIn } from './room.ts';

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
      const { type, machine } = beneath(world.hosts, host);
      if (type === 'not-joined' || (machine !== undefined && !couldEver(machine, needs))) continue;
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
