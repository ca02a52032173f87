// UpdateOpenIDConnectProviderThumbprint: the whole list anew.

import type {
  UpdateOpenIDConnectProviderThumbprintCommandInput,
  UpdateOpenIDConnectProviderThumbprintCommandOutput,
} from '@aws-sdk/client-iam';
import { change, type IamOperation } from '../deps.ts';
import { checkedThumbprints, foundProvider, onProvider, putProvider } from './provider.ts';

export const updateOpenIDConnectProviderThumbprint: IamOperation<
  UpdateOpenIDConnectProviderThumbprintCommandInput,
  UpdateOpenIDConnectProviderThumbprintCommandOutput
> = {
  authorizes: (input) =>
    onProvider('UpdateOpenIDConnectProviderThumbprint', input.OpenIDConnectProviderArn),

  async handle(deps, input, context) {
    const thumbprints = checkedThumbprints(input.ThumbprintList);
    await change(deps, context, (draft) => {
      const provider = foundProvider(draft, input.OpenIDConnectProviderArn, context);
      putProvider(draft, { ...provider, thumbprints });
    });
    return {};
  },
};
