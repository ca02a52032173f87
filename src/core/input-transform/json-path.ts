// The part of JSONPath that EventBridge takes: names by dots or in brackets, indexes and wildcards,
// from the root. What leads nowhere is absent, which is not an error; no filters, no functions.

import { refuse, type Refusal } from '../../base/refusal.ts';
import { limit } from '../limit.ts';

/** A name, an index, or all that there is. */
type Step = string | number | typeof all;
const all = Symbol('all');

export interface JsonPath {
  readonly steps: readonly Step[];
}

/** A step, from where it begins; the last alternative is what the API calls dot notation. */
const step =
  /\[\*\]|\.\*|\[(\d{1,9})\]|\['([^'\\]*)'\]|\["([^"\\]*)"\]|\.([^.[\]*'"\s][^.[\]*'"]*)/y;

/** As `$.detail.instance-id`, `$['detail-type']`, `$.resources[0]`, `$.detail.items[*].id`, `$`. */
export function parseJsonPath(text: string): JsonPath | Refusal {
  const steps: Step[] = [];
  // CDK writes `$.` for the whole event, and AWS takes it.
  const end = text === '$.' ? 1 : text.length;
  if (!text.startsWith('$')) return refuse('invalid', 'a path begins with $');
  if (text.length > limit.events.pathCharacters)
    return refuse('invalid', `a path has ${limit.events.pathCharacters} characters at the most`);
  for (let at = 1; at < end; at = step.lastIndex) {
    step.lastIndex = at;
    const found = step.exec(text);
    if (found === null)
      return refuse('invalid', `column ${at + 1}: neither .name, ['name'], [0] nor [*]`);
    const [, index, single, double, dotted] = found;
    steps.push(index === undefined ? (single ?? double ?? dotted ?? all) : Number(index));
  }
  return { steps };
}

/**
 * What stands there; undefined: nothing. A path with a wildcard gives a list of all that it finds,
 * be it empty.
 */
export function valueAt(path: JsonPath, root: unknown): unknown {
  let found: unknown[] = [root];
  let isList = false;
  for (const one of path.steps) {
    if (one === all) {
      isList = true;
      found = found.flatMap((value) =>
        typeof value === 'object' && value !== null ? Object.values(value) : [],
      );
    } else found = found.map((value) => member(value, one)).filter((value) => value !== undefined);
  }
  return isList ? found : found[0];
}

function member(value: unknown, name: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value))
    return typeof name === 'number' ? (value as unknown[])[name] : undefined;
  return typeof name === 'string' && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** The text at the path, as it stands in a header or a key; undefined: nothing is there. */
export function textAt(path: JsonPath, root: unknown): string | undefined {
  const value = valueAt(path, root);
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}
