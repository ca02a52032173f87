// What a pattern asks of one value of an event, and whether a value is so. Pure; each test takes
// time linear in the value.

import { blockContains, blockOf } from '../policy/address.ts';
import type { Wildcard } from './wildcard.ts';

/** A leaf of an event's JSON. */
export type Scalar = string | number | boolean | null;

export type AddressBlock = NonNullable<ReturnType<typeof blockOf>>;

export type ValueTest =
  | { readonly is: 'equal'; readonly value: Scalar }
  /** A text that is an IP address of the block. */
  | { readonly is: 'address'; readonly block: AddressBlock }
  | { readonly is: 'prefix' | 'suffix'; readonly text: string }
  /** The text is folded ({@link fold}). */
  | {
      readonly is: 'prefix-ignoring-case' | 'suffix-ignoring-case' | 'equal-ignoring-case';
      readonly text: string;
    }
  | { readonly is: 'wildcard'; readonly text: string; readonly wildcard: Wildcard }
  | NumberRange
  | { readonly is: 'present' }
  /** That there is no value. */
  | { readonly is: 'absent' }
  | { readonly is: 'none-of'; readonly tests: readonly ValueTest[] };

export interface NumberRange {
  readonly is: 'range';
  readonly low: number;
  readonly isLowOpen: boolean;
  readonly high: number;
  readonly isHighOpen: boolean;
}

export function passes(test: ValueTest, value: Scalar): boolean {
  const text = typeof value === 'string' ? value : undefined;
  switch (test.is) {
    case 'present':
      return true;
    case 'absent':
      return false;
    case 'equal':
      return test.value === value;
    case 'none-of':
      return !test.tests.some((one) => passes(one, value));
    case 'range':
      return typeof value === 'number' && isWithin(test, value);
    case 'prefix':
      return text?.startsWith(test.text) === true;
    case 'suffix':
      return text?.endsWith(test.text) === true;
    case 'prefix-ignoring-case':
      return text !== undefined && fold(text).startsWith(test.text);
    case 'suffix-ignoring-case':
      return text !== undefined && fold(text).endsWith(test.text);
    case 'equal-ignoring-case':
      return text !== undefined && fold(text) === test.text;
    case 'wildcard':
      return text !== undefined && test.wildcard.matches(text);
    case 'address':
      return text !== undefined && isWithinBlock(test.block, text);
  }
}

function isWithinBlock(block: AddressBlock, text: string): boolean {
  const address = addressOf(text);
  return address !== undefined && blockContains(block, address);
}

export function isWithin(range: NumberRange, value: number): boolean {
  const { low, isLowOpen, high, isHighOpen } = range;
  return (isLowOpen ? value > low : value >= low) && (isHighOpen ? value < high : value <= high);
}

/** An IP address of either family, as the block of it alone. */
export function addressOf(text: string): AddressBlock | undefined {
  // Most texts are no address, and their first characters say so.
  if (!/^[0-9a-f:]{1,4}[.:0-9a-f]/i.test(text) || text.includes('/')) return undefined;
  return blockOf(text);
}

/** A text without its case: character by character, so that no length depends on what is around. */
export function fold(text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/^[\u0000-\u007f]*$/.test(text)) return text.toLowerCase();
  let folded = '';
  for (let at = 0; at < text.length; at++) folded += text.charAt(at).toLowerCase();
  return folded;
}
