// GetLoginProfile: nobody has one, for there is no console to sign in to.

import type {
  GetLoginProfileCommandInput,
  GetLoginProfileCommandOutput,
} from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { noLoginProfile } from '../error.ts';
import { foundUser, meantUser, onUser } from '../user/user.ts';

export const getLoginProfile: IamOperation<
  GetLoginProfileCommandInput,
  GetLoginProfileCommandOutput
> = {
  authorizes: (input, context) => onUser('GetLoginProfile', input.UserName, context),

  async handle(deps, input, context) {
    const user = meantUser(input.UserName, context);
    if (user !== undefined) foundUser(await view(deps, context), user);
    throw noLoginProfile(user ?? 'root');
  },
};
