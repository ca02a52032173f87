// Where among the hosts that an environment did not launch there is room for a job, and why there
// is none: this machine, and those that their owner brought. What bounds the environment itself is
// fit.ts's to say.

import {
  hasGivenHosts,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import { beneath } from '../../host/beneath.ts';
import { unavailable } from '../../host/host.ts';
import { mostOfEach } from '../../job/needs.ts';
import type { World } from '../../world/world.ts';
import type { Blocked, Fit, OtherArchitecture, TooLarge } from './blocked.ts';
import { holdOn, type Holds } from '../order/hold.ts';
import { couldEver, otherArchitecture, withKept } from './host-room.ts';
import type { Claim } from '../order/job-class.ts';
import { hasRoom } from './room.ts';

export function fitHost(
  world: World,
  environment: ComputeEnvironment,
  claim: Claim,
  holds: Holds,
): Fit {
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
    const { type, machine } = beneath(world.hosts, host);
    if (type === 'not-joined') {
      because ??= { type: 'no-host' };
      continue;
    }
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
    because: hasGivenHosts(environment)
      ? { type: 'no-host-registered', environment }
      : { type: 'no-host' },
  };
}
