// What a request says of condition keys, gathered so that conditions can ask: by names in any case.
// Names that differ in case alone are one key, which has the values of all.

/**
 * What a request says of a condition key, whose name is given in lower case; undefined, or an empty
 * list, where it says nothing.
 */
export type Context = (key: string) => string | readonly string[] | undefined;

/** Of entries by key, such as an operation's conditions; what is undefined is not there. */
export function contextOf(
  entries: Iterable<readonly [key: string, value: string | readonly string[] | undefined]>,
): Context {
  const values = new Map<string, string | readonly string[]>();
  for (const [key, value] of entries) {
    if (value === undefined) continue;
    const name = key.toLowerCase();
    const there = values.get(name);
    values.set(name, there === undefined ? value : [there, value].flat());
  }
  return (key) => values.get(key);
}
