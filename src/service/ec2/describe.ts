// What the Describe operations share: resources by their ids, filters, and pages whose token holds
// the last id answered, so that a page goes on rightly whatever was made or deleted between.

import type { Filter } from '@aws-sdk/client-ec2';
import type { AwsError } from '../../wire/aws-error.ts';
import { invalidParameter, invalidValue } from './error.ts';
import { filtered, type Filters } from './filter.ts';
import type { TagMap } from './resources.ts';

interface Request {
  readonly Filters?: readonly Filter[] | undefined;
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

interface Asked<T> {
  readonly keyOf: (item: T) => string;
  /** Those asked for; each must be there. */
  readonly keys?: readonly string[] | undefined;
  readonly notFound?: (key: string) => AwsError;
  readonly filters: Filters<T>;
  readonly tagsOf?: (item: T) => TagMap;
  /** The smallest page. */
  readonly least?: number;
  /** The largest page, which is also that of whoever asks for no size. */
  readonly most?: number;
}

/** A page of `all`, which ascend by their keys. */
export function described<T>(
  all: readonly T[],
  request: Request,
  { keyOf, keys, notFound, filters, tagsOf, least, most }: Asked<T>,
): { items: readonly T[]; NextToken?: string | undefined } {
  const found = keys === undefined || keys.length === 0 ? all : byKeys(all, keyOf, keys, notFound);
  return page(filtered(found, request.Filters, filters, tagsOf), keyOf, request, least, most);
}

function byKeys<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  keys: readonly string[],
  notFound: ((key: string) => AwsError) | undefined,
): T[] {
  const wanted = new Set(keys);
  const there = new Set(all.map(keyOf));
  for (const key of wanted) if (!there.has(key) && notFound !== undefined) throw notFound(key);
  return all.filter((item) => wanted.has(keyOf(item)));
}

export function page<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { MaxResults, NextToken: token }: Request,
  least = 5,
  most = 1000,
): { items: readonly T[]; NextToken?: string | undefined } {
  const size = MaxResults ?? most;
  if (!Number.isInteger(size) || size < least || size > most)
    throw invalidParameter('maxResults', size, `Expecting a value from ${least} to ${most}.`);
  const after = token === undefined || token === '' ? undefined : decode(token);
  const rest = after === undefined ? items : items.filter((item) => keyOf(item) > after);
  const last = rest[size - 1];
  return rest.length > size && last !== undefined
    ? { items: rest.slice(0, size), NextToken: encode(keyOf(last)) }
    : { items: rest };
}

const encode = (key: string): string => Buffer.from(`after ${key}`).toString('base64url');

function decode(token: string): string {
  const key = Buffer.from(token, 'base64url').toString().slice('after '.length);
  if (encode(key) !== token)
    throw invalidValue('The token is invalid: it was not given by this operation');
  return key;
}
