// GetUser: of a name, or the caller itself. Of the root little is known.

import type { GetUserCommandInput, GetUserCommandOutput } from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { accountCreatedAtMs } from '../seed.ts';
import { foundUser, meantUser, onUser, wholeUser } from './user.ts';

export const getUser: IamOperation<GetUserCommandInput, GetUserCommandOutput> = {
  authorizes: (input, context) => onUser('GetUser', input.UserName, context),

  async handle(deps, input, context) {
    const name = meantUser(input.UserName, context);
    if (name !== undefined)
      return { User: wholeUser(foundUser(await view(deps, context), name), context) };
    const { arn, userId } = context.principal;
    return {
      User: {
        Path: undefined,
        UserName: undefined,
        UserId: userId,
        Arn: arn,
        CreateDate: new Date(accountCreatedAtMs),
      },
    };
  },
};
