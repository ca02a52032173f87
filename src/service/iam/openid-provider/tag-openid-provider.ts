// TagOpenIDConnectProvider.

import type {
  TagOpenIDConnectProviderCommandInput,
  TagOpenIDConnectProviderCommandOutput,
} from '@aws-sdk/client-iam';
import { requestTags, tagsOfList } from '../../access.ts';
import { tags } from '../check.ts';
import { change, type IamOperation } from '../deps.ts';
import { foundProvider, onProvider, putProvider } from './provider.ts';

export const tagOpenIDConnectProvider: IamOperation<
  TagOpenIDConnectProviderCommandInput,
  TagOpenIDConnectProviderCommandOutput
> = {
  authorizes: (input) =>
    onProvider('TagOpenIDConnectProvider', input.OpenIDConnectProviderArn, {
      conditions: () => requestTags(tagsOfList(input.Tags)),
    }),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const provider = foundProvider(draft, input.OpenIDConnectProviderArn, context);
      putProvider(draft, { ...provider, tags: tags(input.Tags, provider.tags) });
    });
    return {};
  },
};
