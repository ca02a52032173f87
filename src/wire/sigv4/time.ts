// The times that signatures carry, e.g. `20150830T123600Z`, and whether one is near enough to now.
// It reads no clock.

import type { SignatureFault } from './fault.ts';

/** How far a client's clock may be off, either way; also how long a signed request may travel. */
const skewMinutes = 15;
const skewMs = skewMinutes * 60_000;

const basicForm = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const httpForm =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;

/** Milliseconds since the epoch; undefined where it is no time of this form. */
export function parseTime(text: string): number | undefined {
  const match = basicForm.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // The 31st of February would count on into March, and the year 99 is taken for 1999.
  return date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second
    ? date.getTime()
    : undefined;
}

/** The same of a `Date` header. */
export function parseHttpTime(text: string): number | undefined {
  const ms = httpForm.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

export const formatTime = (ms: number): string =>
  new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');

/**
 * Why a signature made at `signedMs` is not taken at `nowMs`; `lifeSeconds` is how long a presigned
 * request says that it is good for.
 */
export function timeFault(
  signedMs: number,
  lifeSeconds: number | undefined,
  nowMs: number,
): SignatureFault | undefined {
  if (signedMs > nowMs + skewMs)
    return {
      fault: 'untimely',
      message: `Signature not yet current: ${formatTime(signedMs)} is still later than ${formatTime(nowMs + skewMs)} (${formatTime(nowMs)} + ${skewMinutes} min.)`,
    };
  const lifeMs = lifeSeconds === undefined ? skewMs : lifeSeconds * 1_000;
  if (signedMs + lifeMs >= nowMs) return undefined;
  const span = lifeSeconds === undefined ? `${skewMinutes} min.` : `${lifeSeconds} sec.`;
  return {
    fault: lifeSeconds === undefined ? 'untimely' : 'request-expired',
    message: `Signature expired: ${formatTime(signedMs)} is now earlier than ${formatTime(nowMs - lifeMs)} (${formatTime(nowMs)} - ${span})`,
  };
}
