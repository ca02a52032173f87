// DeleteAccountAlias.

import type {
  DeleteAccountAliasCommandInput,
  DeleteAccountAliasCommandOutput,
} from '@aws-sdk/client-iam';
import { onAll } from '../../access.ts';
import { change, type IamOperation } from '../deps.ts';
import { noAlias } from '../error.ts';
import { checkedAlias } from './alias.ts';

export const deleteAccountAlias: IamOperation<
  DeleteAccountAliasCommandInput,
  DeleteAccountAliasCommandOutput
> = {
  authorizes: () => onAll('iam:DeleteAccountAlias'),

  async handle(deps, input, context) {
    const alias = checkedAlias(input.AccountAlias);
    await change(deps, context, (draft) => {
      if (draft.get('account-alias', 'alias')?.alias !== alias) throw noAlias(alias);
      draft.remove('account-alias', 'alias');
    });
    return {};
  },
};
