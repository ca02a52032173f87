// The addresses in messages, all of this server as its subscribers reach it: what confirms and what
// ends a subscription, and the certificate of whoever signed. They are what AWS's look like.

const version = 'Version=2010-03-31';

/** Below which certificates stand; the rest of their path is `NAME.pem`. */
const certificatePath = '/_longshore/sns/SimpleNotificationService-';

export const certificateUrl = (origin: string, name: string): string =>
  `${origin}${certificatePath}${name}.pem`;

/** The name of the certificate that a path asks for; undefined where it asks for none. */
export const certificateIn = (path: string): string | undefined =>
  path.startsWith(certificatePath)
    ? /^([0-9a-f]{32})\.pem$/.exec(path.slice(certificatePath.length))?.[1]
    : undefined;

export const subscribeUrl = (origin: string, topicArn: string, token: string): string =>
  `${origin}/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}&${version}`;

export const unsubscribeUrl = (origin: string, subscriptionArn: string): string =>
  `${origin}/?Action=Unsubscribe&SubscriptionArn=${subscriptionArn}&${version}`;
