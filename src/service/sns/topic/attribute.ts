// The attributes of a topic as requests set them, one at a time, and as answers show them. What
// this server does not do is refused, never kept and forgotten.

import { scopeParts, type Scope } from '../../../base/ids.ts';
import { topicArn } from '../arn.ts';
import { effectiveOfTopic, readTopicPolicy } from '../delivery-policy.ts';
import { invalidParameter } from '../error.ts';
import type { TopicCounts } from '../publish/audience.ts';
import type { Topic } from '../resources.ts';
import { checkTopicPolicy, policyOfTopic } from './policy.ts';

type Attributes = Readonly<Record<string, string>>;

const refused = (name: string, why: string): Error =>
  invalidParameter(`${name} is not supported by Longshore: ${why}`);

/** Notes of what was delivered, which AWS writes to CloudWatch Logs. */
const feedback = /^(?:HTTP|SQS|Lambda|Firehose|Application)(?:Success|Failure)Feedback\w+$/;

/** The topic with the attribute; an empty value takes it away. Throws InvalidParameter. */
export function withAttribute(scope: Scope, topic: Topic, name: string, value: string): Topic {
  const given = value === '' ? undefined : value;
  switch (name) {
    case 'DisplayName':
      return { ...topic, displayName: given && displayName(given) };
    case 'Policy':
      return { ...topic, policy: given && checkTopicPolicy(given, scope, topic.name) };
    case 'DeliveryPolicy':
      if (given !== undefined) readTopicPolicy(given);
      return { ...topic, deliveryPolicy: given };
    case 'SignatureVersion':
      if (value !== '1' && value !== '2')
        throw invalidParameter('SignatureVersion Reason: it must be 1 or 2');
      return { ...topic, signatureVersion: value };
    case 'KmsMasterKeyId':
      if (given === undefined) return topic;
      throw refused(name, 'this server has no AWS KMS');
    case 'TracingConfig':
      if (given === undefined || given === 'PassThrough') return { ...topic, tracing: given };
      throw refused(name, 'it traces nothing; PassThrough is what it does');
    case 'FifoTopic':
    case 'ContentBasedDeduplication':
      if (value === 'false') return topic;
      throw refused(name, 'its topics are standard topics');
    case 'FifoThroughputScope':
    case 'ArchivePolicy':
      if (given === undefined) return topic;
      throw refused(name, 'it is of FIFO topics, and topics of this server are standard topics');
    default:
      if (!feedback.test(name)) throw invalidParameter('AttributeName');
      if (given === undefined) return topic;
      throw refused(name, 'deliveries are not logged');
  }
}

function displayName(value: string): string {
  // oxlint-disable-next-line no-control-regex -- it becomes the sender's name of mails.
  if (value.length > 100 || /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(value))
    throw invalidParameter('DisplayName Reason: at most 100 characters, none of them a control');
  return value;
}

export function shownTopic(scope: Scope, topic: Topic, counts: TopicCounts): Attributes {
  const { displayName: shown = '', deliveryPolicy, signatureVersion, tracing } = topic;
  return {
    TopicArn: topicArn(scope, topic.name),
    Owner: scopeParts(scope).account,
    DisplayName: shown,
    Policy: policyOfTopic(scope, topic),
    SubscriptionsConfirmed: String(counts.confirmed),
    SubscriptionsPending: String(counts.pending),
    SubscriptionsDeleted: String(counts.deleted),
    ...(deliveryPolicy !== undefined && { DeliveryPolicy: deliveryPolicy }),
    EffectiveDeliveryPolicy: effectiveOfTopic(topic),
    ...(signatureVersion !== undefined && { SignatureVersion: signatureVersion }),
    ...(tracing !== undefined && { TracingConfig: tracing }),
  };
}
