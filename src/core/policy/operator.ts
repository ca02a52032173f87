// The operators of conditions: what each compares, and how. One value of the request is compared
// with all values of the policy: the operator holds where one of them matches, a negated one where
// none does. A value that is not of the operator's type matches nothing, negated or not, and is no
// reason to throw. Missing keys and keys with several values are the condition's affair.

import { blockContains, blockOf } from './address.ts';
import { instantOf } from './instant.ts';
import type { Context } from './context.ts';
import { arnPattern, textPattern, type Matcher } from './text-pattern.ts';

/** Whether a value of the request is what the operator asks for. */
type Test = (value: string, context: Context) => boolean;

/** How a statement is read. */
export interface Reading {
  /** Those of the version 2008-10-17 have no variables. */
  readonly hasVariables: boolean;
  /** Takes the names of the keys that are asked for, as they are written. */
  readonly keys: Set<string>;
}

interface Operator {
  readonly isNegated: boolean;
  /** What its values are; `presence` is Null's, which looks at no value of the request. */
  readonly takes: 'texts' | 'numbers' | 'dates' | 'booleans' | 'addresses' | 'presence';
  readonly test: (values: readonly string[], reading: Reading) => Test;
}

/** An operator with what stands around it, as conditions name it. */
export interface NamedOperator extends Operator {
  /** Without either, the request has one value. */
  readonly set: 'ForAllValues' | 'ForAnyValue' | undefined;
  readonly ifExists: boolean;
}

const nameForm = /^(?:(forallvalues|foranyvalue):)?(.+?)(ifexists)?$/;

/** Undefined where IAM has none of that name; case does not matter. */
export function operatorNamed(name: string): NamedOperator | undefined {
  const [, set, base = '', ifExists] = nameForm.exec(name.toLowerCase()) ?? [];
  const operator = operators.get(base);
  return operator === undefined
    ? undefined
    : {
        ...operator,
        set:
          set === undefined ? undefined : set === 'forallvalues' ? 'ForAllValues' : 'ForAnyValue',
        ifExists: ifExists !== undefined,
      };
}

/** Texts with patterns: variables have the request's values. */
function texts(pattern: (text: string, reading: Reading) => Matcher, isNegated = false): Operator {
  return {
    isNegated,
    takes: 'texts',
    test(values, reading) {
      const matchers = values.map((text) => pattern(text, reading));
      return (value, context) => matchers.some((matches) => matches(value, context)) !== isNegated;
    },
  };
}

interface Typed<T> {
  readonly takes: Operator['takes'];
  readonly parse: (text: string) => T | undefined;
  /** Whether a value of the request is what one of the policy asks for. */
  readonly matches: (given: T, asked: T) => boolean;
}

/** Values that are read before they are compared. */
function typed<T>({ takes, parse, matches }: Typed<T>, isNegated = false): Operator {
  return {
    isNegated,
    takes,
    test(values) {
      const asked = values.map(parse);
      if (isNegated && asked.includes(undefined)) return () => false;
      return (value) => {
        const given = parse(value);
        if (given === undefined) return false;
        return asked.some((other) => other !== undefined && matches(given, other)) !== isNegated;
      };
    },
  };
}

const numberForm = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,4})?$/i;
const numberOf = (text: string): number | undefined =>
  numberForm.test(text) ? Number(text) : undefined;
const numbers = (matches: Typed<number>['matches'], isNegated = false): Operator =>
  typed({ takes: 'numbers', parse: numberOf, matches }, isNegated);
const dates = (matches: Typed<number>['matches'], isNegated = false): Operator =>
  typed({ takes: 'dates', parse: instantOf, matches }, isNegated);
const addresses = (isNegated = false): Operator =>
  typed(
    { takes: 'addresses', parse: blockOf, matches: (given, asked) => blockContains(asked, given) },
    isNegated,
  );

const exact: typeof textPattern = (text, reading) => textPattern(text, reading);
const ignoringCase: typeof textPattern = (text, reading) =>
  textPattern(text, { ...reading, ignoresCase: true });
const like: typeof textPattern = (text, reading) =>
  textPattern(text, { ...reading, hasWildcards: true });

const isBoolean = (text: string): boolean => /^(?:true|false)$/i.test(text);
/** Variables may say what is asked for. */
const booleans: Operator = {
  isNegated: false,
  takes: 'booleans',
  test(values, reading) {
    const matchers = values.map((text) => ignoringCase(text, reading));
    return (value, context) =>
      isBoolean(value) && matchers.some((matches) => matches(value, context));
  },
};

const base64Form = /^(?:[0-9A-Za-z+/]{4})*(?:[0-9A-Za-z+/]{2}==|[0-9A-Za-z+/]{3}=)?$/;

const equal = (given: number, asked: number): boolean => given === asked;
const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    StringEquals: texts(exact),
    StringNotEquals: texts(exact, true),
    StringEqualsIgnoreCase: texts(ignoringCase),
    StringNotEqualsIgnoreCase: texts(ignoringCase, true),
    StringLike: texts(like),
    StringNotLike: texts(like, true),
    NumericEquals: numbers(equal),
    NumericNotEquals: numbers(equal, true),
    NumericLessThan: numbers((given, asked) => given < asked),
    NumericLessThanEquals: numbers((given, asked) => given <= asked),
    NumericGreaterThan: numbers((given, asked) => given > asked),
    NumericGreaterThanEquals: numbers((given, asked) => given >= asked),
    DateEquals: dates(equal),
    DateNotEquals: dates(equal, true),
    DateLessThan: dates((given, asked) => given < asked),
    DateLessThanEquals: dates((given, asked) => given <= asked),
    DateGreaterThan: dates((given, asked) => given > asked),
    DateGreaterThanEquals: dates((given, asked) => given >= asked),
    Bool: booleans,
    // Both sides are base64 of the bytes that are compared.
    BinaryEquals: typed({
      takes: 'texts',
      parse: (text) => (base64Form.test(text) ? text : undefined),
      matches: (given: string, asked) => given === asked,
    }),
    IpAddress: addresses(),
    NotIpAddress: addresses(true),
    ArnEquals: texts(arnPattern),
    ArnLike: texts(arnPattern),
    ArnNotEquals: texts(arnPattern, true),
    ArnNotLike: texts(arnPattern, true),
    Null: {
      isNegated: false,
      takes: 'presence',
      test: (values) => (isNull) => values.some((value) => value.toLowerCase() === isNull),
    } satisfies Operator,
  }).map(([name, operator]) => [name.toLowerCase(), operator]),
);
