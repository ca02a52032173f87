// DeleteTopic: with all of its subscriptions, and what is still on its way to them. That there is
// none is no error.

import type { DeleteTopicCommandInput, DeleteTopicCommandOutput } from '@aws-sdk/client-sns';
import { onTopic } from '../access.ts';
import { placeOf, type SnsOperation } from '../deps.ts';
import { endpointKey } from '../resources.ts';

export const deleteTopic: SnsOperation<DeleteTopicCommandInput, DeleteTopicCommandOutput> = {
  authorizes: (input) => onTopic('DeleteTopic', input.TopicArn),

  async handle({ space }, input, context) {
    const { scope, name } = placeOf(input.TopicArn, context);
    await space.change(scope, context, (draft) => {
      if (draft.get('topic', name) === undefined) return;
      draft.remove('topic', name);
      for (const subscription of draft.all('subscription')) {
        if (subscription.topic !== name) continue;
        draft.remove('subscription', subscription.id);
        if (subscription.state !== 'deleted') draft.remove('endpoint', endpointKey(subscription));
      }
    });
    return {};
  },
};
