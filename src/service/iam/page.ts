// Pages of IAM's lists: MaxItems and a Marker that holds the last name answered, so that a page
// goes on rightly whatever was made or deleted between.

import type { Tag } from '@aws-sdk/client-iam';
import { integerIn } from './check.ts';
import { invalid } from './error.ts';

export interface PageRequest {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

/** One page of `all`, which ascend by name. */
export function page<T>(
  all: readonly T[],
  nameOf: (item: T) => string,
  { Marker: marker, MaxItems: maxItems }: PageRequest,
): { items: readonly T[]; IsTruncated: boolean; Marker?: string | undefined } {
  const size = sizeOf(maxItems);
  const after = marker === undefined ? undefined : decode(marker);
  const rest = after === undefined ? all : all.filter((item) => nameOf(item) > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  return rest.length > size && last !== undefined
    ? { items, IsTruncated: true, Marker: encode(nameOf(last)) }
    : { items, IsTruncated: false };
}

/**
 * One page of what is numbered from 0 to `count`, each made as its page comes to it. It ends early,
 * but not empty, where `isEnough`.
 */
export function numberedPage<T>(
  count: number,
  make: (number: number) => T,
  isEnough: () => boolean,
  { Marker: marker, MaxItems: maxItems }: PageRequest,
): { items: T[]; IsTruncated: boolean; Marker?: string | undefined } {
  const size = sizeOf(maxItems);
  const last = marker === undefined ? '-1' : decode(marker);
  if (!/^(?:-1|\d{1,12})$/.test(last)) throw invalid('Invalid Marker.');
  let number = Number(last) + 1;
  const items: T[] = [];
  for (; number < count && items.length < size; number++) {
    if (items.length > 0 && isEnough()) break;
    items.push(make(number));
  }
  return number < count
    ? { items, IsTruncated: true, Marker: encode(String(number - 1)) }
    : { items, IsTruncated: false };
}

const sizeOf = (maxItems: number | undefined): number =>
  integerIn(maxItems, 1, 1000, 'maxItems') ?? 100;

/** A page of tags, by key. */
export function tagPage(
  tags: Readonly<Record<string, string>>,
  request: PageRequest,
): { Tags: Tag[]; IsTruncated: boolean; Marker?: string | undefined } {
  const { items, ...more } = page(Object.keys(tags).toSorted(), (key) => key, request);
  return { Tags: items.map((key) => ({ Key: key, Value: tags[key] ?? '' })), ...more };
}

const encode = (name: string): string => Buffer.from(`after ${name}`).toString('base64url');

function decode(marker: string): string {
  const text = Buffer.from(marker, 'base64url').toString();
  const name = text.slice('after '.length);
  if (encode(name) !== marker) throw invalid('Invalid Marker.');
  return name;
}
