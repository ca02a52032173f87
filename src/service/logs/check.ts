// Checks of what clients send that the schemas cannot say, by the patterns of AWS's model. Absent
// values pass, save where a name is wanted.

import type { Scope } from '../../base/ids.ts';
import { checksFor } from '../../wire/check.ts';
import { groupOfArn } from './arn.ts';
import { groupNotFound, invalidParameter } from './error.ts';

export const { oneOf, integerIn, lengthIn, given } = checksFor(invalidParameter);

const groupForm = /^[.\-_/#A-Za-z0-9]{1,512}$/;
const streamForm = /^[^:*]{1,512}$/;

const fails = (name: string, form: string): Error =>
  invalidParameter(
    `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${form} and have a length of 1 to 512`,
  );

export function groupName(name: string | undefined, member = 'logGroupName'): string {
  if (!groupForm.test(given(name, member))) throw fails(member, '[\\.\\-_/#A-Za-z0-9]+');
  return name as string;
}

export function streamName(name: string | undefined, member = 'logStreamName'): string {
  if (!streamForm.test(given(name, member))) throw fails(member, '[^:*]*');
  return name as string;
}

/** A stream's prefix, which may be anything that a name begins with. */
export const streamPrefix = (prefix: string | undefined): string | undefined =>
  prefix === undefined ? undefined : streamName(prefix, 'logStreamNamePrefix');

/**
 * The group of an operation that takes a name, or an identifier that is a name or an ARN, and
 * exactly one of them.
 */
export function groupReferred(
  scope: Scope,
  input: { logGroupName?: string | undefined; logGroupIdentifier?: string | undefined },
): string {
  const { logGroupName, logGroupIdentifier } = input;
  if (logGroupName !== undefined && logGroupIdentifier !== undefined)
    throw invalidParameter(
      'LogGroupName and LogGroupIdentifier are mutually exclusive parameters.',
    );
  if (logGroupIdentifier === undefined) return groupName(logGroupName);
  return groupIdentified(scope, logGroupIdentifier);
}

/** The group that a name or an ARN names. */
export function groupIdentified(scope: Scope, identifier: string): string {
  if (!identifier.startsWith('arn:')) return groupName(identifier, 'logGroupIdentifier');
  const name = groupOfArn(scope, identifier);
  // Groups of other accounts and regions are not here.
  if (name === undefined) throw groupNotFound();
  return groupName(name, 'logGroupIdentifier');
}

/** A time of the API: milliseconds since the epoch. */
export const timestamp = (value: number | undefined, member: string): number | undefined =>
  integerIn(value, 0, Number.MAX_SAFE_INTEGER, member);
