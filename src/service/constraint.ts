// Checks in the words of AWS's JSON front ends, for services whose usual error is
// ValidationException. No message shows a value: some of them are secrets.

import { AwsError } from '../wire/aws-error.ts';

export const validation = (message: string): AwsError =>
  new AwsError('ValidationException', 400, message);

const fails = (member: string, constraint: string): AwsError =>
  validation(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must ${constraint}`,
  );

/** A text's or list's length, both bounds included; absent passes. */
export function lengthIn<T extends string | readonly unknown[]>(
  value: T | undefined,
  low: number,
  high: number,
  member: string,
): T | undefined {
  if (value === undefined) return undefined;
  if (value.length < low) throw fails(member, `have length greater than or equal to ${low}`);
  if (value.length > high) throw fails(member, `have length less than or equal to ${high}`);
  return value;
}

/** A whole number from `low` to `high`, both included; absent passes. */
export function integerIn(
  value: number | undefined,
  low: number,
  high: number,
  member: string,
): number | undefined {
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || value < low)
    throw fails(member, `have value greater than or equal to ${low}`);
  if (value > high) throw fails(member, `have value less than or equal to ${high}`);
  return value;
}

/** `text` is how AWS writes the form. */
export function formedAs<T extends string>(
  value: T,
  form: RegExp,
  text: string,
  member: string,
): T {
  if (!form.test(value)) throw fails(member, `satisfy regular expression pattern: ${text}`);
  return value;
}

/** One of the SDK's constants, which are written out where that is loaded late; absent passes. */
export function oneOf<T extends string>(
  allowed: readonly T[],
  value: string | undefined,
  member: string,
): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((constant) => constant === value);
  if (found === undefined) throw fails(member, `satisfy enum value set: [${allowed.join(', ')}]`);
  return found;
}
