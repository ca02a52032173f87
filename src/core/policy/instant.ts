// Points in time as conditions write them: ISO 8601 as W3C profiles it, down to the nanosecond and
// with any offset, or whole seconds since 1970. It asks no clock.

const dateForm =
  /^(-?\d{1,9})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:t(?:(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?)?(z|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const offsetForm = /^([+-])(\d{2}):?(\d{2})?$/;

/** What Java's clock can say, by which IAM bounds years. */
const years = { least: -292_275_054, most: 292_278_993 };
const mostSeconds = 9_223_372_036_854_775_807n;

/** Milliseconds since 1970, or undefined where the text is no point in time. */
export function instantOf(text: string): number | undefined {
  if (/^\d+$/.test(text))
    return text.length <= 19 && BigInt(text) <= mostSeconds ? Number(text) * 1000 : undefined;
  const [
    form,
    year = '',
    month = '1',
    day = '1',
    hour = '0',
    minute = '0',
    second = '0',
    part = '',
    zone,
  ] = dateForm.exec(text) ?? [];
  const offset = offsetMinutes(zone);
  // A number alone counts seconds; a year alone is told from it by its sign, or by what follows.
  if (form === undefined || offset === undefined) return undefined;
  const numbers = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = numbers;
  if (y < years.least || y > years.most || mo < 1 || mo > 12 || d < 1 || d > 31) return undefined;
  if (h > 23 || mi > 59 || s > 59) return undefined;
  const nanoseconds = Number(part.padEnd(9, '0'));
  const minutes = (daysSince1970(y, mo, d) * 24 + h) * 60 + mi - offset;
  return (minutes * 60 + s) * 1000 + nanoseconds / 1_000_000;
}

function offsetMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || zone.toLowerCase() === 'z') return 0;
  const [, sign = '', hours = '', minutes = '0'] = offsetForm.exec(zone) ?? [];
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** By the Gregorian calendar, counted from 1 March so that the leap day is a year's last. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const monthsSinceMarch = (month + 9) % 12;
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  const daysBefore = Math.floor((153 * monthsSinceMarch + 2) / 5);
  return y * 365 + leapDays + daysBefore + day - 1 - 719_468;
}
