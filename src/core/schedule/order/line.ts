// The line of one queue: whose job goes next, and all that follows from how that is decided, from
// what a submission must say to the words for a job that its line holds up. A kind of line is a
// file of its own and an entry in lines.ts; nobody else asks which kind a line is.

import type { Standing } from '../../../base/standing-heap.ts';
import type { Arn, AttemptId, JobId } from '../../../base/ids.ts';
import type { Refusal } from '../../../base/refusal.ts';
import type { LiveArrayParent, WaitingJob, WorldJob } from '../../job/job.ts';
import type { Needs } from '../../job/needs.ts';
import type { ShareTerms } from '../../job/terms.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { Limits } from '../../limit.ts';
import type { Amounts } from '../../quota-share/amounts.ts';
import type { QuotaShare } from '../../quota-share/quota-share.ts';
import type { SchedulingPolicy } from '../../scheduling-policy/scheduling-policy.ts';
import type { Words } from '../words.ts';
import type { Holds, KeptForAnother } from './hold.ts';
import type { Claim, HeadView, JobClass } from './job-class.ts';
import type { QuotaBooks } from './quota-books.ts';
import type { Share, ShareUsage } from './share.ts';
import type { WaitingList, WaitingListView } from './waiting-list.ts';

/** What may be asked of a line. */
export interface LineView {
  readonly queueArn: Arn;
  /** Where a job stands that asks for this; a refusal where it cannot stand here. */
  admit(asked: Standpoint, nowMs: number): ShareTerms | undefined | Refusal;
  /** The share that a service job names, in the way that suits the line; undefined: none. */
  shareNamed(asked: NamedShare): string | undefined | Refusal;
  /** Part of the room that is there may be none for this claim. */
  holdsBack(claim: Claim, holds: Holds): HeldBack | KeptForAnother | undefined;
  /**
   * How many of so many like this may have a place beside those that were asked after before; where
   * nothing bounds them together, as many as there are.
   */
  granting(): (claim: Claim, count: number) => number;
  /** Orders heads of the line as a pass that began now would take them. */
  comparing(): (a: HeadView, b: HeadView) => number;
  /** The list in which the job stands when it is RUNNABLE. */
  listOf(job: Pick<WaitingJob | LiveArrayParent, 'terms'>): WaitingListView;
  lists(): Iterable<WaitingListView>;
  /** The jobs that wait, in the order in which a pass would try them now. */
  inTurn(): Iterable<JobId>;
  /**
   * Jobs go in the order of their submission, all in one list. Else any of them may go before a job
   * of another queue of the same priority.
   */
  readonly isBySubmission: boolean;
  /** Absent where jobs have none. */
  readonly shares?: ShareBooks;
  /** Absent where shares have no quotas. */
  readonly quotas?: QuotasView;
}

export interface Line extends LineView, Standing {
  // ---- who has jobs, and who holds what: told by the fold, in this order

  /** A job is submitted: it is about to join. */
  submitted(job: Member & { readonly createdAtMs: number }): void;
  /** The job is in the world from here on: a single one, an array, or a child that starts. */
  joined(job: Member): void;
  left(job: Member): void;
  /** The share of the attempt holds more from here on, or less (-1). */
  weigh(held: Held, sign: 1 | -1, atMs: number): void;
  /** The attempt is being stopped: what it holds is about to be given back. */
  leaves(held: Held): void;
  /** The shares of the queue, or what they may hold, are others now. */
  sharesChanged(): void;
  /** So many jobs of the class wait for what others are stopped for (0: none does any more). */
  promise(jobClass: JobClass, jobs: number): void;
  /** What the store kept of a share. */
  restore(usage: ShareUsage): void;

  // ---- whose job goes next: classes of jobs that wait, without those that a pass has in hand

  /** The rank of the class that goes next; undefined: none stands here. */
  readonly rank: number | undefined;
  peek(): JobClass | undefined;
  /** Puts the class in, or where it belongs by now. */
  put(jobClass: JobClass): void;
  remove(jobClass: JobClass): void;
  /** A pass begins. Gives whether the order may have changed by the mere passing of time. */
  refresh(second: number): boolean;

