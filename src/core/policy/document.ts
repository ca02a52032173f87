// A policy document as it is written: which elements it has and what form they have, whatever kind
// of policy it is. What IAM demands of each kind beyond that is in identity-rules.ts and
// trust-rules.ts; what it means is in compile.ts. It never throws anything but BadPolicy.

import {
  BadJson,
  isList,
  isNumber,
  isObject,
  parseJson,
  type Json,
  type JsonObject,
} from './json.ts';
import { operatorNamed } from './operator.ts';

/** A document that cannot be; the message is IAM's sentence for MalformedPolicyDocument. */
export class BadPolicy extends Error {
  override name = 'BadPolicy';
}

export interface Document {
  readonly version: '2008-10-17' | '2012-10-17' | undefined;
  readonly statements: readonly StatementText[];
}

export interface StatementText {
  readonly sid: string | undefined;
  /** `Allow` or `Deny`, in whatever case it was written. */
  readonly effect: string;
  readonly principals: Except<PrincipalText> | undefined;
  readonly actions: Except<readonly string[]> | undefined;
  readonly resources: Except<readonly string[]> | undefined;
  readonly conditions: readonly ConditionText[];
}

/** What an element names, or all but that: NotAction, NotResource, NotPrincipal. */
export interface Except<T> {
  readonly isNot: boolean;
  readonly named: T;
}

/** `*`, or the names by type: `AWS`, `Service`, `Federated` … */
export type PrincipalText = '*' | ReadonlyMap<string, readonly string[]>;

export interface ConditionText {
  /** As it was written, e.g. `ForAnyValue:StringLikeIfExists`. */
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** How a kind of policy words what is wrong with a document's form. */
interface Words {
  readonly notJson: string;
  readonly syntax: string;
  readonly version: string;
  readonly noStatement: string;
  readonly emptyStatement: string;
  readonly noEffect: string;
  readonly unknownField: (name: string) => string;
  readonly effect: (given: string) => string;
}

const topElements = new Set(['Version', 'Id', 'Statement']);
const statementElements = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

/** Throws {@link BadPolicy}. */
export function readDocument(text: string, words: Words): Document {
  const top = topOf(text, words);
  known(top, topElements, words);
  const version = top.get('Version');
  if (version !== undefined && version !== '2008-10-17' && version !== '2012-10-17')
    throw new BadPolicy(words.version);
  const id = top.get('Id');
  if (id !== undefined && typeof id !== 'string') throw new BadPolicy(words.syntax);
  const given = top.get('Statement');
  if (given === undefined) throw new BadPolicy(words.noStatement);
  const statements = isList(given) ? given : [given];
  if (statements.length === 0) throw new BadPolicy(words.emptyStatement);
  return { version, statements: statements.map((one) => readStatement(one, words)) };
}

function topOf(text: string, words: Words): JsonObject {
  let top: Json;
  try {
    top = parseJson(text);
  } catch (error) {
    if (error instanceof BadJson) throw new BadPolicy(words.notJson, { cause: error });
    throw error;
  }
  return objectOf(top, words);
}

function readStatement(given: Json, words: Words): StatementText {
  const statement = objectOf(given, words);
  known(statement, statementElements, words);
  const sid = statement.get('Sid');
  if (sid !== undefined && typeof sid !== 'string') throw new BadPolicy(words.syntax);
  const effect = statement.get('Effect');
  if (effect === undefined) throw new BadPolicy(words.noEffect);
  if (typeof effect !== 'string') throw new BadPolicy(words.syntax);
  if (!/^(?:allow|deny)$/i.test(effect)) throw new BadPolicy(words.effect(effect));
  const read = <T>(name: string, of: (value: Json) => T) => either(statement, name, of, words);
  return {
    sid,
    effect,
    principals: read('Principal', (value) => principalsOf(value, words)),
    actions: read('Action', (value) => stringsOf(value, words)),
    resources: read('Resource', (value) => stringsOf(value, words)),
    conditions: conditionsOf(statement.get('Condition'), words),
  };
}

/** An element or its opposite, of which a statement has one. */
function either<T>(
  statement: JsonObject,
  name: string,
  of: (value: Json) => T,
  words: Words,
): Except<T> | undefined {
  const named = statement.get(name);
  const others = statement.get(`Not${name}`);
  if (named !== undefined && others !== undefined) throw new BadPolicy(words.syntax);
  if (named !== undefined) return { isNot: false, named: of(named) };
  return others === undefined ? undefined : { isNot: true, named: of(others) };
}

function principalsOf(value: Json, words: Words): PrincipalText {
  if (value === '*') return '*';
  return new Map([...objectOf(value, words)].map(([type, of]) => [type, stringsOf(of, words)]));
}

function conditionsOf(value: Json | undefined, words: Words): ConditionText[] {
  if (value === undefined) return [];
  return [...objectOf(value, words)].flatMap(([operator, of]) => {
    const keys = objectOf(of, words);
    // IAM takes an operator that it does not know where it says nothing.
    if (keys.size > 0 && operatorNamed(operator) === undefined) throw new BadPolicy(words.syntax);
    return [...keys].map(([key, values]) => ({ operator, key, values: valuesOf(values, words) }));
  });
}

function valuesOf(value: Json, words: Words): string[] {
  return (isList(value) ? value : [value]).map((one) => {
    if (typeof one === 'string') return one;
    if (typeof one === 'boolean') return String(one);
    if (isNumber(one)) return one.number;
    throw new BadPolicy(words.syntax);
  });
}

function stringsOf(value: Json, words: Words): string[] {
  return (isList(value) ? value : [value]).map((one) => {
    if (typeof one !== 'string') throw new BadPolicy(words.syntax);
    return one;
  });
}

function objectOf(value: Json, words: Words): JsonObject {
  if (!isObject(value)) throw new BadPolicy(words.syntax);
  return value;
}

function known(object: JsonObject, names: ReadonlySet<string>, words: Words): void {
  for (const name of object.keys())
    if (!names.has(name)) throw new BadPolicy(words.unknownField(name));
}
