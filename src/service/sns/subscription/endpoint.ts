// Where the messages of a subscription go: what each protocol takes as an endpoint, and how one is
// kept and shown. An address's password is shown to nobody.

import { scopeParts, type Scope } from '../../../base/ids.ts';
import { partitionPattern } from '../../../base/partition.ts';
import type { Sealer } from '../../../port/sealer.ts';
import { limit } from '../../../core/limit.ts';
import { subscriptionArn } from '../arn.ts';
import { invalidParameter } from '../error.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { protocols, type Protocol, type SnsKinds, type Subscription } from '../resources.ts';

export interface Endpoint {
  /** With `****` in the place of a password. */
  readonly shown: string;
  readonly password?: string | undefined;
  /** Of an ARN. */
  readonly account?: string | undefined;
}

/** AWS has them, and this server does not send there. */
const unserved = /^(?:sms|application|firehose)$/;

export function readProtocol(given: string | undefined): Protocol {
  const found = protocols.find((one) => one === given);
  if (found !== undefined) return found;
  const shown = (given ?? '').slice(0, 64);
  throw invalidParameter(
    unserved.test(shown)
      ? `Protocol ${shown} is not supported by Longshore`
      : `Amazon SNS does not support this protocol string: ${shown}`,
  );
}

/** Throws InvalidParameter. */
export function readEndpoint(protocol: Protocol, given: string | undefined): Endpoint {
  if (given === undefined || given === '' || given.length > limit.sns.endpointCharacters)
    throw invalidParameter('Endpoint');
  switch (protocol) {
    case 'http':
    case 'https':
      return webEndpoint(protocol, given);
    case 'email':
    case 'email-json':
      if (!isMailAddress(given)) throw invalidParameter('Email address');
      return { shown: given };
    case 'sqs':
      return arnEndpoint(queueForm, given, 'SQS endpoint ARN');
    case 'lambda':
      return arnEndpoint(functionForm, given, 'Lambda endpoint ARN');
  }
}

function webEndpoint(protocol: 'http' | 'https', given: string): Endpoint {
  const url = URL.parse(given);
  if (url === null || url.protocol !== `${protocol}:` || !/^[\x21-\x7e]+$/.test(given))
    throw invalidParameter('Endpoint must match the specified protocol');
  if (url.password === '') return { shown: given };
  const password = decoded(url.password);
  url.password = masked;
  return { shown: url.href, password };
}

const masked = '****';

/** A name or a password in an address; one with a `%` that says nothing is as it is written. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Names as people have them: nothing that would be another address, a header or a comment in a
 * mail.
 */
const isMailAddress = (text: string): boolean =>
  text.length <= 320 && /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i.test(text);

const queueForm = new RegExp(
  `^arn:(?:${partitionPattern}):sqs:[A-Za-z0-9-]{1,63}:(\\d{12}):[\\w-]{1,80}(?:\\.fifo)?$`,
);
const functionForm = new RegExp(
  `^arn:(?:${partitionPattern}):lambda:[A-Za-z0-9-]{1,63}:(\\d{12}):function:[\\w-]{1,140}(?::[\\w$-]{1,128})?$`,
);

function arnEndpoint(form: RegExp, given: string, what: string): Endpoint {
  const [, account] = form.exec(given) ?? [];
  if (account === undefined) throw invalidParameter(what);
  // A FIFO queue gets only what a FIFO topic sends.
  if (given.endsWith('.fifo'))
    throw invalidParameter(
      'Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
    );
  return { shown: given, account };
}

/** Whether the text is a queue's ARN of the same account and region. */
export function isOwnQueue(scope: Scope, arn: string): boolean {
  const { account, region } = scopeParts(scope);
  return (
    queueForm.test(arn) && arn.includes(`:sqs:${region}:${account}:`) && !arn.endsWith('.fifo')
  );
}

const about = (arn: string): string => `sns-endpoint ${arn}`;

export const sealPassword = (
  sealer: Pick<Sealer, 'seal'>,
  arn: string,
  { password }: Endpoint,
): string | undefined => password && sealer.seal(password, about(arn));

/** The address with its password; undefined where that was sealed under another key. */
export function wholeEndpoint(
  sealer: Pick<Sealer, 'open'>,
  scope: Scope,
  subscription: Subscription,
): string | undefined {
  const { endpoint, sealedPassword } = subscription;
  if (sealedPassword === undefined) return endpoint;
  const password = sealer.open(sealedPassword, about(subscriptionArn(scope, subscription)));
  if (password === undefined) return undefined;
  const url = new URL(endpoint);
  url.password = encodeURIComponent(password);
  return url.href;
}

/** ARNs of subscriptions whose passwords this server's key does not open. */
export async function unopenedPasswords(
  space: Pick<ResourceSpace<SnsKinds>, 'scopes' | 'view'>,
  sealer: Pick<Sealer, 'open'>,
): Promise<string[]> {
  const found: string[] = [];
  for (const scope of space.scopes())
    for (const subscription of (await space.view(scope)).all('subscription'))
      if (wholeEndpoint(sealer, scope, subscription) === undefined)
        found.push(subscriptionArn(scope, subscription));
  return found;
}
