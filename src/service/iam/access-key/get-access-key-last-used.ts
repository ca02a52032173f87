// GetAccessKeyLastUsed: when, for what and where a key signed last. It is known within an hour.

import type {
  GetAccessKeyLastUsedCommandInput,
  GetAccessKeyLastUsedCommandOutput,
} from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { noAccessKey } from '../error.ts';
import { onUser } from '../user/user.ts';
import { checkedKeyId } from './access-key.ts';

export const getAccessKeyLastUsed: IamOperation<
  GetAccessKeyLastUsedCommandInput,
  GetAccessKeyLastUsedCommandOutput
> = {
  // Whose key it is, the request does not say.
  authorizes: (_input, context) => onUser('GetAccessKeyLastUsed', '*', context),

  async handle(deps, input, context) {
    const id = checkedKeyId(input.AccessKeyId);
    const iam = await view(deps, context);
    const key = iam.get('access-key', id);
    if (key === undefined) throw noAccessKey(id);
    const use = deps.keyUses.latest(id) ?? iam.get('access-key-use', id);
    return {
      UserName: key.user,
      AccessKeyLastUsed:
        use === undefined
          ? { ServiceName: 'N/A', Region: 'N/A' }
          : {
              LastUsedDate: new Date(use.atMs),
              ServiceName: use.service,
              Region: use.region,
            },
    };
  },
};
