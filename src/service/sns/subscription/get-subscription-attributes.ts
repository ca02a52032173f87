// GetSubscriptionAttributes.

import type {
  GetSubscriptionAttributesCommandInput,
  GetSubscriptionAttributesCommandOutput,
} from '@aws-sdk/client-sns';
import { onAll } from '../../access.ts';
import { foundSubscription, type SnsOperation } from '../deps.ts';
import { shownSubscription } from './attribute.ts';

export const getSubscriptionAttributes: SnsOperation<
  GetSubscriptionAttributesCommandInput,
  GetSubscriptionAttributesCommandOutput
> = {
  authorizes: () => onAll('sns:GetSubscriptionAttributes'),

  async handle(deps, input, context) {
    const { scope, subscription } = await foundSubscription(deps, input.SubscriptionArn, context);
    const topic = (await deps.space.view(scope)).get('topic', subscription.topic);
    return { Attributes: { ...shownSubscription(scope, topic, subscription) } };
  },
};
