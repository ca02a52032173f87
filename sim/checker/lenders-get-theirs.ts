// Law: a lender gets its own back. Where jobs of a quota share wait that fit what is its own and it
// does not use itself, and others of the queue borrow, room for all of them is made in one cycle of
// the planner: nobody waits whom a borrower could make way for and does not. And once their room is
// on its way, the first of them has its place within a bound. Reckoned from rows alone, on queues
// whose hosts are registered and nobody else's.

import type { Arn, HostId } from '../../src/base/ids.ts';
import type { Control } from '../../src/control/control.ts';
import type { RegisteredHost } from '../../src/core/host/host.ts';
import { isToStop, type LiveJob } from '../../src/core/job/job.ts';
import type { JobQueue } from '../../src/core/job-queue/job-queue.ts';
import type { Needs } from '../../src/core/job/needs.ts';
import type { QuotaShare } from '../../src/core/quota-share/quota-share.ts';
import { holdingsOf, partsOf, type Ledger, type Runnable } from '../ledger.ts';
import { removed, written } from '../rows.ts';
import { asked, booksOf, hasQuotas, unitsOf, type Books } from '../quota-books.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';
import { isAvailable } from './reasons-true.ts';

/** A cycle is part of every transaction; one more may be wanted, which comes at once. */
const cycleMs = 100;
/**
 * Those that make way have 30 seconds, a stop that was ignored is sent again after 60, and a report
 * may be lost or late.
 */
const startMs = 300_000;
/** A host that is asked every ten seconds and says nothing for so long is not counted on. */
const silentMs = 25_000;

interface Wait {
  readonly what: string;
  readonly arns: readonly HostId[];
  sinceMs: number;
}

export function lendersGetTheirs(): Checker {
  const hosts = new Map<HostId, RegisteredHost>();
  /** By share: who waits while nobody makes way, and who for what is on its way. */
  const unmade = new Map<Arn, Wait>();
  const unstarted = new Map<Arn, Wait>();

  function note(waits: Map<Arn, Wait>, share: Arn, wait: Wait | undefined): void {
    if (wait === undefined) waits.delete(share);
    else if (waits.get(share)?.what !== wait.what) waits.set(share, wait);
  }

  return {
    law: 'lenders get their own back',
    check({ ledger, elapsedMs, commits, server }) {
      for (const { commit } of commits) {
        for (const host of written(commit.rows.hosts))
          if (host.kind === 'registered') hosts.set(host.id, host);
        for (const id of removed(commit.rows.hosts)) hosts.delete(id);
      }
      if (ledger.quotaShares.size === 0 || commits.length === 0 || server === undefined) return;
      for (const queue of ledger.queues.values()) {
        const mine = hasQuotas(ledger, queue.arn) ? hostsOf(ledger, queue, hosts) : undefined;
        if (mine === undefined || server.world.settings.machineServesUnmanaged) continue;
        const ground = new Ground(ledger, queue, mine);
        if (isKeptForOwners(ground.books, ledger, server, queue)) {
          for (const share of ground.books.shares) {
            unmade.delete(share.arn);
            unstarted.delete(share.arn);
          }
          continue;
        }
        const claimants = ground.books.shares.filter((share) => ground.owedOf(share).length > 0);
        for (const share of ground.books.shares) {
          const { first, lacking } = ground.look(share);
          const isAlone = claimants.length === 1;
          const wait = (what: string): Wait => ({
            what,
            arns: mine.map(({ id }) => id),
            sinceMs: elapsedMs,
          });
          note(
            unmade,
            share.arn,
            lacking && wait(`nobody makes way for job ${lacking.id} of share ${share.name}`),
          );
          const known = unstarted.get(share.arn);
          // Who has as good a claim may go before it.
          if (known !== undefined && commits.some(({ placed }) => placed.some(ground.isOwn)))
            known.sinceMs = elapsedMs;
          note(
            unstarted,
            share.arn,
            isAlone && first
              ? wait(`job ${first.id} of share ${share.name} waits for what is on its way to it`)
              : undefined,
          );
        }
      }
    },
    checkTime(observed) {
      for (const wait of unmade.values()) checkWait(observed, wait, cycleMs);
      for (const wait of unstarted.values()) {
        if (wait.arns.some((id) => isSilent(observed, hosts.get(id))))
          wait.sinceMs = observed.elapsedMs;
        checkWait(observed, wait, startMs);
      }
    },
  };
}

/**
 * Room is kept for a job that others overtook for long enough, and whose share's own it would be:
 * it goes before who came later, though others may have to end before it has its place.
 */
