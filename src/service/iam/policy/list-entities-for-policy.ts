// ListEntitiesForPolicy: the users, groups and roles that it is attached to, or that it bounds.

import type {
  EntityType,
  ListEntitiesForPolicyCommandInput,
  ListEntitiesForPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { oneOf, path } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { page } from '../page.ts';
import type { Entity, EntityKind } from '../resources.ts';
import { foundPolicy, onPolicy } from './policy.ts';
import { holdersOf, policyUsages } from './policy-uses.ts';

/** Written out here, for the SDK's module is loaded at IAM's first request. */
const entityTypes: Readonly<Record<string, EntityType>> = {
  aws: 'AWSManagedPolicy',
  group: 'Group',
  local: 'LocalManagedPolicy',
  role: 'Role',
  user: 'User',
};

/** In the order of the pages. */
const kinds: readonly (readonly [EntityKind, EntityType])[] = [
  ['group', 'Group'],
  ['role', 'Role'],
  ['user', 'User'],
];

export const listEntitiesForPolicy: IamOperation<
  ListEntitiesForPolicyCommandInput,
  ListEntitiesForPolicyCommandOutput
> = {
  authorizes: (input) => onPolicy('ListEntitiesForPolicy', input.PolicyArn),

  async handle(deps, input, context) {
    const only = oneOf(entityTypes, input.EntityFilter, 'entityFilter');
    const usage = oneOf(policyUsages, input.PolicyUsageFilter, 'policyUsageFilter');
    const below = path(input.PathPrefix, 'pathPrefix');
    const iam = await view(deps, context);
    const { arn } = foundPolicy(iam, input.PolicyArn, context);
    const holders = holdersOf(iam, arn, usage);
    const found = kinds.flatMap(([kind, type]) =>
      only === undefined || only === type
        ? holders[kind]
            .filter((entity: Entity) => entity.path.startsWith(below))
            .map(({ name, id }: Entity) => ({ kind, name, id }))
        : [],
    );
    const { items, ...more } = page(found, ({ kind, name }) => `${kind} ${name}`, input);
    const shown = (wanted: EntityKind) => items.filter(({ kind }) => kind === wanted);
    return {
      PolicyGroups: shown('group').map(({ name, id }) => ({ GroupName: name, GroupId: id })),
      PolicyUsers: shown('user').map(({ name, id }) => ({ UserName: name, UserId: id })),
      PolicyRoles: shown('role').map(({ name, id }) => ({ RoleName: name, RoleId: id })),
      ...more,
    };
  },
};
