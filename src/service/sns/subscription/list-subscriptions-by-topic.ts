// ListSubscriptionsByTopic: a page of a topic's.

import type {
  ListSubscriptionsByTopicCommandInput,
  ListSubscriptionsByTopicCommandOutput,
} from '@aws-sdk/client-sns';
import { onTopic } from '../access.ts';
import { foundTopic, type SnsOperation } from '../deps.ts';
import { listed } from './shown.ts';

export const listSubscriptionsByTopic: SnsOperation<
  ListSubscriptionsByTopicCommandInput,
  ListSubscriptionsByTopicCommandOutput
> = {
  authorizes: (input) => onTopic('ListSubscriptionsByTopic', input.TopicArn),

  async handle(deps, input, context) {
    const { scope, topic } = await foundTopic(deps, input.TopicArn, context);
    const all = await deps.audience.of(scope, topic.name);
    return listed(
      `ListSubscriptionsByTopic ${topic.name}`,
      all.map((subscription) => ({ scope, subscription })),
      input.NextToken,
    );
  },
};
