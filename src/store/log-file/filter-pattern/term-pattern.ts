// Patterns of terms: `ERROR timeout` (all), `?ERROR ?WARN` (any), `ERROR -retry` (without), "exact
// phrase", %regex%. Terms are found anywhere in a message, in their own case. Beside other terms
// those with a question mark have no effect, as in AWS (CloudWatch Logs user guide, "Using filter
// patterns to match terms in unstructured log events").

import type { LinearRegex } from './linear-regex.ts';
import type { Matcher } from './matcher.ts';
import { Scanner } from './scanner.ts';

type Term = string | LinearRegex;
const word = /[^\s"]+/y;

export function parseTerms(text: string): Matcher {
  const scanner = new Scanner(text);
  const all: Term[] = [];
  const any: Term[] = [];
  const none: Term[] = [];
  for (scanner.skipSpace(); !scanner.atEnd; scanner.skipSpace()) {
    const into = scanner.take('?') ? any : scanner.take('-') ? none : all;
    into.push(term(scanner));
  }
  const alternatives = all.length === 0 && none.length === 0 ? any : [];
  const phrases = all.filter((one) => typeof one === 'string').sort((a, b) => b.length - a.length);
  return {
    matches: (message) =>
      all.every((one) => contains(message, one)) &&
      !none.some((one) => contains(message, one)) &&
      (alternatives.length === 0 || alternatives.some((one) => contains(message, one))),
    needle:
      phrases[0] ??
      (alternatives.length === 1 && typeof alternatives[0] === 'string'
        ? alternatives[0]
        : undefined),
  };
}

function term(scanner: Scanner): Term {
  if (scanner.peek() === '%') return scanner.regex();
  const found = scanner.peek() === '"' ? scanner.quoted() : scanner.match(word);
  if (!found) throw scanner.fail('expected a term');
  return found;
}

const contains = (message: string, one: Term): boolean =>
  typeof one === 'string' ? message.includes(one) : one.test(message);
