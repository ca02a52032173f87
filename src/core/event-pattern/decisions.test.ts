// Whether an event matches a pattern, operator by operator. What AWS itself answered is behind most
// rows; the rest is what its documentation and its published matcher say.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRefusal } from '../../base/refusal.ts';
import { compilePattern } from './compile.ts';
import { jsonFields } from './fields.ts';
import { RuleSet } from './rule-set.ts';

function matches(pattern: string, event: string): boolean {
  const compiled = compilePattern(pattern);
  if (isRefusal(compiled)) assert.fail(compiled.message);
  const rules = new RuleSet<string>();
  rules.set('r', compiled);
  return rules.match(jsonFields(JSON.parse(event) as object)).size === 1;
}

type Row = readonly [pattern: object, event: object, expected: boolean];

function decisions(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    for (const [pattern, event, expected] of rows) {
      const [asked, given] = [JSON.stringify(pattern), JSON.stringify(event)];
      it(`${asked} ${expected ? 'matches' : 'does not match'} ${given}`, () =>
        assert.equal(matches(asked, given), expected));
    }
  });
}

/** Values of a field `a`: first those that the tests match, then those that they do not. */
const field = (tests: unknown[], yes: unknown[], no: unknown[]): Row[] => [
  ...yes.map((a): Row => [{ a: tests }, { a }, true]),
  ...no.map((a): Row => [{ a: tests }, { a }, false]),
];

decisions('exact values', [
  ...field(['x'], ['x', ['x'], ['y', 'x'], [['x']]], ['X', 'xx', '', 1, null, true, {}, []]),
  ...field([''], [''], [' ', null, []]),
  ...field([1], [1, [2, 1]], ['1', 2, true, null, 1.5]),
  ...field([300], [300], ['300']),
  ...field([0], [0, -0], [null, false, '']),
  ...field([null], [null, [null]], ['null', 0, false, '', [], {}]),
  ...field([true], [true], ['true', false, 1]),
  ...field([false], [false], ['false', true, 0, null]),
  ...field(['x', 1, null], ['x', 1, null], ['1', 'null', 2]),
  ...field([{ exactly: 'x' }], ['x'], ['X', ['y']]),
  ...field(['A camel 🚀 text '], ['A camel 🚀 text '], ['A camel 🚀 text']),
  ...field(['__proto__'], ['__proto__'], ['constructor', {}]),
  [{ a: ['x'] }, {}, false],
  [{ A: ['x'] }, { a: 'x' }, false],
  [{ a: ['x'], b: ['y'] }, { a: 'x', b: 'y', c: 'z' }, true],
  [{ a: ['x'], b: ['y'] }, { a: 'x' }, false],
  [{ a: { b: ['x'] } }, { a: { b: 'x' } }, true],
  [{ a: { b: ['x'] } }, { a: 'x' }, false],
  [{ a: { b: ['x'] } }, { a: '{"b":"x"}' }, false],
  [{ a: { b: ['x'] } }, { b: 'x' }, false],
  [{ '': ['x'] }, { '': 'x' }, true],
  [{ toString: [{ exists: true }] }, { a: 1 }, false],
]);

decisions('an IP address as an exact value is the address, however it is written', [
  ...field(['10.0.0.1'], ['10.0.0.1'], ['10.0.0.2', '10.0.0.1/32']),
  ...field(['::1'], ['::1', '0:0:0:0:0:0:0:1', '0::1'], ['::2', '0.0.0.1']),
  ...field(['999.0.0.1'], ['999.0.0.1'], ['0.0.0.1']),
]);

decisions('prefix and suffix', [
  ...field([{ prefix: 'ab' }], ['ab', 'abc', ['x', 'abc']], ['AB', 'a', 'xab', '', 1, null]),
  ...field([{ prefix: '' }], ['', 'x'], [1, null, true]),
  ...field([{ prefix: { 'equals-ignore-case': 'aB' } }], ['ABc', 'ab', 'Abx'], ['a', 'xab', 1]),
  ...field([{ suffix: '.png' }], ['.png', 'a.png'], ['a.PNG', '.png.', 'png', 1]),
  ...field([{ suffix: '' }], ['', 'x'], [1, null]),
  ...field([{ suffix: { 'equals-ignore-case': '.pNg' } }], ['a.PNG', '.png'], ['a.jpg', 'png']),
  ...field([{ prefix: 'a' }, { suffix: 'z' }], ['a', 'z', 'az', 'ax'], ['xa', 'zx']),
  ...field([{ prefix: '1' }], ['1', '12'], [1, 12]),
  ...field([{ prefix: 'é' }], ['é', 'éa'], ['e', 'É']),
  ...field([{ prefix: { 'equals-ignore-case': 'é' } }], ['é', 'Éa'], ['e']),
]);

