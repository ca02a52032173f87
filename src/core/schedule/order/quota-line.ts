// The line of a queue with quota shares (user guide, chapter Quota management): each share has its
// own jobs in its own order, higher scheduling priority first, then submission, those that are
// tried again in front. What a share has of its own goes before what one would borrow; either goes
// by submission. Keeps the books of what the shares hold, and of what is on its way back to them.

import { must } from '../../../base/assert.ts';
import { Heap } from '../../../base/heap.ts';
import { StandingHeap, type Standing } from '../../../base/standing-heap.ts';
import type { Arn, AttemptId, JobId } from '../../../base/ids.ts';
import { refuse, type Refusal } from '../../../base/refusal.ts';
import type { JobTerms, ShareTerms } from '../../job/terms.ts';
import { amountsOfAll, partsOf, type Amounts } from '../../quota-share/amounts.ts';
import { jobUnits } from '../../quota-share/quota-share.ts';
import { byRank, classKey, type Claim, type HeadView, type JobClass } from './job-class.ts';
import type {
  Displacing,
  Held,
  Line,
  LineFacts,
  Member,
  NamedShare,
  QuotasView,
  Standpoint,
} from './line.ts';
import { QuotaBooks } from './quota-books.ts';
import { QuotaHeldBack } from './quota-words.ts';
import { WaitingList } from './waiting-list.ts';

const shareOf = ({ share }: Pick<JobTerms, 'share'>): string =>
  must(share, 'a job of a queue with quota shares names one').identifier;
const priorityOf = ({ claim }: { readonly claim: Claim }): number =>
  claim.share?.schedulingPriority ?? 0;
const byPriority = (a: JobClass, b: JobClass): boolean =>
  priorityOf(a) === priorityOf(b) ? byRank(a, b) : priorityOf(a) > priorityOf(b);

/** A share, as far as anything of it waits or runs. */
interface QuotaQueue extends Standing {
  readonly name: string;
  /** Of those that wait, without what a pass has in hand or keeps room for. */
  readonly classes: StandingHeap<JobClass>;
  readonly list: WaitingList;
  /** Whether what goes next would borrow: 1, else 0. */
  tier: 0 | 1;
  /** By priority, how many attempts hold something. */
  readonly running: Map<number, number>;
}

/** What is the shares' own first, then by submission. */
function byTier(a: QuotaQueue, b: QuotaQueue): boolean {
  if (a.tier !== b.tier) return a.tier < b.tier;
  const [first, second] = [a.classes.peek(), b.classes.peek()];
  return first !== undefined && second !== undefined && byRank(first, second);
}

/** A share in {@link QuotaLine.inTurn}: its next job, and those after it. */
interface Turn {
  readonly name: string;
  readonly next: JobId;
  readonly amounts: Amounts;
  readonly rest: Iterator<JobId, unknown>;
  readonly rank: number;
  readonly tier: number;
}

export class QuotaLine implements Line, Displacing, QuotasView {
  readonly queueArn: Arn;
  readonly isBySubmission = false;
  heapIndex = -1;
  generation = 0;
  readonly #facts: LineFacts;
  readonly #now = new QuotaBooks();
  /** As they will be when what is being stopped has stopped, and what it is stopped for runs. */
  readonly #then = new QuotaBooks();
  readonly #queues = new Map<string, QuotaQueue>();
  readonly #order = new StandingHeap<QuotaQueue>(byTier);
  readonly #leaving = new Set<AttemptId>();
  /** By the keys of classes of which jobs wait for what others are stopped for. */
  readonly #promised = new Map<string, { readonly jobClass: JobClass; readonly jobs: number }>();
  readonly #inShare = new Set<string>();

  constructor(queueArn: Arn, facts: LineFacts) {
    this.queueArn = queueArn;
    this.#facts = facts;
    this.sharesChanged();
  }

  get quotas(): QuotasView {
    return this;
  }

  get displacing(): Displacing {
    return this;
  }

