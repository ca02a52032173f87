// Tags as EC2 takes and shows them.

import type { Tag, TagSpecification } from '@aws-sdk/client-ec2';
import { invalidParameter, invalidValue, tagLimit } from './error.ts';
import type { TagMap } from './resources.ts';
import { limit } from '../../core/limit.ts';

export const tagList = (tags: TagMap): Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** `had`, with the tags of a request. */
export function withTags(had: TagMap, given: readonly Tag[]): TagMap {
  const merged = new Map(Object.entries(had));
  for (const { Key: key = '', Value: value = '' } of given) {
    if (key.length < 1 || key.length > 127)
      throw invalidParameter('key', key.slice(0, 64), 'Tag keys have 1 to 127 characters.');
    if (value.length > 255)
      throw invalidParameter(
        'value',
        value.slice(0, 64),
        'Tag values have at most 255 characters.',
      );
    if (key.startsWith('aws:'))
      throw invalidParameter(
        'key',
        key,
        "Tag keys starting with 'aws:' are reserved for internal use",
      );
    merged.set(key, value);
  }
  if (merged.size > limit.tags) throw tagLimit();
  return Object.fromEntries(merged);
}

/**
 * The tags that a creation brings for `kind`; specifications for others are an error, as on AWS.
 */
export function tagsFor(
  kind: string,
  specifications: readonly TagSpecification[] | undefined,
): TagMap {
  let tags: TagMap = {};
  for (const { ResourceType: type, Tags: given } of specifications ?? []) {
    if (type !== kind)
      throw invalidValue(
        `'${type ?? ''}' is not a valid taggable resource type for this operation.`,
      );
    tags = withTags(tags, given ?? []);
  }
  return tags;
}
