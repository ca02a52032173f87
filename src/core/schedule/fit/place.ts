// One pass of placement: takes the next head of the order, asks fit for a place, and says where the
// job goes. The caller applies each placement before asking for the next, so that the world is the
// only book of what is taken. A class that does not fit is laid aside until the pass ends: nothing
// grows while a pass takes. One that was overtaken for long enough has room kept for it, of which
// what stands behind it takes nothing.

import { must } from '../../../base/assert.ts';
import { childId, type Arn, type HostId, type JobId } from '../../../base/ids.ts';
import { isArrayParent } from '../../job/job.ts';
import { consumablesOfAll } from '../../job/nodes.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';
import type { Blocked } from './blocked.ts';
import { fit } from './fit.ts';
import { nearestRoom, waitsForRoom } from './nearest-room.ts';
import { hasNodes, roomForNodes } from './fit-nodes.ts';
import { mayComeBack } from './consumables.ts';
import type { Hold, Holds, Destination, Room } from '../order/hold.ts';
import { isOvertaken, makesWayFor } from './overtaken.ts';
import { anyHostHasRoom } from './host-room.ts';
import type { Head } from '../order/job-class.ts';
import type { Scheduler } from '../scheduler.ts';
import { secondOf } from '../order/share.ts';

interface PlannedPlacement extends Omit<Destination, 'machineId'> {
  readonly jobId: JobId;
}

/** A head that did not fit. */
interface Aside {
  readonly head: Head;
  readonly because: Blocked;
  /** How many the pass had placed by then where this one could go: those after it overtake it. */
  readonly takenBefore: number;
}

/**
 * Where the last cycle found why none is launched, another one would find the same until something
 * changes.
 */
function wantsInstances(because: Blocked): boolean {
  if (because.type === 'nodes-wait-for-instances') return because.unmet === undefined;
  return because.type === 'no-instance' && because.unmet === undefined;
}

export class Pass {
  readonly #world: World;
  readonly #scheduler: Scheduler;
  readonly #nowMs: number;
  #aside: Aside[] = [];
  /** For heads that came up in this pass: it binds what comes after them. */
  #holds: Hold[] = [];
  /**
   * Consumable resources that a job which came up before has to wait for, and heads that wait
   * behind it for them.
   */
  readonly #awaited = new Set<Arn>();
  #behind: Head[] = [];
  #placed = 0;
  /** How many of them, by queue, environment and host. */
  readonly #taken = new Map<Arn | HostId, number>();
  /** At so many placements a head that was laid aside may have been overtaken often enough. */
  #nextDueAt = Number.POSITIVE_INFINITY;

  constructor(world: World, scheduler: Scheduler, nowMs: number) {
    this.#world = world;
    this.#scheduler = scheduler;
    this.#nowMs = nowMs;
    scheduler.backlog.begin(secondOf(nowMs));
  }

