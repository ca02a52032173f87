// DeleteUserPermissionsBoundary: its policies alone say what the user may do.

import type {
  DeleteUserPermissionsBoundaryCommandInput,
  DeleteUserPermissionsBoundaryCommandOutput,
} from '@aws-sdk/client-iam';
import { change, type IamOperation } from '../deps.ts';
import { foundUser, onUser, putUser } from './user.ts';

export const deleteUserPermissionsBoundary: IamOperation<
  DeleteUserPermissionsBoundaryCommandInput,
  DeleteUserPermissionsBoundaryCommandOutput
> = {
  authorizes: (input, context) => onUser('DeleteUserPermissionsBoundary', input.UserName, context),

  async handle(deps, input, context) {
    await change(deps, context, (draft) =>
      putUser(draft, { ...foundUser(draft, input.UserName), boundary: undefined }),
    );
    return {};
  },
};
