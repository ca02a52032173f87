// Where among the hosts that an environment did not launch there is room for a job, and why there
// is none: this machine, and those that their owner brought. What bounds the environment itself is
// fit.ts's to say.

import { must } from '../../../base/assert.ts';
import {
  hasGivenHosts,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import { beneath } from '../../host/beneath.ts';
import { unavailable, type EnvironmentHost, type Host, type Machine } from '../../host/host.ts';
import { mostOfEach } from '../../job/needs.ts';
import type { World } from '../../world/world.ts';
import type { Blocked, Fit, OtherArchitecture, TooLarge } from './blocked.ts';
import { clusterBusy } from './cluster-room.ts';
import { holdOn, type Holds } from '../order/hold.ts';
import { couldEver, heldByOthers, otherArchitecture, withKept } from './host-room.ts';
import type { Claim } from '../order/job-class.ts';
import { hasRoom } from './room.ts';

/** Costs about the logarithm of the number of hosts, while one that is full would do. */
export function fitHost(
  world: World,
  environment: ComputeEnvironment,
  claim: Claim,
  holds: Holds,
): Fit {
  const judge = (host: Host): Verdict => judged(world, host, claim, holds);
  const fits = (host: Host, machine: Machine | undefined): Fit => ({
    fits: true,
    computeEnvironmentArn: environment.arn,
    hostId: host.id,
    machineId: machine?.id,
  });
  for (const host of world.hostsFor(environment)) {
    // Of all others the index knows what is free.
    if (host.kind !== 'machine') break;
    if (judge(host).type === 'fits') return fits(host, undefined);
  }
  let machine: Machine | undefined;
  const found = world.hosts.rooms.first(environment.arn, claim.needs, (id) => {
    const verdict = judge(must(world.hosts.get(id), 'what is indexed is there'));
    if (verdict.type === 'fits') ({ machine } = verdict);
    return verdict.type === 'fits';
  });
  return found === undefined
    ? { fits: false, because: whyNone(world, environment, claim, judge) }
    : fits(must(world.hosts.get(found), 'what is indexed is there'), machine);
}

type Verdict =
  | { readonly type: 'fits'; readonly machine: Machine | undefined }
  /** It will do when others have ended. */
  | { readonly type: 'later'; readonly because: Blocked }
  | { readonly type: 'unusable'; readonly host: EnvironmentHost; readonly why: string }
  | { readonly type: 'other-architecture'; readonly found: string }
  | { readonly type: 'too-small'; readonly which: Host };

function judged(world: World, host: Host, claim: Claim, holds: Holds): Verdict {
  const { needs } = claim;
  const why = unavailable(host);
  if (why !== undefined && host.kind !== 'machine') return { type: 'unusable', host, why };
  const found = otherArchitecture(world, host, claim);
  if (found !== undefined) return { type: 'other-architecture', found };
  const { type, machine } = beneath(world.hosts, host);
  if (type === 'not-joined') return { type: 'later', because: { type: 'no-host' } };
  const busy = type === 'cluster' ? clusterBusy(world, host) : undefined;
  if (busy !== undefined) return { type: 'later', because: busy };
  // An instance has the GPUs of its type in the books, and its machine may have none.
  const which = [host, machine].find((each) => each !== undefined && !couldEver(each, needs));
  if (which?.kind === 'instance' && heldByOthers(which, needs))
    return { type: 'later', because: { type: 'host-full', host, used: world.hostUse(host.id) } };
  if (which !== undefined) return { type: 'too-small', which };
  const used = world.hostUse(host.id);
  if (!hasRoom(host.capacity, used, needs))
    return { type: 'later', because: { type: 'host-full', host, used } };
  if (
    machine !== undefined &&
    !hasRoom(machine.capacity, withKept(world.hostUse(machine.id), holds, machine), needs)
  )
    return {
      type: 'later',
      because: { type: 'host-full', host: machine, used: world.hostUse(machine.id) },
    };
  const inWay = holdOn(holds, host.id);
  if (inWay !== undefined && !hasRoom(host.capacity, withKept(used, holds, host), needs))
    return { type: 'later', because: { type: 'kept-for-another', hold: inWay } };
  return { type: 'fits', machine };
}

/** None of them fits. The first that will do later says why; else what is said of all of them. */
function whyNone(
  world: World,
  environment: ComputeEnvironment,
  { architecture }: Claim,
  judge: (host: Host) => Verdict,
): Blocked {
  let other: OtherArchitecture | undefined;
  let unusable: (Verdict & { readonly type: 'unusable' }) | undefined;
  let unusables = 0;
  let tooLarge: TooLarge | undefined;
  for (const host of world.hostsFor(environment)) {
    const verdict = judge(host);
    switch (verdict.type) {
      case 'later':
        return verdict.because;
      case 'unusable':
        unusable ??= verdict;
        unusables++;
        break;
      case 'other-architecture': {
        const { found } = verdict;
        other ??= { type: 'other-architecture', environment, wanted: architecture ?? '', found };
        break;
      }
      case 'too-small':
        tooLarge = larger(environment, tooLarge, verdict.which);
        break;
      case 'fits':
        throw new Error('a host that fits was found before');
    }
  }
  if (unusable !== undefined) {
    const { host, why } = unusable;
    return { type: 'hosts-unavailable', environment, host, why, hosts: unusables };
  }
  return (
    tooLarge ??
    other ??
    (hasGivenHosts(environment) ? { type: 'no-host-registered', environment } : { type: 'no-host' })
  );
}

/** What its own hosts lack is said before what this machine does. */
function larger(
  environment: ComputeEnvironment,
  known: TooLarge | undefined,
  { kind, capacity }: Host,
): TooLarge | undefined {
  const what = kind === 'machine' ? 'machine' : 'hosts';
  if (known?.what === 'hosts' && what === 'machine') return known;
  const before = known?.what === what ? [known.largest] : [];
  return {
    type: 'larger-than-every-host',
    what,
    environments: [environment],
    largest: mostOfEach([...before, capacity]),
  };
}
