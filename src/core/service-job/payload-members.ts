// Reads the members of an object that came as JSON, one by one and each with its bounds, and notes
// the first thing that is wrong with any of them, by its path. What nobody reads is refused in the
// end: an object is never more than was read of it. Pure.

/** The first thing that is wrong, in words; absent: nothing is. */
export interface Problems {
  first?: string;
}

/** What clients send for "nothing is said": an off switch, an empty value, and objects of these. */
const saysNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === 0 ||
  value === '' ||
  (typeof value === 'object' && Object.values(value).every(saysNothing));

export class PayloadMembers {
  readonly #problems: Problems;
  readonly #at: string;
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();

  /** `at`: its path, empty for the whole. */
  constructor(problems: Problems, value: unknown, at = '') {
    this.#problems = problems;
    this.#at = at;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject) this.#note('', 'must be an object');
    this.#members = isObject ? (value as Record<string, unknown>) : {};
  }

  /** Whether anything is said of it. */
  has(name: string): boolean {
    return !saysNothing(this.#get(name));
  }

  text(name: string, most: number, form = /^/, explained = ''): string | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value.length > most || value.includes('\0'))
      return this.#note(name, `must be a text of at most ${most} characters, without NUL`);
    return form.test(value) ? value : this.#note(name, `must be ${explained}`);
  }

  needed(name: string, most: number, form?: RegExp, explained?: string): string {
    if (this.#get(name) === undefined) this.#note(name, 'must be provided');
    return this.text(name, most, form, explained) ?? '';
  }

  integer(name: string, low: number, high: number): number | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < low || value > high)
      return this.#note(name, `must be a whole number from ${low} to ${high}`);
    return value;
  }

  neededInteger(name: string, low: number, high: number): number {
    if (this.#get(name) === undefined) this.#note(name, 'must be provided');
    return this.integer(name, low, high) ?? low;
  }

  flag(name: string): boolean {
    const value = this.#get(name);
    if (value === undefined || typeof value === 'boolean') return value ?? false;
    this.#note(name, 'must be true or false');
    return false;
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    return (
      values.find((one) => one === value) ?? this.#note(name, `must be one of ${values.join(', ')}`)
    );
  }

  texts(name: string, most: number, length: number): readonly string[] | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    const isTexts =
      Array.isArray(value) &&
      value.length <= most &&
      value.every((one) => typeof one === 'string' && one.length <= length && !one.includes('\0'));
    return isTexts
      ? (value as string[])
      : this.#note(name, `must be at most ${most} texts of at most ${length} characters each`);
  }

  /** A map of texts. */
  map(name: string, most: number, keys: number | RegExp, values: number): Record<string, string> {
    const value = this.#get(name);
    if (value === undefined) return {};
    const isKey = (key: string): boolean =>
      typeof keys === 'number' ? key.length <= keys && !key.includes('\0') : keys.test(key);
    const entries =
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value)
        : [];
    const isMap =
      typeof value === 'object' &&
      !Array.isArray(value) &&
      entries.length <= most &&
      entries.every(
        ([key, text]: [string, unknown]) =>
          isKey(key) && typeof text === 'string' && text.length <= values && !text.includes('\0'),
      );
    if (!isMap)
      this.#note(name, `must be a map of at most ${most} texts of at most ${values} characters`);
    return isMap ? Object.fromEntries(entries) : {};
  }

  /** One without members where it is not given. */
  object(name: string): PayloadMembers {
    return new PayloadMembers(this.#problems, this.#get(name) ?? {}, this.#path(name));
  }

  neededObject(name: string): PayloadMembers {
    if (this.#get(name) === undefined) this.#note(name, 'must be provided');
    return this.object(name);
  }

  list(name: string, most: number): readonly PayloadMembers[] {
    const value = this.#get(name) ?? [];
    if (!Array.isArray(value) || value.length > most) {
      this.#note(name, `must be a list of at most ${most} entries`);
      return [];
    }
    return value.map(
      (one, index) => new PayloadMembers(this.#problems, one, `${this.#path(name)}[${index}]`),
    );
  }

  /** What is not to be had here, unless nothing is said by it. */
  refuse(name: string, why: string): void {
    if (!saysNothing(this.#get(name))) this.#note(name, `is not supported by Longshore: ${why}`);
  }

  /** Everything has been read: what was not is no member. */
  close(): void {
    for (const name of Object.keys(this.#members))
      if (!this.#read.has(name)) this.#note(name.slice(0, 64), 'is not known');
  }

  #get(name: string): unknown {
    this.#read.add(name);
    return Object.hasOwn(this.#members, name) ? (this.#members[name] ?? undefined) : undefined;
  }

  #path(name: string): string {
    return [this.#at, name].filter((part) => part !== '').join('.');
  }

  #note(name: string, what: string): undefined {
    this.#problems.first ??= `${this.#path(name) || 'it'} ${what}`;
  }
}
