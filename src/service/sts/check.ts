// Checks of what clients send that the schemas cannot say, by the patterns of STS's model and in
// its words. An absent value passes.

import { limit } from '../../core/limit.ts';
import { invalid } from './error.ts';

const violates = (value: string | number, member: string, constraint: string) =>
  invalid(
    `1 validation error detected: Value '${String(value).slice(0, 64)}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );

/** A text of so many characters, made of those of the class. */
function text(
  value: string | undefined,
  member: string,
  low: number,
  high: number,
  allowed?: string,
): string | undefined {
  if (value === undefined) return undefined;
  if (value.length < low)
    throw violates(value, member, `Member must have length greater than or equal to ${low}`);
  if (value.length > high)
    throw violates(value, member, `Member must have length less than or equal to ${high}`);
  if (allowed !== undefined && !new RegExp(`^${allowed}*$`, 'u').test(value))
    throw violates(value, member, `Member must satisfy regular expression pattern: ${allowed}*`);
  return value;
}

const nameCharacters = String.raw`[\w+=,.@\-]`;

export const sessionName = (value: string | undefined): string =>
  text(value ?? '', 'roleSessionName', 2, 64, nameCharacters) ?? '';
export const sourceIdentity = (value: string | undefined): string | undefined =>
  text(value, 'sourceIdentity', 2, 64, nameCharacters);
export const externalId = (value: string | undefined): string | undefined =>
  text(value, 'externalId', 2, 1224, String.raw`[\w+=,.@:\/\-]`);
export const accessKey = (value: string | undefined): string =>
  text(value ?? '', 'accessKeyId', 16, 128, String.raw`[\w]`) ?? '';
/** Its text is a credential, which no message repeats. */
export function webToken(value = ''): string {
  if (value.length < 4 || value.length > 20_000)
    throw invalid(
      "1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: Member must have length between 4 and 20000",
    );
  return value;
}
export const encodedMessage = (value: string | undefined): string =>
  text(value ?? '', 'encodedMessage', 1, 10_240) ?? '';

export function seconds(
  value: number | undefined,
  low: number,
  high: number,
  member = 'durationSeconds',
): number | undefined {
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || value < low)
    throw violates(value, member, `Member must have value greater than or equal to ${low}`);
  if (value > high)
    throw violates(value, member, `Member must have value less than or equal to ${high}`);
  return value;
}

/** MinimumSessionTokenSize. */
export const tokenSize = (value: number | undefined): number =>
  seconds(value, 0, limit.sts.sessionTokenCharacters, 'minimumSessionTokenSize') ?? 0;

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

const tagCharacters = String.raw`[\p{L}\p{Z}\p{N}_.:\/=+\-@]`;

/** Session tags: each key once, whatever the case. */
export function tags(list: readonly Tag[] = []): Record<string, string> {
  if (list.length > limit.sts.sessionTags)
    throw invalid(
      `1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to ${limit.sts.sessionTags}`,
    );
  const seen = new Set<string>();
  return Object.fromEntries(
    list.map(({ Key, Value }, index) => {
      const where = `tags.${index + 1}.member`;
      const key = text(Key ?? '', `${where}.key`, 1, 128, tagCharacters) ?? '';
      if (/^aws:/i.test(key)) throw invalid(`Tag keys that begin with aws: are reserved: ${key}`);
      if (seen.has(key.toLowerCase()))
        throw invalid('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
      seen.add(key.toLowerCase());
      return [key, text(Value ?? '', `${where}.value`, 0, 256, tagCharacters) ?? ''];
    }),
  );
}
