// Why something did not arrive, as dead letters tell it: what answers and errors of others mean in
// EventBridge's error codes, and whether another try may end otherwise. The codes are those of its
// user guide ("Using dead-letter queues"); errors of permissions and of what is not there are tried
// no more, as it says there.

import type { DeliveryFailure } from '../../port/delivery.ts';
import type { ElsewhereError } from '../../port/elsewhere.ts';

export const failedForGood = (code: string, message: string): DeliveryFailure => ({
  code,
  message,
  isFinal: true,
});

export const failedOnce = (
  code: string,
  message: string,
  retryAfterMs?: number,
): DeliveryFailure => ({ code, message, isFinal: false, retryAfterMs });

/** By the error's name, for services do not agree on statuses. */
const denied =
  /AccessDenied|NotAuthorized|Authorization|Unauthorized|Forbidden|UnrecognizedClient|InvalidClientToken|InvalidSignature|SignatureDoesNotMatch|InvalidAccessKeyId/i;
const notThere = /NotFound|NonExistent|DoesNotExist|NoSuch/i;
const throttled =
  /Throttl|TooManyRequests|ThroughputExceeded|SlowDown|LimitExceeded|RequestLimit|BandwidthLimit/i;
/** The operator's own credentials, which are renewed in time. */
const passing = /Expired|RequestTimeTooSkewed|ResourceConflict|ResourceNotReady/i;

/** What a call of a service elsewhere, or of one of our own, came to. */
export function failureOf({ code, message, status, isOfClient }: ElsewhereError): DeliveryFailure {
  const text = `${code}: ${message}`;
  if (isOfClient) return failedForGood('SDK_CLIENT_ERROR', text);
  if (throttled.test(code) || status === 429) return failedOnce('THROTTLING', text);
  if (status === undefined)
    return /Timeout|TIMEDOUT/i.test(code)
      ? failedOnce('TIMEOUT', text)
      : failedOnce(/Credentials/i.test(code) ? 'SDK_CLIENT_ERROR' : 'CONNECTION_FAILURE', text);
  if (status >= 500) return failedOnce('ERROR_FROM_TARGET', text);
  if (passing.test(code)) return failedOnce('ERROR_FROM_TARGET', text);
  if (denied.test(code) || status === 403) return failedForGood('NO_PERMISSIONS', text);
  if (notThere.test(code) || status === 404) return failedForGood('NO_RESOURCE', text);
  return failedForGood('INVALID_PARAMETER', text);
}
