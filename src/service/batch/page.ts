// Pages of the Describe operations over resources: checks of maxResults and the names asked for,
// and opaque tokens. A token holds the last name that was answered, so that a page goes on rightly
// whatever was made or deleted between.

import { limit } from '../../core/limit.ts';
import { integerIn, lengthIn } from '../../wire/check.ts';
import { invalid } from '../../wire/error-catalogue.ts';

/** 1 to 100, as the Describe operations document it; 100 where nothing is said. */
export const pageSize = (maxResults: number | undefined): number =>
  integerIn(maxResults, 1, limit.describePage, 'maxResults') ?? limit.describePage;

/** What is asked for by name comes in no pages. `member` as AWS names it in its message. */
export function refusePage(maxResults: number | undefined, member: string): void {
  if (maxResults !== undefined) throw invalid(`${member} and MaxResults cannot both be set`);
}

export const malformedToken = (): Error =>
  invalid('nextToken is not valid: it was not given by this operation');

const encode = (kind: string, name: string): string =>
  Buffer.from(`${kind} ${name}`).toString('base64url');

function decode(kind: string, token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith(`${kind} `) || encode(kind, text.slice(kind.length + 1)) !== token)
    throw malformedToken();
  return text.slice(kind.length + 1);
}

/**
 * One page of `all`, which are ascending by name. `kind` keeps one operation's tokens from
 * another's.
 */
export function pageByName<T>(
  kind: string,
  all: readonly T[],
  nameOf: (item: T) => string,
  request: { maxResults?: number | undefined; nextToken?: string | undefined },
): { items: readonly T[]; nextToken?: string | undefined } {
  const size = pageSize(request.maxResults);
  const after = request.nextToken ? decode(kind, request.nextToken) : undefined;
  const rest = after === undefined ? all : all.filter((item) => nameOf(item) > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  return {
    items,
    nextToken: rest.length > size && last !== undefined ? encode(kind, nameOf(last)) : undefined,
  };
}

/**
 * What was asked for by name or ARN, each once and in the order asked; unknown ones are left out,
 * as AWS does.
 */
export function byNames<T>(
  names: readonly string[],
  member: string,
  find: (nameOrArn: string) => T | undefined,
  keyOf: (item: T) => string,
): T[] {
  lengthIn(names, 0, limit.describePage, member);
  const found = new Map<string, T>();
  for (const name of names) {
    const item = find(name);
    if (item !== undefined) found.set(keyOf(item), item);
  }
  return [...found.values()];
}
