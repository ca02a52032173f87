// Checks that the schemas cannot say: enums, ranges, lengths and forms. Operations call them on
// typed input. An absent value passes every check, because the schema already knows which members
// are required.

import type { AwsError } from './aws-error.ts';
import { invalid } from './error-catalogue.ts';

/** The kit for one service: `fail` makes its usual error from a message. */
interface Checks {
  /**
   * `value` is one of the SDK's exported enum constants, e.g. `oneOf(JQState, input.state,
   * 'state')`.
   */
  oneOf<T extends string>(
    constants: Readonly<Record<string, T>>,
    value: string | undefined,
    name: string,
  ): T | undefined;
  /** A whole number from `low` to `high`, both included. */
  integerIn(value: number | undefined, low: number, high: number, name: string): number | undefined;
  /** `value` has a form; `explained` tells it in words. */
  matches(
    value: string | undefined,
    form: RegExp,
    name: string,
    explained: string,
  ): string | undefined;
  /** A text's or list's length, both bounds included. */
  lengthIn<T extends string | readonly unknown[]>(
    value: T | undefined,
    low: number,
    high: number,
    name: string,
  ): T | undefined;
  /** How many entries a map has, both bounds included. */
  sizeIn<T extends object>(
    value: T | undefined,
    low: number,
    high: number,
    name: string,
  ): T | undefined;
  /** The value, which this combination of members requires though the schema does not. */
  given<T>(value: T | undefined, name: string): T;
}

/** The checks of a service whose usual error is made by `fail`. */
export function checksFor(fail: (message: string) => AwsError): Checks {
  return {
    oneOf(constants, value, name) {
      if (value === undefined) return undefined;
      const allowed = Object.values(constants);
      const found = allowed.find((constant) => constant === value);
      if (found === undefined)
        throw fail(`${name} must be one of ${allowed.join(', ')}; it is ${shown(value)}`);
      return found;
    },
    integerIn(value, low, high, name) {
      if (value === undefined) return undefined;
      if (!Number.isInteger(value) || value < low || value > high)
        throw fail(`${name} must be a whole number from ${low} to ${high}; it is ${value}`);
      return value;
    },
    matches(value, form, name, explained) {
      if (value === undefined) return undefined;
      if (!form.test(value)) throw fail(`${name} must be ${explained}; it is ${shown(value)}`);
      return value;
    },
    lengthIn(value, low, high, name) {
      if (value === undefined) return undefined;
      if (value.length < low || value.length > high) {
        const unit = typeof value === 'string' ? 'characters' : 'entries';
        throw fail(`${name} must have ${low} to ${high} ${unit}; it has ${value.length}`);
      }
      return value;
    },
    sizeIn(value, low, high, name) {
      if (value === undefined) return undefined;
      const size = Object.keys(value).length;
      if (size < low || size > high)
        throw fail(`${name} must have ${low} to ${high} entries; it has ${size}`);
      return value;
    },
    given(value, name) {
      if (value === undefined) throw fail(`${name} must be provided`);
      return value;
    },
  };
}

/** The checks of Batch: ClientException, 400. */
export const { oneOf, integerIn, matches, lengthIn, sizeIn, given } = checksFor(invalid);

/** A caller's own text inside a message, bounded. */
function shown(value: string): string {
  return JSON.stringify(value.length > 64 ? `${value.slice(0, 64)}…` : value);
}
