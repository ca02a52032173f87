// Which jobs are stopped so that others get what is theirs (user guide, chapter Preemption; ADR
// 0045): for each job that may displace others the fewest that make both its share's quota and a
// place on hosts free, counting what is on its way back already. What is freed is kept for whom it
// was freed for. Says who is stopped; stopping them is a command.

import { must } from '../../../base/assert.ts';
import type { HostId, JobId } from '../../../base/ids.ts';
import { unavailable } from '../../host/host.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { Needs } from '../../job/needs.ts';
import { consumablesOfAll } from '../../job/nodes.ts';
import { limit } from '../../limit.ts';
import type { Amounts } from '../../quota-share/amounts.ts';
import { displacedReason, takenBackReason } from '../../quota-share/preemption-reason.ts';
import type { World } from '../../world/world.ts';
import type { Blocked } from '../fit/blocked.ts';
import { consumableShort } from '../fit/consumables.ts';
import { fit } from '../fit/fit.ts';
import { hasRoom } from '../fit/room.ts';
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
  let known: Ground | undefined;
  const ground = (): Ground => (known ??= new Ground(world));
  const { backlog } = scheduler;
  const letGo = (jobClass: JobClass): void => backlog.keepDisplacing(jobClass, undefined);
  for (const line of scheduler.lines.values()) {
    const groups = inOrder(line, scheduler);
    /** Jobs of classes for which others were stopped, and that wait for what is others' own now. */
    const owed = new Map<JobClass, number>();
    const owe = (jobClass: JobClass): void => {
      if (jobsOf(jobClass) > 0) owed.set(jobClass, jobsOf(jobClass));
    };
    for (const { classes, isOwn } of groups) {
      const open = openOf(world, line, classes, ground, nowMs);
      if (open.length === 0) continue;
      open.forEach(owe);
      // Before anybody is stopped for what is a share's own, what borrowers wait for is let go.
      if (isOwn)
        for (const other of groups.flatMap((group) => (group.isOwn ? [] : group.classes)))
          if (jobsOf(other) > 0) {
            owe(other);
            letGo(other);
          }
      for (const { jobClass, most } of turnsOf(world, open)) {
        if (left <= 0) return;
        const toPlan = { line, jobClass, owed: owed.get(jobClass) ?? 0, most };
        const planned = plan(world, toPlan, ground, left, nowMs);
        if (planned === undefined && jobsOf(jobClass) === 0) continue;
        planned?.givingWay.forEach(letGo);
        backlog.keepDisplacing(jobClass, planned);
        // What is kept no longer may be another's.
        if (planned?.givingWay.length) scheduler.keptLess();
        left -= planned?.preemptions.length ?? 0;
        yield* planned?.preemptions ?? [];
      }
      if (open.some((one) => jobsOf(one) < (owed.get(one) ?? 0))) scheduler.keptLess();
    }
  }
  scheduler.displacedAll();
}

/** Those of one priority of a share whose own it would be; each of the others by itself. */
interface Group {
  readonly classes: JobClass[];
  readonly isOwn: boolean;
}

/** Whose own it would be first. */
function inOrder({ queueArn, displacing }: Line, { backlog }: Scheduler): Group[] {
  if (displacing === undefined) return [];
  const own = new Map<string, Group>();
  const borrowing: Group[] = [];
  for (const jobClass of displacing.contenders(backlog.overtakenOf(queueArn))) {
    const { identifier = '', schedulingPriority } = jobClass.claim.share ?? {};
    const key = `${identifier} ${schedulingPriority}`;
    if (!displacing.isOwn(jobClass)) borrowing.push({ classes: [jobClass], isOwn: false });
    else if (own.has(key)) own.get(key)?.classes.push(jobClass);
    else own.set(key, { classes: [jobClass], isOwn: true });
  }
  return [...own.values(), ...borrowing];
}

/**
 * Those of a group that are planned for anew, in their order: what does not stand, and what waits
 * for jobs that go after the first of these.
 */
function openOf(
  world: World,
  line: Line,
  classes: readonly JobClass[],
  ground: () => Ground,
  nowMs: number,
): JobClass[] {
  const fallen = classes.filter((one) => !stands(world, line, one, ground, nowMs));
  const first = Math.min(...fallen.map(({ rank }) => rank));
  return classes.filter(
    (one) => fallen.includes(one) || (ranksOf(world, one, jobsOf(one)).at(-1) ?? 0) > first,
  );
}

/** Others are stopped for so many of its jobs. */
const jobsOf = ({ hold }: JobClass): number => hold?.displaces?.jobs ?? 0;

/** Where the first of its jobs stand. */
const ranksOf = (world: World, jobClass: JobClass, jobs: number): number[] => [
  ...jobClass.ranks(world.runnableIn).take(jobs),
];

/**
 * The classes in the order of their jobs, each up to where a job of another goes before its next;
 * one for which no more can be made is left out from then on. What was promised to later jobs is
 * taken back first.
 */
function* turnsOf(
  world: World,
  classes: readonly JobClass[],
): Generator<{ readonly jobClass: JobClass; readonly most: number }> {
  const [alone, ...others] = classes;
  if (alone !== undefined && others.length === 0)
    return yield { jobClass: alone, most: wantedOf(world, alone) };
  const waiting = classes.map((jobClass) => ({
    jobClass,
    ranks: ranksOf(world, jobClass, wantedOf(world, jobClass)),
    isNew: true,
  }));
  type Waiting = (typeof waiting)[number];
  const nextOf = ({ jobClass, ranks }: Waiting): number => ranks[jobsOf(jobClass)] ?? Infinity;
  const mostOf = (one: Waiting): number => {
    const end = Math.min(...waiting.map((other) => (other === one ? Infinity : nextOf(other))));
    return one.ranks.filter((rank) => rank <= end).length;
  };
  for (const one of waiting)
    if (mostOf(one) < jobsOf(one.jobClass)) yield { jobClass: one.jobClass, most: mostOf(one) };
  const placeOf = (one: Waiting): number => (one.isNew ? (one.ranks[0] ?? 0) : nextOf(one));
  for (;;) {
    const [first] = waiting.sort((a, b) => placeOf(a) - placeOf(b));
    if (first === undefined) return;
    const most = mostOf(first);
    yield { jobClass: first.jobClass, most };
    first.isNew = false;
    if (jobsOf(first.jobClass) < most || most === first.ranks.length) waiting.shift();
  }
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
  const { queueArn, claim } = jobClass;
  if (!displacing.isOwn(jobClass)) return [];
  return [...backlog.overtakenOf(queueArn)].filter(
    (other) =>
      other.claim.share?.identifier !== claim.share?.identifier &&
      before.some((hold) => hold === other.hold) &&
      !displacing.isOwn(other),
  );
}

function plan(
  world: World,
  { line: { queueArn, displacing }, jobClass, owed, most }: ToPlan,
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
      givingWay.length > 0 ? before : undefined,
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
