// Subscriptions as lists show them, and their order: by topic, and within one as they were made.

import type { Subscription as Shown } from '@aws-sdk/client-sns';
import type { Scope } from '../../../base/ids.ts';
import { limit } from '../../../core/limit.ts';
import { pageAfter } from '../../page-after.ts';
import { subscriptionArn, topicArn } from '../arn.ts';
import { invalidParameter } from '../error.ts';
import type { Subscription } from '../resources.ts';

export interface Listed {
  readonly scope: Scope;
  readonly subscription: Subscription;
}

/** A page, of what is in no certain order. */
export function listed(
  operation: string,
  all: readonly Listed[],
  token: string | undefined,
): { readonly Subscriptions: Shown[]; readonly NextToken: string | undefined } {
  const ascending = all.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  const { items, next } = pageAfter(ascending, placeOf, {
    operation,
    size: limit.sns.page,
    token,
    badToken: () => invalidParameter('NextToken'),
  });
  return { Subscriptions: items.map(shown), NextToken: next };
}

/** An ARN's parts before the topic's name have the same length, or are another's. */
const placeOf = ({ scope, subscription: { topic, id } }: Listed): string =>
  `${scope} ${topic} ${id}`;

const shown = ({ scope, subscription }: Listed): Shown => ({
  SubscriptionArn: {
    pending: 'PendingConfirmation',
    confirmed: subscriptionArn(scope, subscription),
    deleted: 'Deleted',
  }[subscription.state],
  Owner: subscription.owner,
  Protocol: subscription.protocol,
  Endpoint: subscription.endpoint,
  TopicArn: topicArn(scope, subscription.topic),
});
