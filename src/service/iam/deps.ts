// What every operation of IAM works with, and what IAM keeps. IAM knows no region: its resources belong to the account.

import { scopeOf, type Scope } from '../../base/ids.ts';
import type { Clock } from '../../port/clock.ts';
import type { Ids } from '../../port/ids.ts';
import type { Operation, RequestContext } from '../../wire/operation.ts';
import type { ResourceDraft, ResourceSpace, ResourceView } from '../resource-space.ts';
import { envelopeOf } from '../envelope.ts';

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
  /** It came with the account, and nobody has touched it: whoever creates one of its name gets theirs instead (see seed.ts). */
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

export interface IamKinds {
  readonly role: Role;
  readonly 'instance-profile': InstanceProfile;
}
export type IamDraft = ResourceDraft<IamKinds>;
export type IamView = ResourceView<IamKinds>;

export interface IamDeps {
  readonly space: ResourceSpace<IamKinds>;
  readonly clock: Clock;
  readonly ids: Ids;
}

export type IamOperation<Input, Output> = Operation<IamDeps, Input, Omit<Output, '$metadata'>>;

/** Where IAM's resources of an account are, whatever region asks. */
export const iamScope = (account: string): Scope => scopeOf(account, 'aws-global');

export const view = ({ space }: IamDeps, context: RequestContext): Promise<IamView> => space.view(iamScope(context.account), envelopeOf(context));
export const change = <T>({ space }: IamDeps, context: RequestContext, decide: (draft: IamDraft) => T): Promise<T> => space.change(iamScope(context.account), envelopeOf(context), decide);

/** An id of IAM's form. */
export const newId = (ids: Ids, prefix: 'AROA' | 'AIPA'): string => `${prefix}${ids.attempt().slice(0, 17).toUpperCase()}`;

/** Keeps a role as it is now; it is somebody's own from here on. */
export const putRole = (draft: IamDraft, role: Role): void => draft.put('role', role.name, { ...role, isDefault: undefined });
export const putProfile = (draft: IamDraft, profile: InstanceProfile): void => draft.put('instance-profile', profile.name, { ...profile, isDefault: undefined });
