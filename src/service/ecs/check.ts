// Checks of ECS operations: its kit, and its pages.

import { checksFor } from '../../wire/check.ts';
import { invalidParameter } from './error.ts';
import { limit } from '../../core/limit.ts';

export const { oneOf, integerIn, lengthIn } = checksFor(invalidParameter);

/** At most a hundred things are described in one call. */
export const describable = (
  given: readonly string[] | undefined,
  name: string,
): readonly string[] => lengthIn(given ?? [], 0, limit.ecsPage, name) ?? [];

/**
 * One page of names in order. A token is the last name answered, so that a page goes on rightly
 * whatever comes or goes between.
 */
export function page(
  names: readonly string[],
  request: { maxResults?: number | undefined; nextToken?: string | undefined },
): { names: string[]; nextToken?: string | undefined } {
  const size = integerIn(request.maxResults, 1, limit.ecsPage, 'maxResults') ?? limit.ecsPage;
  const after = request.nextToken
    ? Buffer.from(request.nextToken, 'base64url').toString()
    : undefined;
  if (after !== undefined && Buffer.from(after).toString('base64url') !== request.nextToken)
    throw invalidParameter('Invalid token.');
  const rest = [...names].sort().filter((name) => after === undefined || name > after);
  const last = rest[size - 1];
  return {
    names: rest.slice(0, size),
    nextToken:
      rest.length > size && last !== undefined
        ? Buffer.from(last).toString('base64url')
        : undefined,
  };
}
