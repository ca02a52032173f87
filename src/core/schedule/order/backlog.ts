// The jobs that could run now, in the order in which they are tried: first by the priority of their
// queue, then in the line of the queue; one that room is kept for goes first among queues of its
// priority. An array stands here once, for all its children. What may not start because so many of
// its kind are under way stands aside until one of them ends. The order is kept from pass to pass:
// a pass costs what it takes in hand, not what waits.

import { must } from '../../../base/assert.ts';
import { StandingHeap } from '../../../base/standing-heap.ts';
import type { Arn, HostId, JobId } from '../../../base/ids.ts';
import { timesNeeds, type Needs } from '../../job/needs.ts';
import { needsOfAll } from '../../job/nodes.ts';
import type { ParallelTerms } from '../../job/terms.ts';
import {
  noHolds,
  withoutFirst,
  type Destination,
  type Displaces,
  type Hold,
  type Holds,
  type Room,
} from './hold.ts';
import {
  classKey,
  JobClass,
  type Claim,
  type BacklogEntry,
  type Head,
  type HeadView,
  type StillRunnable,
} from './job-class.ts';
import type { Line } from './line.ts';
import type { Lines } from './lines.ts';
import { Overtaking, type OvertakenRow } from './overtaking.ts';
import type { Settings } from '../../settings.ts';
import type { ParallelView } from './parallel.ts';

/** What the order is made by; the world knows. */
export interface BacklogFacts {
  priorityOf(queueArn: Arn): number;
  readonly stillRunnable: StillRunnable;
  /** What is stored of how far a class was overtaken; undefined: no longer anything. */
  noteOvertaken(key: string, row: OvertakenRow | undefined): void;
}

const none: Needs = {
  milliVcpu: Number.MAX_SAFE_INTEGER,
  memoryMib: Number.MAX_SAFE_INTEGER,
  gpus: 0,
};

/** What may be asked of it. */
export interface BacklogView extends Pick<
  Backlog,
  | 'heldOf'
  | 'holdsBefore'
  | 'holdsBeside'
  | 'keptForNodes'
  | 'overtakenOf'
  | 'overtakenRows'
  | 'isBehind'
> {
  /** The classes that have something to place, with the heads at which a pass would find them. */
  classes(): Iterable<HeadView>;
}

export class Backlog {
  readonly #classes = new Map<string, JobClass>();
  readonly #lines: Lines;
  readonly #facts: BacklogFacts;
  readonly #parallel: ParallelView;
  /**
   * Classes that stand in no line until one of those has ended with which their jobs are counted,
   * by whom these are.
   */
  readonly #parked = new Map<string, Set<JobClass>>();
  /** Lines of which something stands: higher priority of the queue first, then submission. */
  readonly #order: StandingHeap<Line>;
  /** Classes for whose head room is kept: they stand here and in no line. */
  readonly #held: StandingHeap<JobClass>;
  readonly #overtaking: Overtaking;
  /** Something came since the last scaling cycle, which clears it. */
  hasGrown = false;
  #holdsGiven = 0;
  #least = none;
  /** Entries that were cancelled since the last compaction. */
  #spent = 0;

