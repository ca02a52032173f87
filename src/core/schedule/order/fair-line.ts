// The line of a fair share queue (user guide, chapter Fair share scheduling): the share that used
// least by its weight gives the next job, and inside a share goes by scheduling priority, then by
// submission. Keeps the books of its shares, and has the store keep what each used.

import { assert, must } from '../../../base/assert.ts';
import { Heap } from '../../../base/heap.ts';
import { StandingHeap, type Standing } from '../../../base/standing-heap.ts';
import type { Arn, JobId } from '../../../base/ids.ts';
import { refuse, type Refusal } from '../../../base/refusal.ts';
import { needsOfAll } from '../../job/nodes.ts';
import type { JobTerms, ShareTerms } from '../../job/terms.ts';
import {
  rulesOf,
  shareIdentifierForm,
  type FairSharePolicy,
} from '../../scheduling-policy/scheduling-policy.ts';
import type { Holds, KeptForAnother } from './hold.ts';
import { byRank, type Claim, type HeadView, type JobClass } from './job-class.ts';
import type { Held, Line, LineFacts, Member, NamedShare, Standpoint } from './line.ts';
import { withoutQuotaShares } from './no-quota-shares.ts';
import { overReservation, type OverReservation } from './reservation.ts';
import { secondOf, Shares, type ShareUsage } from './share.ts';
import { WaitingList } from './waiting-list.ts';

const identifierOf = ({ share }: Pick<JobTerms, 'share'>): string =>
  must(share, 'a job of a fair share queue has a share').identifier;
const priorityOf = ({ claim }: Pick<JobClass, 'claim'>): number =>
  claim.share?.schedulingPriority ?? 0;
const byPriority = (a: JobClass, b: JobClass): boolean =>
  priorityOf(a) === priorityOf(b) ? byRank(a, b) : priorityOf(a) > priorityOf(b);

/** A share of which something waits. */
interface WaitingShare extends Standing {
  readonly identifier: string;
  readonly classes: StandingHeap<JobClass>;
  key: bigint;
}

/** The lowest key first; then the share whose next job came first. */
function byKey(a: WaitingShare, b: WaitingShare): boolean {
  if (a.key !== b.key) return a.key < b.key;
  const [first, second] = [a.classes.peek(), b.classes.peek()];
  return first !== undefined && second !== undefined && byRank(first, second);
}

/** A share in {@link FairLine.inTurn}: its next job, and those after it. */
interface Turn {
  readonly identifier: string;
  readonly next: JobId;
  readonly rest: Iterator<JobId, unknown>;
  readonly sequence: number;
  readonly key: bigint;
}

function fairPolicyOf(facts: LineFacts, queueArn: Arn): FairSharePolicy {
  const policy = facts.policyOf(queueArn);
  assert(policy?.kind === 'fair-share', 'a fair share queue has its scheduling policy');
  return policy;
}

export class FairLine implements Line {
  readonly queueArn: Arn;
  readonly isBySubmission = false;
  heapIndex = -1;
  readonly shares: Shares;
  readonly #facts: LineFacts;
  readonly #lists = new Map<string, WaitingList>();
  readonly #waiting = new Map<string, WaitingShare>();
  readonly #order = new StandingHeap<WaitingShare>(byKey);
  /** Keys are as of this second, that of the last pass, and by these rules. */
  #second = 0;
  #rules: unknown;

  constructor(queueArn: Arn, facts: LineFacts) {
    this.queueArn = queueArn;
    this.#facts = facts;
    this.shares = new Shares(queueArn, () => rulesOf(fairPolicyOf(facts, queueArn)));
  }

  /**
   * A share and a priority in it are demanded. "When the limit has been reached, submissions of any
   * jobs that add a new share identifier fail."
   */
  admit(
    { shareIdentifier: identifier, schedulingPriority }: Standpoint,
    nowMs: number,
  ): ShareTerms | Refusal {
    if (identifier === undefined) return refuse('invalid', 'shareIdentifier must be specified.');
    if (!shareIdentifierForm.test(identifier))
      return refuse(
        'invalid',
        'shareIdentifier must be up to 255 letters and digits, which an asterisk may follow.',
      );
    if (schedulingPriority === undefined)
      return refuse(
        'invalid',
        'Either schedulingPriority in job definition or schedulingPriorityOverride should be specified.',
      );
    const second = secondOf(nowMs);
    const known = this.shares.get(identifier);
    const { activeShares } = this.#facts.limits;
    if (
      (known === undefined || !this.shares.isActive(known, second)) &&
      this.shares.activeCount(second) >= activeShares
    ) {
      const { name } = this.#facts.queueOf(this.queueArn);
      return refuse(
        'limit',
        `The limit of ${activeShares} active share identifiers of job queue ${name} is reached.`,
      );
    }
    return { identifier, schedulingPriority };
  }

