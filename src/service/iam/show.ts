// How IAM's resources look outside, and their ARNs. Policy documents travel percent-encoded, as on
// AWS: every client decodes them.

import type {
  AttachedPermissionsBoundary,
  InstanceProfile as ProfileShape,
  Role as RoleShape,
  Tag,
} from '@aws-sdk/client-iam';
import { partitionOf } from '../../base/partition.ts';
import type { Access, Conditions, RequestContext } from '../../wire/operation.ts';
import { requestTags, tagsOfList } from '../access.ts';
import { noRole } from './error.ts';
import type { IamView, InstanceProfile, Role } from './resources.ts';

export type Where = Pick<RequestContext, 'account' | 'region'>;

export const arn = ({ account, region }: Where, resource: string): string =>
  `arn:${partitionOf(region)}:iam::${account}:${resource}`;
export const roleArn = (where: Where, { path, name }: { path: string; name: string }): string =>
  arn(where, `role${path}${name}`);
export const profileArn = (where: Where, { path, name }: { path: string; name: string }): string =>
  arn(where, `instance-profile${path}${name}`);

/** What more is known of an access than its action and its resource's name. */
export interface More extends Pick<Access, 'conditions'> {
  readonly path?: string | undefined;
}

/**
 * What an operation on a role asks leave for. Where a request tells no path, the ARN has none:
 * whoever decides finds the role by its name.
 */
export const onRole = (
  action: string,
  name: string | undefined,
  context: RequestContext,
  { path = '/', ...more }: More = {},
): Access[] => [
  { action: `iam:${action}`, resources: [roleArn(context, { path, name: name ?? '' })], ...more },
];
export const onProfile = (
  action: string,
  name: string | undefined,
  context: RequestContext,
  { path = '/', ...more }: More = {},
): Access[] => [
  {
    action: `iam:${action}`,
    resources: [profileArn(context, { path, name: name ?? '' })],
    ...more,
  },
];

/**
 * A creation by IAM's name of its kind, e.g. `Role`, and the tagging that it includes; `more` is
 * what else the creation says for condition keys.
 */
export const creation = (
  kind: string,
  tags: readonly Tag[] | undefined,
  ask: (action: string, more: Pick<Access, 'conditions'>) => Access[],
  more: Conditions = {},
): Access[] => {
  const tagged = () => requestTags(tagsOfList(tags));
  return [
    ...ask(`Create${kind}`, { conditions: () => ({ ...tagged(), ...more }) }),
    ...(tags === undefined || tags.length === 0 ? [] : ask(`Tag${kind}`, { conditions: tagged })),
  ];
};

export const encodedDocument = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
export const tagList = (tags: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** As lists show it: without tags. */
export const listedRole = (role: Role, where: Where): RoleShape => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: roleArn(where, role),
  CreateDate: new Date(role.createdAtMs),
  AssumeRolePolicyDocument: encodedDocument(role.trustPolicy),
  Description: role.description,
  MaxSessionDuration: role.maxSessionSeconds,
});

/** As GetRole shows it. When a role was last used is not noted: it says nothing of that. */
export const wholeRole = (role: Role, where: Where): RoleShape => ({
  ...listedRole(role, where),
  ...shownBoundary(role.boundary),
  ...ifTagged(role.tags),
  RoleLastUsed: {},
});

export const ifTagged = (tags: Readonly<Record<string, string>>): { Tags?: Tag[] } =>
  Object.keys(tags).length === 0 ? {} : { Tags: tagList(tags) };

export const shownBoundary = (
  policy: string | undefined,
): { PermissionsBoundary?: AttachedPermissionsBoundary } =>
  policy === undefined
    ? {}
    : {
        PermissionsBoundary: {
          PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
          PermissionsBoundaryArn: policy,
        },
      };

/** With the roles in it. */
export function shownProfile(iam: IamView, profile: InstanceProfile, where: Where): ProfileShape {
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profileArn(where, profile),
    CreateDate: new Date(profile.createdAtMs),
    Roles: profile.role === undefined ? [] : [listedRole(roleOf(iam, profile.role), where)],
    ...ifTagged(profile.tags),
  };
}

/** A role in a profile cannot be deleted, so that it is there. */
function roleOf(iam: IamView, name: string): Role {
  const role = iam.get('role', name);
  if (role === undefined) throw noRole(name);
  return role;
}