  /** A share is demanded that is there; a priority in it is 0 unless it is said. */
  admit({ shareIdentifier: name, schedulingPriority = 0 }: Standpoint): ShareTerms | Refusal {
    if (name === undefined) return refuse('invalid', 'shareIdentifier must be specified.');
    for (const share of this.#facts.quotaSharesOf(this.queueArn)) {
      if (share.name !== name) continue;
      if (share.state === 'ENABLED' && share.status === 'VALID')
        return { identifier: name, schedulingPriority };
      const stands = share.status === 'VALID' ? share.state : share.status;
      return refuse('invalid', `Quota share ${name} is ${stands} and takes no jobs.`);
    }
    const queue = this.#facts.queueOf(this.queueArn);
    return refuse('not-found', `Quota share ${name} of job queue ${queue.name} does not exist.`);
  }

  shareNamed({ shareIdentifier, quotaShareName }: NamedShare): string | Refusal {
    const { name } = this.#facts.queueOf(this.queueArn);
    if (shareIdentifier)
      return refuse(
        'invalid',
        `Job queue ${name} has quota shares: quotaShareName must be specified, not shareIdentifier.`,
      );
    return quotaShareName || refuse('invalid', 'quotaShareName must be specified.');
  }

  submitted(): void {}
  joined(): void {}
  left(): void {}
  restore(): void {}

