// Space-delimited patterns: `[ip, user, ..., status = 4*, bytes > 1000]`. A message's fields are
// parted by spaces; a text in double quotes or square brackets is one field. Each name stands for
// one field, `...` for any number, so that a message with another number of fields does not match
// (CloudWatch Logs user guide, "… space-delimited log events").

import { parseComparison, type Comparison } from './comparison.ts';
import type { Matcher } from './matcher.ts';
import { Scanner } from './scanner.ts';

type Field = (value: string) => boolean;
const name = /[\p{L}\p{N}_@$.-]+/uy;
const anything: Field = () => true;

export function parseFieldPattern(text: string): Matcher {
  const scanner = new Scanner(text);
  scanner.expect('[');
  const before: Field[] = [];
  let after: Field[] | undefined;
  do {
    scanner.skipSpace();
    if (scanner.take('...')) {
      if (after !== undefined) throw scanner.fail('... may stand once only');
      after = [];
    } else (after ?? before).push(field(scanner));
    scanner.skipSpace();
  } while (scanner.take(','));
  scanner.expect(']');
  scanner.skipSpace();
  if (!scanner.atEnd) throw scanner.fail("nothing may follow ']'");
  return {
    matches(message) {
      const values = fieldsOf(message);
      const tail = after ?? [];
      const count = before.length + tail.length;
      if (after === undefined ? values.length !== count : values.length < count) return false;
      return (
        before.every((one, at) => one(values[at] as string)) &&
        tail.every((one, at) => one(values[values.length - tail.length + at] as string))
      );
    },
  };
}

/** A name alone, or comparisons of it joined by `&&` and `||`; an empty place is any field. */
function field(scanner: Scanner): Field {
  const alternatives: Comparison[][] = [[]];
  let known: string | undefined;
  for (;;) {
    scanner.skipSpace();
    const found = scanner.match(name);
    if (known !== undefined && found !== known)
      throw scanner.fail(`the conditions of one field must all name ${known}`);
    known = found;
    scanner.skipSpace();
    const comparison = parseComparison(scanner);
    if (comparison === undefined) {
      if (alternatives.length > 1 || (alternatives[0] as Comparison[]).length > 0)
        throw scanner.fail('expected a comparison');
      return anything;
    }
    (alternatives.at(-1) as Comparison[]).push(comparison);
    scanner.skipSpace();
    if (scanner.take('||')) alternatives.push([]);
    else if (!scanner.take('&&'))
      return (value) => alternatives.some((all) => all.every((one) => one(value)));
  }
}

const quote = 0x22;
const openingBracket = 0x5b;
const space = 0x20;

function fieldsOf(message: string): string[] {
  const fields: string[] = [];
  const { length } = message;
  for (let at = 0; at < length;) {
    const code = message.charCodeAt(at);
    // Whatever is not above a space parts fields: tabs and line ends too.
    if (code <= space) {
      at++;
      continue;
    }
    const closing =
      code === quote
        ? message.indexOf('"', at + 1)
        : code === openingBracket
          ? message.indexOf(']', at + 1)
          : -1;
    let end = closing;
    if (closing < 0) for (end = at + 1; end < length && message.charCodeAt(end) > space;) end++;
    fields.push(closing < 0 ? message.slice(at, end) : message.slice(at + 1, end));
    at = end + 1;
  }
  return fields;
}
