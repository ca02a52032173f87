// The filter policy of a subscription: what SNS takes, and the values of a message that it is asked
// about. Its grammar is that of event patterns but for what is said here; the same automaton
// matches both.

import { BadPattern } from '../../../core/event-pattern/json-reader.ts';
import { jsonFields, type Fields, type Leaf } from '../../../core/event-pattern/fields.ts';
import { parsePattern } from '../../../core/event-pattern/parse.ts';
import type { Pattern } from '../../../core/event-pattern/compile.ts';
import { limit } from '../../../core/limit.ts';
import { invalidParameter } from '../error.ts';
import { isObject } from '../json.ts';
import type { SubscriptionSettings } from '../resources.ts';
import type { MessageAttributes } from './message-attribute.ts';

export type FilterScope = NonNullable<SubscriptionSettings['filterPolicyScope']>;

const attribute = 'FilterPolicy';

/** Throws InvalidParameter for what SNS does not take. */
export function readFilterPolicy(text: string, scope: FilterScope): Pattern {
  if (Buffer.byteLength(text) > limit.sns.filterPolicyBytes)
    throw invalidParameter(`${attribute}: Filter policy is too large`);
  // What lies deeper counts for more than all combinations may.
  if (depthOf(text) > limit.sns.filterPolicyCombinations + 2) throw tooComplex();
  try {
    const pattern = { text, alternatives: parsePattern(text) };
    assertSimple(text, scope);
    return pattern;
  } catch (error) {
    if (!(error instanceof BadPattern)) throw error;
    throw invalidParameter(`${attribute}: ${error.message}`);
  }
}

/** The text is a pattern: an object of objects and of lists that are not empty. */
function assertSimple(text: string, scope: FilterScope): void {
  const policy = JSON.parse(text) as Readonly<Record<string, unknown>>;
  if (scope === 'MessageAttributes' && isNested(policy))
    throw invalidParameter(
      `${attribute}: Filter policy scope MessageAttributes does not support nested filter policy`,
    );
  if (keysOf(policy).size > limit.sns.filterPolicyKeys)
    throw invalidParameter(
      `${attribute}: Filter policy can not have more than ${limit.sns.filterPolicyKeys} keys`,
    );
  if (combinationsOf(policy, 1) > limit.sns.filterPolicyCombinations) throw tooComplex();
}

const tooComplex = (): Error => invalidParameter(`${attribute}: Filter policy is too complex`);

/** Of brackets within brackets, whatever stands in texts. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [mark] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/gs))
    if (mark === '{' || mark === '[') deepest = Math.max(deepest, ++depth);
    else if (mark === '}' || mark === ']') depth--;
  return deepest;
}

/** The objects of `$or` stand beside each other, on the level where it stands. */
const alternativesOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const isNested = (policy: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(policy).some(([name, value]) =>
    name === '$or'
      ? alternativesOf(value).some((one) => isObject(one) && isNested(one))
      : isObject(value),
  );

function keysOf(policy: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const [name, value] of Object.entries(policy))
    if (name !== '$or') keys.add(name);
    else
      for (const one of alternativesOf(value))
        if (isObject(one)) for (const key of keysOf(one)) keys.add(key);
  return keys;
}

/** The numbers of values, each times how deep its key is nested, multiplied (developer guide). */
function combinationsOf(policy: Readonly<Record<string, unknown>>, level: number): number {
  let product = 1;
  for (const [name, value] of Object.entries(policy))
    if (name === '$or') {
      const all = alternativesOf(value).map((one) =>
        isObject(one) ? combinationsOf(one, level) : 1,
      );
      product *= all.reduce((sum, one) => sum + one, 0);
    } else if (isObject(value)) product *= combinationsOf(value, level + 1);
    else product *= alternativesOf(value).length * level;
  return product;
}

/** A message's attributes, as policies of their scope see them. */
export function attributeFields(attributes: MessageAttributes): Fields {
  return (path) => {
    const found = Object.hasOwn(attributes, path) ? attributes[path] : undefined;
    return found === undefined ? [] : leavesOf(found);
  };
}

/** Of AWS's types only these are looked at; a custom label changes nothing. */
function leavesOf({ type, text }: MessageAttributes[string]): readonly Leaf[] {
  if (type === 'String.Array') return elementsOf(text);
  if (/^String(?:\.|$)/.test(type)) return [{ value: text }];
  return /^Number(?:\.|$)/.test(type) ? [{ value: Number(text) }] : [];
}

function elementsOf(text: string): readonly Leaf[] {
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch {
    return [];
  }
  return alternativesOf(values).flatMap((value) =>
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    value === null
      ? [{ value }]
      : [],
  );
}

/** A message's body, as policies of that scope see it; undefined where it is no object of JSON. */
export function bodyFields(message: string): Fields | undefined {
  if (!/^\s*\{/.test(message)) return undefined;
  try {
    return jsonFields(JSON.parse(message) as object);
  } catch {
    return undefined;
  }
}
