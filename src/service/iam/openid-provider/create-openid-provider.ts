// CreateOpenIDConnectProvider. Where no thumbprint is given none is looked up: nobody is called.

import type {
  CreateOpenIDConnectProviderCommandInput,
  CreateOpenIDConnectProviderCommandOutput,
} from '@aws-sdk/client-iam';
import { limit } from '../../../core/limit.ts';
import { tags } from '../check.ts';
import { change, type IamOperation } from '../deps.ts';
import { limitExceeded, providerExists } from '../error.ts';
import { creation, tagList } from '../show.ts';
import {
  bareUrl,
  checkedClientIds,
  checkedThumbprints,
  checkedUrl,
  onProvider,
  providerArn,
  putProvider,
} from './provider.ts';

export const createOpenIDConnectProvider: IamOperation<
  CreateOpenIDConnectProviderCommandInput,
  CreateOpenIDConnectProviderCommandOutput
> = {
  authorizes(input, context) {
    const arn = providerArn(context, bareUrl(input.Url ?? ''));
    return creation('OpenIDConnectProvider', input.Tags, (action, more) =>
      onProvider(action, arn, more),
    );
  },

  async handle(deps, input, context) {
    const provider = {
      url: checkedUrl(input.Url),
      clientIds: checkedClientIds(input.ClientIDList),
      thumbprints: checkedThumbprints(input.ThumbprintList),
      createdAtMs: deps.clock.now(),
      tags: tags(input.Tags),
    };
    await change(deps, context, (draft) => {
      if (draft.get('openid-provider', provider.url) !== undefined)
        throw providerExists(`https://${provider.url}`);
      if (draft.all('openid-provider').length >= limit.iam.openIdConnectProviders)
        throw limitExceeded('OpenIdConnectProvidersPerAccount', limit.iam.openIdConnectProviders);
      putProvider(draft, provider);
    });
    return {
      OpenIDConnectProviderArn: providerArn(context, provider.url),
      Tags: tagList(provider.tags),
    };
  },
};
