// DeleteOpenIDConnectProvider. One that is not there may be deleted, as on AWS.

import type {
  DeleteOpenIDConnectProviderCommandInput,
  DeleteOpenIDConnectProviderCommandOutput,
} from '@aws-sdk/client-iam';
import { given } from '../check.ts';
import { change, type IamOperation } from '../deps.ts';
import { onProvider, providerArn } from './provider.ts';

export const deleteOpenIDConnectProvider: IamOperation<
  DeleteOpenIDConnectProviderCommandInput,
  DeleteOpenIDConnectProviderCommandOutput
> = {
  authorizes: (input) => onProvider('DeleteOpenIDConnectProvider', input.OpenIDConnectProviderArn),

  async handle(deps, input, context) {
    const arn = given(input.OpenIDConnectProviderArn, 'openIDConnectProviderArn');
    await change(deps, context, (draft) => {
      const url = arn.slice(arn.indexOf('/') + 1);
      if (draft.get('openid-provider', url) !== undefined && providerArn(context, url) === arn)
        draft.remove('openid-provider', url);
    });
    return {};
  },
};
