// Where among the instances of an environment there is room for a job, and why there is none: in
// their own books, and on the machine that they are slices of where they are any. What bounds the
// environment itself is fit.ts's to say.

import { must } from '../../../base/assert.ts';
import type { HostId } from '../../../base/ids.ts';
import type { ComputeEnvironment } from '../../compute-environment/compute-environment.ts';
import { isCutOff } from '../../compute-environment/network.ts';
import { beneath } from '../../host/beneath.ts';
import { unavailable, type Instance } from '../../host/host.ts';
import { mostOfEach, noNeeds, subtractNeeds, type Needs } from '../../job/needs.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';
import type { Blocked, Fit } from './blocked.ts';
import { keptOf, type Holds } from '../order/hold.ts';
import { noRoomOn, noSlice } from './host-room.ts';
import { unmetKey } from '../order/job-class.ts';
import { fitsIn } from './room.ts';
import { capacitiesOf } from '../scale/managed-environments.ts';

/** On an instance with room in the books, if its machine has room as well. */
export function fitInstance(
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
  const { type, machine } = beneath(
    world.hosts,
    must(world.hosts.get(inBooks), 'what is in the index is there'),
  );
  if (type === 'not-joined') return { fits: false, because: { type: 'no-host' } };
  if (type !== 'machine')
    return { fits: true, computeEnvironmentArn: environment.arn, hostId: inBooks };
  const because = noRoomOn(world, environment, machine, needs, holds);
  if (because !== undefined) return { fits: false, because };
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
  const never = noSlice(world, environment, needs);
  if (never !== undefined) return never;
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
