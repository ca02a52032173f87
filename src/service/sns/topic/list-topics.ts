// ListTopics: a page of the ARNs of the account's and region's topics.

import type { ListTopicsCommandInput, ListTopicsCommandOutput } from '@aws-sdk/client-sns';
import { limit } from '../../../core/limit.ts';
import { onAll } from '../../access.ts';
import { pageAfter } from '../../page-after.ts';
import { topicArn } from '../arn.ts';
import type { SnsOperation } from '../deps.ts';
import { invalidParameter } from '../error.ts';

export const listTopics: SnsOperation<ListTopicsCommandInput, ListTopicsCommandOutput> = {
  authorizes: () => onAll('sns:ListTopics'),

  async handle({ space }, input, { scope }) {
    const { items, next } = pageAfter((await space.view(scope)).all('topic'), ({ name }) => name, {
      operation: 'ListTopics',
      size: limit.sns.page,
      token: input.NextToken,
      badToken: () => invalidParameter('NextToken'),
    });
    return {
      Topics: items.map(({ name }) => ({ TopicArn: topicArn(scope, name) })),
      NextToken: next,
    };
  },
};