  /** The next placement; undefined when nothing more fits. */
  next(): PlannedPlacement | undefined {
    const { backlog } = this.#scheduler;
    if (this.#placed >= this.#nextDueAt) this.#keepForOvertaken();
    // A full machine is told at once, however many different needs wait for it.
    while (anyHostHasRoom(this.#world, backlog.least, this.#keptFromAll())) {
      const head = backlog.take();
      if (head === undefined) return this.#done();
      const { claim } = head.jobClass;
      const place = fit(this.#world, this.#queueOf(head), claim, this.#holdsFor(head));
      if (!place.fits) {
        this.#layAside({
          head,
          because: place.because,
          takenBefore: this.#takenFrom(head, place.because),
        });
        continue;
      }
      // What a job before it waits for comes to that one first: else small wishes would starve a
      // large one.
      if (consumablesOfAll(claim)?.some(({ arn }) => this.#awaited.has(arn))) {
        this.#behind.push(head);
        continue;
      }
      backlog.placed(head, place);
      this.#count(head, place);
      const { computeEnvironmentArn, hostId, otherNodes } = place;
      return { jobId: this.#jobOf(head.entry.jobId), computeEnvironmentArn, hostId, otherNodes };
    }
    // Instances are launched by the books, however full the machine is; nobody was asked what it
    // waits for.
    if (backlog.hasGrown) this.#scheduler.wantScaling('soon');
    return this.#done();
  }

  #done(): undefined {
    this.#scheduler.placedAll();
  }

  /** Puts back what was laid aside. A pass must be ended before the next one begins. */
  end(): void {
    for (const { head, because, takenBefore } of this.#aside) {
      const overtaken = this.#takenFrom(head, because) - takenBefore;
      // From when on instances make way for it is for a scaling cycle to find out.
      if (overtaken > 0 && this.#overtook(head, overtaken)) this.#scheduler.wantScaling('later');
      this.#scheduler.backlog.putBack(head);
    }
    for (const head of this.#behind) this.#scheduler.backlog.putBack(head);
    this.#aside = [];
    this.#behind = [];
    this.#awaited.clear();
    this.#holds = [];
  }

  #overtook(head: Head, jobs: number): boolean {
    return this.#scheduler.backlog.overtook(head, jobs, this.#nowMs, this.#world.settings);
  }

  #layAside(aside: Aside): void {
    this.#aside.push(aside);
    if (wantsInstances(aside.because)) this.#scheduler.wantScaling('soon');
    if (aside.because.type === 'consumable-short' && mayComeBack(aside.because))
      this.#awaited.add(aside.because.arn);
    const { jobClass } = aside.head;
    if (jobClass.hold?.displaces !== undefined) {
      this.#holds.push(jobClass.hold);
      return;
    }
    const overtaken =
      isOvertaken(this.#world, aside.head, this.#nowMs) || jobClass.hold?.overtaken === true;
    if (overtaken || jobClass.claim.nodes !== undefined) this.#keep(aside, overtaken);
    if (!overtaken)
      this.#nextDueAt = Math.min(
        this.#nextDueAt,
        this.#placed + this.#world.settings.overtakeJobs - jobClass.overtaken,
      );
  }

  /** The pass has gone so far that heads which it passed over have become due. */
  #keepForOvertaken(): void {
    this.#nextDueAt = Number.POSITIVE_INFINITY;
    for (const aside of this.#aside) {
      const { hold, overtaken } = aside.head.jobClass;
      if (hold?.overtaken || hold?.displaces) continue;
      const left =
        this.#world.settings.overtakeJobs -
        overtaken -
        (this.#takenFrom(aside.head, aside.because) - aside.takenBefore);
      if (left <= 0) this.#keep(aside, true);
      else this.#nextDueAt = Math.min(this.#nextDueAt, this.#placed + left);
    }
  }

  #count(
    { jobClass: { queueArn } }: Head,
    { computeEnvironmentArn, hostId, machineId, otherNodes = [] }: Destination,
  ): void {
    this.#placed++;
    for (const where of new Set([
      queueArn,
      computeEnvironmentArn,
      hostId,
      ...(machineId === undefined ? [] : [machineId]),
      ...otherNodes.map((node) => node.hostId),
    ]))
      this.#taken.set(where, (this.#taken.get(where) ?? 0) + 1);
  }

  /**
   * How many the pass has placed where the head waits: of its queue, in the environments of that,
   * or on a host.
   */
  #takenFrom(head: Head, because: Blocked): number {
    if (because.type === 'held-back') return this.#taken.get(head.jobClass.queueArn) ?? 0;
    let taken = 0;
    const { computeEnvironmentOrder, serviceEnvironmentOrder = [] } = this.#queueOf(head);
    for (const { computeEnvironment } of computeEnvironmentOrder)
      taken += this.#taken.get(computeEnvironment) ?? 0;
    for (const { serviceEnvironment } of serviceEnvironmentOrder)
      taken += this.#taken.get(serviceEnvironment) ?? 0;
    return because.type === 'host-full'
      ? Math.max(taken, this.#taken.get(because.host.id) ?? 0)
      : taken;
  }

  /**
   * Room is kept where it was, if that still serves; else where the job fits first by now; else
   * nowhere.
   */
  #keep({ head, because }: Aside, overtaken: boolean): void {
    const { jobClass } = head;
    const { claim, hold } = jobClass;
    if (hold !== undefined && this.#holds.includes(hold))
      this.#holds = this.#holds.filter((one) => one !== hold);
    const inQueue = overtaken && because.type === 'held-back';
    const room = waitsForRoom(because) ? this.#roomFor(head, overtaken) : undefined;
    // No host that is there could ever hold it, or too few could: a scaling cycle that knows of it
    // makes room for more.
    const isShort =
      room === undefined
        ? because.type === 'instances-full' || because.type === 'nodes-wait-for-instances'
        : room.hostIds.length < (claim.nodes?.numNodes ?? 1);
    if (overtaken && isShort && !this.#scheduler.scaling.overtaken.has(jobClass.key))
      this.#scheduler.wantScaling('soon');
    if (room === undefined && !inQueue) this.#scheduler.backlog.letGo(head);
    else
      this.#holds.push(
        hold !== undefined && hold.room === room && hold.overtaken === overtaken
          ? hold
          : this.#scheduler.backlog.keep(head, room, overtaken),
      );
  }

  #roomFor(head: Head, overtaken: boolean): Room | undefined {
    const { claim, hold } = head.jobClass;
    return hasNodes(claim)
      ? roomForNodes(this.#world, this.#queueOf(head), claim, this.#holds, hold?.room, overtaken)
      : nearestRoom(this.#world, this.#queueOf(head), claim, this.#holds, hold?.room);
  }

  /**
   * What is kept before the head: where it is its quota share's own, nothing for those of other
   * shares that would borrow, however long they were overtaken.
   */
  #holdsFor({ jobClass }: Head): Holds {
    const { displacing } = this.#scheduler.lines.of(jobClass.queueArn);
    if (displacing === undefined) return this.#holds;
    const borrowing = this.#aside
      .filter(({ head }) => makesWayFor(displacing, jobClass, head.jobClass))
      .map(({ head }) => head.jobClass.hold);
    return borrowing.length > 0 && displacing.isOwn(jobClass)
      ? this.#holds.filter((hold) => !borrowing.includes(hold))
      : this.#holds;
  }

  /** … before any head. */
  #keptFromAll(): Holds {
    if (this.#holds.length === 0) return this.#holds;
    return this.#holds.filter(
      ({ overtaken, queueArn }) =>
        !overtaken || this.#scheduler.lines.of(queueArn).displacing === undefined,
    );
  }

  #queueOf({ jobClass }: Head): JobQueue {
    return must(
      this.#world.jobQueues.get(jobClass.queueArn),
      'a queue outlives the jobs that wait in it',
    );
  }

  #jobOf(id: JobId): JobId {
    const job = must(this.#world.jobs.get(id), 'a head stands for a job that has not ended');
    if (!isArrayParent(job)) return id;
    return childId(id, must(job.children.nextRunnable(), 'the head array has a runnable child'));
  }
}
