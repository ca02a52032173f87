// The ARNs of topics and of subscriptions: `…:TOPIC` and `…:TOPIC:ID`. Pure text: that one can be
// read says nothing of whether it is there.

import { scopeOf, scopeParts, type Scope } from '../../base/ids.ts';
import { partitionOf } from '../../base/partition.ts';

export const topicArn = (scope: Scope, name: string): string => {
  const { account, region } = scopeParts(scope);
  return `arn:${partitionOf(region)}:sns:${region}:${account}:${name}`;
};

export const subscriptionArn = (
  scope: Scope,
  { topic, id }: { readonly topic: string; readonly id: string },
): string => `${topicArn(scope, topic)}:${id}`;

interface NamedTopic {
  readonly scope: Scope;
  readonly name: string;
}

interface NamedSubscription {
  readonly scope: Scope;
  readonly topic: string;
  readonly id: string;
}

const form =
  /^arn:([a-z-]+):sns:([A-Za-z0-9-]{1,63}):(\d{12}):([\w-]{1,256}(?:\.fifo)?)(?::([0-9a-f-]{36}))?$/;

/** Undefined where the text is no topic's. */
export function readTopicArn(text: string): NamedTopic | undefined {
  const [, partition, region = '', account = '', name = '', id] = form.exec(text) ?? [];
  return id === undefined && partition === partitionOf(region)
    ? { scope: scopeOf(account, region), name }
    : undefined;
}

/** Undefined where the text is no subscription's. */
export function readSubscriptionArn(text: string): NamedSubscription | undefined {
  const [, partition, region = '', account = '', topic = '', id] = form.exec(text) ?? [];
  return id !== undefined && partition === partitionOf(region)
    ? { scope: scopeOf(account, region), topic, id }
    : undefined;
}
