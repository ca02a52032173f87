// ListServiceSpecificCredentials: there are none, for none can be made.

import type {
  ListServiceSpecificCredentialsCommandInput,
  ListServiceSpecificCredentialsCommandOutput,
} from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { foundUser, meantUser, onUser } from '../user/user.ts';

export const listServiceSpecificCredentials: IamOperation<
  ListServiceSpecificCredentialsCommandInput,
  ListServiceSpecificCredentialsCommandOutput
> = {
  authorizes: (input, context) => onUser('ListServiceSpecificCredentials', input.UserName, context),

  async handle(deps, input, context) {
    const user = meantUser(input.UserName, context);
    if (user !== undefined) foundUser(await view(deps, context), user);
    return { ServiceSpecificCredentials: [], IsTruncated: false };
  },
};
