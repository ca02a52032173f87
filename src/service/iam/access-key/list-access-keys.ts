// ListAccessKeys: of a user, of whoever asks, or of the root. Never their secrets.

import type { ListAccessKeysCommandInput, ListAccessKeysCommandOutput } from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { page } from '../page.ts';
import { foundUser, meantUser, onUser } from '../user/user.ts';
import { keysOf, shownKey } from './access-key.ts';

export const listAccessKeys: IamOperation<ListAccessKeysCommandInput, ListAccessKeysCommandOutput> =
  {
    authorizes: (input, context) => onUser('ListAccessKeys', input.UserName, context),

    async handle(deps, input, context) {
      const user = meantUser(input.UserName, context);
      const iam = await view(deps, context);
      if (user !== undefined) foundUser(iam, user);
      const keys = keysOf(iam, user).sort((a, b) => (a.id < b.id ? -1 : 1));
      const { items, ...more } = page(keys, ({ id }) => id, input);
      return { AccessKeyMetadata: items.map(shownKey), ...more };
    },
  };
