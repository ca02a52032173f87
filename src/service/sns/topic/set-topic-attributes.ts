// SetTopicAttributes: one at a time.

import type {
  SetTopicAttributesCommandInput,
  SetTopicAttributesCommandOutput,
} from '@aws-sdk/client-sns';
import { onTopic } from '../access.ts';
import { changeTopic, type SnsOperation } from '../deps.ts';
import { withAttribute } from './attribute.ts';

export const setTopicAttributes: SnsOperation<
  SetTopicAttributesCommandInput,
  SetTopicAttributesCommandOutput
> = {
  authorizes: (input) => onTopic('SetTopicAttributes', input.TopicArn),

  async handle(deps, input, context) {
    const { AttributeName: name = '', AttributeValue: value = '' } = input;
    await changeTopic(deps, input.TopicArn, context, (topic, scope) =>
      withAttribute(scope, topic, name, value),
    );
    return {};
  },
};
