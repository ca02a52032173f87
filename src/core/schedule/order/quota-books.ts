// The books of one queue's quota shares: what each may hold of its own, what it holds, and what of
// all that lies idle and is lent (user guide, chapter Quota management). Exact whole numbers, moved
// on by what changed alone. A fork is a sketch of what the books would be; nothing here knows jobs.

import { assert } from '../../../base/assert.ts';
import { partsOf, type Amounts } from '../../quota-share/amounts.ts';
import type { QuotaShare } from '../../quota-share/quota-share.ts';

/** Why a share may not hold so much more. All figures in parts of the unit. */
export interface QuotaShort {
  /**
   * `limit`: it has no more of its own, and may not borrow. `borrow-limit`: nor may it borrow so
   * much. `nothing-lent`: it might, and no other share has so much to lend. `lent-out`: it is its
   * own, and other shares have borrowed it.
   */
  readonly type: 'limit' | 'borrow-limit' | 'nothing-lent' | 'lent-out';
  readonly unit: string;
  readonly asked: number;
  readonly used: number;
  readonly limit: number;
  /** All that it may ever hold; absent: of itself it may borrow whatever is lent. */
  readonly most?: number | undefined;
}

interface Member {
  readonly lends: boolean;
  /** Percent of its own limits that it may borrow; -1: whatever is lent, undefined: nothing. */
  readonly borrowLimit: number | undefined;
  /** By unit; a unit that it does not name, and another share of the queue does: nothing. */
  readonly limits: ReadonlyMap<string, number>;
  readonly used: Map<string, number>;
  /** What of that no job holds yet. */
  readonly promised: Map<string, number>;
}

interface Pool {
  /** What those that lend have of their own and do not hold. */
  idle: number;
  /** What shares hold beyond their own. */
  borrowed: number;
}

export class QuotaBooks {
  readonly #members: Map<string, Member>;
  /** By every unit that a share names; no other unit is limited. */
  readonly #pools: Map<string, Pool>;
  /** Members are the original's until they are written to. */
  readonly #original: QuotaBooks | undefined;

  constructor(original?: QuotaBooks) {
    this.#original = original;
    this.#members = new Map();
    this.#pools = new Map(
      original === undefined ? [] : [...original.#pools].map(([unit, pool]) => [unit, { ...pool }]),
    );
  }

  fork(): QuotaBooks {
    return new QuotaBooks(this);
  }

