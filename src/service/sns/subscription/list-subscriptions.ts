// ListSubscriptions: a page of those that the account has in the region, to topics of others too.

import type {
  ListSubscriptionsCommandInput,
  ListSubscriptionsCommandOutput,
} from '@aws-sdk/client-sns';
import { onAll } from '../../access.ts';
import type { SnsOperation } from '../deps.ts';
import { listed, type Listed } from './shown.ts';

export const listSubscriptions: SnsOperation<
  ListSubscriptionsCommandInput,
  ListSubscriptionsCommandOutput
> = {
  authorizes: () => onAll('sns:ListSubscriptions'),

  async handle({ space, audience }, input, { account, region }) {
    const found: Listed[] = [];
    for (const scope of space.scopes()) {
      if (!scope.endsWith(`/${region}`)) continue;
      for (const subscription of await audience.all(scope))
        if (subscription.owner === account) found.push({ scope, subscription });
    }
    return listed('ListSubscriptions', found, input.NextToken);
  },
};
