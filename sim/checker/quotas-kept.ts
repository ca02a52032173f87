// Law: quota shares keep to their quotas. What is placed stays within what its share owns and may
// borrow, and never makes what is borrowed more than what others lend; whoever is preempted held
// what was another's, or made way for a higher priority of its share, and one waits that is owed
// it; and no job waits again more often than it may. Reckoned from rows alone.

import type { Arn } from '../../src/base/ids.ts';
import { isArrayParent, type Job, type LiveJob } from '../../src/core/job/job.ts';
import type { JobTerms } from '../../src/core/job/terms.ts';
import type { QuotaShare } from '../../src/core/quota-share/quota-share.ts';
import {
  holdingsOf,
  isNode,
  partsOf,
  stopsOf,
  type Change,
  type Committed,
  type Ledger,
} from '../ledger.ts';
import { BrokenLaw, type Checker } from './checker.ts';

type Amounts = Readonly<Record<string, number>>;

/** Of a service job instances alone. */
function amountsIn({ needs: { milliVcpu, memoryMib, gpus }, service }: JobTerms): Amounts {
  return service === undefined
    ? { VCPU: milliVcpu, MEMORY: memoryMib, GPU: gpus }
    : { [service.instanceType]: service.instances };
}
const none: Amounts = {};
const unitsOf = (...amounts: readonly Amounts[]): string[] => [
  ...new Set(amounts.flatMap((each) => Object.keys(each))),
];
const plus = (a: Amounts, b: Amounts, times = 1): Amounts =>
  Object.fromEntries(unitsOf(a, b).map((unit) => [unit, (a[unit] ?? 0) + times * (b[unit] ?? 0)]));

/** What all nodes of a job ask for. */
const asked = ({ terms }: Pick<Job, 'terms'>): Amounts =>
  partsOf(terms).reduce((sum, part) => plus(sum, amountsIn(part)), none);

const held = (job: LiveJob): Amounts =>
  holdingsOf(job).reduce((sum, { terms }) => plus(sum, amountsIn(terms)), none);

/** The shares of a queue, and what each holds. */
class Books {
  readonly shares: readonly QuotaShare[];
  readonly #used = new Map<string, Amounts>();

  constructor(ledger: Ledger, queueArn: Arn) {
    this.shares = [...ledger.quotaShares.values()].filter((share) => share.queueArn === queueArn);
  }

  add(name: string, amounts: Amounts, times = 1): void {
    this.#used.set(name, plus(this.used(name), amounts, times));
  }

  used(name: string): Amounts {
    return this.#used.get(name) ?? none;
  }

  /** Undefined: no share of the queue is limited in the unit. */
  limit({ capacityLimits }: QuotaShare, unit: string): number | undefined {
    if (
      !this.shares.some((share) =>
        share.capacityLimits.some(({ capacityUnit }) => capacityUnit === unit),
      )
    )
      return undefined;
    const own = capacityLimits.find(({ capacityUnit }) => capacityUnit === unit)?.maxCapacity ?? 0;
    return unit === 'VCPU' ? own * 1000 : own;
  }

  /** What is held beyond limits, less what lies idle with those that lend. */
  excess(unit: string): number {
    let excess = 0;
    for (const share of this.shares) {
      const left = (this.limit(share, unit) ?? 0) - (this.used(share.name)[unit] ?? 0);
      if (left < 0 || share.sharing.strategy !== 'RESERVE') excess -= left;
    }
    return excess;
  }

  isOwn(share: QuotaShare, more: Amounts): boolean {
    return unitsOf(more).every((unit) => {
      const limit = this.limit(share, unit);
      const wanted = more[unit] ?? 0;
      return (
        wanted === 0 || limit === undefined || (this.used(share.name)[unit] ?? 0) + wanted <= limit
      );
    });
  }
}

function booksOf(ledger: Ledger, queueArn: Arn, counts: (job: LiveJob) => boolean): Books {
  const books = new Books(ledger, queueArn);
  for (const job of ledger.live.values()) {
    const { share } = job.terms;
    if (job.queueArn === queueArn && share !== undefined && counts(job))
      books.add(share.identifier, held(job));
  }
  return books;
}

function checkPlaced(job: LiveJob, books: Books): void {
  const name = job.terms.share?.identifier;
  const share = books.shares.find((each) => each.name === name);
  if (share === undefined) throw new BrokenLaw(`job ${job.id} was placed, and its share is gone`);
  const more = asked(job);
  for (const unit of unitsOf(more)) {
    const limit = books.limit(share, unit);
    if (limit === undefined || (more[unit] ?? 0) === 0) continue;
    const used = books.used(share.name)[unit] ?? 0;
    const { sharing } = share;
    const percent = sharing.strategy === 'LEND_AND_BORROW' ? sharing.borrowLimit : 0;
    if (percent >= 0 && used > limit + Math.floor((limit * percent) / 100))
      throw new BrokenLaw(
        `job ${job.id} was placed, and share ${share.name} holds ${used} ${unit} with a limit of ${limit}, of which it may borrow ${percent} %`,
      );
    if (books.excess(unit) > 0 && (sharing.strategy !== 'RESERVE' || used > limit))
      throw new BrokenLaw(
        `job ${job.id} of share ${share.name} was placed, and ${books.excess(unit)} ${unit} more are borrowed than lie idle`,
      );
  }
}

