// How often and when a message is tried again that did not arrive: what a topic and a subscription
// say of it for HTTP, laid over what SNS does of itself, and what SNS does for all other endpoints
// (developer guide, "Amazon SNS message delivery retries"). It decides nothing about one message.

import { limit } from '../../core/limit.ts';
import { invalidParameter } from './error.ts';
import { integerMember, known, objectIn, readObject, type JsonObject } from './json.ts';
import type { Protocol, Subscription, Topic } from './resources.ts';

const functions = ['linear', 'arithmetic', 'geometric', 'exponential'] as const;

/** Delays in seconds, and how many retries each phase has. */
interface RetryPolicy {
  readonly minDelayTarget: number;
  readonly maxDelayTarget: number;
  /** Of all phases together. */
  readonly numRetries: number;
  readonly numNoDelayRetries: number;
  readonly numMinDelayRetries: number;
  readonly numMaxDelayRetries: number;
  readonly backoffFunction: (typeof functions)[number];
}

/** What holds for one subscription. */
interface DeliveryRules {
  readonly retry: RetryPolicy;
  readonly maxAgeMs: number;
  readonly maxReceivesPerSecond?: number | undefined;
  readonly contentType: string;
}

const httpRetry: RetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  numMaxDelayRetries: 0,
  backoffFunction: 'linear',
};

/** AWS's own endpoints. */
const managedRetry: RetryPolicy = {
  minDelayTarget: 1,
  maxDelayTarget: 20,
  numRetries: 100_015,
  numNoDelayRetries: 3,
  numMinDelayRetries: 2,
  numMaxDelayRetries: 100_000,
  backoffFunction: 'exponential',
};

const mailRetry: RetryPolicy = {
  minDelayTarget: 10,
  maxDelayTarget: 600,
  numRetries: 50,
  numNoDelayRetries: 0,
  numMinDelayRetries: 2,
  numMaxDelayRetries: 38,
  backoffFunction: 'exponential',
};

const plain = 'text/plain; charset=UTF-8';
const dayMs = 86_400_000;

const attribute = 'DeliveryPolicy';

/** What a topic, or a subscription, says; absent members are left to whoever is asked next. */
interface Said {
  readonly retry?: Partial<RetryPolicy> | undefined;
  readonly maxReceivesPerSecond?: number | undefined;
  readonly contentType?: string | undefined;
}

const notRaw = ['application/json', 'text/plain'];
const raw = [
  ...notRaw,
  ...['text/css', 'text/csv', 'text/html', 'text/xml', 'application/atom+xml', 'application/xml'],
  ...['application/octet-stream', 'application/soap+xml', 'application/xhtml+xml'],
  'application/x-www-form-urlencoded',
];

/** Throws InvalidParameter. */
export function readTopicPolicy(text: string): Said & { readonly isFinal: boolean } {
  const whole = readObject(attribute, text, limit.sns.deliveryPolicyBytes);
  known(attribute, whole, ['http']);
  const http = objectIn(attribute, whole, 'http') ?? {};
  known(attribute, http, [
    'defaultHealthyRetryPolicy',
    'defaultThrottlePolicy',
    'defaultRequestPolicy',
    'disableSubscriptionOverrides',
  ]);
  const isFinal = http['disableSubscriptionOverrides'] ?? false;
  if (typeof isFinal !== 'boolean')
    throw invalidParameter(`${attribute}: disableSubscriptionOverrides must be true or false`);
  return { ...saidIn(http, 'default', notRaw), isFinal };
}

/** Throws InvalidParameter. */
export function readSubscriptionPolicy(text: string, isRaw: boolean): Said {
  const whole = readObject(attribute, text, limit.sns.deliveryPolicyBytes);
  // As AWS shows one: without a policy for sick endpoints, and with nothing guaranteed.
  if (whole['guaranteed'] !== undefined && whole['guaranteed'] !== false)
    throw invalidParameter(`${attribute}: guaranteed is not supported`);
  known(attribute, { ...whole, guaranteed: null }, [
    'healthyRetryPolicy',
    'throttlePolicy',
    'requestPolicy',
  ]);
  return saidIn(whole, '', isRaw ? raw : notRaw);
}

