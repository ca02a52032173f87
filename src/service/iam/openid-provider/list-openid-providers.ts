// ListOpenIDConnectProviders: all at once, as AWS answers.

import type {
  ListOpenIDConnectProvidersCommandInput,
  ListOpenIDConnectProvidersCommandOutput,
} from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { onProvider, providerArn } from './provider.ts';

export const listOpenIDConnectProviders: IamOperation<
  ListOpenIDConnectProvidersCommandInput,
  ListOpenIDConnectProvidersCommandOutput
> = {
  authorizes: (_input, context) =>
    onProvider('ListOpenIDConnectProviders', providerArn(context, '*')),

  async handle(deps, _input, context) {
    const providers = (await view(deps, context)).all('openid-provider');
    return {
      OpenIDConnectProviderList: providers.map(({ url }) => ({ Arn: providerArn(context, url) })),
    };
  },
};
