// ListAccountAliases: the one, or none.

import type {
  ListAccountAliasesCommandInput,
  ListAccountAliasesCommandOutput,
} from '@aws-sdk/client-iam';
import { onAll } from '../../access.ts';
import { view, type IamOperation } from '../deps.ts';
import { page } from '../page.ts';

export const listAccountAliases: IamOperation<
  ListAccountAliasesCommandInput,
  ListAccountAliasesCommandOutput
> = {
  authorizes: () => onAll('iam:ListAccountAliases'),

  async handle(deps, input, context) {
    const aliases = (await view(deps, context)).all('account-alias').map(({ alias }) => alias);
    const { items, ...more } = page(aliases, (alias) => alias, input);
    return { AccountAliases: [...items], ...more };
  },
};