  listOf(job: Pick<WaitingJob | LiveArrayParent, 'terms'>): WaitingList;
  lists(): Iterable<WaitingList>;
  /** Absent where no job ever displaces another. */
  readonly displacing?: Displacing;
}

/** What an attempt holds of a share. */
export interface Held {
  readonly attemptId: AttemptId;
  readonly share: string;
  readonly priority: number;
  readonly needs: Needs;
  readonly amounts: Amounts;
  /** As the allocation has it. */
  readonly sinceMs: number | undefined;
}

/** Of a line in which jobs displace others: who may, and whom. */
export interface Displacing {
  /** Another number whenever what shares may hold has changed. */
  readonly generation: number;
  /**
   * Classes of which jobs wait that may displace others, in the order of their turns; `overtaken`:
   * these stand in no line, for room is kept for them.
   */
  contenders(overtaken: Iterable<JobClass>): JobClass[];
  /**
   * The books as they will be when all that is being stopped has stopped, and what room is kept for
   * runs; without what is promised to the class itself, and to lower priorities of its share.
   */
  books(jobClass: JobClass): QuotaBooks;
  /** By these, and without what is promised to those that go after it, its first job is. */
  isOwn(jobClass: JobClass): boolean;
  /** Of its share, who goes before a class for which others are stopped, and is not in hand. */
  before(held: JobClass): JobClass | undefined;
  /** Jobs of the share displace those of lower priority. */
  displacesInShare(share: string): boolean;
}

/** What of a submission says where in its line a job stands. */
export interface Standpoint {
  readonly shareIdentifier: string | undefined;
  readonly schedulingPriority: number | undefined;
}

/** How a service job names its share; an empty name is none. */
export interface NamedShare {
  readonly shareIdentifier?: string | undefined;
  readonly quotaShareName?: string | undefined;
  /** What only jobs of quota shares have. */
  readonly preemptionConfiguration?: object | undefined;
}

export type Member = Pick<WorldJob, 'terms'>;

/** There is room, and the line gives the claim none of it. */
export interface HeldBack {
  readonly type: 'held-back';
  words(queue: JobQueue): Words;
}

/** Who holds what, by share. */
interface ShareBooks {
  values(): Iterable<Readonly<Share>>;
  /** What all shares hold. */
  readonly milliVcpu: number;
}

/** What quota shares hold, by unit and in its measure: of vCPUs there may be parts. */
export interface QuotasView {
  /**
   * What the queue's shares are counted in: of service jobs, types of instances, as far as a share
   * has a limit of them; else vCPUs, which every job asks for, and what shares have limits of.
   */
  readonly units: readonly string[];
  held(share: string): ReadonlyMap<string, number>;
  /** What it holds beyond its own limits. */
  borrowed(share: string): ReadonlyMap<string, number>;
  /** Its job that goes next; undefined: none waits. */
  front(share: string): JobId | undefined;
}

/** What lines go by; the world knows. */
export interface LineFacts {
  readonly limits: Limits;
  queueOf(queueArn: Arn): JobQueue;
  /** Absent of a FIFO queue. It may be changed or replaced. */
  policyOf(queueArn: Arn): SchedulingPolicy | undefined;
  quotaSharesOf(queueArn: Arn): Iterable<QuotaShare>;
  /** The maximum of its ENABLED environments together; undefined where one of them has none. */
  maxMilliVcpuOf(queueArn: Arn): number | undefined;
  /** Single, an array, or a child of one. */
  waitingJob(id: JobId): Pick<WorldJob, 'terms' | 'sequence'> | undefined;
  /** … and where it stands by submission, those that are tried again first. */
  waitingRank(id: JobId): number;
  /** Where the first of a class stands, in hand or not; undefined: none waits. */
  classRank(key: string): number | undefined;
  /** Jobs of an entry that could be placed. */
  runnableIn(id: JobId): number;
  /** A share's usage is to be stored; `forgotten`: it is to be stored no longer. */
  noteUsage(usage: ShareUsage, forgotten?: true): void;
}

/** How many jobs wait in the line; children of arrays count one by one. */
export const jobsIn = (line: LineView): number => {
  let count = 0;
  for (const list of line.lists()) count += list.size;
  return count;
};