function isKeptForOwners(
  books: Books,
  { jobs }: Ledger,
  { world }: Control,
  { arn }: JobQueue,
): boolean {
  for (const { hold } of world.scheduler.backlog.overtakenOf(arn)) {
    const job = hold && jobs.get(hold.jobId);
    const share = books.shares.find(({ name }) => name === job?.terms.share?.identifier);
    if (job !== undefined && share !== undefined && books.isOwn(share, asked(job))) return true;
  }
  return false;
}

function checkWait(
  { server, elapsedMs, upSinceMs, clockSetMs }: Observed,
  { what, sinceMs }: Wait,
  mostMs: number,
): void {
  const waitedMs = elapsedMs - Math.max(sinceMs, upSinceMs, clockSetMs);
  if (server !== undefined && waitedMs > mostMs)
    throw new BrokenLaw(`${what}, since ${waitedMs} ms`);
}

const isSilent = ({ heardMs, elapsedMs }: Observed, host: RegisteredHost | undefined): boolean =>
  elapsedMs - (heardMs.get(host?.endpoint.url ?? '')?.at(-1) ?? 0) > silentMs;

/** Those that take jobs; undefined where they are not registered ones, or also another queue's. */
function hostsOf(
  ledger: Ledger,
  queue: JobQueue,
  hosts: ReadonlyMap<HostId, RegisteredHost>,
): RegisteredHost[] | undefined {
  const mine: RegisteredHost[] = [];
  if (queue.computeEnvironmentOrder.length === 0) return undefined;
  for (const { computeEnvironment: arn } of queue.computeEnvironmentOrder) {
    const environment = ledger.environments.get(arn);
    const isShared = [...ledger.queues.values()].some(
      (other) =>
        other !== queue &&
        other.computeEnvironmentOrder.some(({ computeEnvironment }) => computeEnvironment === arn),
    );
    if (environment?.type !== 'UNMANAGED' || isShared) return undefined;
    if (!isAvailable(environment)) continue;
    for (const host of hosts.values())
      if (
        host.computeEnvironmentArn === arn &&
        host.status === 'ACTIVE' &&
        host.lost === undefined &&
        host.unfit === undefined &&
        host.oldContainers.length === 0
      )
        mine.push(host);
  }
  return mine;
}

/** What would be when all that is being stopped has stopped. */
interface Then {
  readonly books: Books;
  readonly free: ReadonlyMap<HostId, Needs>;
}

class Ground {
  readonly books: Books;
  readonly #waiting: readonly Runnable[];
  readonly #live: readonly LiveJob[];
  readonly #then: Then;
  readonly #ledger: Ledger;

  constructor(ledger: Ledger, queue: JobQueue, hosts: readonly RegisteredHost[]) {
    this.#ledger = ledger;
    this.books = booksOf(ledger, queue.arn, () => true);
    this.#waiting = ledger.runnable().filter(({ queueArn }) => queueArn === queue.arn);
    const live = [...ledger.live.values()];
    this.#live = live.filter((job) => job.queueArn === queue.arn && !isToStop(job));
    this.#then = {
      books: booksOf(ledger, queue.arn, (job) => !isToStop(job)),
      free: new Map(
        hosts.map(({ id, capacity }) => [
          id,
          live.reduce(
            (left, job) => (isToStop(job) ? left : add(left, heldOn(job, id), -1)),
            capacity,
          ),
        ]),
      ),
    };
  }

  /** What it holds is its share's own. */
  readonly isOwn = (job: LiveJob): boolean => {
    const share = this.books.shares.find(({ name }) => name === job.terms.share?.identifier);
    return share !== undefined && !isOver(this.books, share, job);
  };

  /**
   * Of the share's jobs that are owed their place: the first, if room for it is on its way, and one
   * for which somebody could make way and does not.
   */
  look(share: QuotaShare): {
    readonly first?: Runnable | undefined;
    readonly lacking?: Runnable | undefined;
  } {
    const owed = this.owedOf(share);
    const [first] = owed;
    if (first === undefined || share.sharing.strategy === 'RESERVE') return {};
    const lacking = lackingOf(this.#then, share, owed, (then, job) =>
      this.#couldBeMade(then, share, job),
    );
    const { books, free } = this.#then;
    const isComing =
      isAllowed(books, share, first) && [...free.values()].some((left) => fits(left, first));
    return { first: isComing ? first : undefined, lacking };
  }

  /** Together they are the share's own. Nothing else is missing. */
  owedOf(share: QuotaShare): Runnable[] {
    const books = this.books.copy();
    const owed: Runnable[] = [];
    for (const one of inOrder(this.#waiting, share)) {
      const { terms } = one.job;
      if (
        terms.nodes !== undefined ||
        this.#ledger.mayBePassed(one) ||
        partsOf(terms).some(({ consumables }) => consumables !== undefined) ||
        !books.isOwn(share, asked(one.job))
      )
        break;
      books.add(share.name, asked(one.job));
      owed.push(one);
    }
    return owed;
  }

  /** Some borrowers stop, none more than its share borrows, and the job has its place. */
  #couldBeMade(then: Then, share: QuotaShare, waiting: Runnable): boolean {
    for (const [id, free] of then.free)
      for (const direction of [1, -1]) {
        const there = this.#live
          .filter((job) => heldOn(job, id).milliVcpu > 0)
          .sort((a, b) => direction * (a.terms.needs.milliVcpu - b.terms.needs.milliVcpu));
        const elsewhere = this.#live.filter((job) => !there.includes(job));
        const books = then.books.copy();
        let left = free;
        for (const job of [...there, ...elsewhere]) {
          const isDone = fits(left, waiting) && isAllowed(books, share, waiting);
          const isOfUse = !fits(left, waiting) ? there.includes(job) : true;
          if (isDone || !isOfUse || !isBorrowing(books, share, job)) continue;
          books.add(job.terms.share?.identifier ?? '', asked(job), -1);
          left = add(left, heldOn(job, id), 1);
        }
        if (fits(left, waiting) && isAllowed(books, share, waiting)) return true;
      }
    return false;
  }
}

