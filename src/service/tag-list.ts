// Tags as lists of Key and Value carry them, with the rules that AWS's services have in common.

import { limit } from '../core/limit.ts';
import type { AwsError } from '../wire/aws-error.ts';
import type { Tags } from '../wire/authorization.ts';
import { lengthIn } from './constraint.ts';

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** How a service words what it does not take. */
interface Refusals {
  readonly invalid: (message: string) => AwsError;
  readonly tooMany: () => AwsError;
}

/** Those that a resource has once the list is laid over what it had. */
export function withTags(
  had: Tags,
  list: readonly Tag[] | undefined,
  { invalid, tooMany }: Refusals,
): Tags {
  const merged = new Map(Object.entries(had));
  const seen = new Set<string>();
  for (const { Key: key = '', Value: value = '' } of list ?? []) {
    lengthIn(key, 1, 128, 'tags.member.key');
    lengthIn(value, 0, 256, 'tags.member.value');
    if (/^aws:/i.test(key)) throw invalid(`Tag keys that begin with aws: are reserved: ${key}`);
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(key + value))
      throw invalid(
        `Tag ${key} has characters that are not letters, digits, spaces or one of _.:/=+-@`,
      );
    if (seen.has(key)) throw invalid(`Duplicate tag key: ${key}`);
    seen.add(key);
    merged.set(key, value);
  }
  if (merged.size > limit.tags) throw tooMany();
  return Object.fromEntries(merged);
}

export function withoutTags(had: Tags, keys: readonly string[] | undefined): Tags {
  const gone = new Set(keys);
  return Object.fromEntries(Object.entries(had).filter(([key]) => !gone.has(key)));
}

export const tagList = (tags: Tags): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
