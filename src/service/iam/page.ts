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
  const size = integerIn(maxItems, 1, 1000, 'maxItems') ?? 100;
  const after = marker === undefined ? undefined : decode(marker);
  const rest = after === undefined ? all : all.filter((item) => nameOf(item) > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  return rest.length > size && last !== undefined
    ? { items, IsTruncated: true, Marker: encode(nameOf(last)) }
    : { items, IsTruncated: false };
}

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
