// Access keys: how they are found, made and shown. A secret is drawn here, to be sealed and told
// once, to who asked for the key; nothing here ever opens one.

import type { AccessKeyMetadata } from '@aws-sdk/client-iam';
import { accessKeyAlphabet, accessKeyFreeLength, accessKeyId } from '../../../core/access-key.ts';
import type { Sealer } from '../../../port/sealer.ts';
import { given, lengthIn } from '../check.ts';
import { noAccessKey } from '../error.ts';
import type { AccessKey, IamDraft, IamView } from '../resources.ts';

const secretAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const secretLength = 40;

/** What the secret of a key is sealed about. */
export const aboutKey = (id: string): string => `access-key ${id}`;

export const newKeyId = (sealer: Sealer, account: string): string =>
  accessKeyId('AKIA', account, sealer.random(accessKeyFreeLength, accessKeyAlphabet));

export const newSecret = (sealer: Sealer): string => sealer.random(secretLength, secretAlphabet);

/** The keys of a user, or of the root, oldest first. */
export const keysOf = (iam: IamView, user: string | undefined): AccessKey[] =>
  iam
    .all('access-key')
    .filter((key) => key.user === user)
    .sort((a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1));

export const checkedKeyId = (value: string | undefined): string =>
  given(lengthIn(value, 16, 128, 'accessKeyId'), 'accessKeyId');

/** A key of that user, or of the root. */
export function foundKey(iam: IamView, id: string, user: string | undefined): AccessKey {
  const key = iam.get('access-key', id);
  if (key === undefined || key.user !== user) throw noAccessKey(id);
  return key;
}

/** With what is noted of its use. */
export function removeKey(draft: IamDraft, id: string): void {
  draft.remove('access-key', id);
  if (draft.get('access-key-use', id) !== undefined) draft.remove('access-key-use', id);
}

export const shownKey = ({ id, user, status, createdAtMs }: AccessKey): AccessKeyMetadata => ({
  UserName: user,
  AccessKeyId: id,
  Status: status,
  CreateDate: new Date(createdAtMs),
});
