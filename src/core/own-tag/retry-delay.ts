// The delay between a failed attempt and the next one: `30s`, or `30s..10m`, which backs off. It is
// drawn by the id of the attempt that failed, so that the same attempt always gives the same delay
// and many that failed together do not come back together.

import type { AttemptId } from '../../base/ids.ts';
import { limit } from '../limit.ts';

/** With both the same there is nothing to draw. */
export interface RetryDelay {
  readonly leastSeconds: number;
  readonly mostSeconds: number;
}

const secondsIn = { s: 1, m: 60, h: 3_600 } as const;
const time = String.raw`(\d{1,6})([smh])`;
const form = new RegExp(`^${time}(?:\\.\\.${time})?$`);

export const retryDelayForm = `a time such as 30s, 5m or 2h, or two of them such as 30s..10m, from the shorter to the longer, and at most ${limit.retryDelaySeconds / 3_600}h`;

/** Undefined: the text says no such thing. */
export function retryDelayOf(text: string): RetryDelay | undefined {
  const [, least, unit, most = least, mostUnit = unit] = form.exec(text) ?? [];
  const leastSeconds = secondsOf(least, unit);
  const mostSeconds = secondsOf(most, mostUnit);
  return leastSeconds <= mostSeconds && mostSeconds <= limit.retryDelaySeconds
    ? { leastSeconds, mostSeconds }
    : undefined;
}

const secondsOf = (digits: string | undefined, unit: string | undefined): number =>
  digits === undefined ? Number.NaN : Number(digits) * secondsIn[unit as keyof typeof secondsIn];

/**
 * From the end of the attempt, in milliseconds: at least the least, and at most twice that after
 * the first attempt, four times after the second and so on, but never more than the most.
 */
export function delayAfter(
  { leastSeconds, mostSeconds }: RetryDelay,
  { attemptId, number }: { readonly attemptId: AttemptId; readonly number: number },
): number {
  const least = leastSeconds * 1000;
  const most = Math.min(mostSeconds * 1000, least * 2 ** number);
  return least + (hashOf(attemptId) % (most - least + 1));
}

/** FNV-1a, of 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}
