// JSON patterns: `{ ($.user.id = 1) && ($.items[0] != "x*") || $.error IS TRUE }`. A message that
// is not a JSON object or array never matches, and neither does a comparison with a property that
// is not there (CloudWatch Logs user guide, "Using filter patterns to match terms in JSON log
// events"). `&&` binds closer than `||`.

import { parseComparison } from './comparison.ts';
import type { Matcher } from './matcher.ts';
import { Scanner } from './scanner.ts';

type Condition = (root: unknown) => boolean;
/** A property's name, an array's place, or every property or place. */
type Step = { readonly name: string } | { readonly index: number } | { readonly every: true };

const identifier = /[\p{L}\p{N}_@-]+/uy;
const digits = /\d+/y;
/** Bounds the parser's own recursion. */
const deepest = 50;

export function parseJsonPattern(text: string): Matcher {
  const scanner = new Scanner(text);
  scanner.expect('{');
  const condition = either(scanner, 0);
  scanner.skipSpace();
  scanner.expect('}');
  scanner.skipSpace();
  if (!scanner.atEnd) throw scanner.fail("nothing may follow '}'");
  return {
    matches(message) {
      const start = message.trimStart().charAt(0);
      if (start !== '{' && start !== '[') return false;
      try {
        return condition(JSON.parse(message));
      } catch {
        // Not JSON: most lines of most jobs are not.
        return false;
      }
    },
  };
}

function either(scanner: Scanner, depth: number): Condition {
  const parts = [both(scanner, depth)];
  for (scanner.skipSpace(); scanner.take('||'); scanner.skipSpace())
    parts.push(both(scanner, depth));
  return parts.length === 1 ? (parts[0] as Condition) : (root) => parts.some((part) => part(root));
}

function both(scanner: Scanner, depth: number): Condition {
  const parts = [single(scanner, depth)];
  for (scanner.skipSpace(); scanner.take('&&'); scanner.skipSpace())
    parts.push(single(scanner, depth));
  return parts.length === 1 ? (parts[0] as Condition) : (root) => parts.every((part) => part(root));
}

function single(scanner: Scanner, depth: number): Condition {
  scanner.skipSpace();
  if (scanner.take('(')) {
    if (depth >= deepest) throw scanner.fail('parentheses nest too deep');
    const inner = either(scanner, depth + 1);
    scanner.skipSpace();
    scanner.expect(')');
    return inner;
  }
  const steps = selector(scanner);
  scanner.skipSpace();
  const asked = state(scanner);
  if (asked !== undefined) return (root) => asked(valuesAt(root, steps));
  const comparison = parseComparison(scanner);
  if (comparison === undefined)
    throw scanner.fail('expected =, !=, <, >, <=, >=, IS, EXISTS or NOT EXISTS');
  return (root) => valuesAt(root, steps).some((value) => isScalar(value) && comparison(value));
}

/** `IS NULL`, `IS TRUE`, `IS FALSE`, `EXISTS`, `NOT EXISTS`. */
function state(scanner: Scanner): ((values: readonly unknown[]) => boolean) | undefined {
  if (scanner.match(/NOT\s+EXISTS\b/y)) return (values) => values.length === 0;
  if (scanner.match(/EXISTS\b/y)) return (values) => values.length > 0;
  const is = scanner.match(/IS\s+(NULL|TRUE|FALSE)\b/y);
  if (is === undefined) return undefined;
  const wanted = is.endsWith('NULL') ? null : is.endsWith('TRUE');
  return (values) => values.some((value) => value === wanted);
}

function selector(scanner: Scanner): readonly Step[] {
  if (!scanner.take('$')) throw scanner.fail("expected a property, which begins with '$'");
  const steps: Step[] = [];
  for (;;) {
    if (scanner.take('.')) {
      if (scanner.peek() === '[') continue;
      if (scanner.take('*')) steps.push({ every: true });
      else steps.push({ name: scanner.peek() === '"' ? scanner.quoted() : named(scanner) });
    } else if (scanner.take('[')) {
      steps.push(bracketed(scanner));
      scanner.expect(']');
    } else return steps;
  }
}

function named(scanner: Scanner): string {
  const name = scanner.match(identifier);
  if (name === undefined) throw scanner.fail("expected a property's name");
  return name;
}

function bracketed(scanner: Scanner): Step {
  if (scanner.take('*')) return { every: true };
  const name = scanner.peek() === '"' ? scanner.quoted() : scanner.match(/'[^']*'/y)?.slice(1, -1);
  if (name !== undefined) return { name };
  const index = scanner.match(digits);
  if (index === undefined) throw scanner.fail("expected a place in an array, a quoted name or '*'");
  return { index: Number(index) };
}

function valuesAt(root: unknown, steps: readonly Step[]): readonly unknown[] {
  let values: unknown[] = [root];
  for (const step of steps) values = values.flatMap((value) => take(value, step));
  return values;
}

function take(value: unknown, step: Step): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('every' in step) return Object.values(value);
  if ('index' in step)
    return Array.isArray(value) && step.index < value.length ? [value[step.index]] : [];
  return !Array.isArray(value) && Object.hasOwn(value, step.name)
    ? [(value as Record<string, unknown>)[step.name]]
    : [];
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