decisions('equals-ignore-case', [
  ...field([{ 'equals-ignore-case': 'eC2' }], ['ec2', 'EC2', ['x', 'Ec2']], ['ec', 'ec22', 2]),
  ...field([{ 'equals-ignore-case': '' }], [''], ['x', null]),
  ...field([{ 'equals-ignore-case': 'ΟΔΟΣ' }], ['οδοσ', 'ΟΔΟΣ'], ['οδος x']),
]);

decisions('wildcard', [
  ...field([{ wildcard: '*' }], ['', 'x', 'a*b'], [1, null, true]),
  ...field([{ wildcard: '' }], [''], ['x']),
  ...field([{ wildcard: 'a*' }], ['a', 'ab', 'a*'], ['ba', '']),
  ...field([{ wildcard: '*a' }], ['a', 'ba'], ['ab']),
  ...field([{ wildcard: 'a*a' }], ['aa', 'aba', 'abaa'], ['a', 'ab']),
  ...field([{ wildcard: '*b*' }], ['b', 'abc'], ['ac', '']),
  ...field([{ wildcard: 'a*b*c' }], ['abc', 'axbyc', 'abbc', 'abcbc'], ['acb', 'ab', 'ac']),
  ...field([{ wildcard: 'ab*ba' }], ['abba', 'abxba'], ['aba', 'ab']),
  ...field([{ wildcard: '*aab*' }], ['aaab', 'xaaaabx'], ['abab']),
  ...field([{ wildcard: '*a*ab' }], ['aab', 'aaab', 'axab'], ['ab', 'aba']),
  ...field([{ wildcard: 'x' }], ['x'], ['xx', '']),
  ...field([{ wildcard: 'a\\*' }], ['a*'], ['a', 'ab', 'a\\*']),
  ...field([{ wildcard: '\\\\*' }], ['\\', '\\x'], ['x\\', '*']),
  ...field([{ wildcard: 'arn:*:event-bus/*' }], ['arn:aws:event-bus/x'], ['arn:aws:rule/x']),
  ...field(
    [{ wildcard: '/srv/*/dir/dir/doc.txt' }],
    ['/srv/me/dir/dir/dir/doc.txt'],
    ['/srv/me/dir/other/doc.txt'],
  ),
]);

decisions('numeric', [
  ...field([{ numeric: ['=', 3.018e2] }], [301.8], [301, '301.8', null]),
  ...field([{ numeric: ['=', 1] }], [1], [2, true]),
  ...field([{ numeric: ['<', 10] }], [9.999, -10, 0], [10, 11, '9']),
  ...field([{ numeric: ['<=', 10] }], [10, 9], [10.001]),
  ...field([{ numeric: ['>', 100] }], [101, 100.5, 1e300], [100, '300', null, '101']),
  ...field([{ numeric: ['>=', -1] }], [-1, 0], [-1.5]),
  ...field([{ numeric: ['>', 0, '<=', 5] }], [5, 0.1, [9, 3]], [0, 5.1, [6, -6]]),
  ...field([{ numeric: ['>=', 0, '<', 5] }], [0, 4.9], [5]),
  ...field([{ numeric: ['>', 5e9] }], [6e9], [5e9]),
  ...field([{ numeric: ['<', 1] }, { numeric: ['>', 9] }], [0, 10], [1, 5, 9]),
]);

