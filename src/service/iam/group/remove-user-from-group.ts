// RemoveUserFromGroup. A user may not be in it, as on AWS.

import type {
  RemoveUserFromGroupCommandInput,
  RemoveUserFromGroupCommandOutput,
} from '@aws-sdk/client-iam';
import { change, type IamOperation } from '../deps.ts';
import { foundUser, putUser } from '../user/user.ts';
import { foundGroup, onGroup } from './group.ts';

export const removeUserFromGroup: IamOperation<
  RemoveUserFromGroupCommandInput,
  RemoveUserFromGroupCommandOutput
> = {
  authorizes: (input, context) => onGroup('RemoveUserFromGroup', input.GroupName, context),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const group = foundGroup(draft, input.GroupName);
      const user = foundUser(draft, input.UserName);
      if (!user.groups.includes(group.name)) return;
      putUser(draft, { ...user, groups: user.groups.filter((one) => one !== group.name) });
    });
    return {};
  },
};
