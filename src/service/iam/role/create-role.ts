// CreateRole. What a role cannot do here (a permissions boundary) is refused, never taken and
// forgotten.

import type { CreateRoleCommandInput, CreateRoleCommandOutput } from '@aws-sdk/client-iam';
import { integerIn, lengthIn, path, roleName, tags, trustPolicy } from '../check.ts';
import { changeRights, newId, putRole, type IamOperation } from '../deps.ts';
import type { Role } from '../resources.ts';
import { invalid, invalidInput, roleExists } from '../error.ts';
import { creation, onRole, wholeRole } from '../show.ts';

export const createRole: IamOperation<CreateRoleCommandInput, CreateRoleCommandOutput> = {
  authorizes: (input, context) =>
    creation('Role', input.Tags, (action, more) =>
      onRole(action, input.RoleName, context, { ...more, path: input.Path }),
    ),

  async handle(deps, input, context) {
    if (input.PermissionsBoundary !== undefined)
      throw invalid('PermissionsBoundary is not supported by Longshore yet');
    const role: Role = {
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
    if (role.path.startsWith('/aws-service-role/'))
      throw invalidInput(
        'Path /aws-service-role/ is reserved for roles of services: use CreateServiceLinkedRole.',
      );
    await changeRights(deps, context, (draft) => {
      const there = draft.get('role', role.name);
      if (there !== undefined && !there.isDefault) throw roleExists(role.name);
      putRole(draft, role);
    });
    return { Role: wholeRole(role, context) };
  },
};
