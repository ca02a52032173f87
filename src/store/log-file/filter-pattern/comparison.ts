// A comparison of a value in a message with one in a pattern, as JSON patterns and space-delimited
// patterns share it.

import type { Scanner } from './scanner.ts';

type Operator = '=' | '!=' | '<' | '>' | '<=' | '>=';
const operators: readonly Operator[] = ['!=', '<=', '>=', '=', '<', '>'];
const bareValue = /[^\s"%&|(){}[\],=<>!]+/y;
const numberForm = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Asks a value of the message: text, number or boolean. */
export type Comparison = (value: string | number | boolean) => boolean;

/** Reads an operator and its value; undefined where no operator stands. */
export function parseComparison(scanner: Scanner): Comparison | undefined {
  const operator = operators.find((one) => scanner.take(one));
  if (operator === undefined) return undefined;
  scanner.skipSpace();
  if (scanner.peek() === '%') {
    const regex = scanner.regex();
    if (operator === '=') return (value) => regex.test(String(value));
    if (operator === '!=') return (value) => !regex.test(String(value));
    throw scanner.fail(`a regular expression cannot be compared by ${operator}`);
  }
  const isQuoted = scanner.peek() === '"';
  const text = isQuoted ? scanner.quoted() : scanner.match(bareValue);
  if (text === undefined) throw scanner.fail('expected a value');
  const number = !isQuoted && numberForm.test(text) ? Number(text) : undefined;
  if (operator === '=' || operator === '!=') {
    const equals =
      number === undefined
        ? glob(text)
        : (value: string | number | boolean) =>
            numberOf(value) === number || String(value) === text;
    return operator === '=' ? equals : (value) => !equals(value);
  }
  if (number === undefined)
    throw scanner.fail(`${operator} compares numbers only, but ${JSON.stringify(text)} is none`);
  return ordering(operator, number);
}

function ordering(operator: '<' | '>' | '<=' | '>=', bound: number): Comparison {
  return (value) => {
    const number = numberOf(value);
    if (number === undefined) return false;
    if (operator === '<') return number < bound;
    if (operator === '>') return number > bound;
    return operator === '<=' ? number <= bound : number >= bound;
  };
}

function numberOf(value: string | number | boolean): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && numberForm.test(value) ? Number(value) : undefined;
}

/** A text in which `*` stands for any characters. Takes time linear in the value's length. */
function glob(pattern: string): Comparison {
  const parts = pattern.split('*');
  const first = parts[0] as string;
  if (parts.length === 1) return (value) => String(value) === first;
  const last = parts.at(-1) as string;
  const inner = parts.slice(1, -1);
  return (value) => {
    const text = String(value);
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
      return false;
    let at = first.length;
    for (const part of inner) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= text.length - last.length;
  };
}
