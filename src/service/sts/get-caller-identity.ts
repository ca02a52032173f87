// GetCallerIdentity: who the wire takes the caller for. Needs no leave, as on AWS; Terraform calls
// it before anything else.

import type {
  GetCallerIdentityCommandInput,
  GetCallerIdentityCommandOutput,
} from '@aws-sdk/client-sts';
import type { Operation } from '../../wire/operation.ts';

export const getCallerIdentity: Operation<
  unknown,
  GetCallerIdentityCommandInput,
  Omit<GetCallerIdentityCommandOutput, '$metadata'>
> = {
  authorizes: () => [],
  // A root caller's user id is its account.
  handle: (_deps, _input, { account, caller }) => ({
    UserId: account,
    Account: account,
    Arn: caller,
  }),
};
