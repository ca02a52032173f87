// What rules ask of one field, so that the values of an event's field find the conditions that hold
// without asking each: exact values by a table, beginnings and ends by hashes, numbers by a tree of
// ranges, addresses by the length of their blocks. A condition that no table finds, such as one
// that says what must not be, is no business of this.

import { BrokenInvariant, must } from '../../base/assert.ts';
import { AffixTable } from './affix-table.ts';
import { InfixTable } from './infix-table.ts';
import type { Condition } from './parse.ts';
import { RangeTable } from './range-table.ts';
import {
  addressOf,
  fold,
  passes,
  type AddressBlock,
  type Scalar,
  type ValueTest,
} from './value-test.ts';

/** Whether there are tables for all that the condition asks. */
export const isFindable = ({ tests }: Condition): boolean =>
  tests.every((test) => {
    if (test.is === 'wildcard') return pieceOf(test) !== undefined;
    return test.is !== 'present' && test.is !== 'absent' && test.is !== 'none-of';
  });

type WildcardTest = ValueTest & { readonly is: 'wildcard' };
type Piece = readonly ['wildcard-start' | 'wildcard-end' | 'wildcard-inner', string];

/** What every text has which the wildcard matches: the longest such piece of it. */
function pieceOf({ wildcard: { start, end, inner, hasStar } }: WildcardTest): Piece | undefined {
  if (!hasStar) return ['wildcard-start', start];
  const pieces: readonly Piece[] = [
    ['wildcard-start', start],
    ['wildcard-end', end],
    ['wildcard-inner', inner],
  ];
  const longest = pieces.reduce((one, other) => (other[1].length > one[1].length ? other : one));
  return longest[1] === '' ? undefined : longest;
}

/** Where a test stands, and is found. */
interface Slot<C> {
  add(condition: C): void;
  remove(condition: C): void;
}

export class FieldIndex<C extends Condition> {
  readonly #exact = new SetMap<Scalar, C>();
  readonly #folded = new SetMap<string, C>();
  readonly #ranges = new RangeTable<C>();
  readonly #pieces = {
    prefix: new AffixTable<C>('prefix'),
    suffix: new AffixTable<C>('suffix'),
    'prefix-ignoring-case': new AffixTable<C>('prefix'),
    'suffix-ignoring-case': new AffixTable<C>('suffix'),
    'wildcard-start': new AffixTable<C>('prefix'),
    'wildcard-end': new AffixTable<C>('suffix'),
    'wildcard-inner': new InfixTable<C>(),
  };
  /** By how many bits of an address count, then by the address so far. */
  readonly #blocks = new Map<number, SetMap<string, C>>();

  add(condition: C): void {
    for (const test of condition.tests) this.#slotOf(test).add(condition);
  }

  remove(condition: C): void {
    for (const test of condition.tests) this.#slotOf(test).remove(condition);
  }

  /** The conditions of which one of the values passes a test. */
  find(values: Iterable<Scalar>): ReadonlySet<C> {
    const found = new Set<C>();
    for (const value of values) {
      for (const condition of this.#exact.get(value)) found.add(condition);
      if (typeof value === 'string') this.#findText(value, found);
      else if (typeof value === 'number') this.#ranges.find(value, (one) => found.add(one));
    }
    return found;
  }

  #slotOf(test: ValueTest): Slot<C> {
    switch (test.is) {
      case 'equal':
        return this.#exact.slot(test.value);
      case 'equal-ignoring-case':
        return this.#folded.slot(test.text);
      case 'range':
        return this.#ranges.slot(test);
      case 'prefix':
      case 'suffix':
      case 'prefix-ignoring-case':
      case 'suffix-ignoring-case':
        return this.#pieces[test.is].slot(test.text);
      case 'wildcard': {
        const [kind, piece] = must(pieceOf(test), 'a wildcard in an index is more than a star');
        return this.#pieces[kind].slot(piece);
      }
      case 'address':
        return this.#blockSlot(test.block);
      case 'present':
      case 'absent':
      case 'none-of':
        throw new BrokenInvariant('an index has tests that its tables find');
    }
  }

  #blockSlot(block: AddressBlock): Slot<C> {
    const { bits } = block;
    const table = this.#blocks.get(bits) ?? new SetMap<string, C>();
    const slot = table.slot(bitsOf(block, bits));
    return {
      add: (condition) => {
        this.#blocks.set(bits, table);
        slot.add(condition);
      },
      remove: (condition) => {
        slot.remove(condition);
        if (table.isEmpty) this.#blocks.delete(bits);
      },
    };
  }

  #findText(value: string, found: Set<C>): void {
    const note = (condition: C): unknown => found.add(condition);
    const { prefix, suffix } = this.#pieces;
    prefix.find(value, note);
    suffix.find(value, note);
    this.#findFolded(value, found);
    this.#findWildcards(value, found);
    if (this.#blocks.size > 0) this.#findBlocks(value, found);
  }

  #findFolded(value: string, found: Set<C>): void {
    const beginnings = this.#pieces['prefix-ignoring-case'];
    const ends = this.#pieces['suffix-ignoring-case'];
    if (this.#folded.isEmpty && beginnings.isEmpty && ends.isEmpty) return;
    const folded = fold(value);
    for (const condition of this.#folded.get(folded)) found.add(condition);
    beginnings.find(folded, (condition) => found.add(condition));
    ends.find(folded, (condition) => found.add(condition));
  }

  #findWildcards(value: string, found: Set<C>): void {
    const candidates = new Set<C>();
    this.#pieces['wildcard-start'].find(value, (condition) => candidates.add(condition));
    this.#pieces['wildcard-end'].find(value, (condition) => candidates.add(condition));
    this.#pieces['wildcard-inner'].find(value, (condition) => candidates.add(condition));
    for (const condition of candidates)
      if (!found.has(condition) && condition.tests.some((test) => passes(test, value)))
        found.add(condition);
  }

  #findBlocks(value: string, found: Set<C>): void {
    const address = addressOf(value);
    if (address === undefined) return;
    for (const [bits, table] of this.#blocks)
      for (const condition of table.get(bitsOf(address, bits))) found.add(condition);
  }
}

/** The first bits of an address, as a key that its family is part of. */
function bitsOf({ address }: AddressBlock, bits: number): string {
  const whole = address.slice(0, bits >> 3);
  const rest = bits & 7;
  const last = rest === 0 ? [] : [(address[bits >> 3] ?? 0) >> (8 - rest)];
  return [address.length, ...whole, ...last].join('.');
}

/** Several values to a key. */
class SetMap<K, V> {
  readonly #sets = new Map<K, Set<V>>();

  get isEmpty(): boolean {
    return this.#sets.size === 0;
  }

  get(key: K): Iterable<V> {
    return this.#sets.get(key) ?? [];
  }

  slot(key: K): Slot<V> {
    return {
      add: (value) => {
        const set = this.#sets.get(key);
        if (set === undefined) this.#sets.set(key, new Set([value]));
        else set.add(value);
      },
      remove: (value) => {
        const set = this.#sets.get(key);
        set?.delete(value);
        if (set?.size === 0) this.#sets.delete(key);
      },
    };
  }
}
