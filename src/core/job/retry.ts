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

/**
 * An asterisk stands for any text: at the end alone, but for the rules of service jobs. What is
 * between two is found where it first stands, so that a pattern costs what it is long.
 */
function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
