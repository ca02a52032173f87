// A message in the form in which SNS sends it, which programs verify by its signature (developer
// guide, "Parsing Amazon SNS message formats" and "Verifying the signatures of Amazon SNS
// messages").

import type { Notice } from '../publish/envelope.ts';
import { certificateUrl, subscribeUrl, unsubscribeUrl } from './link.ts';
import type { Signature } from './signer.ts';

/** In AWS's order; members that are undefined are absent. */
export interface Document {
  readonly Type: string;
  readonly MessageId: string;
  readonly Token?: string | undefined;
  readonly TopicArn: string;
  readonly Subject?: string | undefined;
  readonly Message: string;
  readonly SubscribeURL?: string | undefined;
  readonly Timestamp: string;
  readonly SignatureVersion?: string | undefined;
  readonly Signature?: string | undefined;
  readonly SigningCertURL?: string | undefined;
  readonly UnsubscribeURL?: string | undefined;
  readonly MessageAttributes?: object | undefined;
}

interface Sent {
  /** Where this server is for its subscribers. */
  readonly origin: string;
  readonly subscriptionArn: string;
  /** Of a confirmation. */
  readonly token?: string | undefined;
}

/** Without its signature. */
export function documentOf(
  notice: Notice,
  { origin, subscriptionArn, token = '' }: Sent,
): Document {
  const { type, messageId, topicArn, atMs, subject, text = '', attributes } = notice;
  const stamp = new Date(atMs).toISOString();
  if (type === 'Notification')
    return {
      Type: type,
      MessageId: messageId,
      TopicArn: topicArn,
      Subject: subject,
      Message: text,
      Timestamp: stamp,
      UnsubscribeURL: unsubscribeUrl(origin, subscriptionArn),
      MessageAttributes:
        attributes &&
        Object.fromEntries(
          Object.entries(attributes).map(([name, one]) => [
            name,
            { Type: one.type, Value: one.text },
          ]),
        ),
    };
  return {
    Type: type,
    MessageId: messageId,
    Token: token,
    TopicArn: topicArn,
    Message:
      type === 'SubscriptionConfirmation'
        ? `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`
        : `You have chosen to deactivate subscription ${subscriptionArn}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.`,
    SubscribeURL: subscribeUrl(origin, topicArn, token),
    Timestamp: stamp,
  };
}

/** What is signed, in this order. */
const signed = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  confirmation: [
    ...['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  ],
} as const;

export function textToSign(document: Document): string {
  const names = document.Type === 'Notification' ? signed.Notification : signed.confirmation;
  return names
    .filter((name) => document[name] !== undefined)
    .map((name) => `${name}\n${document[name]}\n`)
    .join('');
}

/** As it is sent; unsigned where there is no signature. */
export function withSignature(
  document: Document,
  origin: string,
  signature: Signature | undefined,
): Document {
  if (signature === undefined) return document;
  const { UnsubscribeURL, MessageAttributes, ...before } = document;
  return {
    ...before,
    SignatureVersion: signature.version,
    Signature: signature.signature,
    SigningCertURL: certificateUrl(origin, signature.certificate),
    UnsubscribeURL,
    MessageAttributes,
  };
}

/** What a function gets: the names of two addresses are written in another way there. */
export function lambdaEvent(document: Document, subscriptionArn: string): object {
  const {
    SigningCertURL,
    UnsubscribeURL,
    Subject: subject = null,
    MessageAttributes,
    ...rest
  } = document;
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscriptionArn,
        Sns: {
          ...rest,
          Subject: subject,
          SigningCertUrl: SigningCertURL,
          UnsubscribeUrl: UnsubscribeURL,
          MessageAttributes: MessageAttributes ?? {},
        },
      },
    ],
  };
}
