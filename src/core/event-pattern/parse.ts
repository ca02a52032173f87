// The grammar of event patterns, as EventBridge documents it and the matcher that AWS publishes
// (github.com/aws/event-ruler) reads it, with its words for what is wrong. What comes out is a list
// of alternatives, of which one must hold: `$or` is multiplied out here, up to AWS's limit.

import { limit } from '../limit.ts';
import { blockOf } from '../policy/address.ts';
import { isExact } from './decimal.ts';
import { BadPattern, JsonReader, type Token } from './json-reader.ts';
import { addressOf, fold, type AddressBlock, type ValueTest } from './value-test.ts';
import { parseWildcard } from './wildcard.ts';

/** What a pattern asks of one field: that a value of it passes one of the tests. */
export interface Condition {
  /**
   * The names that lead to the field, joined by dots: AWS does not tell a dot in a name from one.
   */
  readonly path: string;
  readonly tests: readonly ValueTest[];
}

/** More than `$or` may be multiplied out to. */
export class TooManyAlternatives extends BadPattern {
  override name = 'TooManyAlternatives';
}

/** The conditions read so far, the last first; alternatives share what they have in common. */
interface Step extends Condition {
  readonly before: Alternative;
}
type Alternative = Step | undefined;

/** Words that mean something in a condition, or may one day; none may name a field within `$or`. */
const reserved = new Set([
  ...['exactly', 'equals-ignore-case', 'prefix', 'suffix', 'anything-but', 'exists', 'wildcard'],
  ...['numeric', 'cidr', '=', '<', '<=', '>', '>=', 'regex', 'not-wildcard'],
  ...['not-equals-ignore-case', 'date-after', 'date-on-or-after', 'date-before'],
  ...['date-on-or-before', 'in-date-range', 'ip-address-in-range', 'ip-address-not-in-range'],
]);

/** Throws {@link BadPattern}. Takes time linear in the text and in what comes out. */
export function parsePattern(text: string): readonly (readonly Condition[])[] {
  return new Parser(text).pattern().map(conditionsOf);
}