  constructor(lines: Lines, facts: BacklogFacts, parallel: ParallelView) {
    this.#lines = lines;
    this.#facts = facts;
    this.#overtaking = new Overtaking(facts.noteOvertaken);
    this.#parallel = parallel;
    const priority = ({ queueArn }: { queueArn: Arn }): number => facts.priorityOf(queueArn);
    this.#order = new StandingHeap((a, b) => {
      const [first, second] = [priority(a), priority(b)];
      if (first !== second) return first > second;
      return a.rank === b.rank ? a.queueArn < b.queueArn : rankOf(a) < rankOf(b);
    });
    this.#held = new StandingHeap((a, b) => {
      const [first, second] = [priority(a), priority(b)];
      return first === second ? numberOf(a) < numberOf(b) : first > second;
    });
  }

  /** No waiting job asks for less of anything: where not even this fits, nothing does. */
  get least(): Needs {
    return this.#least;
  }

  add(queueArn: Arn, claim: Claim, entry: BacklogEntry): void {
    const key = classKey(queueArn, claim);
    let jobClass = this.#classes.get(key);
    if (jobClass === undefined) {
      jobClass = new JobClass(queueArn, claim);
      this.#classes.set(key, jobClass);
      this.#overtaking.came(jobClass);
      this.#learn(claim.needs);
    }
    jobClass.add(entry);
    this.hasGrown = true;
    if (jobClass.isParked) return;
    if (jobClass.heapIndex < 0 || entry.rank < jobClass.rank) this.#stand(jobClass, entry.rank);
  }

  /** A pass begins. */
  begin(second: number): void {
    for (const line of this.#lines.refresh(second)) this.#restand(line);
  }

  /**
   * Takes the first class of the order out, until it is put back. Costs what is taken, not what
   * waits.
   */
  take(): Head | undefined {
    for (let jobClass = this.#first(); jobClass !== undefined; jobClass = this.#first()) {
      this.#takeOut(jobClass);
      const entry = jobClass.head(this.#facts.stillRunnable);
      if (
        entry?.rank === jobClass.rank &&
        (jobClass.hold === undefined || isFor(jobClass.hold, entry))
      ) {
        if (!this.#mayStart(jobClass)) {
          this.#rest(jobClass, entry.rank);
          continue;
        }
        if (jobClass.hold !== undefined && jobClass.hold.jobId !== entry.jobId)
          jobClass.hold = { ...jobClass.hold, jobId: entry.jobId };
        return { jobClass, entry };
      }
      // The head went; what was its own goes with it.
      if (entry === undefined || !jobClass.hold?.displaces) this.#hold(jobClass, undefined);
      if (entry === undefined) this.#forget(jobClass);
      else this.#stand(jobClass, entry.rank);
    }
    this.#relearn();
    return undefined;
  }

  /** Those of which only so many may start at once: one of them has ended, or waits no longer. */
  unpark({ among }: ParallelTerms): void {
    const parked = this.#parked.get(among);
    if (parked === undefined) return;
    this.#parked.delete(among);
    for (const jobClass of parked) {
      jobClass.isParked = false;
      this.#stand(jobClass, jobClass.rank);
    }
  }

  /** Whether others go first of those with which such jobs are counted. */
  isBehind({ parallel }: Claim): boolean {
    return parallel !== undefined && this.#parked.has(parallel.among);
  }

  putBack({ jobClass, entry }: Head): void {
    this.#stand(jobClass, entry.rank);
  }

  /** The head has found its place. */
  placed(head: Head, place: Destination): void {
    const { jobClass } = head;
    const { hold, claim } = jobClass;
    // Those behind a job that room was kept for have been overtaken with it.
    if (hold === undefined) jobClass.overtakenSinceMs = undefined;
    jobClass.overtaken = 0;
    const others = hold?.displaces !== undefined && hold.displaces.jobs > 1;
    this.#hold(jobClass, others ? withoutFirst(hold, claim.needs, place) : undefined);
    this.#overtaking.placed(jobClass);
    this.putBack(head);
  }

  /**
   * Room is kept for a head that is in hand, from when it first is in its turn; without a place, of
   * what its queue may use.
   */
  keep({ jobClass, entry }: Head, room: Room | undefined, overtaken = true): Hold {
    const { queueArn, claim } = jobClass;
    const hold: Hold = {
      jobId: entry.jobId,
      queueArn,
      needs: needsOfAll(claim),
      nodes: claim.nodes,
      room,
      overtaken,
      number: jobClass.hold?.number ?? this.#holdsGiven++,
    };
    this.#hold(jobClass, hold);
    return hold;
  }

  /**
   * Between two passes: room is kept for so many jobs of the class, for which others are stopped;
   * undefined: no longer.
   */
  keepDisplacing(
    jobClass: JobClass,
    kept: { readonly room: Room | undefined; readonly displaces: Displaces } | undefined,
  ): void {
    const { queueArn, claim, hold: known, needs } = jobClass;
    const entry = jobClass.head(this.#facts.stillRunnable);
    this.#takeOut(jobClass);
    if (entry === undefined) {
      this.#hold(jobClass, undefined);
      this.#classes.delete(jobClass.key);
      return;
    }
    const hold: Hold | undefined = kept && {
      jobId: entry.jobId,
      queueArn,
      needs: timesNeeds(needs, kept.displaces.jobs),
      nodes: claim.nodes,
      room: kept.room,
      overtaken: false,
      number: known?.number ?? this.#holdsGiven++,
      displaces: kept.displaces,
    };
    this.#hold(jobClass, hold);
    this.#stand(jobClass, entry.rank);
  }

  /** Where its first job stands, or stood when it was taken in hand. */
  rankOf(key: string): number | undefined {
    return this.#classes.get(key)?.rank;
  }

  /** No room is kept for it any longer. */
  letGo({ jobClass }: Head): void {
    this.#hold(jobClass, undefined);
  }

  /** So many jobs were placed while the head was passed over. Gives whether they are the first. */
  overtook({ jobClass }: Head, jobs: number, nowMs: number, bound: Settings): boolean {
    const isFirst = jobClass.overtakenSinceMs === undefined;
    jobClass.overtaken += jobs;
    jobClass.overtakenSinceMs ??= nowMs;
    this.#overtaking.grew(jobClass, nowMs, bound);
    return isFirst;
  }

  /** How far jobs were overtaken, as the store has it. */
  overtakenRows(): Iterable<OvertakenRow> {
    return this.#overtaking.rows();
  }

  /** What the store kept, before its jobs are back. */
  restoreOvertaken(row: OvertakenRow): void {
    this.#overtaking.restore(row);
  }

  /** All jobs are back after a start that came so long after the last transaction. */
  restart(awayMs: number): void {
    this.#overtaking.restart(awayMs, (key) => this.#classes.get(key));
  }

  /** Hosts that are kept for nodes of multi-node parallel jobs. */
  keptForNodes(): ReadonlySet<HostId> {
    return new Set(
      [...this.#held.values()].flatMap(({ hold }) =>
        hold?.nodes === undefined ? [] : (hold.room?.hostIds ?? []),
      ),
    );
  }

  /**
   * What is kept for those that are tried before a job of this kind, and what is kept for its own
   * class.
   */
  holdsBefore(
    queueArn: Arn,
    claim: Claim,
  ): { readonly before: Holds; readonly own: Hold | undefined } {
    if (this.#held.size === 0) return { before: noHolds, own: undefined };
    const priority = this.#facts.priorityOf(queueArn);
    const own = this.#classes.get(classKey(queueArn, claim))?.hold;
    const before: Hold[] = [];
    for (const { hold, queueArn: other } of this.#held.values()) {
      const theirs = this.#facts.priorityOf(other);
      if (
        hold !== undefined &&
        (theirs > priority ||
          (theirs === priority && hold.number < (own?.number ?? Number.POSITIVE_INFINITY)))
      )
        before.push(hold);
    }
    return { before, own };
  }

  /**
   * … and what comes free for others of their priority for which somebody is being stopped, though
   * they are tried after it: a plan that counted on that would have others stopped for them anew.
   */
  holdsBeside(queueArn: Arn, claim: Claim): Holds {
    const { before, own } = this.holdsBefore(queueArn, claim);
    const priority = this.#facts.priorityOf(queueArn);
    const beside = [...before];
    for (const { hold, queueArn: other } of own === undefined ? [] : this.#held.values())
      if (
        hold?.displaces !== undefined &&
        hold !== own &&
        !before.includes(hold) &&
        this.#facts.priorityOf(other) === priority
      )
        beside.push(hold);
    return beside;
  }

  /** Jobs and arrays of the queue that room is kept for, in the order in which they are tried. */
  heldOf(queueArn: Arn): JobId[] {
    const holds = [...this.#held.values()].flatMap(({ hold }) =>
      hold?.queueArn === queueArn && this.#facts.stillRunnable(hold.jobId) ? [hold] : [],
    );
    return holds.sort((a, b) => a.number - b.number).map(({ jobId }) => jobId);
  }

  /** Its classes for whose head room is kept since others overtook it: they stand in no line. */
  *overtakenOf(queueArn: Arn): Generator<JobClass> {
    for (const jobClass of this.#held.values())
      if (jobClass.queueArn === queueArn && jobClass.hold?.overtaken === true) yield jobClass;
  }

  /** Which of its classes goes next in the line may have changed. */
  moved(queueArn: Arn): void {
    this.#restand(this.#lines.of(queueArn));
  }

  /** The priority of a queue has changed. Rare: everything is put in order anew. */
  reorder(): void {
    this.#order.restore();
    this.#held.restore();
  }

  /** A queue is gone, and its jobs with it. */
  forgetQueue(queueArn: Arn): void {
    for (const jobClass of this.#classes.values()) {
      const { parallel } = jobClass.claim;
      if (jobClass.queueArn === queueArn && parallel !== undefined) this.unpark(parallel);
    }
    this.#order.remove(this.#lines.of(queueArn));
    for (const jobClass of this.#classes.values()) {
      if (jobClass.queueArn !== queueArn) continue;
      if (jobClass.hold !== undefined) this.#held.remove(jobClass);
      this.#classes.delete(jobClass.key);
    }
    this.#overtaking.forgetQueue(queueArn);
  }

  /** Nobody stands in it any more. */
  #forget({ key }: JobClass): void {
    this.#classes.delete(key);
    this.#overtaking.forget(key);
  }

  #hold(jobClass: JobClass, hold: Hold | undefined): void {
    const [before, after] = [jobClass.hold?.displaces?.jobs, hold?.displaces?.jobs];
    jobClass.hold = hold;
    if (before !== after) this.#lines.of(jobClass.queueArn).promise(jobClass, after ?? 0);
  }

  /** A single job, or a child that stood here on its own, is RUNNABLE no longer. */
  left(queueArn: Arn, claim: Claim, jobId: JobId): void {
    this.#classes.get(classKey(queueArn, claim))?.left(jobId);
  }

  /**
   * A job, or an array with all its children, is to stand elsewhere. `stood`: it could be placed.
   */
  withdraw(queueArn: Arn, claim: Claim, entry: BacklogEntry, stood: boolean): void {
    this.#classes.get(classKey(queueArn, claim))?.withdraw(entry, stood);
  }

  /** One of them ended while it waited: its entry will never come to the head. */
  spent(): void {
    this.#spent++;
    if (this.#spent < 10_000) return;
    this.#spent = 0;
    for (const jobClass of this.#classes.values()) jobClass.compact(this.#facts.stillRunnable);
  }

  /** The classes that have something to place, with the heads at which a pass would find them. */
  *classes(): Generator<Head> {
    for (const jobClass of this.#classes.values()) {
      const entry = jobClass.head(this.#facts.stillRunnable);
      if (entry !== undefined) yield { jobClass, entry };
    }
  }

  /** While others of them wait before it, a job with a larger number of its own waits as well. */
  #mayStart({ queueArn, claim: { parallel }, hold }: JobClass): boolean {
    // The line of a queue that is full stands in no order.
    if (hold !== undefined && this.#parallel.isQueueFull(queueArn)) return false;
    return (
      parallel === undefined ||
      !(this.#parked.has(parallel.among) || this.#parallel.isFull(parallel))
    );
  }

  /** What waits for no room has none kept for it, and is overtaken by nobody. */
  #rest(jobClass: JobClass, rank: number): void {
    this.#hold(jobClass, undefined);
    jobClass.overtaken = 0;
    jobClass.overtakenSinceMs = undefined;
    this.#overtaking.forget(jobClass.key);
    const { parallel } = jobClass.claim;
    if (parallel === undefined || this.#parallel.isQueueFull(jobClass.queueArn))
      return this.#stand(jobClass, rank);
    jobClass.rank = rank;
    jobClass.isParked = true;
    const parked = this.#parked.get(parallel.among);
    if (parked === undefined) this.#parked.set(parallel.among, new Set([jobClass]));
    else parked.add(jobClass);
  }

  #first(): JobClass | undefined {
    const held = this.#held.peek();
    const line = this.#order.peek();
    if (
      held === undefined ||
      (line !== undefined &&
        this.#facts.priorityOf(held.queueArn) < this.#facts.priorityOf(line.queueArn))
    )
      return line?.peek();
    // Inside a share its own order stands, whoever it is that others are stopped for.
    if (held.hold?.displaces === undefined || this.#parallel.isQueueFull(held.queueArn))
      return held;
    return this.#lines.of(held.queueArn).displacing?.before(held) ?? held;
  }

  #stand(jobClass: JobClass, rank: number): void {
    jobClass.rank = rank;
    if (jobClass.hold !== undefined) {
      this.#held.put(jobClass);
      return;
    }
    const line = this.#lines.of(jobClass.queueArn);
    line.put(jobClass);
    this.#restand(line);
  }

  #takeOut(jobClass: JobClass): void {
    if (jobClass.hold !== undefined) {
      this.#held.remove(jobClass);
      return;
    }
    const line = this.#lines.of(jobClass.queueArn);
    line.remove(jobClass);
    this.#restand(line);
  }

  #restand(line: Line): void {
    if (line.rank === undefined || this.#parallel.isQueueFull(line.queueArn))
      this.#order.remove(line);
    else this.#order.put(line);
  }

  #learn({ milliVcpu, memoryMib }: Needs): void {
    this.#least = {
      milliVcpu: Math.min(this.#least.milliVcpu, milliVcpu),
      memoryMib: Math.min(this.#least.memoryMib, memoryMib),
      gpus: 0,
    };
  }

  /** After a pass over everything, which costs as much: what asked for the least may have gone. */
  #relearn(): void {
    this.#least = none;
    for (const jobClass of this.#classes.values()) this.#learn(jobClass.claim.needs);
  }
}

const rankOf = (line: Line): number => must(line.rank, 'a line in the order has something to give');
const isFor = ({ displaces, jobId }: Hold, entry: BacklogEntry): boolean =>
  displaces !== undefined || jobId === entry.jobId;
const numberOf = ({ hold }: JobClass): number =>
  must(hold, 'what stands among the held has a hold').number;
