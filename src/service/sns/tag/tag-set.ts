// The tags of a topic as requests bring them, in SNS's words for what it does not take.

import type { Tags } from '../../../wire/authorization.ts';
import { withTags } from '../../tag-list.ts';
import { invalidParameter, tooManyTags } from '../error.ts';

type TagList = Parameters<typeof withTags>[1];

/** Those that it has once the list is laid over what it had. */
export const tags = (list: TagList, had: Tags = {}): Tags =>
  withTags(had, list, { invalid: invalidParameter, tooMany: tooManyTags });
