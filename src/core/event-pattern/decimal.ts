// Whether a number's text is the number that the machine has for it. Pure.

const form = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * A double holds the number that is written, to the digit: 0.1 and 1e3 are so, 12345678901234567 is
 * not.
 */
export function isExact(written: string): boolean {
  const value = Number(written);
  return Number.isFinite(value) && canonical(String(value)) === canonical(written);
}

/** Sign, digits without zeros at their ends, and where the point is. */
function canonical(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = form.exec(text) ?? [];
  const written = whole + fraction;
  const digits = written.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const point = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign}${significant}e${point}`;
}
