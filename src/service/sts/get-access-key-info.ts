// GetAccessKeyInfo: whose a key is, which its id says; whether there is such a key is not told.

import type {
  GetAccessKeyInfoCommandInput,
  GetAccessKeyInfoCommandOutput,
} from '@aws-sdk/client-sts';
import { accountOfAccessKey } from '../../core/access-key.ts';
import { onAll } from '../access.ts';
import { accessKey } from './check.ts';
import type { StsOperation } from './deps.ts';
import { invalid } from './error.ts';

export const getAccessKeyInfo: StsOperation<
  GetAccessKeyInfoCommandInput,
  GetAccessKeyInfoCommandOutput
> = {
  authorizes: () => onAll('sts:GetAccessKeyInfo'),

  handle(_deps, input) {
    const id = accessKey(input.AccessKeyId);
    const account = accountOfAccessKey(id);
    if (account === undefined) throw invalid(`${id} is not a valid access key ID`);
    return { Account: account };
  },
};
