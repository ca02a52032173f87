// Checks of what clients send that the schemas cannot say, by the patterns of IAM's model; and the
// resources that a name must find.

import { checkPolicy, type PolicyKind } from '../../core/policy/check.ts';
import { checksFor } from '../../wire/check.ts';
import type { IamView, InstanceProfile, Role } from './resources.ts';
import {
  invalid,
  invalidInput,
  limitExceeded,
  malformedPolicy,
  noProfile,
  noRole,
  unmodifiable,
} from './error.ts';
import { limit } from '../../core/limit.ts';

const checks = checksFor(invalid);
export const { integerIn, lengthIn, given, matches, oneOf } = checks;

const nameForm = /^[\w+=,.@-]+$/;
const nameExplained = 'made of letters, digits and _+=,.@-';

const name = (value: string | undefined, member: string, most: number): string =>
  given(checks.matches(lengthIn(value, 1, most, member), nameForm, member, nameExplained), member);

export const roleName = (value: string | undefined): string => name(value, 'roleName', 64);
export const profileName = (value: string | undefined): string =>
  name(value, 'instanceProfileName', 128);
export const userName = (value: string | undefined): string => name(value, 'userName', 64);
export const groupName = (value: string | undefined): string => name(value, 'groupName', 128);
export const policyName = (value: string | undefined): string => name(value, 'policyName', 128);

export const path = (value: string | undefined, member = 'path'): string =>
  checks.matches(
    lengthIn(value, 1, 512, member),
    member === 'path' ? /^\/(?:[!-~]+\/)?$/ : /^\/[!-~]*$/,
    member,
    'a path that begins and ends with a slash',
  ) ?? '/';

/** An inline policy's document: how much somebody may have of them is for its operation. */
export const policyDocument = (text: string | undefined, member: string): string =>
  documentOf(text, 'inline', member);

/** The document of a managed policy. */
export const managedDocument = (text: string | undefined): string =>
  documentOf(text, 'managed', 'policyDocument', {
    name: 'PolicySize',
    most: limit.iam.managedPolicyCharacters,
  });

export const trustPolicy = (
  text: string | undefined,
  member = 'assumeRolePolicyDocument',
): string =>
  documentOf(text, 'trust', member, {
    name: 'ACLSizePerRole',
    most: limit.iam.trustPolicyCharacters,
  });

/**
 * What counts of a document against a quota: all but the blanks between its parts. Those within
 * texts count, for they are matched.
 */
export function countedCharacters(document: string): number {
  let count = 0;
  let isWithin = false;
  for (let at = 0; at < document.length; at++) {
    const character = document.charAt(at);
    if (character === '"') isWithin = !isWithin;
    if (isWithin || !/\s/.test(character)) count++;
    if (isWithin && character === '\\') {
      at++;
      count++;
    }
  }
  return count;
}

/** What IAM takes as characters of a document. */
const documentForm = /^[\t\n\r\u0020-\u00ff]+$/;

function documentOf(
  text: string | undefined,
  kind: PolicyKind,
  member: string,
  quota?: { readonly name: string; readonly most: number },
): string {
  const document = given(lengthIn(text, 1, 131_072, member), member);
  if (!documentForm.test(document))
    throw invalid(
      `The specified value for ${member} is invalid. It must contain only printable ASCII characters.`,
    );
  if (quota !== undefined && countedCharacters(document) > quota.most)
    throw limitExceeded(quota.name, quota.most);
  const refusal = checkPolicy(document, kind);
  if (refusal !== undefined) throw malformedPolicy(refusal.message);
  return document;
}

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** Tags as IAM takes them: each key once, in whichever case, 50 at most. */
export function tags(
  list: readonly Tag[] | undefined,
  had: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const seen = new Set<string>();
  const merged = new Map(Object.entries(had));
  const names = new Map(Object.keys(had).map((key) => [key.toLowerCase(), key]));
  for (const { Key: key = '', Value: value = '' } of list ?? []) {
    lengthIn(key, 1, 128, 'tags.member.key');
    lengthIn(value, 0, 256, 'tags.member.value');
    if (key.startsWith('aws:'))
      throw invalidInput(`Tag keys that begin with aws: are reserved: ${key}`);
    if (seen.has(key.toLowerCase()))
      throw invalidInput(
        'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      );
    seen.add(key.toLowerCase());
    const before = names.get(key.toLowerCase());
    if (before !== undefined && before !== key) merged.delete(before);
    merged.set(key, value);
  }
  if (merged.size > limit.tags) throw limitExceeded('TagsPerRole', limit.tags);
  return Object.fromEntries(merged);
}

export function withoutTags(
  had: Readonly<Record<string, string>>,
  keys: readonly string[] | undefined,
): Record<string, string> {
  const gone = new Set(keys);
  return Object.fromEntries(Object.entries(had).filter(([key]) => !gone.has(key)));
}

export function foundRole(iam: IamView, value: string | undefined): Role {
  const wanted = roleName(value);
  const role = iam.get('role', wanted);
  if (role === undefined) throw noRole(wanted);
  return role;
}

/** A role that its owner may change: roles of services are not. */
export function ownRole(iam: IamView, value: string | undefined): Role {
  const role = foundRole(iam, value);
  if (role.path.startsWith('/aws-service-role/')) throw unmodifiable(role.name);
  return role;
}

export function foundProfile(iam: IamView, value: string | undefined): InstanceProfile {
  const wanted = profileName(value);
  const profile = iam.get('instance-profile', wanted);
  if (profile === undefined) throw noProfile(wanted);
  return profile;
}
