// UntagOpenIDConnectProvider.

import type {
  UntagOpenIDConnectProviderCommandInput,
  UntagOpenIDConnectProviderCommandOutput,
} from '@aws-sdk/client-iam';
import { requestTagKeys } from '../../access.ts';
import { withoutTags } from '../check.ts';
import { change, type IamOperation } from '../deps.ts';
import { foundProvider, onProvider, putProvider } from './provider.ts';

export const untagOpenIDConnectProvider: IamOperation<
  UntagOpenIDConnectProviderCommandInput,
  UntagOpenIDConnectProviderCommandOutput
> = {
  authorizes: (input) =>
    onProvider('UntagOpenIDConnectProvider', input.OpenIDConnectProviderArn, {
      conditions: () => requestTagKeys(input.TagKeys),
    }),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const provider = foundProvider(draft, input.OpenIDConnectProviderArn, context);
      putProvider(draft, { ...provider, tags: withoutTags(provider.tags, input.TagKeys) });
    });
    return {};
  },
};
