// Which jobs are stopped so that others get what is theirs (user guide, chapter Preemption; ADR
// 0045): for each job that may displace others the fewest that make both its share's quota and a
// place on hosts free, counting what is on its way back already. What is freed is kept for whom it
// was freed for. Says who is stopped; stopping them is a command.

import { must } from '../../../base/assert.ts';
import type { JobId } from '../../../base/ids.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import { consumablesOfAll } from '../../job/nodes.ts';
import { limit } from '../../limit.ts';
import { displacedReason, takenBackReason } from '../../quota-share/preemption-reason.ts';
import type { World } from '../../world/world.ts';
import type { Blocked } from '../fit/blocked.ts';
import { consumableShort } from '../fit/consumables.ts';
import { fit } from '../fit/fit.ts';
import { makesWayFor } from '../fit/overtaken.ts';
import type { Displaces, Hold, Holds, Room } from '../order/hold.ts';
import type { JobClass } from '../order/job-class.ts';
import type { Displacing, Line } from '../order/line.ts';
import type { Scheduler } from '../scheduler.ts';
import { inOrder, jobsOf, turnsOf, wantedOf } from './contenders.ts';
import { fallenOf } from './fallen-plans.ts';
import { Ground } from './ground.ts';
import { MakingRoom } from './making-room.ts';

interface Preemption {
  readonly jobId: JobId;
  readonly reason: string;
}

/** Keeps room for those that others are stopped for. The caller stops each as it comes. */
export function* planPreemptions(
  world: World,
  scheduler: Scheduler,
  nowMs: number,
): Generator<Preemption> {
  let left = limit.preemptionsPerTurn;
  let known: Ground | undefined;
  const ground = (): Ground => (known ??= new Ground(world));
  const { backlog } = scheduler;
  const letGo = (jobClass: JobClass): void => backlog.keepDisplacing(jobClass, undefined);
  for (const line of scheduler.lines.values()) {
    const groups = inOrder(line, scheduler);
    /** Jobs of classes for which others were stopped, and that are planned for anew. */
    const owed = new Map<JobClass, number>();
    const owe = (jobClass: JobClass): void => {
      if (jobsOf(jobClass) > 0) owed.set(jobClass, jobsOf(jobClass));
    };
    for (const { classes, isOwn } of groups) {
      const open = fallenOf(world, line, classes, ground, nowMs);
      if (open.length === 0) continue;
      open.forEach(owe);
      // Before anybody is stopped for what is a share's own, what borrowers wait for is let go.
      const borrowing = groups
        .flatMap((group) => (isOwn && !group.isOwn ? group.classes : []))
        .filter(jobsOf);
      const gaveWay = borrowing.flatMap(({ hold }) => hold ?? []);
      borrowing.forEach(owe);
      borrowing.forEach(letGo);
      for (const { jobClass, most } of turnsOf(world, open)) {
        if (left <= 0) return;
        const displaces = jobClass.hold?.displaces;
        if (most === 0 && displaces !== undefined) {
          // It keeps its turn among those that room is kept for.
          backlog.keepDisplacing(jobClass, {
            room: undefined,
            displaces: { ...displaces, jobs: 0 },
          });
          continue;
        }
        const toPlan = { line, jobClass, owed: owed.get(jobClass) ?? 0, most, gaveWay };
        const planned = plan(world, toPlan, ground, left, nowMs);
        if (planned === undefined && jobsOf(jobClass) === 0) continue;
        planned?.givingWay.forEach(letGo);
        backlog.keepDisplacing(jobClass, planned);
        // What is kept no longer may be another's.
        if (planned && planned.givingWay.length + gaveWay.length > 0) scheduler.keptLess();
        left -= planned?.preemptions.length ?? 0;
        yield* planned?.preemptions ?? [];
      }
      for (const one of open) if (one.hold?.displaces?.jobs === 0) letGo(one);
      if (open.some((one) => jobsOf(one) < (owed.get(one) ?? 0))) scheduler.keptLess();
    }
  }
  scheduler.displacedAll();
}

