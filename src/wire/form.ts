// Forms of the query protocols: `Filter.1.Value.2=x` becomes a tree of its dotted names. It knows
// no schema; what it refuses is what no operation could mean, and what it builds is bounded
// whatever the bytes say.

import { malformedForm } from './error-catalogue.ts';

/** One name on the way: it may hold a value, names below it, or both. */
export interface FormNode {
  value: string | undefined;
  /** A Map, so that names such as `__proto__` are names and nothing else. */
  children: Map<string, FormNode> | undefined;
}

/**
 * Far more than the largest request of any SDK: RunInstances with every member is some hundred
 * pairs, tags in bulk some thousand.
 */
const mostPairs = 10_000;
/** EC2's deepest shape takes twelve. */
const deepestName = 20;

/** Throws AwsError. Of a name given twice, the last value counts. */
export function parseForm(...texts: readonly string[]): FormNode {
  const root: FormNode = { value: undefined, children: undefined };
  let pairs = 0;
  for (const text of texts) {
    for (let from = 0; from < text.length;) {
      const and = text.indexOf('&', from);
      const to = and < 0 ? text.length : and;
      if (to > from) {
        if (++pairs > mostPairs)
          throw malformedForm(`The request has more than ${mostPairs} parameters`);
        addPair(root, text.slice(from, to));
      }
      from = to + 1;
    }
  }
  return root;
}

function addPair(root: FormNode, pair: string): void {
  const equals = pair.indexOf('=');
  const name = decode(equals < 0 ? pair : pair.slice(0, equals));
  const steps = name.split('.', deepestName + 1);
  if (steps.length > deepestName)
    throw malformedForm(`A parameter's name has more than ${deepestName} parts`);
  let node = root;
  for (const step of steps) {
    node.children ??= new Map();
    let child = node.children.get(step);
    if (child === undefined)
      node.children.set(step, (child = { value: undefined, children: undefined }));
    node = child;
  }
  node.value = equals < 0 ? '' : decode(pair.slice(equals + 1));
}

function decode(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text.toWellFormed();
  try {
    return decodeURIComponent(text.replaceAll('+', ' ')).toWellFormed();
  } catch {
    throw malformedForm('The request is not validly percent-encoded');
  }
}
