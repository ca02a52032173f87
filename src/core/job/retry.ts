// Whether a failed attempt is followed by another (user guide, chapter Job Retries): attempts that
// are left, and `evaluateOnExit`. Pure; of stops and timeouts, which are never retried, the caller
// knows.

import type { EndedAttempt } from './attempt.ts';
import type { JobTerms, RetryRule } from './terms.ts';

/** `attempts` are all that failed, the one in question last. */
export function isRetried(terms: JobTerms, attempts: readonly EndedAttempt[]): boolean {
  const counted = attempts.filter((attempt) => !attempt.free).length;
  if (counted >= (terms.retry?.attempts ?? 1)) return false;
  const last = attempts.at(-1);
  return last === undefined || decidingRule(terms, last)?.action !== 'exit';
}

/** The first rule of which all conditions hold; where there is none, a retry is the answer. */
export const decidingRule = (terms: JobTerms, attempt: EndedAttempt): RetryRule | undefined =>
  terms.retry?.rules.find((rule) => holds(rule, attempt));

/**
 * A condition that is not given is none. An attempt without an exit code meets no `onExitCode`;
 * reasons may be empty.
 */
function holds(
  { onExitCode, onReason, onStatusReason }: RetryRule,
  attempt: EndedAttempt,
): boolean {
  if (
    onExitCode !== undefined &&
    (attempt.exitCode === undefined || !matches(onExitCode, String(attempt.exitCode)))
  )
    return false;
  if (onReason !== undefined && !matches(onReason, attempt.containerReason ?? '')) return false;
  return onStatusReason === undefined || matches(onStatusReason, attempt.statusReason ?? '');
}

/** Literal, or its beginning where the pattern ends in an asterisk. */
const matches = (pattern: string, text: string): boolean =>
  pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
