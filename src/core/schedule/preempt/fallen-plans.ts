// Which plans stand, and for whom it has to be planned anew. Plans nothing itself.

import type { HostId } from '../../../base/ids.ts';
import { unavailable } from '../../host/host.ts';
import type { Needs } from '../../job/needs.ts';
import type { Amounts } from '../../quota-share/amounts.ts';
import type { World } from '../../world/world.ts';
import { hasRoom } from '../fit/room.ts';
import type { JobClass } from '../order/job-class.ts';
import type { Displacing, Line } from '../order/line.ts';
import { jobsOf, ranksOf, wantedOf } from './contenders.ts';
import type { Ground } from './ground.ts';

/** A plan is looked at anew when so much time has passed: what it counted on may be gone. */
const planHoldsMs = 1000;

/**
 * Those of a group that are planned for anew, in their order: what does not stand, and what waits
 * for jobs that go after the first of these.
 */
export function fallenOf(
  world: World,
  line: Line,
  classes: readonly JobClass[],
  ground: () => Ground,
  nowMs: number,
): JobClass[] {
  const fallen = classes.filter((one) => !stands(world, line, one, ground, nowMs));
  if (fallen.length === 0) return fallen;
  const first = Math.min(...fallen.map(({ rank }) => rank));
  return classes.filter(
    (one) => fallen.includes(one) || (ranksOf(world, one, jobsOf(one)).at(-1) ?? 0) > first,
  );
}

/**
 * What was planned for it was looked at a moment ago, as many wait under the same quotas, others of
 * its share have not taken what is promised to it, and the hosts on which room is kept still take
 * jobs and have it.
 */
function stands(
  world: World,
  { displacing }: Line,
  jobClass: JobClass,
  ground: () => Ground,
  nowMs: number,
): boolean {
  const displaces = jobClass.hold?.displaces;
  return (
    displaces !== undefined &&
    displaces.jobs > 0 &&
    displaces.wanted === wantedOf(world, jobClass) &&
    displaces.quotas === displacing?.generation &&
    Math.abs(nowMs - displaces.plannedAtMs) < planHoldsMs &&
    mayHold(displacing, jobClass, displaces.jobs) &&
    [...(jobClass.hold?.room?.on ?? [])].every(([id, kept]) => isThere(world, id, kept, ground))
  );
}

/** The host takes jobs, and has so much left when all that is being stopped has stopped. */
function isThere(world: World, id: HostId, kept: Needs, ground: () => Ground): boolean {
  const host = world.hosts.get(id);
  if (host === undefined || unavailable(host) !== undefined) return false;
  const used = world.hostUse(id);
  return (
    hasRoom(host.capacity, used, kept) || hasRoom(host.capacity, ground().usedThen(id, used), kept)
  );
}

/** Its share may then hold so many jobs of it. */
function mayHold(displacing: Displacing, jobClass: JobClass, jobs: number): boolean {
  const amounts: Amounts = jobClass.amounts.map(([unit, amount]) => [unit, amount * jobs]);
  const share = jobClass.claim.share?.identifier ?? '';
  return displacing.books(jobClass).short(share, amounts) === undefined;
}
