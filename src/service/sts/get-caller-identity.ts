// GetCallerIdentity: who the wire takes the caller for. Needs no leave, as on AWS; Terraform calls
// it before anything else.

import type {
  GetCallerIdentityCommandInput,
  GetCallerIdentityCommandOutput,
} from '@aws-sdk/client-sts';
import type { StsOperation } from './deps.ts';

export const getCallerIdentity: StsOperation<
  GetCallerIdentityCommandInput,
  GetCallerIdentityCommandOutput
> = {
  authorizes: () => [],
  handle: (_deps, _input, { principal: { userId, account, arn } }) => ({
    UserId: userId,
    Account: account,
    Arn: arn,
  }),
};
