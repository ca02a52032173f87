// The small wrong changes of a file that a test ought to notice: one operator, one condition, one
// call, one member at a time. What no test is meant to notice is left out: texts for people,
// assertions, logs and types. Reads a syntax tree and changes nothing.

import { visitorKeys, type Node } from 'oxc-parser';
import type { SourceFile } from '../source.ts';

export interface Mutation {
  readonly path: string;
  readonly kind: string;
  /** The text from `start` to `end` becomes `replacement`. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

const boundaries = new Map([
  ['<', '<='],
  ['<=', '<'],
  ['>', '>='],
  ['>=', '>'],
]);
const opposites = new Map([
  ['<', '>='],
  ['<=', '>'],
  ['>', '<='],
  ['>=', '<'],
  ['===', '!=='],
  ['!==', '==='],
  ['&&', '||'],
  ['||', '&&'],
]);
const arithmetic = new Map([
  ['+', '-'],
  ['-', '+'],
  ['*', '/'],
  ['/', '*'],
  ['%', '*'],
  ['&', '|'],
  ['|', '&'],
  ['<<', '>>'],
  ['>>', '<<'],
  ['>>>', '<<'],
  ['++', '--'],
  ['--', '++'],
  ['+=', '-='],
  ['-=', '+='],
  ['*=', '/='],
  ['/=', '*='],
  ['|=', '&='],
  ['&=', '|='],
  ['??=', '='],
]);
const methods = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['min', 'max'],
  ['max', 'min'],
  ['startsWith', 'endsWith'],
  ['shift', 'pop'],
]);
/** Without which their list is another one, or in another order. */
const droppableMethods = new Set(['filter', 'slice', 'sort', 'toSorted', 'reverse', 'toReversed']);

/** Calls that say or assert something: whatever they are given, no test is meant to see it. */
const silentCalls = /^(?:assert|never|must|on(?:Problem|Fatal)|log|console)$/;
/** Checks of a value, which messages call by the text beside it. */
const namingCalls =
  /^(?:check\w*|integerIn|lengthIn|sizeIn|oneOf|matches|given|refuse\w+|byNames)$/;
/** What is made of a text for people; the first argument is its kind. */
const textMakers = /^(?:refuse|\w*Error|\w*Exception)$/;

/** Words of a closed list (`'RUNNING'`, `'job-ended'`); a text for people has blanks. */
const word = /^(?:[A-Z][A-Z0-9_]*|[a-z]+(?:-[a-z]+)*)$/;

export function mutationsOf(file: SourceFile): Mutation[] {
  return new Mutations(file).all;
}

class Mutations {
  readonly all: Mutation[] = [];
  readonly #file: SourceFile;
  readonly #words: readonly string[];
  /** Comparisons of what is never equal there: with `<=` for `<` they say the same. */
  readonly #ofUnequals = new Set<Node>();

  constructor(file: SourceFile) {
    this.#file = file;
    this.#words = [...new Set(file.text.match(/(?<=')[A-Za-z][\w-]*(?=')/g))].filter((one) =>
      word.test(one),
    );
    this.#visit(file.program);
  }

  #add(kind: string, { start, end }: { start: number; end: number }, replacement: string): void {
    if (this.#file.text.slice(start, end) !== replacement)
      this.all.push({ path: this.#file.path, kind, start, end, replacement });
  }

  #text({ start, end }: Node): string {
    return this.#file.text.slice(start, end);
  }

  #visit(node: Node, parent?: Node): void {
    if (isOfTypesAlone(node) || node.type === 'TemplateLiteral') return;
    this.#mutate(node, parent);
    for (const child of childrenOf(node)) this.#visit(child, node);
  }

  #mutate(node: Node, parent: Node | undefined): void {
    switch (node.type) {
      case 'BinaryExpression':
        if (node.operator === '+' && (isText(node.left) || isText(node.right))) return;
        this.#operator(node, node.operator, node.left.end, !this.#ofUnequals.has(node));
        return;
      case 'LogicalExpression':
        this.#operator(node, node.operator, node.left.end);
        this.#add('one side', node, this.#text(node.left));
        this.#add('one side', node, this.#text(node.right));
        return;
      case 'AssignmentExpression':
        this.#operator(node, node.operator, node.left.end);
        return;
      case 'UpdateExpression':
        this.#operator(node, node.operator, node.prefix ? node.start : node.argument.end);
        return;
      case 'UnaryExpression':
        if (node.operator === '!' || (node.operator === '-' && node.argument.type !== 'Literal'))
          this.#add('sign', node, this.#text(node.argument));
        return;
      case 'IfStatement':
      case 'ConditionalExpression':
        this.#add('condition', node.test, 'true');
        this.#add('condition', node.test, 'false');
        for (const unequal of this.#unequalsIn(node)) this.#ofUnequals.add(unequal);
        return;
      case 'WhileStatement':
        this.#add('condition', node.test, 'false');
        return;
      case 'ContinueStatement':
        this.#add('statement', node, ';');
        return;
      case 'ExpressionStatement':
        if (canBeLeftOut(node.expression)) this.#add('statement', node, ';');
        return;
      case 'ArrayExpression':
        this.#members(node.elements.filter((element) => element !== null));
        return;
      case 'ObjectExpression':
        this.#members(node.properties);
        return;
      case 'CallExpression':
        this.#method(node);
        return;
      case 'Literal':
        this.#literal(node, parent);
        return;
      default:
    }
  }

