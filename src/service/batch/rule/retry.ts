// Retry strategies, those of definitions and of submissions alike: forms and ranges. What they
// decide is core's (core/job/retry.ts).

import type { EvaluateOnExit, RetryStrategy } from '@aws-sdk/client-batch';
import { limit, type Limits } from '../../../core/limit.ts';
import { integerIn, lengthIn, matches } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';

const patternLength = 512;
const textPattern = /^[0-9A-Za-z.:\s]*\*?$/;
const codePattern = /^[0-9]*\*?$/;

/** Checked, and its actions in the lower case in which AWS gives them back. */
export function checkRetryStrategy(
  strategy: RetryStrategy | undefined,
  limits: Limits,
): RetryStrategy | undefined {
  if (strategy === undefined) return undefined;
  const { attempts, evaluateOnExit } = strategy;
  integerIn(attempts, 1, limits.attempts, 'retryStrategy.attempts');
  if (evaluateOnExit === undefined) return strategy;
  lengthIn(evaluateOnExit, 0, limit.evaluateOnExitRules, 'retryStrategy.evaluateOnExit');
  if (evaluateOnExit.length > 0 && attempts === undefined)
    throw invalid('retryStrategy.attempts must be specified where evaluateOnExit is');
  return { ...strategy, evaluateOnExit: evaluateOnExit.map(checkRule) };
}

function checkRule(rule: EvaluateOnExit): EvaluateOnExit {
  const where = 'retryStrategy.evaluateOnExit';
  const action = rule.action?.toLowerCase();
  if (action !== 'retry' && action !== 'exit')
    throw invalid(`${where}.action must be RETRY or EXIT; it is '${rule.action}'`);
  for (const member of ['onStatusReason', 'onReason', 'onExitCode'] as const) {
    lengthIn(rule[member], 0, patternLength, `${where}.${member}`);
  }
  const textExplained =
    'letters, digits, periods, colons and white space, with an asterisk at most at the end';
  matches(rule.onStatusReason, textPattern, `${where}.onStatusReason`, textExplained);
  matches(rule.onReason, textPattern, `${where}.onReason`, textExplained);
  matches(
    rule.onExitCode,
    codePattern,
    `${where}.onExitCode`,
    'digits, with an asterisk at most at the end',
  );
  if (!rule.onStatusReason && !rule.onReason && !rule.onExitCode)
    throw invalid(
      'EvaluateOnExit should contain at least one of onExitCode, onReason or onStatusReason',
    );
  return { ...rule, action: action as EvaluateOnExit['action'] };
}
