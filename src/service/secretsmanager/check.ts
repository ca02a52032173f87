// Checks of what clients send to Secrets Manager that the schemas cannot say. No message shows a
// value.

import { limit } from '../../core/limit.ts';
import { lengthIn, validation } from '../constraint.ts';
import { withTags } from '../tag-list.ts';
import { invalidParameter, tooManyTags } from './error.ts';

const nameForm = /^[\w/+=.@!-]+$/;

export function secretName(name: string | undefined): string {
  lengthIn(name, 1, 512, 'name');
  if (name === undefined || !nameForm.test(name))
    throw validation(
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    );
  return name;
}

/** Only AWS's own key is here: there is no KMS whose keys could be another. */
export function kmsKey(id: string | undefined): string | undefined {
  if (id === undefined || /^(?:arn:[\w-]+:kms:[\w-]+:\d{12}:)?alias\/aws\/secretsmanager$/.test(id))
    return id;
  throw invalidParameter(
    'KmsKeyId is not supported by Longshore but for alias/aws/secretsmanager: this server has no AWS KMS, and seals every secret under a key of its own',
  );
}

export function requestToken(token: string | undefined): string | undefined {
  if (token !== undefined && (token.length < 32 || token.length > 64))
    throw invalidParameter('ClientRequestToken must be 32-64 characters long.');
  return token;
}

/** What is kept of a value: text, or bytes as base64. */
export interface Value {
  readonly text: string;
  readonly isBinary: boolean;
}

export function secretValue({
  SecretString: text,
  SecretBinary: bytes,
}: {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: Uint8Array | undefined;
}): Value | undefined {
  if (text !== undefined && bytes !== undefined)
    throw invalidParameter('You must provide either SecretString or SecretBinary, but not both.');
  if (text !== undefined) {
    lengthIn(text, 1, limit.secret.valueBytes, 'secretString');
    if (Buffer.byteLength(text) > limit.secret.valueBytes) throw tooLong('SecretString');
    return { text, isBinary: false };
  }
  if (bytes === undefined) return undefined;
  if (bytes.length === 0 || bytes.length > limit.secret.valueBytes) throw tooLong('SecretBinary');
  return { text: Buffer.from(bytes).toString('base64'), isBinary: true };
}

const tooLong = (member: string): Error =>
  invalidParameter(`${member} must have 1 to ${limit.secret.valueBytes} bytes.`);

export function stages(labels: readonly string[] | undefined): readonly string[] | undefined {
  lengthIn(labels, 1, limit.secret.stages, 'versionStages');
  for (const label of labels ?? []) lengthIn(label, 1, 256, 'versionStages.member');
  return labels && [...new Set(labels)];
}

export const tags = (
  list: Parameters<typeof withTags>[1],
  had: Parameters<typeof withTags>[0] = {},
): ReturnType<typeof withTags> =>
  withTags(had, list, { invalid: invalidParameter, tooMany: tooManyTags });

/** A member of AWS's that has no meaning here; nothing given is as good as none. */
export function refuse<Input extends object>(
  input: Input,
  ...members: (keyof Input & string)[]
): void {
  for (const member of members) {
    const given: unknown = input[member];
    if (given === undefined || given === false) continue;
    if (Array.isArray(given) && given.length === 0) continue;
    throw invalidParameter(`${member} is not supported by Longshore yet`);
  }
}
