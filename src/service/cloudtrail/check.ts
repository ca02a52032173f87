// Checks of what clients send that the schemas cannot say, and refusals of what a trail cannot do
// here: nothing is taken and forgotten.

import type { CreateTrailCommandInput, Tag } from '@aws-sdk/client-cloudtrail';
import { limit } from '../../core/limit.ts';
import type { CloudTrailDeps } from './deps.ts';
import {
  bucketOutOfReach,
  invalidBucketName,
  invalidPrefix,
  invalidTags,
  noBucket,
  noPlace,
  notSupported,
  tooManyTags,
} from './error.ts';

type Asked = Omit<CreateTrailCommandInput, 'S3BucketName' | 'TagsList'>;

export function refuseUnsupported(asked: Asked): void {
  const unsupported: [boolean, string][] = [
    [isGiven(asked.SnsTopicName), 'SnsTopicName: nothing is sent to topics'],
    [
      isGiven(asked.CloudWatchLogsLogGroupArn) || isGiven(asked.CloudWatchLogsRoleArn),
      'CloudWatchLogsLogGroupArn: trails are delivered as files alone',
    ],
    [isGiven(asked.KmsKeyId), 'KmsKeyId: files are not encrypted by a key'],
    [asked.IsOrganizationTrail === true, 'IsOrganizationTrail: there are no organizations'],
  ];
  const found = unsupported.find(([isAsked]) => isAsked);
  if (found !== undefined) throw notSupported(`Longshore does not support ${found[1]}`);
}

/** Clients take a setting away by an empty text. */
const isGiven = (text: string | undefined): boolean => text !== undefined && text !== '';

/** That files can be put there. */
export async function bucketThere(
  { place }: CloudTrailDeps,
  bucket: string | undefined,
): Promise<string> {
  if (
    bucket === undefined ||
    !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) ||
    bucket.includes('..')
  )
    throw invalidBucketName(`Bucket name is invalid: ${(bucket ?? '').slice(0, 64)}`);
  if (place === undefined) throw noPlace();
  const isThere = await place.has(bucket).catch((error: unknown) => {
    throw bucketOutOfReach(bucket, (error as Error).message);
  });
  if (!isThere) throw noBucket(bucket);
  return bucket;
}

/** What stands before `AWSLogs/`; undefined: nothing. */
export function keyPrefix(prefix: string | undefined): string | undefined {
  if (prefix === undefined || prefix === '') return undefined;
  const isPath = prefix
    .split('/')
    .every((part) => /^[\w!.*'()=@+-]{1,100}$/.test(part) && !/^\.+$/.test(part));
  if (prefix.length > 200 || !isPath)
    throw invalidPrefix(
      'S3 prefix must have at most 200 characters, and between its slashes letters, digits and the signs that are safe in keys',
    );
  return prefix;
}

type Tags = Readonly<Record<string, string>>;

export function tagsOf(list: readonly Tag[] | undefined, before: Tags = {}): Tags {
  const tags: Record<string, string> = { ...before };
  for (const { Key: key = '', Value: value = '' } of list ?? []) {
    const isRight =
      /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key) &&
      /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value) &&
      !/^aws:/i.test(key);
    if (!isRight)
      throw invalidTags(
        `Tag ${key.slice(0, 128)} is not valid: keys have 1 to 128 characters and do not begin with aws:, values at most 256; letters, digits, spaces and _.:/=+-@`,
      );
    Object.defineProperty(tags, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  if (Object.keys(tags).length > limit.tags)
    throw tooManyTags(`A trail can have ${limit.tags} tags`);
  return tags;
}

export const tagListOf = (tags: Tags): Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
