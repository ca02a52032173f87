// AddClientIDToOpenIDConnectProvider. It may be there already.

import type {
  AddClientIDToOpenIDConnectProviderCommandInput,
  AddClientIDToOpenIDConnectProviderCommandOutput,
} from '@aws-sdk/client-iam';
import { change, type IamOperation } from '../deps.ts';
import {
  checkedClientId,
  checkedClientIds,
  foundProvider,
  onProvider,
  putProvider,
} from './provider.ts';

export const addClientIDToOpenIDConnectProvider: IamOperation<
  AddClientIDToOpenIDConnectProviderCommandInput,
  AddClientIDToOpenIDConnectProviderCommandOutput
> = {
  authorizes: (input) =>
    onProvider('AddClientIDToOpenIDConnectProvider', input.OpenIDConnectProviderArn),

  async handle(deps, input, context) {
    const id = checkedClientId(input.ClientID);
    await change(deps, context, (draft) => {
      const provider = foundProvider(draft, input.OpenIDConnectProviderArn, context);
      putProvider(draft, { ...provider, clientIds: checkedClientIds([...provider.clientIds, id]) });
    });
    return {};
  },
};