interface Plan {
  /** They were overtaken, and would borrow: no room is kept for them before this is. */
  readonly givingWay: readonly JobClass[];
  readonly room: Room | undefined;
  readonly displaces: Displaces;
  readonly preemptions: readonly Preemption[];
}

interface ToPlan {
  readonly line: Line;
  readonly jobClass: JobClass;
  /** For so many jobs of it others were stopped before. */
  readonly owed: number;
  /** Room is made for no more of them. */
  readonly most: number;
  /** What was kept for borrowers until now. */
  readonly gaveWay: Holds;
}

/**
 * Of other shares those that were overtaken for long enough and would borrow: what is kept for them
 * makes way for what is the share's own, nor do they take what comes free for that. A pass keeps
 * for them what is left.
 */
function borrowingOvertaken(
  { scheduler: { backlog } }: World,
  displacing: Displacing,
  jobClass: JobClass,
  before: Holds,
): JobClass[] {
  if (!displacing.isOwn(jobClass)) return [];
  return [...backlog.overtakenOf(jobClass.queueArn)].filter(
    (other) =>
      before.some((hold) => hold === other.hold) && makesWayFor(displacing, jobClass, other),
  );
}

function plan(
  world: World,
  { line: { queueArn, displacing }, jobClass, owed, most, gaveWay }: ToPlan,
  ground: () => Ground,
  left: number,
  nowMs: number,
): Plan | undefined {
  if (displacing === undefined) return undefined;
  const queue = must(world.jobQueues.get(queueArn), 'a queue outlives its line');
  const { claim } = jobClass;
  const { backlog } = world.scheduler;
  const { before } = backlog.holdsBefore(queueArn, claim);
  const givingWay = borrowingOvertaken(world, displacing, jobClass, before);
  const stays = (hold: Hold): boolean => givingWay.every((other) => other.hold !== hold);
  if (
    !wouldHelp(
      world,
      queue,
      jobClass,
      before.filter(stays),
      givingWay.length + gaveWay.length > 0 ? [...before, ...gaveWay] : undefined,
    )
  )
    return undefined;
  const beside = backlog.holdsBeside(queueArn, claim).filter(stays);
  const making = new MakingRoom(world, queue, displacing, { jobClass, owed }, beside, ground());
  let jobs = 0;
  while (jobs < most && making.count < left && making.makeForOne()) jobs++;
  if (jobs === 0) return undefined;
  const share = claim.share?.identifier ?? '';
  return {
    givingWay,
    room: making.room(),
    displaces: {
      jobs,
      wanted: wantedOf(world, jobClass),
      quotas: displacing.generation,
      plannedAtMs: nowMs,
    },
    preemptions: making.finish().map((victim) => ({
      jobId: victim.jobId,
      reason: victim.share === share ? displacedReason(share) : takenBackReason(share),
    })),
  };
}

/** Whether the job would run if only others of its queue ran no more. */
function wouldHelp(
  world: World,
  queue: JobQueue,
  { claim, hold }: JobClass,
  holds: Holds,
  /** Before some of those that were there give way; undefined: none do. */
  all?: Holds,
): boolean {
  if (consumableShort(world, consumablesOfAll(claim)) !== undefined) return false;
  const place = fit(world, queue, claim, holds);
  // One that has its place by now goes there in the next pass.
  if (place.fits)
    return (
      hold?.displaces !== undefined || (all !== undefined && !fit(world, queue, claim, all).fits)
    );
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
function waitsForOthers(because: Blocked): boolean {
  if (because.type === 'no-instance' || because.type === 'nodes-wait-for-instances')
    return because.unmet !== undefined;
  return because.type === 'service-blocked'
    ? because.environment !== undefined
    : heldByOthers.has(because.type);
}