  /** The queue's shares are these from here on; what they hold stays. */
  define(shares: Iterable<QuotaShare>): void {
    const known = new Map(this.#members);
    this.#members.clear();
    this.#pools.clear();
    for (const { name, capacityLimits, sharing } of shares) {
      this.#members.set(name, {
        lends: sharing.strategy !== 'RESERVE',
        borrowLimit: sharing.strategy === 'LEND_AND_BORROW' ? sharing.borrowLimit : undefined,
        limits: new Map(
          capacityLimits.map(({ capacityUnit, maxCapacity }) => [
            capacityUnit,
            maxCapacity * partsOf(capacityUnit),
          ]),
        ),
        used: known.get(name)?.used ?? new Map(),
        promised: known.get(name)?.promised ?? new Map(),
      });
      for (const { capacityUnit } of capacityLimits)
        this.#pools.set(capacityUnit, { idle: 0, borrowed: 0 });
    }
    for (const [unit, pool] of this.#pools)
      for (const member of this.#members.values()) count(pool, member, unit, 1);
  }

  has(name: string): boolean {
    return this.#members.has(name);
  }

  /** The share holds so much more from here on, or less, so many times. */
  move(name: string, amounts: Amounts, times: number): void {
    const member = this.#writable(name);
    for (const [unit, amount] of amounts) {
      const pool = this.#pools.get(unit);
      if (pool !== undefined) count(pool, member, unit, -1);
      member.used.set(unit, (member.used.get(unit) ?? 0) + amount * times);
      if (pool !== undefined) count(pool, member, unit, 1);
    }
  }

  /** So much more is to be the share's when it is free, or less: counted as if it held that. */
  promise(name: string, amounts: Amounts, times: number): void {
    this.move(name, amounts, times);
    const { promised } = this.#writable(name);
    for (const [unit, amount] of amounts)
      promised.set(unit, (promised.get(unit) ?? 0) + amount * times);
  }

  /** Undefined: it may hold so much more now. */
  short(name: string, amounts: Amounts): QuotaShort | undefined {
    const member = this.#member(name);
    for (const [unit, asked] of amounts) {
      const pool = this.#pools.get(unit);
      const type = pool && shortIn(pool, member, unit, asked);
      if (type === undefined) continue;
      const limit = limitOf(member, unit);
      const most = mostOf(member, unit);
      return { type, unit, asked, used: usedOf(member, unit), limit, most };
    }
    return undefined;
  }

  /** So much more is the share's own, lent out or not. */
  isOwn(name: string, amounts: Amounts): boolean {
    const member = this.#member(name);
    return amounts.every(
      ([unit, asked]) =>
        !this.#pools.has(unit) || usedOf(member, unit) + asked <= limitOf(member, unit),
    );
  }

  /**
   * Jobs of the share hold more than its own of a unit of which these are amounts. What is only
   * promised none of them could give back.
   */
  isOver(name: string, amounts: Amounts): boolean {
    const member = this.#member(name);
    return amounts.some(
      ([unit]) =>
        this.#pools.has(unit) &&
        usedOf(member, unit) - (member.promised.get(unit) ?? 0) > limitOf(member, unit),
    );
  }

  /** What the share would hold of the unit beyond its own if it held so much more. */
  beyond(name: string, unit: string, more = 0): number {
    const member = this.#member(name);
    return this.#pools.has(unit)
      ? Math.max(0, usedOf(member, unit) + more - limitOf(member, unit))
      : 0;
  }

  /** Some share holds more than its own. */
  get anyBorrowed(): boolean {
    for (const { borrowed } of this.#pools.values()) if (borrowed > 0) return true;
    return false;
  }

  used(name: string): ReadonlyMap<string, number> {
    return this.#member(name).used;
  }

  /** Undefined: of this unit no share is limited. */
  limit(name: string, unit: string): number | undefined {
    return this.#pools.has(unit) ? limitOf(this.#member(name), unit) : undefined;
  }

  #member(name: string): Member {
    const known = this.#members.get(name);
    if (known !== undefined) return known;
    return this.#original === undefined ? gone : this.#original.#member(name);
  }

  #writable(name: string): Member {
    const own = this.#members.get(name);
    if (own !== undefined) return own;
    const member = this.#member(name);
    assert(member !== gone, 'a quota share outlives its jobs');
    const copy = { ...member, used: new Map(member.used), promised: new Map(member.promised) };
    this.#members.set(name, copy);
    return copy;
  }
}

/** What a share is that was deleted, as long as something still asks. */
const gone: Member = {
  lends: false,
  borrowLimit: undefined,
  limits: new Map(),
  used: new Map<string, number>(),
  promised: new Map<string, number>(),
};

const usedOf = ({ used }: Member, unit: string): number => used.get(unit) ?? 0;
const limitOf = ({ limits }: Member, unit: string): number => limits.get(unit) ?? 0;

/** Undefined: it may borrow without limit. */
function mostOf({ borrowLimit, limits }: Member, unit: string): number | undefined {
  const limit = limits.get(unit) ?? 0;
  if (borrowLimit === undefined) return limit;
  return borrowLimit < 0 ? undefined : limit + Math.floor((limit * borrowLimit) / 100);
}

function count(pool: Pool, member: Member, unit: string, sign: 1 | -1): void {
  const left = limitOf(member, unit) - usedOf(member, unit);
  if (left < 0) pool.borrowed -= sign * left;
  else if (member.lends) pool.idle += sign * left;
}

function shortIn(
  { idle, borrowed }: Pool,
  member: Member,
  unit: string,
  asked: number,
): QuotaShort['type'] | undefined {
  const limit = limitOf(member, unit);
  const used = usedOf(member, unit);
  if (used + asked <= limit)
    return member.lends && borrowed > idle - asked ? 'lent-out' : undefined;
  if (member.borrowLimit === undefined) return 'limit';
  const most = mostOf(member, unit);
  if (most !== undefined && used + asked > most) return 'borrow-limit';
  // What it has left of its own is used up with it.
  const own = Math.max(0, limit - used);
  return borrowed + asked - own > idle - own ? 'nothing-lent' : undefined;
}
