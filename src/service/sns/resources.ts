// What Amazon SNS keeps of an account and region: shapes, and what follows from them alone. What
// must not be read stands in it sealed: the tokens of confirmations, and the passwords of
// endpoints.

import type { Tags } from '../../wire/authorization.ts';
import type { ResourceDraft, ResourceView } from '../resource-space.ts';

export interface Topic {
  readonly name: string;
  readonly tags: Tags;
  readonly displayName?: string | undefined;
  /** As JSON; absent: the one that every topic begins with. */
  readonly policy?: string | undefined;
  /** As JSON, as it was given. */
  readonly deliveryPolicy?: string | undefined;
  readonly signatureVersion?: '1' | '2' | undefined;
  /** That it was asked for, which changes nothing. */
  readonly tracing?: 'PassThrough' | undefined;
}

/** Those that are served. */
export const protocols = ['http', 'https', 'email', 'email-json', 'sqs', 'lambda'] as const;
export type Protocol = (typeof protocols)[number];

/** What its owner may set of a subscription. */
export interface SubscriptionSettings {
  /** As JSON, as it was given; so are those below. */
  readonly filterPolicy?: string | undefined;
  readonly filterPolicyScope?: 'MessageAttributes' | 'MessageBody' | undefined;
  readonly rawMessageDelivery?: boolean | undefined;
  readonly redrivePolicy?: string | undefined;
  readonly deliveryPolicy?: string | undefined;
}

export interface Subscription extends SubscriptionSettings {
  /** The last part of its ARN. */
  readonly id: string;
  /** The topic's name. */
  readonly topic: string;
  /** The account of whoever subscribed. */
  readonly owner: string;
  /** Who subscribed, by ARN. */
  readonly principal: string;
  readonly protocol: Protocol;
  /** An address's password is not in it: `****` stands there. */
  readonly endpoint: string;
  readonly sealedPassword?: string | undefined;
  /**
   * `deleted`: who unsubscribed by a link is told so, and may come back by that message's link
   * until `untilMs`.
   */
  readonly state: 'pending' | 'confirmed' | 'deleted';
  /** When what is pending, or deleted, is gone. */
  readonly untilMs?: number | undefined;
  readonly token?: { readonly sealed: string; readonly untilMs: number } | undefined;
  readonly confirmationWasAuthenticated: boolean;
  /** No link ends it. */
  readonly endsBySignatureOnly: boolean;
}

export interface SnsKinds {
  /** By name. */
  readonly topic: Topic;
  /** By id. */
  readonly subscription: Subscription;
  /** By {@link endpointKey}: which subscription it has. */
  readonly endpoint: { readonly id: string };
  /** In the server's own account and region alone: that with which it signs, sealed. */
  readonly 'signing-key': { readonly sealed: string; readonly certificate: string };
  /** By name, in the same place; PEM. */
  readonly certificate: { readonly pem: string };
}
export type SnsDraft = ResourceDraft<SnsKinds>;
export type SnsView = ResourceView<SnsKinds>;

/** It was not confirmed in time, or was deleted long ago. */
export const isOver = ({ untilMs }: Pick<Subscription, 'untilMs'>, nowMs: number): boolean =>
  untilMs !== undefined && untilMs <= nowMs;

/** A topic sends to an endpoint once. */
export const endpointKey = ({
  topic,
  protocol,
  endpoint,
}: Pick<Subscription, 'topic' | 'protocol' | 'endpoint'>): string =>
  `${topic} ${protocol} ${endpoint}`;
