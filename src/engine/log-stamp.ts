// The time stamp that container engines put before each line of output. It reads bytes and makes no
// text of what comes after the stamp.

const space = 32;

/** Nanoseconds do not fit a number: whole seconds since the epoch, and the rest. */
export interface Stamp {
  readonly seconds: number;
  readonly nanos: number;
}

export const isBefore = (a: Stamp, b: Stamp): boolean =>
  a.seconds < b.seconds || (a.seconds === b.seconds && a.nanos < b.nanos);

/** `2026-01-31T23:59:59`: what neighbouring lines mostly share. */
const secondsLength = 19;
const nanosLength = 9;

/**
 * Reads the stamp that begins an entry. Most lines share their second with the line before: it is
 * parsed once.
 */
export class StampReader {
  /** Where the entry's text begins, after the stamp and its space. */
  end = 0;
  #secondsText = Buffer.alloc(0);
  #seconds = 0;

  read(data: Buffer, from: number, end: number): Stamp {
    // The form that Docker always writes: 2026-01-31T23:59:59.000000000Z and a space.
    const fixedEnd = from + secondsLength + 1 + nanosLength + 1;
    if (fixedEnd < end && data[fixedEnd] === space && this.#sameSecond(data, from)) {
      let nanos = 0;
      for (let at = from + secondsLength + 1; at < fixedEnd - 1; at++)
        nanos = nanos * 10 + ((data[at] ?? 0) - 48);
      this.end = fixedEnd + 1;
      return { seconds: this.#seconds, nanos };
    }
    return this.#parse(data, from, end, fixedEnd);
  }

  #sameSecond(data: Buffer, from: number): boolean {
    const known = this.#secondsText;
    if (known.length === 0) return false;
    for (let index = secondsLength - 1; index >= 0; index--)
      if (known[index] !== data[from + index]) return false;
    return true;
  }

  /**
   * Any RFC 3339 stamp, of whatever fraction and zone. An entry without one counts as of the second
   * before it.
   */
  #parse(data: Buffer, from: number, end: number, fixedEnd: number): Stamp {
    const cut = data.indexOf(space, from);
    const text = cut >= from && cut < end ? data.toString('latin1', from, cut) : '';
    const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
    if (parts === null) {
      this.end = from;
      return { seconds: this.#seconds, nanos: 0 };
    }
    const [, whole = '', fraction = '', zone = 'Z'] = parts;
    this.#seconds = Date.parse(whole + zone) / 1000;
    // Only the fixed form may be compared as text.
    this.#secondsText =
      cut === fixedEnd && zone === 'Z' ? Buffer.from(whole, 'latin1') : Buffer.alloc(0);
    this.end = cut + 1;
    return { seconds: this.#seconds, nanos: Number(fraction.padEnd(nanosLength, '0')) };
  }
}
