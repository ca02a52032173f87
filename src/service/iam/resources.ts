// What IAM keeps of an account. Shapes only: what may be done with them is the operations' affair.

import type { ResourceDraft, ResourceView } from '../resource-space.ts';

export interface Role {
  readonly name: string;
  /** `AROA…` */
  readonly id: string;
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly description?: string | undefined;
  /** As it was sent: JSON. */
  readonly trustPolicy: string;
  readonly maxSessionSeconds: number;
  readonly createdAtMs: number;
  readonly tags: Readonly<Record<string, string>>;
  /** ARNs of managed policies. */
  readonly attached: readonly string[];
  /** Inline policies by name, as they were sent. */
  readonly inline: Readonly<Record<string, string>>;
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

export interface IamKinds {
  readonly role: Role;
  readonly 'instance-profile': InstanceProfile;
  readonly policy: Policy;
  readonly 'role-deletion': RoleDeletion;
}
export type IamDraft = ResourceDraft<IamKinds>;
export type IamView = ResourceView<IamKinds>;
