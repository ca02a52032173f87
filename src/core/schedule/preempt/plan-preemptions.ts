// Which jobs are stopped so that others get what is theirs (user guide, chapter Preemption; ADR
// 0045): for each job that may displace others the fewest that make both its share's quota and a
// place on hosts free, counting what is on its way back already. What is freed is kept for whom it
// was freed for. Says who is stopped; stopping them is a command.

import { must } from '../../../base/assert.ts';
import type { JobId } from '../../../base/ids.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import { consumablesOfAll } from '../../job/nodes.ts';
import { limit } from '../../limit.ts';
import type { World } from '../../world/world.ts';
import type { Blocked } from '../fit/blocked.ts';
import { consumableShort } from '../fit/consumables.ts';
import { fit } from '../fit/fit.ts';
import type { Displaces, Hold, Room } from '../order/hold.ts';
import type { JobClass } from '../order/job-class.ts';
import type { Line } from '../order/line.ts';
import type { Scheduler } from '../scheduler.ts';
import { Ground } from './ground.ts';
import { MakingRoom } from './making-room.ts';

interface Preemption {
  readonly jobId: JobId;
  readonly reason: string;
}

/** A plan is looked at anew when so much time has passed: what it counted on may be gone. */
const planHoldsMs = 1000;

/** Keeps room for those that others are stopped for. The caller stops each before it goes on. */
export function* planPreemptions(
  world: World,
  scheduler: Scheduler,
  nowMs: number,
): Generator<Preemption> {
  let left = limit.preemptionsPerTurn;
  let ground: Ground | undefined;
  for (const line of scheduler.lines.values())
    for (const jobClass of line.displacing?.contenders() ?? []) {
      if (left <= 0) return;
      if (stands(world, jobClass, nowMs)) continue;
      const planned = plan(
        world,
        line,
        jobClass,
        () => (ground ??= new Ground(world)),
        left,
        nowMs,
      );
      if (planned === undefined && jobClass.hold?.displaces === undefined) continue;
      scheduler.backlog.keepDisplacing(jobClass, planned);
      left -= planned?.preemptions.length ?? 0;
      yield* planned?.preemptions ?? [];
    }
  scheduler.displacedAll();
}

/** Jobs of the class that may be waited for at once. */
const wantedOf = (world: World, jobClass: JobClass): number =>
  jobClass.count(limit.placementsPerPass, world.runnableIn);

/** What was planned for it was looked at a moment ago, and no more wait by now. */
function stands(world: World, jobClass: JobClass, nowMs: number): boolean {
  const displaces = jobClass.hold?.displaces;
  return (
    displaces !== undefined &&
    displaces.wanted === wantedOf(world, jobClass) &&
    Math.abs(nowMs - displaces.plannedAtMs) < planHoldsMs
  );
}

interface Plan {
  readonly room: Room | undefined;
  readonly displaces: Displaces;
  readonly preemptions: readonly Preemption[];
}

function plan(
  world: World,
  { queueArn, displacing }: Line,
  jobClass: JobClass,
  ground: () => Ground,
  most: number,
  nowMs: number,
): Plan | undefined {
  const queue = must(world.jobQueues.get(queueArn), 'a queue outlives its line');
  const { claim } = jobClass;
  const holds = world.scheduler.backlog.holdsBefore(queueArn, claim).before;
  if (displacing === undefined || !wouldHelp(world, queue, jobClass, holds)) return undefined;
  const making = new MakingRoom(world, queue, displacing, jobClass, holds, ground());
  const wanted = wantedOf(world, jobClass);
  if (wanted === 0) return undefined;
  let jobs = 0;
  while (jobs < wanted && making.victims.length < most && making.makeForOne()) jobs++;
  if (jobs === 0) return undefined;
  const share = claim.share?.identifier ?? '';
  return {
    room: making.room(),
    displaces: { jobs, wanted, plannedAtMs: nowMs },
    preemptions: making.victims.map((victim) => ({
      jobId: victim.jobId,
      reason:
        victim.share === share
          ? `Preempted: quota share ${share} has a job of higher scheduling priority`
          : `Preempted: borrowed capacity was taken back by quota share ${share}`,
    })),
  };
}

/** Whether the job would run if only others of its queue ran no more. */
function wouldHelp(
  world: World,
  queue: JobQueue,
  { claim, hold }: JobClass,
  holds: readonly Hold[],
): boolean {
  if (consumableShort(world, consumablesOfAll(claim)) !== undefined) return false;
  const place = fit(world, queue, claim, holds);
  // One that has its place by now goes there in the next pass.
  if (place.fits) return hold?.displaces !== undefined;
  return waitsForOthers(place.because);
}

const heldByOthers: ReadonlySet<Blocked['type']> = new Set<Blocked['type']>([
  'held-back',
  'host-full',
  'environment-full',
  'instances-full',
  'kept-for-another',
  'nodes-wait-for-hosts',
]);

/** Where one more instance may yet come, nobody makes way. */
const waitsForOthers = (because: Blocked): boolean =>
  because.type === 'no-instance' || because.type === 'nodes-wait-for-instances'
    ? because.unmet !== undefined
    : heldByOthers.has(because.type);
