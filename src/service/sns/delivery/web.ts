// A message to an endpoint of HTTP: the request that SNS makes of it, and what the answer means
// (developer guide, "HTTP/HTTPS headers" and "Amazon SNS message delivery retries").

import type { DeliveryFailure } from '../../../port/delivery.ts';
import type { HttpAnswer, HttpFailure, HttpRequest } from '../../../port/http-sender.ts';
import { failedForGood, failedOnce } from '../../delivery/failure.ts';
import type { Notice } from '../publish/envelope.ts';
import { decoded } from '../subscription/endpoint.ts';
import type { Document } from './document.ts';

const timeoutMs = 15_000;

interface WebMessage {
  readonly notice: Notice;
  /** Whole, with its password. */
  readonly endpoint: string;
  readonly subscriptionArn: string;
  readonly contentType: string;
  /** Undefined: the message goes out as it is. */
  readonly document: Document | undefined;
}

export function requestOf(message: WebMessage): HttpRequest {
  const { notice, endpoint, subscriptionArn, contentType, document } = message;
  const url = new URL(endpoint);
  const credentials = credentialsIn(url);
  url.username = '';
  url.password = '';
  url.hash = '';
  const headers: [string, string][] = [
    ['Content-Type', contentType],
    ['User-Agent', 'Amazon Simple Notification Service Agent'],
    ['x-amz-sns-message-type', notice.type],
    ['x-amz-sns-message-id', notice.messageId],
    ['x-amz-sns-topic-arn', notice.topicArn],
  ];
  // Before it is confirmed a subscription has no ARN for its endpoint.
  if (notice.type !== 'SubscriptionConfirmation')
    headers.push(['x-amz-sns-subscription-arn', subscriptionArn]);
  if (document === undefined) headers.push(['x-amz-sns-rawdelivery', 'true']);
  if (credentials !== undefined) headers.push(['Authorization', credentials]);
  return {
    method: 'POST',
    url,
    headers,
    body: document === undefined ? (notice.text ?? '') : JSON.stringify(document, null, 2),
    timeoutMs,
  };
}

function credentialsIn({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const text = `${decoded(username)}:${decoded(password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

/** Undefined: it has arrived. */
export function failureOfAnswer(answer: HttpAnswer | HttpFailure): DeliveryFailure | undefined {
  if ('failure' in answer)
    return answer.failure === 'forbidden' || answer.failure === 'unsendable'
      ? failedForGood('INVALID_PARAMETER', answer.message)
      : failedOnce(answer.failure === 'timeout' ? 'TIMEOUT' : 'CONNECTION_FAILURE', answer.message);
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const message = `The endpoint answered ${status}`;
  if (status === 429) return failedOnce('THROTTLING', message);
  // Whatever is the client's fault stays so; redirects are not followed.
  return status < 200 || status >= 500
    ? failedOnce('ERROR_FROM_TARGET', message)
    : failedForGood('ERROR_FROM_TARGET', message);
}
