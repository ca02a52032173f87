// DeleteInstanceProfile: of an empty one.

import type {
  DeleteInstanceProfileCommandInput,
  DeleteInstanceProfileCommandOutput,
} from '@aws-sdk/client-iam';
import { foundProfile } from '../check.ts';
import { change, type IamOperation } from '../deps.ts';
import { deleteConflict } from '../error.ts';
import { onProfile } from '../show.ts';

export const deleteInstanceProfile: IamOperation<
  DeleteInstanceProfileCommandInput,
  DeleteInstanceProfileCommandOutput
> = {
  authorizes: (input, context) =>
    onProfile('DeleteInstanceProfile', input.InstanceProfileName, context),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const { name, role } = foundProfile(draft, input.InstanceProfileName);
      if (role !== undefined) throw deleteConflict('remove roles from instance profile');
      draft.remove('instance-profile', name);
    });
    return {};
  },
};
