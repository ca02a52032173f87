// What is stored of a message for one subscription until it has arrived there: what was published,
// and nothing of how it is sent, which its subscription says when it is.

import type { Scope } from '../../../base/ids.ts';
import type { NewDelivery } from '../../../port/delivery.ts';
import { subscriptionArn, topicArn } from '../arn.ts';
import type { Subscription } from '../resources.ts';
import type { Message } from './message.ts';
import type { MessageAttributes } from './message-attribute.ts';

export const laneKind = 'subscription';

export interface Notice {
  readonly type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  readonly messageId: string;
  readonly topicArn: string;
  readonly atMs: number;
  /** Of a notification, as are those below. */
  readonly text?: string | undefined;
  readonly subject?: string | undefined;
  readonly attributes?: MessageAttributes | undefined;
  /** For queues alone. */
  readonly group?: string | undefined;
}

const toSubscription = (scope: Scope, to: Subscription, notice: Notice): NewDelivery => ({
  scope,
  lane: { kind: laneKind, id: subscriptionArn(scope, to) },
  sinceMs: notice.atMs,
  body: JSON.stringify(notice),
});

interface Stamp {
  readonly messageId: string;
  readonly atMs: number;
}

export const notification = (
  scope: Scope,
  to: Subscription,
  { subject, attributes, group, textFor }: Message,
  stamp: Stamp,
): NewDelivery =>
  toSubscription(scope, to, {
    ...stamp,
    type: 'Notification',
    topicArn: topicArn(scope, to.topic),
    text: textFor(to.protocol),
    ...(subject !== undefined && { subject }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
    ...(to.protocol === 'sqs' && group !== undefined && { group }),
  });

/** Its token is in the subscription's row, and in no delivery. */
export const confirmation = (
  scope: Scope,
  to: Subscription,
  type: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation',
  stamp: Stamp,
): NewDelivery =>
  toSubscription(scope, to, { ...stamp, type, topicArn: topicArn(scope, to.topic) });
