// RemoveClientIDFromOpenIDConnectProvider. It need not be there, as on AWS.

import type {
  RemoveClientIDFromOpenIDConnectProviderCommandInput,
  RemoveClientIDFromOpenIDConnectProviderCommandOutput,
} from '@aws-sdk/client-iam';
import { change, type IamOperation } from '../deps.ts';
import { checkedClientId, foundProvider, onProvider, putProvider } from './provider.ts';

export const removeClientIDFromOpenIDConnectProvider: IamOperation<
  RemoveClientIDFromOpenIDConnectProviderCommandInput,
  RemoveClientIDFromOpenIDConnectProviderCommandOutput
> = {
  authorizes: (input) =>
    onProvider('RemoveClientIDFromOpenIDConnectProvider', input.OpenIDConnectProviderArn),

  async handle(deps, input, context) {
    const id = checkedClientId(input.ClientID);
    await change(deps, context, (draft) => {
      const provider = foundProvider(draft, input.OpenIDConnectProviderArn, context);
      const clientIds = provider.clientIds.filter((one) => one !== id);
      putProvider(draft, { ...provider, clientIds });
    });
    return {};
  },
};
