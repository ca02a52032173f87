// Managed policies that are attached, alike for users, groups and roles: those of the account, and
// any of AWS's own by its ARN, for whether AWS has one of that name is not known here.

import type { ListAttachedRolePoliciesCommandOutput } from '@aws-sdk/client-iam';
import { limit } from '../../../core/limit.ts';
import { partitionOf } from '../../../base/partition.ts';
import type { Access, RequestContext } from '../../../wire/operation.ts';
import { path } from '../check.ts';
import { limitExceeded, noPolicy, notAttachable, notAttached } from '../error.ts';
import { page, type PageRequest } from '../page.ts';
import { isOfService, ownPolicy } from '../policy/policy.ts';
import type { Entity, EntityKind, IamView } from '../resources.ts';

const quota = {
  user: 'PoliciesPerUser',
  group: 'PoliciesPerGroup',
  role: 'PoliciesPerRole',
} as const;

/** What attaching and detaching say for condition keys. */
export const ofPolicy = (arn: string | undefined): Pick<Access, 'conditions'> => ({
  conditions: () => ({ 'iam:PolicyARN': arn ?? '' }),
});

/** AWS's own that only deny, and are not read here: nobody may think that they do. */
const unknownDenial = /:policy\/AWSCompromisedKeyQuarantine/;

/** One of the account's own, or one of AWS's in the caller's partition. */
export const isAttachable = (iam: IamView, arn: string, context: RequestContext): boolean =>
  (!unknownDenial.test(arn) &&
    arn.startsWith(`arn:${partitionOf(context.region)}:iam::aws:policy/`) &&
    /:policy\/[\w+=,.@/-]+$/.test(arn)) ||
  ownPolicy(iam, arn, context) !== undefined;

/** The entity with the policy; it may have it already. */
export function withAttached<E extends Entity>(
  kind: EntityKind,
  entity: E,
  arn: string,
  { iam, context }: { readonly iam: IamView; readonly context: RequestContext },
): E {
  if (!isAttachable(iam, arn, context)) throw noPolicy(arn);
  if (isOfService(arn)) throw notAttachable();
  if (entity.attached.includes(arn)) return entity;
  if (entity.attached.length >= limit.iam.attachedPolicies)
    throw limitExceeded(quota[kind], limit.iam.attachedPolicies);
  return { ...entity, attached: [...entity.attached, arn] };
}

export function withoutAttached<E extends Entity>(entity: E, arn: string): E {
  if (!entity.attached.includes(arn)) throw notAttached(arn);
  return { ...entity, attached: entity.attached.filter((one) => one !== arn) };
}

export const shownAttached = (arn: string) => ({
  PolicyArn: arn,
  PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
});

/** A page of them, by ARN. */
export function attachedPage(
  { attached }: Entity,
  request: PageRequest & { readonly PathPrefix?: string | undefined },
): Omit<ListAttachedRolePoliciesCommandOutput, '$metadata'> {
  const below = path(request.PathPrefix, 'pathPrefix');
  const arns = attached.filter((arn) => arn.slice(arn.indexOf('/')).startsWith(below)).toSorted();
  const { items, ...more } = page(arns, (arn) => arn, request);
  return { AttachedPolicies: items.map(shownAttached), ...more };
}
