// A message as a mail, in words like those that SNS uses. Lines of a header are one line each,
// whatever the message says.

import type { Mail } from '../../../port/mailer.ts';
import type { Notice } from '../publish/envelope.ts';
import type { Subscription, Topic } from '../resources.ts';
import type { Document } from './document.ts';

/** `signed` is what programs get, which `email-json` is for. */
export function mailOf(
  notice: Notice,
  { protocol, endpoint }: Pick<Subscription, 'protocol' | 'endpoint'>,
  topic: Pick<Topic, 'displayName'> | undefined,
  signed: Document,
): Mail {
  return {
    to: endpoint,
    fromName: topic?.displayName ?? 'AWS Notifications',
    subject: subjectOf(notice),
    text: protocol === 'email-json' ? JSON.stringify(signed, null, 2) : textOf(notice, signed),
  };
}

function subjectOf({ type, subject }: Notice): string {
  switch (type) {
    case 'Notification':
      return subject ?? 'AWS Notification Message';
    case 'SubscriptionConfirmation':
      return 'AWS Notification - Subscription Confirmation';
    case 'UnsubscribeConfirmation':
      return 'AWS Notification - Unsubscribe Confirmation';
  }
}

function textOf({ type, text = '', topicArn }: Notice, signed: Document): string {
  switch (type) {
    case 'Notification':
      return `${text}\n\n--\nIf you wish to stop receiving notifications from this topic, please visit the link below to unsubscribe:\n${signed.UnsubscribeURL}\n`;
    case 'SubscriptionConfirmation':
      return `You have chosen to subscribe to the topic:\n${topicArn}\n\nTo confirm this subscription, visit the link below (if this was in error, no action is necessary):\n${signed.SubscribeURL}\n`;
    case 'UnsubscribeConfirmation':
      return `Your subscription to the topic below has been deactivated:\n${topicArn}\n\nIf this was in error, visit the link below to subscribe again:\n${signed.SubscribeURL}\n`;
  }
}
