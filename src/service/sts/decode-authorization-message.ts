// DecodeAuthorizationMessage: why something was denied, as the denial's encoded message has it.

import type {
  DecodeAuthorizationMessageCommandInput,
  DecodeAuthorizationMessageCommandOutput,
} from '@aws-sdk/client-sts';
import { onAll } from '../access.ts';
import { decodeDenial } from '../iam/identity/encoded-denial.ts';
import { encodedMessage } from './check.ts';
import type { StsOperation } from './deps.ts';
import { badMessage } from './error.ts';

export const decodeAuthorizationMessage: StsOperation<
  DecodeAuthorizationMessageCommandInput,
  DecodeAuthorizationMessageCommandOutput
> = {
  authorizes: () => onAll('sts:DecodeAuthorizationMessage'),

  handle(deps, input, { account }) {
    const decoded = decodeDenial(deps.sealer, account, encodedMessage(input.EncodedMessage));
    if (decoded === undefined) throw badMessage();
    return { DecodedMessage: decoded };
  },
};