function saidIn(object: JsonObject, prefix: '' | 'default', types: readonly string[]): Said {
  const part = (name: string): JsonObject | undefined =>
    objectIn(
      attribute,
      object,
      prefix === '' ? name.charAt(0).toLowerCase() + name.slice(1) : prefix + name,
    );
  const throttle = part('ThrottlePolicy') ?? {};
  known(attribute, throttle, ['maxReceivesPerSecond']);
  return {
    retry: retryIn(part('HealthyRetryPolicy')),
    maxReceivesPerSecond: integerMember(attribute, throttle, 'maxReceivesPerSecond', [1, 100_000]),
    contentType: contentTypeIn(part('RequestPolicy') ?? {}, types),
  };
}

function contentTypeIn(request: JsonObject, types: readonly string[]): string | undefined {
  known(attribute, request, ['headerContentType']);
  const given = request['headerContentType'] ?? undefined;
  if (given === undefined) return undefined;
  const type = typeof given === 'string' ? /^([^;]+)(?:; ?charset=utf-8)?$/i.exec(given)?.[1] : '';
  if (type === undefined || !types.includes(type.trim().toLowerCase()))
    throw invalidParameter(`${attribute}: headerContentType must be one of ${types.join(', ')}`);
  return given as string;
}

function retryIn(object: JsonObject | undefined): Partial<RetryPolicy> | undefined {
  if (object === undefined) return undefined;
  known(attribute, object, Object.keys(httpRetry));
  const number = (name: keyof RetryPolicy, bounds: readonly [number, number]) => {
    const value = integerMember(attribute, object, name, bounds);
    return value === undefined ? {} : { [name]: value };
  };
  const backoffFunction = object['backoffFunction'] ?? undefined;
  if (backoffFunction !== undefined && !functions.some((one) => one === backoffFunction))
    throw invalidParameter(`${attribute}: backoffFunction must be one of ${functions.join(', ')}`);
  const said: Partial<RetryPolicy> = {
    ...number('minDelayTarget', [1, 3_600]),
    ...number('maxDelayTarget', [1, 3_600]),
    ...number('numRetries', [0, 100]),
    ...number('numNoDelayRetries', [0, 100]),
    ...number('numMinDelayRetries', [0, 100]),
    ...number('numMaxDelayRetries', [0, 100]),
    ...(backoffFunction !== undefined && {
      backoffFunction: backoffFunction as RetryPolicy['backoffFunction'],
    }),
  };
  const whole = { ...httpRetry, ...said };
  if (whole.minDelayTarget > whole.maxDelayTarget)
    throw invalidParameter(`${attribute}: minDelayTarget must not exceed maxDelayTarget`);
  if (inPhases(whole) > whole.numRetries)
    throw invalidParameter(`${attribute}: the phases have more retries than numRetries`);
  if (totalSeconds(whole) > limit.sns.httpRetrySeconds)
    throw invalidParameter(
      `${attribute}: all retries must end within ${limit.sns.httpRetrySeconds} seconds`,
    );
  return said;
}

/** All but those of the back-off. */
const inPhases = (retry: RetryPolicy): number =>
  retry.numNoDelayRetries + retry.numMinDelayRetries + retry.numMaxDelayRetries;

function totalSeconds(retry: RetryPolicy): number {
  let total = 0;
  for (let number = 1; number <= retry.numRetries; number++) total += secondsBefore(retry, number);
  return total;
}

/** Seconds before the retry of a number, from 1. */
export function secondsBefore(retry: RetryPolicy, number: number): number {
  const { minDelayTarget: low, maxDelayTarget: high, numRetries } = retry;
  const { numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries } = retry;
  if (number <= numNoDelayRetries) return 0;
  const step = number - numNoDelayRetries - numMinDelayRetries;
  if (step <= 0) return low;
  if (number > numRetries - numMaxDelayRetries) return high;
  const last = numRetries - inPhases(retry) - 1;
  const share = last <= 0 ? 0 : (step - 1) / last;
  return backOff(retry.backoffFunction, low, high, share, last);
}

