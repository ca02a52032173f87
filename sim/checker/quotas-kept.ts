// Law: quota shares keep to their quotas. What is placed stays within what its share owns and may
// borrow, and never makes what is borrowed more than what others lend; whoever is preempted held
// what was another's, or made way for a higher priority of its share, and one waits that is owed
// it; and no job waits again more often than it may. Reckoned from rows alone.

import type { Arn } from '../../src/base/ids.ts';
import { isArrayParent, type LiveJob } from '../../src/core/job/job.ts';
import { isNode, placedIn, stopsOf, type Change, type Committed, type Ledger } from '../ledger.ts';
import { asked, booksOf, hasQuotas, unitsOf, type Books } from '../quota-books.ts';
import { BrokenLaw, type Checker } from './checker.ts';

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

/** A job that this transaction began to preempt, though it may have placed it as well. */
const isPreempted = (change: Change): boolean =>
  !isNode(change.id) &&
  !isArrayParent(change.after) &&
  stopsOf(change.after).some(({ by }) => by === 'preempt') &&
  (placedIn(change).length > 0 || !stopsOf(change.before).some(({ by }) => by === 'preempt'));

function checkPreempted(ledger: Ledger, { changes }: Committed): void {
  const byQueue = new Map<Arn, LiveJob[]>();
  for (const { after } of changes.filter(isPreempted)) {
    const victims = byQueue.get(after.queueArn) ?? [];
    byQueue.set(after.queueArn, [...victims, after as LiveJob]);
  }
  for (const [queueArn, victims] of byQueue) checkVictims(ledger, queueArn, victims);
}

function checkVictims(ledger: Ledger, queueArn: Arn, victims: readonly LiveJob[]): void {
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
    if (!isOver(books, victim))
      throw new BrokenLaw(`job ${victim.id} was preempted, and its share ${own} borrows nothing`);
    if (!owed.some(({ job }) => books.isOwn(forShare, asked(job))))
      throw new BrokenLaw(
        `job ${victim.id} was preempted for share ${forShare.name}, of which nothing waits that is its own`,
      );
  }
  checkSpared(books, victims);
}

/**
 * Of each share no more jobs are stopped than bring it down to its own: in some order each of them
 * was one too many when its turn came. The small ones first leave most to the others.
 */
function checkSpared(books: Books, victims: readonly LiveJob[]): void {
  const taken = victims.filter(({ terms, stops = [] }) => {
    const reason = stops.find(({ by }) => by === 'preempt')?.reason ?? '';
    return !reason.includes(`quota share ${terms.share?.identifier} has a job of higher`);
  });
  const sizeOf = (job: LiveJob): number =>
    Object.values(asked(job)).reduce((sum, amount) => sum + amount, 0);
  const left = taken.toSorted((a, b) => sizeOf(a) - sizeOf(b));
  while (left.length > 0) {
    const at = left.findIndex((job) => isOver(books, job));
    const [victim] = left.splice(Math.max(0, at), 1) as [LiveJob];
    const own = victim.terms.share?.identifier ?? '';
    if (at < 0)
      throw new BrokenLaw(`job ${victim.id} was preempted, and without it ${own} borrows nothing`);
    books.add(own, asked(victim), -1);
  }
}

/** Its share holds more than its own of something that the job holds. */
function isOver(books: Books, job: LiveJob): boolean {
  const share = books.shares.find(({ name }) => name === job.terms.share?.identifier);
  return unitsOf(asked(job)).some((unit) => {
    const limit = share && books.limit(share, unit);
    return (
      share !== undefined &&
      limit !== undefined &&
      (asked(job)[unit] ?? 0) > 0 &&
      (books.used(share.name)[unit] ?? 0) > limit
    );
  });
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
