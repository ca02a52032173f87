// Tags of resources (user guide, chapter Tagging Your AWS Batch Resources): number, length,
// characters, the prefix that is AWS's own, and those of ours, which must mean something.

import type { Limits } from '../../../core/limit.ts';
import { sizeIn } from '../../../wire/check.ts';
import { ownTagRefusal, type TagBearer } from '../../../core/own-tag/own-tags.ts';
import { fromRefusal, invalid } from '../../../wire/error-catalogue.ts';

const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const keyLength = 128;
const valueLength = 256;

export function checkTags(
  tags: Readonly<Record<string, string>> | undefined,
  { tagsPerResource }: Limits,
  bearer: TagBearer = 'other resource',
): void {
  sizeIn(tags, 0, tagsPerResource, 'tags');
  for (const [key, value] of Object.entries(tags ?? {})) {
    checkTagKey(key);
    if (value.length > valueLength)
      throw invalid(
        `The value of tag '${key}' has ${value.length} characters; at most ${valueLength} are allowed`,
      );
    if (!allowed.test(value))
      throw invalid(`The value of tag '${key}' holds a character that is not allowed in tags`);
    const refused = ownTagRefusal(key, value, bearer);
    if (refused !== undefined) throw fromRefusal(refused);
  }
}

export function checkTagKey(key: string): void {
  if (key.length < 1 || key.length > keyLength)
    throw invalid(`A tag key must have 1 to ${keyLength} characters; one has ${key.length}`);
  if (!allowed.test(key))
    throw invalid(`Tag key '${key}' holds a character that is not allowed in tags`);
  if (/^aws:/i.test(key)) throw invalid(`Tag key '${key}' begins with aws:, which is reserved`);
}
