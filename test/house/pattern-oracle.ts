// What an event pattern means, said a second time and as plainly as can be: every way of choosing
// values is tried, one after the other. It is slow, knows nothing of the product's code, and
// expects a pattern that is valid.

type Scalar = string | number | boolean | null;
type Membership = ReadonlyMap<object, number>;

interface Value {
  readonly path: string;
  readonly value: Scalar;
  /** Which element, by array. */
  readonly membership: Membership;
}

type Tests = readonly unknown[];
type Rule = ReadonlyMap<string, Tests>;
type JsonObject = Readonly<Record<string, unknown>>;

export function oracleMatches(pattern: object, event: object): boolean {
  const values: Value[] = [];
  flatten(event, [], new Map(), values);
  return rulesOf(pattern as JsonObject, [], []).some((rule) => {
    const keys = [...rule.keys()].toSorted();
    return canMeet(keys, rule, values, new Map());
  });
}

function flatten(node: unknown, names: readonly string[], membership: Membership, into: Value[]) {
  if (Array.isArray(node)) {
    node.forEach((element: unknown, index) => {
      const isStructure = typeof element === 'object' && element !== null;
      const inner = isStructure ? new Map([...membership, [node as object, index]]) : membership;
      flatten(element, names, inner, into);
    });
  } else if (typeof node === 'object' && node !== null) {
    for (const [name, value] of Object.entries(node))
      flatten(value, [...names, name], membership, into);
  } else {
    into.push({ path: names.join('.'), value: node as Scalar, membership });
  }
}

/** `$or` multiplied out: what comes later in the text is said of what came before. */
function rulesOf(object: JsonObject, names: readonly string[], before: readonly Rule[]): Rule[] {
  let rules = [...before];
  for (const [name, value] of Object.entries(object)) {
    if (name === '$or') {
      rules = (value as JsonObject[]).flatMap((one) => rulesOf(one, names, rules));
    } else if (Array.isArray(value)) {
      if (rules.length === 0) rules = [new Map()];
      const path = [...names, name].join('.');
      rules = rules.map((rule) => new Map([...rule, [path, value as Tests]]));
    } else {
      rules = rulesOf(value as JsonObject, [...names, name], rules);
    }
  }
  return rules;
}

function canMeet(
  keys: readonly string[],
  rule: Rule,
  values: readonly Value[],
  chosen: Membership,
): boolean {
  const [key, ...rest] = keys;
  if (key === undefined) return true;
  const tests = rule.get(key) ?? [];
  const here = values.filter(
    ({ path, membership }) => path === key && isConsistent(membership, chosen),
  );
  if (here.length === 0 && tests.some((test) => isAbsence(test)))
    return canMeet(rest, rule, values, chosen);
  return here.some(
    ({ value, membership }) =>
      tests.some((test) => holds(test, value)) &&
      canMeet(rest, rule, values, new Map([...chosen, ...membership])),
  );
}

const isConsistent = (membership: Membership, chosen: Membership): boolean =>
  [...membership].every(([array, index]) => (chosen.get(array) ?? index) === index);

const isAbsence = (test: unknown): boolean => JSON.stringify(test) === '{"exists":false}';

function holds(test: unknown, value: Scalar): boolean {
  if (typeof test !== 'object' || test === null) {
    if (typeof test === 'string' && typeof value === 'string')
      return test === value || (bitsOf(test) !== undefined && bitsOf(test) === bitsOf(value));
    return test === value;
  }
  const [[operator, operand] = ['', undefined]] = Object.entries(test);
  if (operator === 'exists') return operand === true;
  if (operator === 'numeric') return typeof value === 'number' && isInRange(operand, value);
  if (operator === 'anything-but') return isAnythingBut(operand, value);
  return typeof value === 'string' && textHolds(operator, operand, value);
}

function isAnythingBut(operand: unknown, value: Scalar): boolean {
  if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) {
    const [[operator, texts] = ['', undefined]] = Object.entries(operand);
    return (
      typeof value !== 'string' || ![texts].flat().some((text) => textHolds(operator, text, value))
    );
  }
  return ![operand].flat().includes(value);
}

function textHolds(operator: string, operand: unknown, value: string): boolean {
  if (typeof operand !== 'string') {
    const [text = ''] = Object.values(operand as Record<string, string>);
    return textHolds(operator, text.toLowerCase(), value.toLowerCase());
  }
  switch (operator) {
    case 'prefix':
      return value.startsWith(operand);
    case 'suffix':
      return value.endsWith(operand);
    case 'equals-ignore-case':
      return value.toLowerCase() === operand.toLowerCase();
    case 'wildcard':
      return wildcardHolds(operand, value);
    case 'cidr': {
      const [address = '', size = ''] = operand.split('/');
      const bits = bitsOf(address);
      const given = bitsOf(value);
      return (
        given !== undefined &&
        given.length === bits?.length &&
        given.slice(0, Number(size)) === bits.slice(0, Number(size))
      );
    }
    default:
      throw new Error(`no operator ${operator}`);
  }
}

function wildcardHolds(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern.startsWith('*'))
    return [...text, ''].some((_none, at) => wildcardHolds(pattern.slice(1), text.slice(at)));
  const literal = pattern.startsWith('\\') ? pattern.slice(1, 2) : pattern.slice(0, 1);
  const rest = pattern.slice(pattern.startsWith('\\') ? 2 : 1);
  return text.startsWith(literal) && wildcardHolds(rest, text.slice(1));
}

function isInRange(terms: unknown, value: number): boolean {
  const list = terms as readonly (string | number)[];
  for (let at = 0; at < list.length; at += 2) {
    const bound = Number(list[at + 1]);
    const isMet = {
      '=': value === bound,
      '<': value < bound,
      '<=': value <= bound,
      '>': value > bound,
      '>=': value >= bound,
    }[list[at] as '='];
    if (!isMet) return false;
  }
  return true;
}

/** An address as zeros and ones; IPv6 only as whole groups, or `::` with what follows it. */
function bitsOf(text: string): string | undefined {
  const binary = (value: number, digits: number): string => value.toString(2).padStart(digits, '0');
  if (/^\d+(?:\.\d+){3}$/.test(text)) {
    const bytes = text.split('.').map(Number);
    return bytes.every((byte) => byte < 256)
      ? bytes.map((byte) => binary(byte, 8)).join('')
      : undefined;
  }
  if (!/^[0-9a-f:]+$/.test(text) || !text.includes(':')) return undefined;
  const [head = '', tail] = text.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const all =
    tail === undefined
      ? groups(head)
      : [
          ...groups(head),
          ...Array<string>(8 - groups(head).length - groups(tail).length).fill('0'),
          ...groups(tail),
        ];
  return all.length === 8
    ? all.map((group) => binary(Number.parseInt(group, 16), 16)).join('')
    : undefined;
}
