// PutUserPermissionsBoundary: bounds what policies of the user may grant, or bounds it anew.

import type {
  PutUserPermissionsBoundaryCommandInput,
  PutUserPermissionsBoundaryCommandOutput,
} from '@aws-sdk/client-iam';
import { change, type IamOperation } from '../deps.ts';
import { foundBoundary, ofBoundary } from '../entity/boundary.ts';
import { foundUser, onUser, putUser } from './user.ts';

export const putUserPermissionsBoundary: IamOperation<
  PutUserPermissionsBoundaryCommandInput,
  PutUserPermissionsBoundaryCommandOutput
> = {
  authorizes: (input, context) =>
    onUser('PutUserPermissionsBoundary', input.UserName, context, {
      conditions: () => ofBoundary(input.PermissionsBoundary),
    }),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const user = foundUser(draft, input.UserName);
      const boundary = foundBoundary(draft, input.PermissionsBoundary, context);
      putUser(draft, { ...user, boundary });
    });
    return {};
  },
};