/** By path; of a field that is named twice, what was said last. */
function conditionsOf(alternative: Alternative): Condition[] {
  const byPath = new Map<string, Condition>();
  for (let step = alternative; step !== undefined; step = step.before)
    if (!byPath.has(step.path)) byPath.set(step.path, step);
  return [...byPath.values()]
    .map(({ path, tests }) => ({ path, tests }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

class Parser {
  readonly #reader: JsonReader;
  /** Conditions made, over all alternatives: they are what a pattern costs. */
  #made = 0;

  constructor(text: string) {
    this.#reader = new JsonReader(text);
  }

  pattern(): readonly Alternative[] {
    if (this.#reader.next() !== 'object') throw this.#fault('Filter is not an object');
    const alternatives = this.#object(undefined, [], false);
    if (this.#reader.next() !== undefined)
      throw this.#fault('Nothing may stand behind the object that is the pattern');
    return alternatives;
  }

  #fault(reason: string): BadPattern {
    return this.#reader.fault(reason);
  }

  /** What the object asks beside what the alternatives asked before. */
  #object(
    path: string | undefined,
    before: readonly Alternative[],
    isWithinOr: boolean,
  ): readonly Alternative[] {
    let alternatives = before;
    let isEmpty = true;
    while (this.#reader.next() !== 'object-end') {
      isEmpty = false;
      const name = this.#reader.text();
      if (name === '$or') {
        alternatives = this.#or(path, alternatives);
        continue;
      }
      if (isWithinOr && reserved.has(name))
        throw this.#fault(`${name} is Ruler reserved fieldName which cannot be used inside $or.`);
      const inner = path === undefined ? name : `${path}.${name}`;
      const token = this.#reader.next();
      if (token === 'object') alternatives = this.#object(inner, alternatives, isWithinOr);
      else if (token === 'array') alternatives = this.#withTests(inner, alternatives);
      else throw this.#fault(`"${name}" must be an object or an array`);
    }
    if (isEmpty) throw this.#fault('Empty objects are not allowed');
    return alternatives;
  }

  #or(path: string | undefined, before: readonly Alternative[]): readonly Alternative[] {
    if (this.#reader.next() !== 'array')
      throw this.#fault('It must be an Array followed with $or.');
    const alternatives: Alternative[] = [];
    let objects = 0;
    for (let token = this.#reader.next(); token !== 'array-end'; token = this.#reader.next()) {
      objects++;
      if (token !== 'object')
        throw this.#fault('Only JSON object is allowed in array of $or relationship.');
      alternatives.push(...this.#object(path, before, true));
      if (alternatives.length > limit.eventPattern.alternatives)
        throw new TooManyAlternatives(
          `$or makes more than ${limit.eventPattern.alternatives} combinations`,
        );
    }
    if (objects < 2) throw this.#fault('There must have at least 2 Objects in $or relationship.');
    return alternatives;
  }

  #withTests(path: string, before: readonly Alternative[]): Alternative[] {
    const tests: ValueTest[] = [];
    for (let token = this.#reader.next(); token !== 'array-end'; token = this.#reader.next())
      tests.push(this.#test(token));
    if (tests.length === 0) throw this.#fault('Empty arrays are not allowed');
    const alternatives: readonly Alternative[] = before.length === 0 ? [undefined] : before;
    this.#made += alternatives.length;
    if (this.#made > limit.eventPattern.conditions)
      throw new TooManyAlternatives(
        `$or makes more than ${limit.eventPattern.conditions} conditions of all combinations`,
      );
    return alternatives.map((step) => ({ path, tests, before: step }));
  }

  #test(token: Token | undefined): ValueTest {
    switch (token) {
      case 'object':
        return this.#expression();
      case 'string': {
        const value = this.#reader.text();
        const block = addressOf(value);
        return block === undefined ? { is: 'equal', value } : { is: 'address', block };
      }
      case 'number':
        return { is: 'equal', value: Number(this.#reader.text()) };
      case 'true':
      case 'false':
        return { is: 'equal', value: token === 'true' };
      case 'null':
        return { is: 'equal', value: null };
      case 'array':
      case 'array-end':
      case 'object-end':
      case 'name':
      case undefined:
        throw this.#fault('Match value must be String, number, true, false, or null');
    }
  }

  /** `{"prefix": "a"}` and its like; the brace has been read. */
  #expression(): ValueTest {
    const operator = this.#nameOr('Match expression name not found');
    switch (operator) {
      case 'exactly':
        return this.#only({ is: 'equal', value: this.#string('exact match pattern') });
      case 'prefix':
      case 'suffix':
        return this.#affix(operator);
      case 'equals-ignore-case':
        return this.#only(ignoringCase(this.#string('equals-ignore-case match pattern')));
      case 'wildcard':
        return this.#only(this.#wildcard(this.#reader.next()));
      case 'numeric':
        if (this.#reader.next() !== 'array')
          throw this.#fault('Value of numeric must be an array.');
        return this.#only(this.#numeric(), tooManyElements);
      case 'exists': {
        const token = this.#reader.next();
        if (token !== 'true' && token !== 'false')
          throw this.#fault('exists match pattern must be either true or false.');
        return this.#only({ is: token === 'true' ? 'present' : 'absent' });
      }
      case 'cidr':
        return this.#only({
          is: 'address',
          block: cidrBlock(this.#string('prefix match pattern')),
        });
      case 'anything-but':
        return this.#anythingBut();
      default:
        throw this.#fault(`Unrecognized match type ${operator}`);
    }
  }

  #nameOr(reason: string): string {
    if (this.#reader.next() !== 'name') throw this.#fault(reason);
    return this.#reader.text();
  }

  #string(what: string, token = this.#reader.next()): string {
    if (token !== 'string') throw this.#fault(`${what} must be a string`);
    return this.#reader.text();
  }

  /** With which its object must end. */
  #only(test: ValueTest, otherwise = 'Only one key allowed in match expression'): ValueTest {
    if (this.#reader.next() !== 'object-end') throw this.#fault(otherwise);
    return test;
  }

  #affix(operator: 'prefix' | 'suffix'): ValueTest {
    const token = this.#reader.next();
    if (token !== 'object')
      return this.#only({ is: operator, text: this.#string(`${operator} match pattern`, token) });
    const title = operator === 'prefix' ? 'Prefix' : 'Suffix';
    const inner = this.#nameOr(`${title} expression name not found`);
    if (inner !== 'equals-ignore-case')
      throw this.#fault(`Unsupported ${operator} pattern: ${inner}`);
    const text = fold(this.#string('equals-ignore-case match pattern'));
    return this.#only(this.#only({ is: `${operator}-ignoring-case`, text }));
  }

  #wildcard(token: Token | undefined): ValueTest {
    const text = this.#string('wildcard match pattern', token);
    const wildcard = parseWildcard(text);
    if ('fault' in wildcard) throw this.#fault(wildcard.fault);
    return { is: 'wildcard', text, wildcard };
  }

  #anythingBut(): ValueTest {
    let token = this.#reader.next();
    if (token !== 'object') {
      const tests = this.#excluded(token, (one) => this.#excludedValue(one));
      if (tests.length === 0 || new Set(tests.map(typeOf)).size > 1)
        throw this.#fault(
          'Inside anything but list, either all values are number or string, mixed type is not supported',
        );
      return this.#only({ is: 'none-of', tests }, tooManyElements);
    }
    const operator = this.#nameOr('Anything-But expression name not found');
    const read = this.#excludedBy(operator);
    if (read === undefined) throw this.#fault(`Unsupported anything-but pattern: ${operator}`);
    token = this.#reader.next();
    const tests = this.#excluded(token, read);
    return this.#only(this.#only({ is: 'none-of', tests }, tooManyElements), tooManyElements);
  }

  #excluded(
    token: Token | undefined,
    read: (token: Token | undefined) => ValueTest,
  ): readonly ValueTest[] {
    if (token === 'string' || token === 'number') return [read(token)];
    if (token !== 'array')
      throw this.#fault('Value of anything-but must be an array or single string/number value.');
    const tests: ValueTest[] = [];
    try {
      for (let one = this.#reader.next(); one !== 'array-end'; one = this.#reader.next())
        tests.push(read(one));
    } catch (error) {
      // AWS says where twice for what is wrong in a list.
      throw error instanceof BadPattern ? this.#fault(error.message) : error;
    }
    return tests;
  }

  #excludedValue(token: Token | undefined): ValueTest {
    if (token === 'string') return { is: 'equal', value: this.#reader.text() };
    if (token === 'number') return { is: 'equal', value: this.#exact(this.#reader.text()) };
    throw this.#fault('Inside anything but list, start|null|boolean is not supported.');
  }

  #excludedBy(operator: string): ((token: Token | undefined) => ValueTest) | undefined {
    switch (operator) {
      case 'prefix':
      case 'suffix':
        return (token) => {
          const text = this.#string('prefix/suffix match pattern', token);
          if (text === '') throw this.#fault('Null prefix/suffix not allowed');
          return { is: operator, text };
        };
      case 'equals-ignore-case':
        return (token) => {
          if (token !== 'string')
            throw this.#fault(
              'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
            );
          return ignoringCase(this.#reader.text());
        };
      case 'wildcard':
        return (token) => this.#wildcard(token);
      default:
        return undefined;
    }
  }

  /** What stands in the list of `numeric`, and its end. */
  #numeric(): ValueTest {
    const first = this.#reader.next();
    if (first !== 'string')
      throw this.#fault(`Invalid member in numeric match: ${this.#written(first)}`);
    const operator = this.#reader.text();
    const operand = this.#reader.next();
    if (operator !== '=' && !isComparison(operator))
      throw this.#fault(`Unrecognized numeric range operator: ${operator}`);
    const value = this.#operand(operator === '=' ? 'equals' : operator, operand);
    const after = this.#reader.next();
    if (operator === '=' || operator === '<' || operator === '<=') {
      if (after !== 'array-end') throw this.#fault(tooManyElements);
      return operator === '='
        ? { is: 'equal', value: this.#exact(value) }
        : { ...anyNumber, high: this.#exact(value), isHighOpen: operator === '<' };
    }
    const isLowOpen = operator === '>';
    return after === 'array-end'
      ? { ...anyNumber, low: this.#exact(value), isLowOpen }
      : this.#upTo(value, isLowOpen, after);
  }

  #upTo(bottom: string, isLowOpen: boolean, token: Token | undefined): ValueTest {
    if (token !== 'string')
      throw this.#fault(`Bad value in numeric range: ${this.#written(token)}`);
    const operator = this.#reader.text();
    if (operator !== '<' && operator !== '<=')
      throw this.#fault(`Bad numeric range operator: ${operator}`);
    const top = this.#operand(operator);
    if (this.#reader.next() !== 'array-end')
      throw this.#fault('Too many terms in numeric range expression');
    const [low, high] = [this.#exact(bottom), this.#exact(top)];
    if (low >= high) throw this.#fault('Bottom must be less than top');
    return { is: 'range', low, isLowOpen, high, isHighOpen: operator === '<' };
  }

  /** As it is written: whether it can be compared is looked at behind the list's end. */
  #operand(operator: string, token = this.#reader.next()): string {
    if (token !== 'number') throw this.#fault(`Value of ${operator} must be numeric`);
    return this.#reader.text();
  }

  #exact(written: string): number {
    if (!isExact(written)) throw this.#fault(`Cannot compare number : ${written}`);
    return Number(written);
  }

  #written(token: Token | undefined): string {
    const marks = { object: '{', 'object-end': '}', array: '[', 'array-end': ']' } as const;
    return token !== undefined && token in marks
      ? marks[token as keyof typeof marks]
      : this.#reader.text();
  }
}

const tooManyElements = 'Too many elements in numeric expression';

const anyNumber = {
  is: 'range' as const,
  low: -Infinity,
  isLowOpen: false,
  high: Infinity,
  isHighOpen: false,
};

const isComparison = (operator: string): boolean => ['<', '<=', '>', '>='].includes(operator);

const ignoringCase = (text: string): ValueTest => ({ is: 'equal-ignoring-case', text: fold(text) });

const typeOf = (test: ValueTest): string => (test.is === 'equal' ? typeof test.value : test.is);

/** Throws {@link BadPattern}, as AWS's, without saying where. */
function cidrBlock(text: string): AddressBlock {
  const parts = text.replace(/\/+$/, '').split('/', 3);
  const [written = '', size = ''] = parts;
  if (parts.length !== 2) throw new BadPattern("Malformed CIDR, one '/' required");
  if (!/^[+-]?\d{1,9}$/.test(size))
    throw new BadPattern('Malformed CIDR, mask bits must be an integer');
  const bits = Number(size);
  if (bits < 0) throw new BadPattern('Malformed CIDR, mask bits must not be negative');
  if (!/^(?:\d+\.\d+\.\d+\.\d+|[0-9a-fA-F:]*:[0-9a-fA-F:]*)$/.test(written))
    throw new BadPattern(`Nonstandard IP address: ${written}`);
  const block = blockOf(written);
  if (block === undefined) throw new BadPattern(`Invalid IP address: ${written}`);
  const most = block.address.length * 8;
  if (bits >= most)
    throw new BadPattern(`${most === 32 ? 'IPv4' : 'IPv6'} mask bits must be < ${most}`);
  return { address: block.address, bits };
}
