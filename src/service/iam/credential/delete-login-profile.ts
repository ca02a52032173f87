// DeleteLoginProfile: nobody has one, for there is no console to sign in to.

import type {
  DeleteLoginProfileCommandInput,
  DeleteLoginProfileCommandOutput,
} from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { noLoginProfile } from '../error.ts';
import { foundUser, meantUser, onUser } from '../user/user.ts';

export const deleteLoginProfile: IamOperation<
  DeleteLoginProfileCommandInput,
  DeleteLoginProfileCommandOutput
> = {
  authorizes: (input, context) => onUser('DeleteLoginProfile', input.UserName, context),

  async handle(deps, input, context) {
    const user = meantUser(input.UserName, context);
    if (user !== undefined) foundUser(await view(deps, context), user);
    throw noLoginProfile(user ?? 'root');
  },
};
