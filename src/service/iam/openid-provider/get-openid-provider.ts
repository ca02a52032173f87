// GetOpenIDConnectProvider.

import type {
  GetOpenIDConnectProviderCommandInput,
  GetOpenIDConnectProviderCommandOutput,
} from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { tagList } from '../show.ts';
import { foundProvider, onProvider } from './provider.ts';

export const getOpenIDConnectProvider: IamOperation<
  GetOpenIDConnectProviderCommandInput,
  GetOpenIDConnectProviderCommandOutput
> = {
  authorizes: (input) => onProvider('GetOpenIDConnectProvider', input.OpenIDConnectProviderArn),

  async handle(deps, input, context) {
    const provider = foundProvider(
      await view(deps, context),
      input.OpenIDConnectProviderArn,
      context,
    );
    return {
      Url: provider.url,
      ClientIDList: [...provider.clientIds],
      ThumbprintList: [...provider.thumbprints],
      CreateDate: new Date(provider.createdAtMs),
      Tags: tagList(provider.tags),
    };
  },
};
