// Filters of the Describe operations: a name, and values with * and ? of which one must match.
// Names that an operation does not know are refused, never ignored: a filter that does nothing
// shows what nobody asked for.

import type { Filter } from '@aws-sdk/client-ec2';
import { invalidValue, missing } from './error.ts';
import type { TagMap } from './resources.ts';
import { limit } from '../../core/limit.ts';

type Found = string | number | boolean | undefined;
/** What a filter of this name looks at. */
export type Filters<T> = Readonly<Record<string, (item: T) => Found | readonly Found[]>>;

/**
 * The items that all filters let pass. `tag:KEY`, `tag-key` and `tag-value` work for everything
 * that has tags.
 */
export function filtered<T>(
  items: readonly T[],
  given: readonly Filter[] | undefined,
  known: Filters<T>,
  tagsOf?: (item: T) => TagMap,
): readonly T[] {
  return (given ?? []).reduce<readonly T[]>((left, { Name: name, Values: values = [] }) => {
    if (name === undefined) throw missing('Filter.Name');
    if (values.length > limit.ec2.filterValues)
      throw invalidValue(`The filter '${name}' has more than ${limit.ec2.filterValues} values`);
    const look = lookOf(name, known, tagsOf);
    if (look === undefined) throw invalidValue(`The filter '${name}' is invalid`);
    const wanted = values.map(pattern);
    return left.filter((item) => {
      const found = look(item);
      const texts = (Array.isArray(found) ? (found as Found[]) : [found as Found])
        .filter((one) => one !== undefined)
        .map(String);
      return wanted.some((matches) => texts.some(matches));
    });
  }, items);
}

function lookOf<T>(
  name: string,
  known: Filters<T>,
  tagsOf: ((item: T) => TagMap) | undefined,
): Filters<T>[string] | undefined {
  if (tagsOf !== undefined) {
    if (name.startsWith('tag:'))
      return (item) => new Map(Object.entries(tagsOf(item))).get(name.slice('tag:'.length));
    if (name === 'tag-key') return (item) => Object.keys(tagsOf(item));
    if (name === 'tag-value') return (item) => Object.values(tagsOf(item));
  }
  return Object.hasOwn(known, name) ? known[name] : undefined;
}

/**
 * `*` is any text, `?` any character, `\` takes the next one as it is. Linear in the text, whatever
 * the pattern.
 */
function pattern(value: string): (text: string) => boolean {
  const steps = [...value.matchAll(/\\(.)|([*?])|(.)/gsu)].map(([, escaped, wild, plain]) => ({
    wild,
    text: escaped ?? plain,
  }));
  if (!steps.some(({ wild }) => wild !== undefined)) {
    const exact = steps.map(({ text }) => text).join('');
    return (text) => text === exact;
  }
  return (text) => {
    const characters = [...text];
    let step = 0;
    let at = 0;
    // Where the last star stood, and what it has swallowed so far.
    let star = -1;
    let swallowed = 0;
    while (at < characters.length) {
      const { wild, text: wanted } = steps[step] ?? {};
      if (wild === '*') {
        star = step++;
        swallowed = at;
      } else if (step < steps.length && (wild === '?' || wanted === characters[at])) {
        step++;
        at++;
      } else if (star >= 0) {
        step = star + 1;
        at = ++swallowed;
      } else return false;
    }
    return steps.slice(step).every(({ wild }) => wild === '*');
  };
}
