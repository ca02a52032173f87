// What quota shares have and hold, counted from rows alone: by this laws about them judge. It
// judges nothing itself.

import type { Arn } from '../src/base/ids.ts';
import type { Job, LiveJob } from '../src/core/job/job.ts';
import type { JobTerms } from '../src/core/job/terms.ts';
import type { QuotaShare } from '../src/core/quota-share/quota-share.ts';
import { holdingsOf, partsOf, type Ledger } from './ledger.ts';

type Amounts = Readonly<Record<string, number>>;

/** Of a service job instances alone. */
function amountsIn({ needs: { milliVcpu, memoryMib, gpus }, service }: JobTerms): Amounts {
  return service === undefined
    ? { VCPU: milliVcpu, MEMORY: memoryMib, GPU: gpus }
    : { [service.instanceType]: service.instances };
}
const none: Amounts = {};
export const unitsOf = (...amounts: readonly Amounts[]): string[] => [
  ...new Set(amounts.flatMap((each) => Object.keys(each))),
];
const plus = (a: Amounts, b: Amounts, times = 1): Amounts =>
  Object.fromEntries(unitsOf(a, b).map((unit) => [unit, (a[unit] ?? 0) + times * (b[unit] ?? 0)]));

/** What all nodes of a job ask for. */
export const asked = ({ terms }: Pick<Job, 'terms'>): Amounts =>
  partsOf(terms).reduce((sum, part) => plus(sum, amountsIn(part)), none);

const held = (job: LiveJob): Amounts =>
  holdingsOf(job).reduce((sum, { terms }) => plus(sum, amountsIn(terms)), none);

/** The shares of a queue, and what each holds. */
export class Books {
  readonly shares: readonly QuotaShare[];
  readonly #used = new Map<string, Amounts>();

  constructor(shares: readonly QuotaShare[]) {
    this.shares = shares;
  }

  copy(): Books {
    const books = new Books(this.shares);
    for (const [name, amounts] of this.#used) books.#used.set(name, amounts);
    return books;
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

export function booksOf(ledger: Ledger, queueArn: Arn, counts: (job: LiveJob) => boolean): Books {
  const books = new Books(
    [...ledger.quotaShares.values()].filter((share) => share.queueArn === queueArn),
  );
  for (const job of ledger.live.values()) {
    const { share } = job.terms;
    if (job.queueArn === queueArn && share !== undefined && counts(job))
      books.add(share.identifier, held(job));
  }
  return books;
}

export const hasQuotas = (ledger: Ledger, queueArn: Arn): boolean => {
  const arn = ledger.queues.get(queueArn)?.schedulingPolicyArn;
  return arn !== undefined && ledger.policies.get(arn)?.kind === 'quota-share';
};
