// CreateRole.

import type { CreateRoleCommandInput, CreateRoleCommandOutput } from '@aws-sdk/client-iam';
import { integerIn, lengthIn, path, roleName, tags, trustPolicy } from '../check.ts';
import { changeRights, newId, putRole, type IamOperation } from '../deps.ts';
import { boundaryIfGiven, ofBoundary } from '../entity/boundary.ts';
import { isSameName } from '../names.ts';
import type { Role } from '../resources.ts';
import { invalidInput, limitExceeded, roleExists } from '../error.ts';
import { creation, onRole, wholeRole } from '../show.ts';
import { limit } from '../../../core/limit.ts';

export const createRole: IamOperation<CreateRoleCommandInput, CreateRoleCommandOutput> = {
  authorizes: (input, context) =>
    creation(
      'Role',
      input.Tags,
      (action, more) => onRole(action, input.RoleName, context, { ...more, path: input.Path }),
      ofBoundary(input.PermissionsBoundary),
    ),

  async handle(deps, input, context) {
    const known: Role = {
      name: roleName(input.RoleName),
      id: newId(deps.ids, 'AROA'),
      path: path(input.Path),
      description: lengthIn(input.Description, 0, 1000, 'description'),
      trustPolicy: trustPolicy(input.AssumeRolePolicyDocument),
      maxSessionSeconds:
        integerIn(input.MaxSessionDuration, 3600, 43_200, 'maxSessionDuration') ?? 3600,
      createdAtMs: deps.clock.now(),
      tags: tags(input.Tags),
      attached: [],
      inline: {},
    };
    if (known.path.startsWith('/aws-service-role/'))
      throw invalidInput(
        'Path /aws-service-role/ is reserved for roles of services: use CreateServiceLinkedRole.',
      );
    return changeRights(deps, context, (draft) => {
      const others = draft.all('role').filter(({ isDefault }) => !isDefault);
      if (others.some(isSameName(known.name))) throw roleExists(known.name);
      if (others.length >= limit.iam.roles) throw limitExceeded('RolesPerAccount', limit.iam.roles);
      const boundary = boundaryIfGiven(draft, input.PermissionsBoundary, context);
      const role = { ...known, boundary };
      putRole(draft, role);
      return { Role: wholeRole(role, context) };
    });
  },
};
