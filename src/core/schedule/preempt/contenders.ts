// Whose turn it is to have others stopped for it: what would be a share's own before what would be
// borrowed, and the jobs of one priority of a share in their order, though they are not alike.
// Plans nothing.

import type { JobClass } from '../order/job-class.ts';
import type { Line } from '../order/line.ts';
import type { Scheduler } from '../scheduler.ts';
import { limit } from '../../limit.ts';
import type { World } from '../../world/world.ts';

/** Those of one priority of a share whose own it would be; each of the others by itself. */
interface Group {
  readonly classes: JobClass[];
  readonly isOwn: boolean;
}

/** Whose own it would be first. */
export function inOrder({ queueArn, displacing }: Line, { backlog }: Scheduler): Group[] {
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

/** Others are stopped for so many of its jobs. */
export const jobsOf = ({ hold }: JobClass): number => hold?.displaces?.jobs ?? 0;

/** Where the first of its jobs stand. */
export const ranksOf = (world: World, jobClass: JobClass, jobs: number): number[] => [
  ...jobClass.ranks(world.runnableIn).take(jobs),
];

/**
 * The classes in the order of their jobs, each up to where a job of another goes before its next;
 * one for which no more can be made is left out from then on. What was promised to later jobs is
 * taken back first.
 */
export function* turnsOf(
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
export function wantedOf(world: World, jobClass: JobClass): number {
  const { queue, among } = world.scheduler.parallel.left(jobClass.queueArn, jobClass.claim);
  const most = Math.max(0, Math.min(limit.placementsPerPass, queue, among));
  return jobClass.count(most, world.runnableIn);
}
