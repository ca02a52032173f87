// GetTrailStatus: since when a trail delivers, and how its last delivery went.

import type {
  GetTrailStatusCommandInput,
  GetTrailStatusCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import type { CloudTrailOperation } from './deps.ts';
import { foundTrail, onTrail } from './trail.ts';

export const getTrailStatus: CloudTrailOperation<
  GetTrailStatusCommandInput,
  GetTrailStatusCommandOutput
> = {
  authorizes: (input, context) => onTrail('GetTrailStatus', input.Name, context),

  async handle(deps, input, context) {
    const { delivery } = await foundTrail(deps, input.Name, context);
    const { isLogging, startedAtMs, stoppedAtMs, deliveredAtMs, failure, digest } = delivery;
    const triedAtMs = failure?.atMs ?? deliveredAtMs;
    return {
      IsLogging: isLogging,
      LatestDeliveryError: failure?.why,
      LatestDeliveryTime: dateOf(deliveredAtMs),
      LatestDigestDeliveryTime: dateOf(digest?.digestedAtMs),
      StartLoggingTime: dateOf(startedAtMs),
      StopLoggingTime: dateOf(stoppedAtMs),
      LatestDeliveryAttemptTime: textOf(triedAtMs),
      LatestDeliveryAttemptSucceeded: textOf(failure === undefined ? deliveredAtMs : undefined),
      LatestNotificationAttemptTime: '',
      LatestNotificationAttemptSucceeded: '',
      TimeLoggingStarted: textOf(startedAtMs),
      TimeLoggingStopped: textOf(stoppedAtMs),
    };
  },
};

const dateOf = (ms: number | undefined): Date | undefined =>
  ms === undefined ? undefined : new Date(ms);

const textOf = (ms: number | undefined): string =>
  ms === undefined ? '' : `${new Date(ms).toISOString().slice(0, 19)}Z`;
