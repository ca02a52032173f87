// What a request says of condition keys, gathered so that conditions can ask: by names in any case.
// Names that differ in case alone are one key, which has the values of all.

/** One value that goes by several names, of which a policy may know any. Never empty. */
export interface Names {
  readonly names: readonly string[];
}

/** Undefined, or an empty list: nothing. */
type Given = string | readonly string[] | Names | undefined;

/** What a request says of a condition key, whose name is given in lower case. */
export type Context = (key: string) => Given;

export const isNames = (given: Given): given is Names =>
  typeof given === 'object' && 'names' in given;

/** An empty text is a value, an empty list is none. */
export const isMissing = (given: Given): given is undefined | readonly [] =>
  given === undefined || (typeof given === 'object' && 'length' in given && given.length === 0);

const listOf = (given: Given): readonly string[] =>
  given === undefined
    ? []
    : typeof given === 'string'
      ? [given]
      : isNames(given)
        ? given.names
        : given;

/** Of entries by key, such as an operation's conditions; what is undefined is not there. */
export function contextOf(entries: Iterable<readonly [key: string, value: Given]>): Context {
  const values = new Map<string, Given>();
  /** Those of names that came more than once: they grow in place, however many there are. */
  const lists = new Map<string, string[]>();
  for (const [key, value] of entries) {
    if (value === undefined) continue;
    const name = key.toLowerCase();
    const there = values.get(name);
    if (there === undefined) {
      values.set(name, value);
      continue;
    }
    const list = lists.get(name) ?? [...listOf(there)];
    for (const one of listOf(value)) list.push(one);
    lists.set(name, list);
    values.set(name, list);
  }
  return (key) => values.get(key);
}
