// Retry strategies of service jobs: forms and ranges. What they decide is core's
// (core/job/retry.ts).

import type { ServiceJobEvaluateOnExit, ServiceJobRetryStrategy } from '@aws-sdk/client-batch';
import { limit, type Limits } from '../../../core/limit.ts';
import { given, integerIn, lengthIn } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';

const patternLength = 512;

/** Checked, and its actions in AWS's upper case; clients send them in any. */
export function checkServiceRetry(
  strategy: ServiceJobRetryStrategy | undefined,
  limits: Limits,
): ServiceJobRetryStrategy | undefined {
  if (strategy === undefined) return undefined;
  const { attempts, evaluateOnExit = [] } = strategy;
  integerIn(
    given(attempts, 'retryStrategy.attempts'),
    1,
    limits.attempts,
    'retryStrategy.attempts',
  );
  lengthIn(evaluateOnExit, 0, limit.evaluateOnExitRules, 'retryStrategy.evaluateOnExit');
  return { attempts, evaluateOnExit: evaluateOnExit.map(checkRule) };
}

function checkRule({ action, onStatusReason }: ServiceJobEvaluateOnExit): ServiceJobEvaluateOnExit {
  const where = 'retryStrategy.evaluateOnExit';
  const said = action?.toUpperCase();
  if (said !== 'RETRY' && said !== 'EXIT')
    throw invalid(`${where}.action must be RETRY or EXIT; it is '${action}'`);
  if (!onStatusReason) throw invalid(`${where}.onStatusReason must be provided`);
  lengthIn(onStatusReason, 1, patternLength, `${where}.onStatusReason`);
  return { action: said, onStatusReason };
}
