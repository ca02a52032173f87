// GetTopicAttributes.

import type {
  GetTopicAttributesCommandInput,
  GetTopicAttributesCommandOutput,
} from '@aws-sdk/client-sns';
import { onTopic } from '../access.ts';
import { foundTopic, type SnsOperation } from '../deps.ts';
import { shownTopic } from './attribute.ts';

export const getTopicAttributes: SnsOperation<
  GetTopicAttributesCommandInput,
  GetTopicAttributesCommandOutput
> = {
  authorizes: (input) => onTopic('GetTopicAttributes', input.TopicArn),

  async handle(deps, input, context) {
    const { scope, topic } = await foundTopic(deps, input.TopicArn, context);
    const counts = await deps.audience.counts(scope, topic.name);
    return { Attributes: { ...shownTopic(scope, topic, counts) } };
  },
};
