// UpdateAccessKey: whether requests may be signed with it.

import type {
  UpdateAccessKeyCommandInput,
  UpdateAccessKeyCommandOutput,
} from '@aws-sdk/client-iam';
import { given, oneOf } from '../check.ts';
import { change, type IamOperation } from '../deps.ts';
import type { KeyStatus } from '../resources.ts';
import { foundUser, meantUser, onUser } from '../user/user.ts';
import { checkedKeyId, foundKey } from './access-key.ts';

/** Written out here, for the SDK's module is loaded at IAM's first request. */
const statuses: Readonly<Record<string, KeyStatus>> = { on: 'Active', off: 'Inactive' };

export const updateAccessKey: IamOperation<
  UpdateAccessKeyCommandInput,
  UpdateAccessKeyCommandOutput
> = {
  authorizes: (input, context) => onUser('UpdateAccessKey', input.UserName, context),

  async handle(deps, input, context) {
    const id = checkedKeyId(input.AccessKeyId);
    const status = given(oneOf(statuses, input.Status, 'status'), 'status');
    const user = meantUser(input.UserName, context);
    await change(deps, context, (draft) => {
      if (user !== undefined) foundUser(draft, user);
      draft.put('access-key', id, { ...foundKey(draft, id, user), status });
    });
    return {};
  },
};