  /** The operator stands after `from`, maybe behind a comment or a bracket. */
  #operator(node: Node, operator: string, from: number, hasBoundary = true): void {
    const start = this.#file.text.indexOf(operator, from);
    const place = { start, end: start + operator.length };
    for (const [kind, table] of [
      ['boundary', hasBoundary ? boundaries : new Map<string, string>()],
      ['opposite', opposites],
      ['arithmetic', arithmetic],
    ] as const) {
      const other = table.get(operator);
      if (other !== undefined && place.end <= node.end) this.#add(kind, place, other);
    }
  }

  /**
   * Behind `a === b ? … : a < b`, in `if (a !== b) return a < b;`, and in the order of a sort,
   * which ends in a unique key.
   */
  #unequalsIn({
    test,
    consequent,
    alternate,
  }: Node & { type: 'IfStatement' | 'ConditionalExpression' }): Node[] {
    if (test.type !== 'BinaryExpression') return [];
    const branch = test.operator === '===' ? alternate : consequent;
    const compared = branch && comparisonOf(branch);
    if (compared?.type === 'BinaryExpression' && /^[!=]==$/.test(test.operator))
      return this.#sides(compared) === this.#sides(test) ? [compared] : [];
    return [consequent, alternate].every((one) => one && /^-?1$/.test(this.#text(one)))
      ? [test]
      : [];
  }

  #sides({ left, right }: Node & { type: 'BinaryExpression' }): string {
    return `${this.#text(left)} ${this.#text(right)}`;
  }

  /** Each left out with the comma beside it. */
  #members(members: readonly Node[]): void {
    for (const [at, member] of members.entries()) {
      if (isNumberByName(member)) continue;
      const { start, end } = member;
      const next = members[at + 1];
      const former = members[at - 1];
      const place =
        next !== undefined
          ? { start, end: next.start }
          : { start: former === undefined ? start : former.end, end };
      this.#add('member', place, '');
    }
  }

  #method(node: Node & { type: 'CallExpression' }): void {
    const { callee } = node;
    if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return;
    const { name } = callee.property;
    const other = methods.get(name);
    if (other !== undefined) this.#add('method', callee.property, other);
    if (droppableMethods.has(name)) this.#add('method', node, this.#text(callee.object));
  }

  #literal(node: Node & { type: 'Literal' }, parent: Node | undefined): void {
    const { value } = node;
    const isKey = parent?.type === 'Property' && parent.key === node;
    if (isKey) return;
    if (typeof value === 'boolean') this.#add('constant', node, String(!value));
    // What stands in a table or beside a name is data: no other number of it would be wrong.
    if (typeof value === 'number' && parent?.type !== 'Property' && !isIndexOrElement(parent))
      this.#add('constant', node, String(value + 1));
    if (typeof value === 'string' && word.test(value)) {
      const alike = this.#words.filter((one) => isUpper(one) === isUpper(value));
      const other = alike[(alike.indexOf(value) + 1) % alike.length];
      if (other !== undefined) this.#add('constant', node, `'${other}'`);
    }
  }
}

const isUpper = (text: string): boolean => /^[A-Z]/.test(text);

const isText = (node: Node): boolean =>
  node.type === 'TemplateLiteral' || (node.type === 'Literal' && typeof node.value === 'string');

const isIndexOrElement = (parent: Node | undefined): boolean =>
  parent?.type === 'MemberExpression' || parent?.type === 'ArrayExpression';

/** What a branch decides by at once. */
function comparisonOf(branch: Node): Node | null {
  if (branch.type === 'ReturnStatement') return branch.argument && comparisonOf(branch.argument);
  return branch.type === 'ConditionalExpression' ? branch.test : branch;
}

/** A line of a table, as of limits or of prices. */
const isNumberByName = (property: Node): boolean =>
  property.type === 'Property' &&
  property.value.type === 'Literal' &&
  typeof property.value.value === 'number';

/** Gone when types are stripped, or nothing but names of modules. */
function isOfTypesAlone(node: Node): boolean {
  if (node.type === 'ImportDeclaration' || node.type === 'ExportAllDeclaration') return true;
  return (
    node.type.startsWith('TS') &&
    !['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression'].includes(node.type)
  );
}

/** The name that a call is known by: `log` of `this.#log.info(…)` and of `log(…)`. */
function nameOf(callee: Node): string {
  if (callee.type === 'Identifier' || callee.type === 'PrivateIdentifier') return callee.name;
  if (callee.type !== 'MemberExpression') return '';
  const own = nameOf(callee.property);
  return silentCalls.test(own) || callee.object.type === 'ThisExpression'
    ? own
    : nameOf(callee.object);
}

function childrenOf(node: Node): Node[] {
  const keys = visitorKeys[node.type] ?? [];
  const children = keys.flatMap(
    (key) => (node as unknown as Record<string, Node | (Node | null)[] | null>)[key] ?? [],
  );
  const found = children.filter((child) => child !== null);
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return found;
  const name = nameOf(node.callee);
  if (name === 'must') return node.arguments.slice(0, 1);
  if (silentCalls.test(name)) return [];
  if (namingCalls.test(name)) return found.filter((child) => !isText(child));
  return textMakers.test(name) ? node.arguments.slice(0, 1) : found;
}

function canBeLeftOut(expression: Node): boolean {
  switch (expression.type) {
    case 'CallExpression':
      return !silentCalls.test(nameOf(expression.callee)) && expression.callee.type !== 'Super';
    case 'AwaitExpression':
      return canBeLeftOut(expression.argument);
    case 'UnaryExpression':
      return expression.operator === 'delete' || expression.operator === 'void';
    case 'AssignmentExpression':
    case 'UpdateExpression':
    case 'YieldExpression':
      return true;
    default:
      return false;
  }
}
