// ListEntitiesForPolicy: the roles that it is attached to; there are no users and groups.

import type {
  EntityType,
  ListEntitiesForPolicyCommandInput,
  ListEntitiesForPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { oneOf, path } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { page } from '../page.ts';
import { foundPolicy, onPolicy, rolesWith } from './policy.ts';

/** Written out here, for the SDK's module is loaded at IAM's first request. */
const entityTypes: Readonly<Record<string, EntityType>> = {
  aws: 'AWSManagedPolicy',
  group: 'Group',
  local: 'LocalManagedPolicy',
  role: 'Role',
  user: 'User',
};

export const listEntitiesForPolicy: IamOperation<
  ListEntitiesForPolicyCommandInput,
  ListEntitiesForPolicyCommandOutput
> = {
  authorizes: (input) => onPolicy('ListEntitiesForPolicy', input.PolicyArn),

  async handle(deps, input, context) {
    const kind = oneOf(entityTypes, input.EntityFilter, 'entityFilter') ?? 'Role';
    const below = path(input.PathPrefix, 'pathPrefix');
    const iam = await view(deps, context);
    const { arn } = foundPolicy(iam, input.PolicyArn, context);
    const showsRoles = kind === 'Role' && input.PolicyUsageFilter !== 'PermissionsBoundary';
    const { items, ...more } = page(
      showsRoles ? rolesWith(iam, arn).filter((role) => role.path.startsWith(below)) : [],
      ({ name }) => name,
      input,
    );
    return {
      PolicyGroups: [],
      PolicyUsers: [],
      PolicyRoles: items.map(({ name, id }) => ({ RoleName: name, RoleId: id })),
      ...more,
    };
  },
};