/** A job that this transaction began to preempt. */
const isPreempted = ({ id, before, after }: Change): boolean =>
  !isNode(id) &&
  !isArrayParent(after) &&
  stopsOf(after).some(({ by }) => by === 'preempt') &&
  !stopsOf(before).some(({ by }) => by === 'preempt');

function checkPreempted(ledger: Ledger, { changes }: Committed): void {
  const victims = changes.filter(isPreempted).map(({ after }) => after as LiveJob);
  const [first] = victims;
  if (first === undefined) return;
  const { queueArn } = first;
  const chosen = new Set(victims.map(({ id }) => id));
  // Without what was on its way back before.
  const books = booksOf(
    ledger,
    queueArn,
    (job) => chosen.has(job.id) || (job.stops === undefined && job.attempt.outcome === undefined),
  );
  const waiting = ledger.runnable().filter((one) => one.queueArn === queueArn);
  for (const victim of victims) {
    const own = victim.terms.share?.identifier ?? '';
    const reason = stopsOf(victim).find(({ by }) => by === 'preempt')?.reason ?? '';
    const forShare = books.shares.find(({ name }) => reason.includes(`quota share ${name}`));
    if (forShare === undefined) throw new BrokenLaw(`job ${victim.id}: ${reason}`);
    const owed = waiting.filter(({ job }) => job.terms.share?.identifier === forShare.name);
    if (forShare.name === own) {
      const priority = victim.terms.share?.schedulingPriority ?? 0;
      const higher = owed.some(({ job }) => (job.terms.share?.schedulingPriority ?? 0) > priority);
      if (!forShare.inSharePreemption || !higher)
        throw new BrokenLaw(`job ${victim.id} made way for nobody of its share`);
      continue;
    }
    const share = books.shares.find(({ name }) => name === own);
    const isOver = unitsOf(asked(victim)).some((unit) => {
      const limit = share && books.limit(share, unit);
      return (
        limit !== undefined &&
        (asked(victim)[unit] ?? 0) > 0 &&
        (books.used(own)[unit] ?? 0) > limit
      );
    });
    if (!isOver)
      throw new BrokenLaw(`job ${victim.id} was preempted, and its share ${own} borrows nothing`);
    if (!owed.some(({ job }) => books.isOwn(forShare, asked(job))))
      throw new BrokenLaw(
        `job ${victim.id} was preempted for share ${forShare.name}, of which nothing waits that is its own`,
      );
  }
}

/** How often it was preempted, and what came of it. */
function checkCounts({ id, before, after }: Change): void {
  if (isArrayParent(after) || isNode(id)) return;
  const last = after.attempts.at(-1);
  const known = before !== undefined && !isArrayParent(before) ? before.attempts : [];
  if (last?.preempted === undefined || known.at(-1)?.number === last.number) return;
  const times = Math.max(0, ...known.map(({ preempted = 0 }) => preempted));
  if (last.preempted !== times + 1)
    throw new BrokenLaw(`job ${id} was preempted ${last.preempted} times after ${times}`);
  const { retries } = after.terms.preemption ?? {};
  if (after.status === 'RUNNABLE' && retries !== undefined && last.preempted > retries)
    throw new BrokenLaw(`job ${id} waits again after ${last.preempted} preemptions of ${retries}`);
}

export const quotasKept: Checker = {
  law: 'quota shares keep to their quotas',
  check({ commits, ledger }) {
    if (ledger.quotaShares.size === 0) return;
    // Rows are of the last of them.
    const only = commits.length === 1 ? commits[0] : undefined;
    for (const { changes } of commits) for (const change of changes) checkCounts(change);
    if (only === undefined) return;
    const ofQuotas = only.placed.filter(({ queueArn }) => hasQuotas(ledger, queueArn));
    const books = new Map<Arn, Books>();
    for (const job of ofQuotas) {
      const known = books.get(job.queueArn) ?? booksOf(ledger, job.queueArn, () => true);
      books.set(job.queueArn, known);
      checkPlaced(job, known);
    }
    checkPreempted(ledger, only);
  },
};

const hasQuotas = (ledger: Ledger, queueArn: Arn): boolean => {
  const arn = ledger.queues.get(queueArn)?.schedulingPolicyArn;
  return arn !== undefined && ledger.policies.get(arn)?.kind === 'quota-share';
};