  shareNamed(asked: NamedShare): string | undefined | Refusal {
    return withoutQuotaShares(this.#facts.queueOf(this.queueArn), asked);
  }

  /**
   * Before a share that is new comes, those that are long over go: there is a bound to how many
   * there are.
   */
  submitted(job: Member & { readonly createdAtMs: number }): void {
    if (this.shares.get(identifierOf(job.terms)) !== undefined) return;
    for (const usage of this.shares.forgetInactive(secondOf(job.createdAtMs)))
      this.#facts.noteUsage(usage, true);
  }

  joined(job: Member): void {
    this.shares.add(identifierOf(job.terms));
  }

  left(job: Member): void {
    this.shares.remove(identifierOf(job.terms));
  }

  leaves(): void {}
  sharesChanged(): void {}
  promise(): void {}

  weigh({ share: shareIdentifier, needs, sinceMs }: Held, sign: 1 | -1, atMs: number): void {
    const { milliVcpu } = needs;
    const usage =
      sign === 1
        ? this.shares.weigh(shareIdentifier, milliVcpu, atMs)
        : this.shares.weigh(shareIdentifier, -milliVcpu, atMs, sinceMs);
    if (usage !== undefined) this.#facts.noteUsage(usage);
    const waiting = this.#waiting.get(shareIdentifier);
    if (waiting === undefined) return;
    waiting.key = this.shares.keyOf(shareIdentifier, this.#second);
    if (waiting.heapIndex >= 0) this.#order.put(waiting);
  }

  restore(usage: ShareUsage): void {
    this.shares.restore(usage);
  }

  get rank(): number | undefined {
    return this.peek()?.rank;
  }

  peek(): JobClass | undefined {
    return this.#order.peek()?.classes.peek();
  }

  put(jobClass: JobClass): void {
    const waiting = this.#waitingOf(jobClass);
    waiting.classes.put(jobClass);
    this.#order.put(waiting);
  }

  remove(jobClass: JobClass): void {
    const waiting = this.#waitingOf(jobClass);
    waiting.classes.remove(jobClass);
    if (waiting.classes.size > 0) this.#order.put(waiting);
    else this.#order.remove(waiting);
  }

  /** Keys move with time and with the policy: all of them anew, at most once a second. */
  refresh(second: number): boolean {
    const { rules } = this.shares;
    if (second === this.#second && rules === this.#rules) return false;
    this.#second = second;
    this.#rules = rules;
    for (const [identifier, waiting] of this.#waiting) {
      waiting.key = this.shares.keyOf(identifier, second);
      // Between two passes everything stands that waits.
      if (waiting.heapIndex < 0) this.#waiting.delete(identifier);
    }
    this.#order.restore();
    return true;
  }

  holdsBack(claim: Claim, holds: Holds): OverReservation | KeptForAnother | undefined {
    return overReservation(this.shares, claim, holds, this.#second, () =>
      this.#facts.maxMilliVcpuOf(this.queueArn),
    );
  }

  granting(): (claim: Claim, count: number) => number {
    return (_claim, count) => count;
  }

  comparing(): (a: HeadView, b: HeadView) => number {
    const keys = new Map<string, bigint>();
    const keyOf = ({ jobClass: { claim } }: HeadView): bigint => {
      const identifier = identifierOf(claim);
      let key = keys.get(identifier);
      if (key === undefined)
        keys.set(identifier, (key = this.shares.keyOf(identifier, this.#second)));
      return key;
    };
    return (a, b) => {
      const [first, second] = [keyOf(a), keyOf(b)];
      if (first !== second) return first < second ? -1 : 1;
      return priorityOf(b.jobClass) - priorityOf(a.jobClass) || a.entry.rank - b.entry.rank;
    };
  }

  listOf(job: Member): WaitingList {
    const identifier = identifierOf(job.terms);
    let list = this.#lists.get(identifier);
    if (list === undefined) this.#lists.set(identifier, (list = new WaitingList()));
    return list;
  }

  lists(): Iterable<WaitingList> {
    return this.#lists.values();
  }

  /** Each job counts to its share as if it were placed. */
  *inTurn(): Generator<JobId> {
    const turns = new Heap<Turn>((a, b) =>
      a.key === b.key ? a.sequence < b.sequence : a.key < b.key,
    );
    const stand = (identifier: string, rest: Turn['rest'], key: bigint): void => {
      const { value: next, done } = rest.next();
      if (done === true) return;
      const sequence = this.#facts.waitingJob(next)?.sequence ?? 0;
      turns.push({ identifier, next, rest, sequence, key });
    };
    for (const [identifier, list] of this.#lists)
      stand(identifier, list[Symbol.iterator](), this.shares.keyOf(identifier, this.#second));
    for (let turn = turns.pop(); turn !== undefined; turn = turns.pop()) {
      yield turn.next;
      const terms = this.#facts.waitingJob(turn.next)?.terms;
      const milliVcpu = terms === undefined ? 0 : needsOfAll(terms).milliVcpu;
      const placed = this.shares.keyOfStart(turn.identifier, milliVcpu);
      stand(turn.identifier, turn.rest, turn.key + placed);
    }
  }

  #waitingOf({ claim }: JobClass): WaitingShare {
    const identifier = identifierOf(claim);
    let waiting = this.#waiting.get(identifier);
    if (waiting === undefined) {
      waiting = {
        identifier,
        classes: new StandingHeap(byPriority),
        key: this.shares.keyOf(identifier, this.#second),
        heapIndex: -1,
      };
      this.#waiting.set(identifier, waiting);
    }
    return waiting;
  }
}