  sharesChanged(): void {
    const shares = [...this.#facts.quotaSharesOf(this.queueArn)];
    this.#now.define(shares);
    this.#then.define(shares);
    this.#inShare.clear();
    this.generation++;
    const names = new Set<string>();
    for (const { name, inSharePreemption } of shares) {
      names.add(name);
      if (inSharePreemption) this.#inShare.add(name);
    }
    // A share went with its last job: nothing of it waits for anything.
    for (const [key, { jobClass }] of this.#promised)
      if (!names.has(shareOf(jobClass.claim))) this.#promised.delete(key);
    // Of a share that is gone classes may stand, of jobs that have ended: a pass takes them out.
    for (const queue of this.#queues.values())
      if (names.has(queue.name) || queue.classes.size > 0) this.#restand(queue);
      else this.#queues.delete(queue.name);
  }

  weigh({ attemptId, share, priority, amounts }: Held, sign: 1 | -1): void {
    this.#now.move(share, amounts, sign);
    // What is being stopped is counted as given back already.
    if (sign === 1 || !this.#leaving.delete(attemptId)) this.#then.move(share, amounts, sign);
    const queue = this.#queueOf(share);
    const running = (queue.running.get(priority) ?? 0) + sign;
    if (running === 0) queue.running.delete(priority);
    else queue.running.set(priority, running);
    this.#restand(queue);
  }

  leaves({ attemptId, share, amounts }: Held): void {
    if (this.#leaving.has(attemptId)) return;
    this.#leaving.add(attemptId);
    this.#then.move(share, amounts, -1);
  }

  promise(jobClass: JobClass, jobs: number): void {
    const known = this.#promised.get(jobClass.key)?.jobs ?? 0;
    if (jobs === known || !this.#now.has(shareOf(jobClass.claim))) return;
    this.#then.promise(shareOf(jobClass.claim), jobClass.amounts, jobs - known);
    if (jobs === 0) this.#promised.delete(jobClass.key);
    else this.#promised.set(jobClass.key, { jobClass, jobs });
  }

  get rank(): number | undefined {
    return this.peek()?.rank;
  }

  peek(): JobClass | undefined {
    return this.#order.peek()?.classes.peek();
  }

  put(jobClass: JobClass): void {
    const queue = this.#queueOf(shareOf(jobClass.claim));
    queue.classes.put(jobClass);
    this.#restand(queue);
  }

  remove(jobClass: JobClass): void {
    const queue = this.#queueOf(shareOf(jobClass.claim));
    queue.classes.remove(jobClass);
    this.#restand(queue);
  }

  refresh(): boolean {
    return false;
  }

  /**
   * It must not come to more than the shares' quotas now, nor when what is promised to those that
   * go before it is taken.
   */
  holdsBack(claim: Claim): QuotaHeldBack | undefined {
    const name = shareOf(claim);
    const amounts = amountsOfAll(claim);
    const now = this.#now.short(name, amounts);
    if (now !== undefined) return new QuotaHeldBack(name, now, this.#leaving.size > 0);
    if (this.#leaving.size === 0 && this.#promised.size === 0) return undefined;
    const key = classKey(this.queueArn, claim);
    const books = this.#booksBeside(key, claim);
    if (books.short(name, amounts) === undefined) return undefined;
    const rank = this.#facts.classRank(key) ?? Infinity;
    const then = this.#withoutLater(books, { key, claim, rank }).short(name, amounts);
    return then && new QuotaHeldBack(name, then, true);
  }

  granting(): (claim: Claim, count: number) => number {
    const books = this.#now.fork();
    return (claim, count) => {
      const [name, amounts] = [shareOf(claim), amountsOfAll(claim)];
      let granted = 0;
      for (; granted < count && books.short(name, amounts) === undefined; granted++)
        books.move(name, amounts, 1);
      return granted;
    };
  }

  comparing(): (a: HeadView, b: HeadView) => number {
    const places = new Map<string, number>();
    const placeOf = ({ jobClass, entry }: HeadView): number => {
      const name = shareOf(jobClass.claim);
      let place = places.get(name);
      if (place === undefined)
        places.set(name, (place = this.#queueOf(name).classes.peek()?.rank ?? entry.rank));
      return place;
    };
    const tierOf = ({ jobClass }: HeadView): number => this.#tierOf(jobClass);
    return (a, b) =>
      tierOf(a) - tierOf(b) ||
      placeOf(a) - placeOf(b) ||
      priorityOf(b.jobClass) - priorityOf(a.jobClass) ||
      a.entry.rank - b.entry.rank;
  }

  listOf(job: Member): WaitingList {
    return this.#queueOf(shareOf(job.terms)).list;
  }

  *lists(): Generator<WaitingList> {
    for (const { list } of this.#queues.values()) yield list;
  }

  /** Each job counts to its share as if it were placed. */
  *inTurn(): Generator<JobId> {
    const books = this.#now.fork();
    const turns = new Heap<Turn>((a, b) => (a.tier === b.tier ? a.rank < b.rank : a.tier < b.tier));
    const stand = (name: string, rest: Turn['rest']): void => {
      const { value: next, done } = rest.next();
      if (done === true) return;
      const terms = this.#facts.waitingJob(next)?.terms;
      const amounts = terms === undefined ? [] : amountsOfAll(terms);
      const tier = books.isOwn(name, amounts) ? 0 : 1;
      turns.push({ name, next, amounts, rest, rank: this.#facts.waitingRank(next), tier });
    };
    for (const { name, list } of this.#queues.values()) stand(name, list[Symbol.iterator]());
    for (let turn = turns.pop(); turn !== undefined; turn = turns.pop()) {
      yield turn.next;
      books.move(turn.name, turn.amounts, 1);
      stand(turn.name, turn.rest);
    }
  }

  // ---- what shares hold

  get units(): readonly string[] {
    const named = new Set<string>();
    for (const { capacityLimits } of this.#facts.quotaSharesOf(this.queueArn))
      for (const { capacityUnit } of capacityLimits) named.add(capacityUnit);
    return this.#facts.queueOf(this.queueArn).jobQueueType === 'SAGEMAKER_TRAINING'
      ? [...named].sort()
      : jobUnits.filter((unit) => unit === 'VCPU' || named.has(unit));
  }

  held(share: string): ReadonlyMap<string, number> {
    const held = new Map<string, number>();
    for (const [unit, used] of this.#now.used(share))
      if (used > 0) held.set(unit, used / partsOf(unit));
    return held;
  }

  borrowed(share: string): ReadonlyMap<string, number> {
    const borrowed = new Map<string, number>();
    for (const [unit, used] of this.#now.used(share)) {
      const limit = this.#now.limit(share, unit);
      if (limit !== undefined && used > limit) borrowed.set(unit, (used - limit) / partsOf(unit));
    }
    return borrowed;
  }

  front(share: string): JobId | undefined {
    for (const id of this.#queues.get(share)?.list ?? []) return id;
    return undefined;
  }

  // ---- who displaces others

  contenders(overtaken: Iterable<JobClass>): JobClass[] {
    const found = [...this.#promised.values()].map(({ jobClass }) => jobClass);
    const crossShare = this.#leaving.size > 0 || this.#then.anyBorrowed;
    if (!crossShare && this.#inShare.size === 0) return found;
    const look = ({ name, running }: QuotaQueue, classes: Iterable<JobClass>): void => {
      const lowest = this.#inShare.has(name) ? Math.min(...running.keys()) : Infinity;
      for (const jobClass of classes)
        if (lowest < priorityOf(jobClass) || (crossShare && this.#isOwnBy(this.#then, jobClass)))
          found.push(jobClass);
    };
    for (const queue of this.#queues.values()) look(queue, queue.classes.values());
    for (const jobClass of overtaken) look(this.#queueOf(shareOf(jobClass.claim)), [jobClass]);
    return found.sort((a, b) =>
      shareOf(a.claim) === shareOf(b.claim) ? (byPriority(a, b) ? -1 : 1) : byRank(a, b) ? -1 : 1,
    );
  }

  books({ key, claim }: JobClass): QuotaBooks {
    return this.#booksBeside(key, claim).fork();
  }

  isOwn(jobClass: JobClass): boolean {
    return this.#isOwnBy(this.#booksBeside(jobClass.key, jobClass.claim), jobClass);
  }

  #isOwnBy(books: QuotaBooks, one: JobClass): boolean {
    const name = shareOf(one.claim);
    return (
      books.isOwn(name, one.amounts) || this.#withoutLater(books, one).isOwn(name, one.amounts)
    );
  }

  /** … without what is promised to other jobs of its priority that go after its first. */
  #withoutLater(books: QuotaBooks, one: Pick<JobClass, 'key' | 'claim' | 'rank'>): QuotaBooks {
    const name = shareOf(one.claim);
    let without = books;
    for (const { jobClass, jobs } of this.#promised.values()) {
      if (
        shareOf(jobClass.claim) !== name ||
        priorityOf(jobClass) !== priorityOf(one) ||
        jobClass.key === one.key
      )
        continue;
      const before = jobClass.countBefore(one.rank, jobs, this.#facts.runnableIn);
      if (before >= jobs) continue;
      if (without === books) without = books.fork();
      without.promise(name, jobClass.amounts, before - jobs);
    }
    return without;
  }

  before(held: JobClass): JobClass | undefined {
    const name = shareOf(held.claim);
    const mustBeOwn = this.isOwn(held);
    let first: JobClass | undefined;
    const look = (jobClass: JobClass): void => {
      // What would be borrowed does not go before what is the share's own.
      if (byPriority(jobClass, first ?? held) && (!mustBeOwn || this.isOwn(jobClass)))
        first = jobClass;
    };
    for (const jobClass of this.#queues.get(name)?.classes.values() ?? []) look(jobClass);
    for (const { jobClass } of this.#promised.values())
      if (jobClass.heapIndex >= 0 && shareOf(jobClass.claim) === name) look(jobClass);
    return first;
  }

  displacesInShare(share: string): boolean {
    return this.#inShare.has(share);
  }

  /** Then; without what is promised to the class itself, and to lower priorities of its share. */
  #booksBeside(key: string, claim: Claim): QuotaBooks {
    const [name, priority] = [shareOf(claim), priorityOf({ claim })];
    let books = this.#then;
    for (const { jobClass, jobs } of this.#promised.values()) {
      if (
        shareOf(jobClass.claim) !== name ||
        (jobClass.key !== key && priorityOf(jobClass) >= priority)
      )
        continue;
      if (books === this.#then) books = books.fork();
      books.promise(name, jobClass.amounts, -jobs);
    }
    return books;
  }

  #tierOf({ claim, amounts }: Pick<JobClass, 'claim' | 'amounts'>): 0 | 1 {
    return this.#now.isOwn(shareOf(claim), amounts) ? 0 : 1;
  }

  /** Its place may be another. */
  #restand(queue: QuotaQueue): void {
    const head = queue.classes.peek();
    if (head === undefined) {
      this.#order.remove(queue);
      return;
    }
    queue.tier = this.#tierOf(head);
    this.#order.put(queue);
  }

  #queueOf(name: string): QuotaQueue {
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      queue = {
        name,
        classes: new StandingHeap(byPriority),
        list: new WaitingList(),
        tier: 0,
        heapIndex: -1,
        running: new Map(),
      };
      this.#queues.set(name, queue);
    }
    return queue;
  }
}
