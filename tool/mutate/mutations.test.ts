// Which changes are made of a piece of code, and where none is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SourceFile } from '../source.ts';
import { mutated } from './copy.ts';
import { mutationsOf } from './mutations.ts';

const cases: readonly [code: string, ...changed: string[]][] = [
  ['f = a < b;', ';', 'f = a <= b;', 'f = a >= b;'],
  ['f = a /* < */ === b;', ';', 'f = a /* < */ !== b;'],
  ['f = a && !b;', ';', 'f = a || !b;', 'f = a;', 'f = !b;', 'f = a && b;'],
  ['f = a ?? b;', ';', 'f = a;', 'f = b;'],
  ['f = a ? b : c;', ';', 'f = true ? b : c;', 'f = false ? b : c;'],
  ['if (a) b();', 'if (true) b();', 'if (false) b();', 'if (a) ;'],
  [
    'while (a) { i++; continue; }',
    'while (false) { i++; continue; }',
    'while (a) { ; continue; }',
    'while (a) { i--; continue; }',
    'while (a) { i++; ; }',
  ],
  ['a.b.forget(id);', ';'],
  ['f = [a, ...b];', ';', 'f = [...b];', 'f = [a];'],
  ['f = { a, b: c };', ';', 'f = { b: c };', 'f = { a };'],
  ['f = 2 * -x;', ';', 'f = 2 / -x;', 'f = 3 * -x;', 'f = 2 * x;'],
  [
    "f('ONE', 'a-b', 'TWO', 'c-d', 'For people');",
    ';',
    "f('TWO', 'a-b', 'TWO', 'c-d', 'For people');",
    "f('ONE', 'c-d', 'TWO', 'c-d', 'For people');",
    "f('ONE', 'a-b', 'ONE', 'c-d', 'For people');",
    "f('ONE', 'a-b', 'TWO', 'a-b', 'For people');",
  ],
  ['f = all.filter(a).some(b);', ';', 'f = all.some(b);', 'f = all.filter(a).every(b);'],
  ['f = a as B;', ';'],
];
const unequals = [
  'f = a === b ? c : a < b;',
  'f = a !== b ? a < b : c;',
  'f = () => { if (a !== b) return a < b ? c : d; };',
  'f = all.sort((a, b) => (a < b ? -1 : 1));',
];
for (const code of unequals)
  test(`${code} compares what is not equal`, () => {
    const found = mutationsOf(new SourceFile('a.ts', code));
    assert.ok(!found.some(({ kind }) => kind === 'boundary'));
  });

for (const [code, ...changed] of cases) {
  test(code, () => {
    const found = mutationsOf(new SourceFile('a.ts', code)).map((one) => mutated(code, one));
    assert.deepEqual(found.toSorted(), changed.toSorted());
  });
}

const left: readonly [what: string, code: string][] = [
  ['tables of numbers', 'export const prices = { m5: 96, c5: 85 };'],
  ['types', "type A = 'ONE' | 'TWO'; interface B { a: 1 }"],
  ['imports', "import { a } from 'one'; export * from 'two';"],
  ['assertions', "assert(a < b, 'lower'); never(a);"],
  ['logs and reports', "this.#onProblem('lost', a && b); log.info(a + b);"],
  [
    'what a message calls a member',
    "export const checked = oneOf(all, checkName(name, 'name'), 'count');",
  ],
  ['texts', 'export const say = `${a + b}` + `${c}`;'],
  ['what a refusal says', "export const no = () => refuse('invalid', a ? 'One thing.' : b);"],
];
for (const [what, code] of left)
  test(`${what} are left as they are`, () => {
    assert.deepEqual(mutationsOf(new SourceFile('a.ts', code)), []);
  });