decisions('exists, which only leaves do', [
  ...field([{ exists: true }], [1, '', null, false, [null], [[1]]], [[], {}, { b: 1 }, [[]]]),
  ...field([{ exists: false }], [[], {}, { b: 1 }], [1, '', null, [1]]),
  [{ a: [{ exists: true }] }, {}, false],
  [{ a: [{ exists: false }] }, {}, true],
  [{ a: { b: [{ exists: false }] } }, { a: 1 }, true],
  [{ a: { b: [{ exists: false }] } }, { a: { c: 1 } }, true],
  [{ a: { b: { c: [{ exists: false }] } } }, { a: { b: { c: 1 } } }, false],
  [{ a: [{ exists: false }, 'x'] }, {}, true],
  [{ a: [{ exists: false }, 'x'] }, { a: 'x' }, true],
  [{ a: [{ exists: false }, 'x'] }, { a: 'y' }, false],
  [{ a: [{ exists: true }, { prefix: 'IGNORED' }] }, { a: 'x' }, true],
  [{ a: ['x'], b: [{ exists: false }] }, { a: 'x' }, true],
  [{ a: ['x'], b: [{ exists: false }] }, { a: 'x', b: 1 }, false],
]);

decisions('cidr', [
  ...field([{ cidr: '10.0.0.0/24' }], ['10.0.0.0', '10.0.0.255', ['x', '10.0.0.7']], []),
  ...field([{ cidr: '10.0.0.0/24' }], [], ['10.0.1.0', '10.0.0.256', 'x', '10.0.0', 10, null]),
  ...field([{ cidr: '10.0.0.77/31' }], ['10.0.0.76', '10.0.0.77'], ['10.0.0.78', '10.0.0.75']),
  ...field([{ cidr: '0.0.0.0/0' }], ['1.2.3.4'], ['::1']),
  ...field(
    [{ cidr: '2001:db8:1234:1a00::/64' }],
    ['2001:0db8:1234:1a00:0000:0000:0000:0000', '2001:DB8:1234:1A00::1'],
    ['2001:db8:1234:1a01::', '10.0.0.1', 'g::'],
  ),
  ...field([{ cidr: '::/1' }], ['::', '7fff::'], ['8000::', '0.0.0.0']),
]);

decisions('anything-but: a value, and one that is none of these', [
  ...field([{ 'anything-but': 'x' }], ['y', 'X', '', 1, null, true, ['x', 'y']], ['x', ['x'], []]),
  ...field([{ 'anything-but': ['x', 'y'] }], ['z', null, 5], ['x', 'y', ['x', 'y'], {}]),
  ...field([{ 'anything-but': 5 }], [6, '5', null], [5, [5]]),
  ...field([{ 'anything-but': 0 }], [789], [0]),
  ...field([{ 'anything-but': [5, 6.5] }], [7, 'x'], [5, 6.5]),
  ...field([{ 'anything-but': { prefix: 'in' } }], ['xin', '', 12, null], ['in', 'init']),
  ...field([{ 'anything-but': { prefix: ['a', 'b'] } }], ['c', 1], ['ax', 'b']),
  ...field([{ 'anything-but': { suffix: '.txt' } }], ['a.txt.bak', null], ['a.txt']),
  ...field([{ 'anything-but': { suffix: ['.a', '.b'] } }], ['a', 1], ['x.a', 'x.b']),
  ...field([{ 'anything-but': { 'equals-ignore-case': 'aB' } }], ['b', 1], ['ab', 'AB']),
  ...field([{ 'anything-but': { 'equals-ignore-case': ['a', 'b'] } }], ['c', null], ['A', 'b']),
  ...field([{ 'anything-but': { wildcard: '*/i/*' } }], ['i', 123, null], ['d/i/f']),
  ...field([{ 'anything-but': { wildcard: ['*/i/*', 'x*'] } }], ['i/x', 1], ['d/i/f', 'xy']),
  ...field([{ 'anything-but': { wildcard: '' } }], ['x'], ['']),
  ...field([{ 'anything-but': ['x'] }, 'x'], ['x', 'y'], []),
  [{ a: [{ 'anything-but': 'x' }] }, {}, false],
  [{ a: [{ 'anything-but': { prefix: 'x' } }] }, { b: 1 }, false],
  [{ a: [{ 'anything-but': ['x'] }, { exists: false }] }, {}, true],
  [{ a: [{ numeric: ['>', 100] }, { 'anything-but': '101' }] }, { a: '42' }, true],
  [{ a: [{ numeric: ['>', 100] }, { 'anything-but': '101' }] }, { a: '101' }, false],
]);

