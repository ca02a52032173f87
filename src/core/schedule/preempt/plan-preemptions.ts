// Which jobs are stopped so that others get what is theirs (user guide, chapter Preemption; ADR
// 0045): for each job that may displace others the fewest that make both its share's quota and a
// place on hosts free, counting what is on its way back already. What is freed is kept for whom it
// was freed for. Says who is stopped; stopping them is a command.

import { must } from '../../../base/assert.ts';
import type { JobId } from '../../../base/ids.ts';
import { unavailable } from '../../host/host.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import { consumablesOfAll } from '../../job/nodes.ts';
import { limit } from '../../limit.ts';
import type { Amounts } from '../../quota-share/amounts.ts';
import { displacedReason, takenBackReason } from '../../quota-share/preemption-reason.ts';
import type { World } from '../../world/world.ts';
import type { Blocked } from '../fit/blocked.ts';
import { consumableShort } from '../fit/consumables.ts';
import { fit } from '../fit/fit.ts';
import type { Displaces, Hold, Holds, Room } from '../order/hold.ts';
import type { JobClass } from '../order/job-class.ts';
import type { Displacing, Line } from '../order/line.ts';
import type { Scheduler } from '../scheduler.ts';
import { Ground } from './ground.ts';
import { MakingRoom } from './making-room.ts';

interface Preemption {
  readonly jobId: JobId;
  readonly reason: string;
}

/** A plan is looked at anew when so much time has passed: what it counted on may be gone. */
const planHoldsMs = 1000;

/** Keeps room for those that others are stopped for. The caller stops each as it comes. */
export function* planPreemptions(
  world: World,
  scheduler: Scheduler,
  nowMs: number,
): Generator<Preemption> {
  let left = limit.preemptionsPerTurn;
  let ground: Ground | undefined;
  for (const line of scheduler.lines.values()) {
    const contenders = inOrder(line, scheduler);
    /** Jobs of classes for which others were stopped, and that wait for what is others' own now. */
    const owed = new Map<JobClass, number>();
    for (const { jobClass, isOwn } of contenders) {
      if (left <= 0) return;
      const before = jobClass.hold?.displaces?.jobs ?? owed.get(jobClass) ?? 0;
      if (stands(world, line, jobClass, nowMs)) continue;
      // Before anybody is stopped for what is a share's own, what borrowers wait for is let go.
      if (isOwn)
        for (const other of contenders)
          if (!other.isOwn && other.jobClass.hold?.displaces !== undefined) {
            owed.set(other.jobClass, other.jobClass.hold.displaces.jobs);
            scheduler.backlog.keepDisplacing(other.jobClass, undefined);
          }
      const toPlan = { line, jobClass, owed: before };
      const planned = plan(world, toPlan, () => (ground ??= new Ground(world)), left, nowMs);
      if (planned === undefined && before === 0) continue;
      for (const other of planned?.givingWay ?? [])
        scheduler.backlog.keepDisplacing(other, undefined);
      scheduler.backlog.keepDisplacing(jobClass, planned);
      // What is kept no longer may be another's.
      if ((planned?.displaces.jobs ?? 0) < before || planned?.givingWay.length)
        scheduler.keptLess();
      left -= planned?.preemptions.length ?? 0;
      yield* planned?.preemptions ?? [];
    }
  }
  scheduler.displacedAll();
}

/** Whose own it would be first. */
function inOrder(
  { queueArn, displacing }: Line,
  { backlog }: Scheduler,
): { jobClass: JobClass; isOwn: boolean }[] {
  if (displacing === undefined) return [];
  const all = displacing.contenders(backlog.overtakenOf(queueArn)).map((jobClass) => ({
    jobClass,
    isOwn: displacing
      .books(jobClass)
      .isOwn(jobClass.claim.share?.identifier ?? '', jobClass.amounts),
  }));
  return [...all.filter(({ isOwn }) => isOwn), ...all.filter(({ isOwn }) => !isOwn)];
}

/** Jobs of the class that may be waited for at once; no more than may start. */
function wantedOf(world: World, jobClass: JobClass): number {
  const { queue, among } = world.scheduler.parallel.left(jobClass.queueArn, jobClass.claim);
  const most = Math.max(0, Math.min(limit.placementsPerPass, queue, among));
  return jobClass.count(most, world.runnableIn);
}

/**
 * What was planned for it was looked at a moment ago, as many wait under the same quotas, others of
 * its share have not taken what is promised to it, and the hosts on which room is kept still take
 * jobs.
 */
function stands(world: World, { displacing }: Line, jobClass: JobClass, nowMs: number): boolean {
  const displaces = jobClass.hold?.displaces;
  return (
    displaces !== undefined &&
    displaces.wanted === wantedOf(world, jobClass) &&
    displaces.quotas === displacing?.generation &&
    Math.abs(nowMs - displaces.plannedAtMs) < planHoldsMs &&
    mayHold(displacing, jobClass, displaces.jobs) &&
    (jobClass.hold?.room?.hostIds ?? []).every((id) => {
      const host = world.hosts.get(id);
      return host !== undefined && unavailable(host) === undefined;
    })
  );
}

/** Its share may then hold so many jobs of it. */
function mayHold(displacing: Displacing, jobClass: JobClass, jobs: number): boolean {
  const amounts: Amounts = jobClass.amounts.map(([unit, amount]) => [unit, amount * jobs]);
  const share = jobClass.claim.share?.identifier ?? '';
  return displacing.books(jobClass).short(share, amounts) === undefined;
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
  /** Of so many jobs of it others were stopped before. */
  readonly owed: number;
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
  const isOwn = (one: JobClass): boolean =>
    displacing.books(one).isOwn(one.claim.share?.identifier ?? '', one.amounts);
  const { queueArn, claim } = jobClass;
  if (!isOwn(jobClass)) return [];
  return [...backlog.overtakenOf(queueArn)].filter(
    (other) =>
      other.claim.share?.identifier !== claim.share?.identifier &&
      before.some((hold) => hold === other.hold) &&
      !isOwn(other),
  );
}

function plan(
  world: World,
  { line: { queueArn, displacing }, jobClass, owed }: ToPlan,
  ground: () => Ground,
  most: number,
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
      givingWay.length > 0 ? before : undefined,
    )
  )
    return undefined;
  const beside = backlog.holdsBeside(queueArn, claim).filter(stays);
  const making = new MakingRoom(world, queue, displacing, { jobClass, owed }, beside, ground());
  const wanted = wantedOf(world, jobClass);
  if (wanted === 0) return undefined;
  let jobs = 0;
  while (jobs < wanted && making.count < most && making.makeForOne()) jobs++;
  if (jobs === 0) return undefined;
  const share = claim.share?.identifier ?? '';
  return {
    givingWay,
    room: making.room(),
    displaces: { jobs, wanted, quotas: displacing.generation, plannedAtMs: nowMs },
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
