// Publish: a message to a topic.

import type { PublishCommandInput, PublishCommandOutput } from '@aws-sdk/client-sns';
import { onTopic } from '../access.ts';
import { foundTopic, type SnsOperation } from '../deps.ts';
import { invalidParameter } from '../error.ts';
import { readMessage } from './message.ts';
import { publishTo } from './publisher.ts';

export const publish: SnsOperation<PublishCommandInput, PublishCommandOutput> = {
  authorizes: (input) => onTopic('Publish', input.TopicArn ?? input.TargetArn),

  async handle(deps, input, context) {
    const { TopicArn: arn, TargetArn: target, PhoneNumber: phone } = input;
    if (phone !== undefined)
      throw invalidParameter(
        'PhoneNumber is not supported by Longshore: it sends no text messages',
      );
    if (arn !== undefined && target !== undefined)
      throw invalidParameter('TopicArn or TargetArn Reason: both are given');
    const message = readMessage(input);
    const { scope, topic } = await foundTopic(deps, arn ?? target, context);
    const place = { scope, name: topic.name };
    return { MessageId: await publishTo(deps, place, message, context) };
  },
};
