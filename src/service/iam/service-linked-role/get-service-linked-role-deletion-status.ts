// GetServiceLinkedRoleDeletionStatus: whether the role is gone, or who uses it.

import type {
  GetServiceLinkedRoleDeletionStatusCommandInput,
  GetServiceLinkedRoleDeletionStatusCommandOutput,
} from '@aws-sdk/client-iam';
import { given, lengthIn } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { noDeletion } from '../error.ts';
import { onRole } from '../show.ts';

export const getServiceLinkedRoleDeletionStatus: IamOperation<
  GetServiceLinkedRoleDeletionStatusCommandInput,
  GetServiceLinkedRoleDeletionStatusCommandOutput
> = {
  authorizes({ DeletionTaskId: id = '' }, context) {
    const [, path = '/aws-service-role/*/', name = '*'] =
      /^task(\/aws-service-role\/[^/]+\/)([^/]+)\/[^/]+$/.exec(id) ?? [];
    return onRole('GetServiceLinkedRoleDeletionStatus', name, context, { path });
  },

  async handle(deps, input, context) {
    const id = given(lengthIn(input.DeletionTaskId, 1, 1000, 'deletionTaskId'), 'deletionTaskId');
    const deletion = (await view(deps, context)).get('role-deletion', id);
    if (deletion === undefined) throw noDeletion(id);
    const { usedBy } = deletion;
    if (usedBy === undefined) return { Status: 'SUCCEEDED' };
    const RoleUsageList = usedBy.map(({ region, resources }) => ({
      Region: region,
      Resources: [...resources],
    }));
    return {
      Status: 'FAILED',
      Reason: { Reason: 'Compute environments use the role.', RoleUsageList },
    };
  },
};