const counts = {
  $or: [{ c: [{ numeric: ['>', 0, '<=', 5] }] }, { d: [{ numeric: ['<', 10] }] }, { x: [1] }],
};
decisions('$or', [
  [{ a: counts }, { a: { c: 0, d: 0, x: 9 } }, true],
  [{ a: counts }, { a: { c: 0, d: 10, x: 9 } }, false],
  [{ s: ['x'], $or: [{ a: [1] }, { b: [2] }] }, { s: 'x', b: 2 }, true],
  [{ s: ['x'], $or: [{ a: [1] }, { b: [2] }] }, { s: 'x' }, false],
  [{ s: ['x'], $or: [{ a: [1] }, { b: [2] }] }, { s: 'y', a: 1 }, false],
  [{ $or: [{ a: [1], b: [2] }, { c: [3] }] }, { a: 1, b: 2 }, true],
  [{ $or: [{ a: [1], b: [2] }, { c: [3] }] }, { a: 1 }, false],
  [
    { $or: [{ a: [1] }, { b: [1] }], d: { $or: [{ e: [1] }, { f: [1] }] } },
    { b: 1, d: { e: 1 } },
    true,
  ],
  [{ $or: [{ a: [1] }, { b: [1] }], d: { $or: [{ e: [1] }, { f: [1] }] } }, { b: 1, e: 1 }, false],
  [{ $or: [{ a: [1], $or: [{ b: [1] }, { c: [1] }] }, { d: [1] }] }, { a: 1, c: 1 }, true],
  [{ $or: [{ a: [1], $or: [{ b: [1] }, { c: [1] }] }, { d: [1] }] }, { a: 1 }, false],
  [{ $or: [{ a: [1], $or: [{ b: [1] }, { c: [1] }] }, { d: [1] }] }, { d: 1 }, true],
  // What is said later of the same field is said in place of what came before.
  [{ a: ['x'], $or: [{ a: ['y'] }, { b: [1] }] }, { a: 'y' }, true],
  [{ a: ['x'], $or: [{ a: ['y'] }, { b: [1] }] }, { a: 'x', b: 1 }, true],
  [{ a: ['x'], $or: [{ a: ['y'] }, { b: [1] }] }, { a: 'x' }, false],
  [{ $or: [{ a: [{ exists: false }] }, { a: ['x'] }] }, {}, true],
]);

const people = {
  people: [
    { first: 'John', last: 'Doe' },
    { first: 'Anna', last: 'Smith' },
    { first: 'Peter', last: 'Jones' },
  ],
};
const person = (first: unknown, last: unknown): object => ({ people: { first, last } });
decisions('arrays of objects: what matches together is of one element', [
  [{ people: { first: ['Anna'] } }, people, true],
  [person(['Anna'], ['Smith']), people, true],
  [person(['Anna'], ['Jones']), people, false],
  [person(['Anna', 'Peter'], ['Jones']), people, true],
  [person(['Anna'], ['Smith']), { people: [[{ first: 'Anna' }], [{ last: 'Smith' }]] }, false],
  [person(['Anna'], ['Smith']), { people: [[{ first: 'Anna', last: 'Smith' }], []] }, true],
  [{ a: { b: ['x'] }, c: { d: ['y'] } }, { a: [{ b: 'x' }], c: [{}, { d: 'y' }] }, true],
  [{ u: { t: { k: ['c'], v: ['b'] } } }, { u: [{ t: [{ k: 'c' }, { v: 'b' }] }] }, false],
  [{ u: { n: ['a'], t: { k: ['c'] } } }, { u: [{ n: 'a' }, { t: { k: 'c' } }] }, false],
  [{ u: { n: ['a'], t: { k: ['c'] } } }, { u: [{ n: 'a', t: [{}, { k: 'c' }] }] }, true],
  [{ d: { tags: ['x'], n: [1] } }, { d: { tags: ['w', 'x'], n: 1 } }, true],
  [{ d: { tags: ['x'], n: [1] } }, { d: [{ tags: ['x'] }, { n: 1 }] }, false],
  [
    { i: { p: [{ numeric: ['>', 0] }], n: ['g'] } },
    {
      i: [
        { n: 'w', p: 5 },
        { n: 'g', p: -5 },
      ],
    },
    false,
  ],
  [
    { u: { s: [{ 'anything-but': 'x' }], n: ['a'] } },
    {
      u: [
        { s: 'x', n: 'a' },
        { s: 'y', n: 'b' },
      ],
    },
    false,
  ],
  // What is absent is so in the element that what stands before it by name has chosen.
  [{ d: { a: [1], b: [{ exists: false }] } }, { d: [{ a: 1, b: 1 }, { a: 1 }] }, true],
  [{ d: { a: [1], b: [{ exists: false }] } }, { d: [{ a: 1, b: 1 }, { b: 1 }] }, false],
  [{ d: { a: [1], b: [{ exists: false }] } }, { d: [{ a: 1 }, { b: 1 }] }, true],
  [{ d: { b: [{ exists: false }], c: [1] } }, { d: [{ c: 1 }, { b: 1 }] }, false],
  [{ d: { b: [{ exists: false }] } }, { d: [{ c: 1 }, { b: 1 }] }, false],
  [{ d: { id: [{ exists: true }] } }, { d: [{ k: 1 }, { id: 'x' }] }, true],
]);