/** However those before it are placed; undefined: room for all is on its way that could be. */
function lackingOf(
  then: Then,
  share: QuotaShare,
  [first, ...others]: readonly Runnable[],
  couldBeMade: (then: Then, job: Runnable) => boolean,
): Runnable | undefined {
  if (first === undefined) return undefined;
  let lacking: Runnable | undefined;
  if (isAllowed(then.books, share, first))
    for (const [id, left] of then.free) {
      if (!fits(left, first)) continue;
      const books = then.books.copy();
      books.add(share.name, asked(first.job));
      const free = new Map(then.free).set(id, add(left, first.needs, -1));
      const found = lackingOf({ books, free }, share, others, couldBeMade);
      if (found === undefined) return undefined;
      lacking = found;
    }
  return lacking ?? (couldBeMade(then, first) ? first : undefined);
}

/** No more is borrowed with it than lies idle. */
const isAllowed = (books: Books, share: QuotaShare, { job }: Runnable): boolean =>
  unitsOf(asked(job)).every(
    (unit) =>
      books.limit(share, unit) === undefined ||
      (asked(job)[unit] ?? 0) === 0 ||
      books.excess(unit) + (asked(job)[unit] ?? 0) <= 0,
  );

function isBorrowing(books: Books, lender: QuotaShare, job: LiveJob): boolean {
  const share = books.shares.find(({ name }) => name === job.terms.share?.identifier);
  return share !== undefined && share !== lender && isOver(books, share, job);
}

/** The job's share holds more than its own of something that the job holds. */
const isOver = (books: Books, share: QuotaShare, job: LiveJob): boolean =>
  unitsOf(asked(job)).some(
    (unit) =>
      (asked(job)[unit] ?? 0) > 0 &&
      (books.used(share.name)[unit] ?? 0) > (books.limit(share, unit) ?? Infinity),
  );

/** By priority, then who was tried before, then by submission. */
function inOrder(waiting: readonly Runnable[], { name }: QuotaShare): Runnable[] {
  const priority = ({ job }: Runnable): number => job.terms.share?.schedulingPriority ?? 0;
  return waiting
    .filter(({ job }) => job.terms.share?.identifier === name)
    .sort(
      (a, b) =>
        priority(b) - priority(a) ||
        Number(b.retried) - Number(a.retried) ||
        a.sequence - b.sequence,
    );
}

const nothing: Needs = { milliVcpu: 0, memoryMib: 0, gpus: 0 };

const heldOn = (job: LiveJob, host: HostId): Needs =>
  holdingsOf(job).reduce(
    (sum, { placement, terms }) => (placement.hostId === host ? add(sum, terms.needs, 1) : sum),
    nothing,
  );

const add = (a: Needs, b: Needs, times: 1 | -1): Needs => ({
  milliVcpu: a.milliVcpu + times * b.milliVcpu,
  memoryMib: a.memoryMib + times * b.memoryMib,
  gpus: a.gpus + times * b.gpus,
});

const fits = (left: Needs, { needs }: Runnable): boolean =>
  needs.milliVcpu <= left.milliVcpu && needs.memoryMib <= left.memoryMib && needs.gpus <= left.gpus;
