// Whether needs fit, and where: the one arithmetic of placement (DESIGN 3). The same answer explains why not. Pure questions
// to the world; nothing is taken here.

import type { Arn, HostId } from '../../base/ids.ts';
import { maxMilliVcpu, type ComputeEnvironment } from '../compute-environment/compute-environment.ts';
import { unavailable, type Host } from '../host.ts';
import type { Needs } from '../job/needs.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';
import type { World } from '../world.ts';
import { fitsIn, hasRoom } from './room.ts';

export type Fit =
  | { readonly fits: true; readonly computeEnvironmentArn: Arn; readonly hostId: HostId }
  | { readonly fits: false; readonly because: Blocked };

/** Why nothing in the queue's order can take the needs just now; of several environments, the one that comes nearest. */
export type Blocked =
  /** Every environment is DISABLED, INVALID, or gone. */
  | { readonly type: 'no-environment-available' }
  /** No environment could ever hold it: final until somebody changes one. */
  | { readonly type: 'larger-than-every-environment'; readonly largestMilliVcpu: number }
  /** No host, present or to be had, could hold it, by its vCPUs, memory or GPUs: final likewise. */
  | { readonly type: 'larger-than-every-host'; readonly largest: Needs }
  | { readonly type: 'no-host' }
  /** Its hosts are the user's own, and none is registered. */
  | { readonly type: 'no-host-registered'; readonly environment: ComputeEnvironment }
  /** There are hosts, and none of them takes jobs now. */
  | { readonly type: 'hosts-unavailable'; readonly why: string }
  | { readonly type: 'environment-full'; readonly environment: ComputeEnvironment; readonly usedMilliVcpu: number }
  | { readonly type: 'host-full'; readonly host: Host; readonly used: Needs };

/** Environments are tried in the queue's order, hosts in the order in which they joined. */
export function fit(world: World, queue: JobQueue, needs: Needs): Fit {
  let nearest: Blocked = { type: 'no-environment-available' };
  let largest = 0;
  let available = 0;
  for (const { computeEnvironment } of queue.computeEnvironmentOrder) {
    const environment = world.computeEnvironments.get(computeEnvironment);
    if (environment === undefined || environment.state !== 'ENABLED' || environment.status !== 'VALID') continue;
    available++;
    const max = maxMilliVcpu(environment);
    largest = Math.max(largest, max);
    if (needs.milliVcpu > max) continue;
    const used = world.environmentUse(environment.arn).milliVcpu;
    if (used + needs.milliVcpu > max) {
      nearest = { type: 'environment-full', environment, usedMilliVcpu: used };
      continue;
    }
    const on = fitHost(world, environment, needs);
    if (on.fits) return { fits: true, computeEnvironmentArn: environment.arn, hostId: on.hostId };
    nearest = on.because;
  }
  if (available > 0 && nearest.type === 'no-environment-available') nearest = { type: 'larger-than-every-environment', largestMilliVcpu: largest };
  return { fits: false, because: nearest };
}

function fitHost(world: World, environment: ComputeEnvironment, needs: Needs): { fits: true; hostId: HostId } | { fits: false; because: Blocked } {
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
    if (takes(host, used, needs)) return { fits: true, hostId: host.id };
    because ??= { type: 'host-full', host, used };
  }
  if (because !== undefined) return { fits: false, because };
  if (unusable !== undefined) return { fits: false, because: { type: 'hosts-unavailable', why: unusable } };
  if (largest !== undefined) return { fits: false, because: { type: 'larger-than-every-host', largest } };
  return { fits: false, because: environment.type === 'UNMANAGED' ? { type: 'no-host-registered', environment } : { type: 'no-host' } };
}

/** Whether any host could take the needs now, whichever environment they are for. */
export function anyHostHasRoom(world: World, needs: Needs): boolean {
  for (const host of world.hosts.values()) if (takes(host, world.hostUse(host.id), needs)) return true;
  return false;
}

/** Whether the host could take the needs if nothing else ran there: of GPUs, and of hosts that are not this machine, only what they have. */
const couldEver = (host: Host, needs: Needs): boolean => (host.kind === 'machine' ? needs.gpus <= host.capacity.gpus : fitsIn(host.capacity, needs));

const takes = (host: Host, used: Needs, needs: Needs): boolean => unavailable(host) === undefined && couldEver(host, needs) && hasRoom(host.capacity, used, needs);

const largerOf = (a: Needs, b: Needs): Needs => (b.milliVcpu > a.milliVcpu || (b.milliVcpu === a.milliVcpu && b.memoryMib > a.memoryMib) ? b : a);
