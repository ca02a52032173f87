// ListSigningCertificates: there are none, for none can be made.

import type {
  ListSigningCertificatesCommandInput,
  ListSigningCertificatesCommandOutput,
} from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { page } from '../page.ts';
import { foundUser, meantUser, onUser } from '../user/user.ts';

export const listSigningCertificates: IamOperation<
  ListSigningCertificatesCommandInput,
  ListSigningCertificatesCommandOutput
> = {
  authorizes: (input, context) => onUser('ListSigningCertificates', input.UserName, context),

  async handle(deps, input, context) {
    const user = meantUser(input.UserName, context);
    if (user !== undefined) foundUser(await view(deps, context), user);
    const { items, ...more } = page<never>([], () => '', input);
    return { Certificates: [...items], ...more };
  },
};