decisions('dots in names are steps', [
  [{ d: { s: { t: ['r'] } } }, { d: { 's.t': 'r' } }, true],
  [{ d: { 's.t': ['r'] } }, { d: { s: { t: 'r' } } }, true],
  [{ d: { s: { t: ['r'] } } }, { d: { 's.t': { t: 'r' } } }, false],
  [{ d: { 's.t': { t: ['r'] } } }, { d: { s: { t: 'r' } } }, false],
  [{ d: { s: { t: ['r'] } } }, { d: { 's.t': 'x', s: { t: 'r' } } }, true],
  [{ 'a.': ['x'] }, { a: { '': 'x' } }, true],
  [{ 'a.bcd': ['x'] }, { 'a.b': { d: 'x' } }, false],
  // An element that is a value binds nothing else to itself.
  [{ t: [null], 't.k': [1] }, { t: [null, { k: 1 }] }, true],
  [{ t: ['x'], 't.k': [1] }, { t: ['x', { k: 1 }] }, true],
  [{ t: ['x'], 't.k': [1] }, { t: [['x'], { k: 1 }] }, false],
]);

describe('texts that JSON.stringify would not write', () => {
  const rows: readonly (readonly [pattern: string, event: string, expected: boolean])[] = [
    ['{"a":[300]}', '{"a":300.0}', true],
    ['{"a":[3e2]}', '{"a":300}', true],
    ['{"a":[{"numeric":["=",1.0]}]}', '{"a":1}', true],
    ['{"a":[12345678901234567890]}', '{"a":12345678901234567890}', true],
    ['{"a":[1e999]}', '{"a":1e999}', true],
    ['{"a":[1e999]}', '{"a":"Infinity"}', false],
    ['{"a":[-0]}', '{"a":0}', true],
    // Of a name that comes twice, what comes last counts.
    ['{"a":[{"prefix":"us-"}],"a":[{"anything-but":"us-east"}]}', '{"a":"eu-central-1"}', true],
    ['{"a":["x"],"a":["y"]}', '{"a":"x"}', false],
    ['{"a":{"b":["x"]},"a":{"c":["y"]}}', '{"a":{"b":"x","c":"y"}}', true],
    ['{"a":{"b":["x"]},"a":{"c":["y"]}}', '{"a":{"c":"y"}}', false],
    [' {\n"a" : [ "\\u0078" ] } \t', '{"a":"x"}', true],
    ['{"\\u0061":["x"]}', '{"a":"x"}', true],
    ['{"__proto__":["x"]}', '{"__proto__":"x"}', true],
    ['{"__proto__":{"a":["x"]}}', '{"__proto__":{"a":"x"}}', true],
  ];
  for (const [pattern, event, expected] of rows)
    it(`${pattern} ${expected ? 'matches' : 'does not match'} ${event}`, () =>
      assert.equal(matches(pattern, event), expected));
});
