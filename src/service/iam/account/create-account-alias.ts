// CreateAccountAlias: in place of the one that there was. Nothing is found by it.

import type {
  CreateAccountAliasCommandInput,
  CreateAccountAliasCommandOutput,
} from '@aws-sdk/client-iam';
import { onAll } from '../../access.ts';
import { change, type IamOperation } from '../deps.ts';
import { checkedAlias } from './alias.ts';

export const createAccountAlias: IamOperation<
  CreateAccountAliasCommandInput,
  CreateAccountAliasCommandOutput
> = {
  authorizes: () => onAll('iam:CreateAccountAlias'),

  async handle(deps, input, context) {
    const alias = checkedAlias(input.AccountAlias);
    await change(deps, context, (draft) => draft.put('account-alias', 'alias', { alias }));
    return {};
  },
};