/**
 * AWS draws the four curves and gives no formula: all begin at the lowest and end at the highest
 * delay, each more slowly at first than the one before it.
 */
function backOff(
  by: RetryPolicy['backoffFunction'],
  low: number,
  high: number,
  share: number,
  steps: number,
): number {
  switch (by) {
    case 'linear':
      return low + (high - low) * share;
    case 'arithmetic':
      return low + ((high - low) * share * (share * steps + 1)) / (steps + 1);
    case 'geometric':
      return low * (high / low) ** share;
    case 'exponential':
      return steps <= 0
        ? low
        : low + ((high - low) * (2 ** (share * steps) - 1)) / (2 ** steps - 1);
  }
}

/** What holds for a subscription; of what no longer can be read, what SNS does of itself. */
export function deliveryRules(
  topic: Pick<Topic, 'deliveryPolicy'> | undefined,
  subscription: Pick<Subscription, 'protocol' | 'deliveryPolicy' | 'rawMessageDelivery'>,
): DeliveryRules {
  const { protocol } = subscription;
  if (!isHttp(protocol)) return rulesOf(protocol);
  const ofTopic =
    topic?.deliveryPolicy === undefined ? undefined : readTopicPolicy(topic.deliveryPolicy);
  const own =
    subscription.deliveryPolicy === undefined || ofTopic?.isFinal === true
      ? undefined
      : readSubscriptionPolicy(
          subscription.deliveryPolicy,
          subscription.rawMessageDelivery === true,
        );
  return {
    retry: { ...httpRetry, ...(own?.retry ?? ofTopic?.retry) },
    maxAgeMs: limit.sns.httpRetrySeconds * 1_000,
    maxReceivesPerSecond: own?.maxReceivesPerSecond ?? ofTopic?.maxReceivesPerSecond,
    contentType: own?.contentType ?? ofTopic?.contentType ?? plain,
  };
}

export const isHttp = (protocol: Protocol): boolean => protocol === 'http' || protocol === 'https';

const rulesOf = (protocol: Protocol): DeliveryRules =>
  protocol === 'sqs' || protocol === 'lambda'
    ? { retry: managedRetry, maxAgeMs: 23 * dayMs, contentType: plain }
    : { retry: mailRetry, maxAgeMs: dayMs / 4, contentType: plain };

/** As GetTopicAttributes shows what holds for HTTP. */
export function effectiveOfTopic(topic: Pick<Topic, 'deliveryPolicy'>): string {
  const { retry, maxReceivesPerSecond, contentType } = deliveryRules(topic, { protocol: 'http' });
  const { deliveryPolicy } = topic;
  return JSON.stringify({
    http: {
      defaultHealthyRetryPolicy: retry,
      disableSubscriptionOverrides:
        deliveryPolicy !== undefined && readTopicPolicy(deliveryPolicy).isFinal,
      ...(maxReceivesPerSecond !== undefined && {
        defaultThrottlePolicy: { maxReceivesPerSecond },
      }),
      defaultRequestPolicy: { headerContentType: contentType },
    },
  });
}

/** As GetSubscriptionAttributes does. */
export function effectiveOfSubscription(
  topic: Pick<Topic, 'deliveryPolicy'> | undefined,
  subscription: Subscription,
): string {
  const { retry, maxReceivesPerSecond, contentType } = deliveryRules(topic, subscription);
  return JSON.stringify({
    healthyRetryPolicy: retry,
    sicklyRetryPolicy: null,
    throttlePolicy: maxReceivesPerSecond === undefined ? null : { maxReceivesPerSecond },
    requestPolicy: { headerContentType: contentType },
    guaranteed: false,
  });
}
