// What IAM keeps of an account. Shapes only: what may be done with them is the operations' affair.

import type { ResourceDraft, ResourceView } from '../resource-space.ts';

export type EntityKind = 'user' | 'group' | 'role';

/** What policies are kept of. */
export interface Entity {
  readonly name: string;
  /** `AIDA…` of a user, `AGPA…` of a group, `AROA…` of a role: never given twice. */
  readonly id: string;
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly createdAtMs: number;
  /** ARNs of managed policies. */
  readonly attached: readonly string[];
  /** Inline policies by name, as they were sent. */
  readonly inline: Readonly<Record<string, string>>;
}

export interface User extends Entity {
  readonly tags: Readonly<Record<string, string>>;
  /** The ARN of the managed policy that bounds what its policies may grant. */
  readonly boundary?: string | undefined;
  /** Names of groups. */
  readonly groups: readonly string[];
}

export type Group = Entity;

export interface Role extends Entity {
  readonly description?: string | undefined;
  /** As it was sent: JSON. */
  readonly trustPolicy: string;
  readonly maxSessionSeconds: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly boundary?: string | undefined;
  /**
   * It came with the account, and nobody has touched it: whoever creates one of its name gets
   * theirs instead (see seed.ts).
   */
  readonly isDefault?: true | undefined;
}

export interface InstanceProfile {
  readonly name: string;
  /** `AIPA…` */
  readonly id: string;
  readonly path: string;
  readonly createdAtMs: number;
  readonly tags: Readonly<Record<string, string>>;
  /** One at most, as on AWS. */
  readonly role?: string | undefined;
  readonly isDefault?: true | undefined;
}

/** A managed policy. */
export interface Policy {
  readonly name: string;
  /** `ANPA…` */
  readonly id: string;
  readonly path: string;
  readonly description?: string | undefined;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly versions: readonly PolicyVersion[];
  /** The id of one of them. */
  readonly defaultVersion: string;
  /** How many there were ever: no id comes twice. */
  readonly versionsMade: number;
}

export interface PolicyVersion {
  /** `v1` */
  readonly id: string;
  /** As it was sent: JSON. */
  readonly document: string;
  readonly createdAtMs: number;
}

/** That a service-linked role was to be deleted, and what came of it. */
interface RoleDeletion {
  /** `task/aws-service-role/…` */
  readonly id: string;
  /** Absent: it is deleted. */
  readonly usedBy?: readonly RoleUse[] | undefined;
}

export interface RoleUse {
  readonly region: string;
  readonly resources: readonly string[];
}

export interface AccessKey {
  /** `AKIA…`, which carries the account. */
  readonly id: string;
  /** Absent: it is the account's root's own. */
  readonly user?: string | undefined;
  readonly status: KeyStatus;
  readonly createdAtMs: number;
  /** The secret, sealed about `access-key ` and the id. */
  readonly sealed: string;
}
export type KeyStatus = 'Active' | 'Inactive';

/** When a key was last used, as it is written down now and then. */
export interface AccessKeyUse {
  readonly id: string;
  readonly atMs: number;
  /** e.g. `batch` */
  readonly service: string;
  readonly region: string;
}

/** An identity provider outside, whose tokens a role may trust. */
export interface OpenIdConnectProvider {
  /** Without its scheme, which is https. */
  readonly url: string;
  readonly clientIds: readonly string[];
  readonly thumbprints: readonly string[];
  readonly createdAtMs: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** The account's other name: there is one at most. */
interface AccountAlias {
  readonly alias: string;
}

export interface IamKinds {
  readonly user: User;
  readonly group: Group;
  readonly 'access-key': AccessKey;
  readonly 'access-key-use': AccessKeyUse;
  readonly 'openid-provider': OpenIdConnectProvider;
  readonly 'account-alias': AccountAlias;
  readonly role: Role;
  readonly 'instance-profile': InstanceProfile;
  readonly policy: Policy;
  readonly 'role-deletion': RoleDeletion;
}
export type IamDraft = ResourceDraft<IamKinds>;
export type IamView = ResourceView<IamKinds>;
