// Pages of lists in an order that does not change: a token holds the place of the last item that
// was answered, so that a page goes on rightly whatever was made or deleted between. Tokens are
// opaque texts that say whose they are; no operation takes another's.

import type { AwsError } from '../wire/aws-error.ts';

interface PageRequest {
  readonly operation: string;
  readonly size: number;
  readonly token: string | undefined;
  /** The operation's error for a token that is none of its own. */
  readonly badToken: () => AwsError;
}

/** `placeOf` ascends along `all`. */
export function pageAfter<T>(
  all: readonly T[],
  placeOf: (item: T) => string,
  { operation, size, token, badToken }: PageRequest,
): { readonly items: readonly T[]; readonly next: string | undefined } {
  const after = placeOfToken({ operation, token, badToken });
  const rest = after === undefined ? all : all.filter((item) => placeOf(item) > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  return {
    items,
    next: rest.length > size && last !== undefined ? tokenOf(operation, placeOf(last)) : undefined,
  };
}

/** Where the page before ended; undefined: there was none. */
export function placeOfToken({
  operation,
  token,
  badToken,
}: Omit<PageRequest, 'size'>): string | undefined {
  if (token === undefined) return undefined;
  const place = placeIn(token, operation);
  if (place === undefined) throw badToken();
  return place;
}

export const tokenOf = (operation: string, place: string): string =>
  Buffer.from(JSON.stringify([operation, place])).toString('base64url');

function placeIn(token: string, operation: string): string | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    const [of, place] = Array.isArray(parts) ? (parts as unknown[]) : [];
    return of === operation && typeof place === 'string' ? place : undefined;
  } catch {
    return undefined;
  }
}
