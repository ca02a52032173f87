// Checks of what clients send that the schemas cannot say, by the patterns of IAM's model; and the
// resources that a name must find.

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

/**
 * A policy document, which must be a JSON object with a statement. What it permits is not judged
 * here.
 */
export function policyDocument(text: string | undefined, member: string): string {
  const document = given(lengthIn(text, 1, 131_072, member), member);
  let parsed: unknown;
  try {
    parsed = JSON.parse(document);
  } catch {
    throw malformedPolicy('This policy contains invalid Json');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw malformedPolicy('Syntax errors in policy.');
  if (!('Statement' in parsed) || typeof parsed.Statement !== 'object' || parsed.Statement === null)
    throw malformedPolicy('Missing required field Statement');
  return document;
}

/** The document of a managed policy. */
export function managedDocument(text: string | undefined): string {
  const document = policyDocument(text, 'policyDocument');
  if (document.replaceAll(/\s/g, '').length > limit.iam.managedPolicyCharacters)
    throw limitExceeded('PolicySize', limit.iam.managedPolicyCharacters);
  return document;
}

export function trustPolicy(text: string | undefined): string {
  const document = policyDocument(text, 'assumeRolePolicyDocument');
  if (document.replaceAll(/\s/g, '').length > limit.iam.trustPolicyCharacters)
    throw limitExceeded('ACLSizePerRole', limit.iam.trustPolicyCharacters);
  return document;
}

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** Tags as IAM takes them: each key once, 50 at most. */
export function tags(
  list: readonly Tag[] | undefined,
  had: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const seen = new Set<string>();
  const merged = new Map(Object.entries(had));
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
