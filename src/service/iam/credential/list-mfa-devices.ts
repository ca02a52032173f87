// ListMFADevices: there are none, for none can be made.

import type { ListMFADevicesCommandInput, ListMFADevicesCommandOutput } from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { page } from '../page.ts';
import { foundUser, meantUser, onUser } from '../user/user.ts';

export const listMFADevices: IamOperation<ListMFADevicesCommandInput, ListMFADevicesCommandOutput> =
  {
    authorizes: (input, context) => onUser('ListMFADevices', input.UserName, context),

    async handle(deps, input, context) {
      const user = meantUser(input.UserName, context);
      if (user !== undefined) foundUser(await view(deps, context), user);
      const { items, ...more } = page<never>([], () => '', input);
      return { MFADevices: [...items], ...more };
    },
  };
