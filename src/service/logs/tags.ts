// Tags of log groups: their checks, and their change, which both generations of operations share.
// Groups alone have tags here.

import type { RequestContext } from '../../wire/operation.ts';
import { groupOfArn } from './arn.ts';
import { groupName, lengthIn, given } from './check.ts';
import type { LogsDeps } from './deps.ts';
import { groupNotFound, invalidParameter } from './error.ts';
import { limit } from '../../core/limit.ts';

type Tags = Readonly<Record<string, string>>;

/**
 * As the model has them: keys of 1 to 128 characters that AWS does not keep to itself, values of up
 * to 256.
 */
export function checkedTags(tags: Tags | undefined): Tags {
  for (const [key, value] of Object.entries(tags ?? {})) {
    lengthIn(key, 1, 128, 'tags');
    lengthIn(value, 0, 256, 'tags');
    if (/^aws:/i.test(key))
      throw invalidParameter(`Tag keys that begin with aws: are reserved: ${key}`);
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(key + value))
      throw invalidParameter(
        `Tag ${key} has characters that are not letters, digits, spaces or one of _.:/=+-@`,
      );
  }
  return tags ?? {};
}

/** The group that a tag operation's `resourceArn` names. */
export function taggedGroup(arn: string | undefined, { scope }: RequestContext): string {
  const name = groupOfArn(scope, given(arn, 'resourceArn'));
  if (name === undefined) throw groupNotFound();
  return groupName(name, 'resourceArn');
}

interface Change {
  readonly set: Tags;
  readonly remove: readonly string[];
}

/** `tooMany` is the operation's own error. */
export async function changeTags(
  { bus, reader }: LogsDeps,
  name: string,
  { set, remove }: Change,
  context: RequestContext,
  tooMany: () => Error,
): Promise<void> {
  const { scope } = context;
  // Again where others changed them meanwhile: each round one of them has got through.
  for (;;) {
    const row = reader.logGroup(scope, name);
    if (row === undefined) throw groupNotFound();
    const read = row.tags ?? {};
    const tags: Record<string, string> = { ...read, ...set };
    for (const key of remove) delete tags[key];
    if (Object.keys(set).length > 0 && Object.keys(tags).length > limit.tags) throw tooMany();
    const outcome = await bus.write(
      { table: 'log-group', write: 'tags', scope, name, read, tags },
      context,
    );
    if (outcome === 'absent') throw groupNotFound();
    if (outcome === 'done') return;
  }
}

export function tagsOfGroup(
  { reader }: LogsDeps,
  name: string,
  { scope }: RequestContext,
): Record<string, string> {
  const row = reader.logGroup(scope, name);
  if (row === undefined) throw groupNotFound();
  return { ...row.tags };
}
