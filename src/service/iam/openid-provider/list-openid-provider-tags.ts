// ListOpenIDConnectProviderTags.

import type {
  ListOpenIDConnectProviderTagsCommandInput,
  ListOpenIDConnectProviderTagsCommandOutput,
} from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { tagPage } from '../page.ts';
import { foundProvider, onProvider } from './provider.ts';

export const listOpenIDConnectProviderTags: IamOperation<
  ListOpenIDConnectProviderTagsCommandInput,
  ListOpenIDConnectProviderTagsCommandOutput
> = {
  authorizes: (input) =>
    onProvider('ListOpenIDConnectProviderTags', input.OpenIDConnectProviderArn),

  async handle(deps, input, context) {
    const iam = await view(deps, context);
    return tagPage(foundProvider(iam, input.OpenIDConnectProviderArn, context).tags, input);
  },
};
