// What every operation of IAM works with. IAM knows no region: its resources belong to the account.

import { scopeOf, scopeParts, type Scope } from '../../base/ids.ts';
import { partitionOf } from '../../base/partition.ts';
import { isRefusal } from '../../base/refusal.ts';
import type { Clock } from '../../port/clock.ts';
import type { CommandBus, Envelope } from '../../port/command-bus.ts';
import type { Ids } from '../../port/ids.ts';
import type { Sealer } from '../../port/sealer.ts';
import type { Operation, RequestContext } from '../../wire/operation.ts';
import type { ResourceSpace } from '../resource-space.ts';
import { throttled } from './error.ts';
import { knownRoles } from './known-roles.ts';
import type {
  AccessKeyUse,
  IamDraft,
  IamKinds,
  IamView,
  InstanceProfile,
  Role,
  RoleUse,
} from './resources.ts';

type Where = Pick<RequestContext, 'account' | 'region'>;

export interface IamDeps {
  readonly space: ResourceSpace<IamKinds>;
  /** Compute environments go by what roles may do. */
  readonly bus: Pick<CommandBus, 'submit'>;
  /** Which compute environments of an account name a role, by its ARN. */
  readonly usesOf: (roleArn: string) => readonly RoleUse[];
  readonly clock: Clock;
  readonly ids: Ids;
  /** Secrets of access keys are drawn and kept by it. */
  readonly sealer: Sealer;
  readonly keyUses: {
    /** Undefined where this process has seen none. */
    latest(id: string): AccessKeyUse | undefined;
  };
}

export type IamOperation<Input, Output> = Operation<IamDeps, Input, Omit<Output, '$metadata'>>;

/** Where IAM's resources of an account are, whatever region of its partition asks. */
export const iamScope = ({ account, region }: Where): Scope =>
  scopeOf(account, `${partitionOf(region)}-global`);
/** The partition of such a place. */
export const partitionOfScope = (scope: Scope): string =>
  scopeParts(scope).region.replace(/-global$/, '');

export const view = ({ space }: IamDeps, context: RequestContext): Promise<IamView> =>
  space.view(iamScope(context));
export const change = <T>(
  { space }: IamDeps,
  context: RequestContext,
  decide: (draft: IamDraft) => T,
): Promise<T> => space.change(iamScope(context), context, decide);

/** As {@link change}, of whatever decides what roles may do: compute environments learn of it. */
export async function changeRights<T>(
  deps: IamDeps,
  context: RequestContext,
  decide: (draft: IamDraft) => T,
): Promise<T> {
  const value = await change(deps, context, decide);
  await noteRoles(deps, context, context);
  return value;
}

/**
 * Tells compute environments what the roles of an account may do now; at a start, what could not be
 * told before the end.
 */
export async function noteRoles(
  { space, bus }: Pick<IamDeps, 'space' | 'bus'>,
  where: Where,
  envelope: Envelope,
): Promise<void> {
  const { prefix, untagging } = knownRoles(await space.view(iamScope(where)), where);
  const reply = await bus.submit({ type: 'note-roles', prefix, untagging }, envelope);
  if (isRefusal(reply)) throw throttled(reply.message);
}

/** Of users, groups, roles, instance profiles and policies. */
type IdPrefix = 'AIDA' | 'AGPA' | 'AROA' | 'AIPA' | 'ANPA';

/** An id of IAM's form. */
export const newId = (ids: Pick<Ids, 'random'>, prefix: IdPrefix): string =>
  `${prefix}${ids.random().slice(0, 17).toUpperCase()}`;

/** Keeps a role as it is now; it is somebody's own from here on. */
export const putRole = (draft: IamDraft, role: Role): void =>
  draft.put('role', role.name, { ...role, isDefault: undefined });
export const putProfile = (draft: IamDraft, profile: InstanceProfile): void =>
  draft.put('instance-profile', profile.name, { ...profile, isDefault: undefined });
