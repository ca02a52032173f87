// SetSubscriptionAttributes: one at a time.

import type {
  SetSubscriptionAttributesCommandInput,
  SetSubscriptionAttributesCommandOutput,
} from '@aws-sdk/client-sns';
import { limit } from '../../../core/limit.ts';
import { onAll } from '../../access.ts';
import { foundSubscription, type SnsOperation } from '../deps.ts';
import { noSubscription, tooManyFilterPolicies } from '../error.ts';
import { withAttribute } from './attribute.ts';

export const setSubscriptionAttributes: SnsOperation<
  SetSubscriptionAttributesCommandInput,
  SetSubscriptionAttributesCommandOutput
> = {
  authorizes: () => onAll('sns:SetSubscriptionAttributes'),

  async handle(deps, input, context) {
    const { AttributeName: name = '', AttributeValue: value = '' } = input;
    const found = await foundSubscription(deps, input.SubscriptionArn, context);
    const { scope, subscription } = found;
    if (name === 'FilterPolicy' && subscription.filterPolicy === undefined) {
      const { filterPolicies } = limit.sns;
      const all = await deps.audience.of(scope, subscription.topic);
      if (all.filter((one) => one.filterPolicy !== undefined).length >= filterPolicies)
        throw tooManyFilterPolicies(filterPolicies);
    }
    await deps.space.change(scope, context, (draft) => {
      const there = draft.get('subscription', subscription.id);
      if (there === undefined || there.state === 'deleted') throw noSubscription();
      draft.put('subscription', there.id, withAttribute(scope, there, name, value));
    });
    return {};
  },
};
