// The attributes of a subscription as requests set them, one at a time, and as answers show them.
// What this server does not do is refused, never kept and forgotten.

import type { Scope } from '../../../base/ids.ts';
import { limit } from '../../../core/limit.ts';
import { subscriptionArn, topicArn } from '../arn.ts';
import { effectiveOfSubscription, isHttp, readSubscriptionPolicy } from '../delivery-policy.ts';
import { invalidParameter } from '../error.ts';
import { known, readObject } from '../json.ts';
import { readFilterPolicy } from '../publish/filter-policy.ts';
import type { Subscription, SubscriptionSettings, Topic } from '../resources.ts';
import { isOwnQueue } from './endpoint.ts';

type Attributes = Readonly<Record<string, string>>;
type Settable = SubscriptionSettings & Pick<Subscription, 'protocol'>;

/** In this order: what one means depends on those before it. */
const order = [
  'RawMessageDelivery',
  'FilterPolicyScope',
  'FilterPolicy',
  'RedrivePolicy',
  'DeliveryPolicy',
];

/** Throws InvalidParameter. */
export const withAttributes = <T extends Settable>(
  scope: Scope,
  subscription: T,
  given: Attributes,
): T =>
  Object.keys(given)
    .toSorted((a, b) => order.indexOf(a) - order.indexOf(b))
    .reduce((one, name) => withAttribute(scope, one, name, given[name] ?? ''), subscription);

/** The subscription with the attribute; an empty value takes it away. Throws InvalidParameter. */
export function withAttribute<T extends Settable>(
  scope: Scope,
  subscription: T,
  name: string,
  value: string,
): T {
  // What is left to say nothing is taken away so: Terraform does.
  const given = value === '' || value.trim() === '{}' ? undefined : value;
  const {
    filterPolicy,
    filterPolicyScope = 'MessageAttributes',
    rawMessageDelivery,
  } = subscription;
  switch (name) {
    case 'FilterPolicy':
      if (given !== undefined) readFilterPolicy(given, filterPolicyScope);
      return { ...subscription, filterPolicy: given };
    case 'FilterPolicyScope':
      if (value !== 'MessageAttributes' && value !== 'MessageBody')
        throw invalidParameter(
          'FilterPolicyScope: Invalid value. Please use either MessageBody or MessageAttributes',
        );
      if (filterPolicy !== undefined) readFilterPolicy(filterPolicy, value);
      return { ...subscription, filterPolicyScope: value };
    case 'RawMessageDelivery':
      return { ...subscription, rawMessageDelivery: isRaw(subscription, value) };
    case 'RedrivePolicy':
      if (given !== undefined) deadLetterQueueOf(scope, given);
      return { ...subscription, redrivePolicy: given };
    case 'DeliveryPolicy':
      if (given === undefined) return { ...subscription, deliveryPolicy: undefined };
      if (!isHttp(subscription.protocol))
        throw invalidParameter('DeliveryPolicy: only HTTP/S subscriptions have one');
      readSubscriptionPolicy(given, rawMessageDelivery === true);
      return { ...subscription, deliveryPolicy: given };
    case 'SubscriptionRoleArn':
    case 'ReplayPolicy':
      if (given === undefined) return subscription;
      throw invalidParameter(`${name} is not supported by Longshore`);
    default:
      throw invalidParameter('AttributeName');
  }
}

function isRaw({ protocol, deliveryPolicy }: Settable, value: string): boolean {
  if (value !== 'true' && value !== 'false')
    throw invalidParameter(
      `RawMessageDelivery Reason: Invalid value [${value.slice(0, 64)}]. Must be true or false.`,
    );
  if (value === 'true' && !isHttp(protocol) && protocol !== 'sqs')
    throw invalidParameter(
      `Delivery protocol [${protocol}] does not support raw message delivery.`,
    );
  if (deliveryPolicy !== undefined) readSubscriptionPolicy(deliveryPolicy, value === 'true');
  return value === 'true';
}

/** Throws InvalidParameter for what is no such policy. */
export function deadLetterQueueOf(scope: Scope, text: string): string {
  const policy = readObject('RedrivePolicy', text, limit.sns.deliveryPolicyBytes);
  known('RedrivePolicy', policy, ['deadLetterTargetArn']);
  const arn = policy['deadLetterTargetArn'];
  if (typeof arn !== 'string' || !isOwnQueue(scope, arn))
    throw invalidParameter(
      'RedrivePolicy: deadLetterTargetArn must be the ARN of a standard SQS queue of the same account and region',
    );
  return arn;
}

export function shownSubscription(
  scope: Scope,
  topic: Topic | undefined,
  subscription: Subscription,
): Attributes {
  const { filterPolicy, redrivePolicy, deliveryPolicy } = subscription;
  return {
    SubscriptionArn: subscriptionArn(scope, subscription),
    TopicArn: topicArn(scope, subscription.topic),
    Owner: subscription.owner,
    SubscriptionPrincipal: subscription.principal,
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    PendingConfirmation: String(subscription.state === 'pending'),
    ConfirmationWasAuthenticated: String(subscription.confirmationWasAuthenticated),
    RawMessageDelivery: String(subscription.rawMessageDelivery === true),
    ...(filterPolicy !== undefined && {
      FilterPolicy: filterPolicy,
      FilterPolicyScope: subscription.filterPolicyScope ?? 'MessageAttributes',
    }),
    ...(redrivePolicy !== undefined && { RedrivePolicy: redrivePolicy }),
    ...(deliveryPolicy !== undefined && { DeliveryPolicy: deliveryPolicy }),
    ...(isHttp(subscription.protocol) && {
      EffectiveDeliveryPolicy: effectiveOfSubscription(topic, subscription),
    }),
  };
}
