// Planted dead exports: each must be caught; what another file imports in any way must pass.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from '../tree.ts';
import { deadExportsRule } from './dead-exports.ts';

const findings = (texts: Record<string, string>): string[] =>
  [...deadExportsRule.check(treeOf(texts))].map(
    ({ file, line, message }) => `${file}:${line} ${/imports (\S+):/.exec(message)?.[1]}`,
  );

const dead: readonly (readonly [what: string, text: string, finding: string])[] = [
  ['a function', 'export function a() {}', 'src/a.ts:1 a'],
  ['a class', 'export class A {}', 'src/a.ts:1 A'],
  ['an interface', '\nexport interface A {}', 'src/a.ts:2 A'],
  ['a type', 'export type A = 1;', 'src/a.ts:1 A'],
  ['a constant', 'export const a = 1;', 'src/a.ts:1 a'],
  ['a part of a value', 'export const { a: b } = c;', 'src/a.ts:1 b'],
  ['a list of names', 'const a = 1;\nexport { a as b };', 'src/a.ts:2 b'],
  ['one that its own file uses', 'export const a = 1;\nf(a);', 'src/a.ts:1 a'],
  [
    'one that its own file imports',
    `import { a } from './a.ts';\nexport const a = 1;`,
    'src/a.ts:2 a',
  ],
];

for (const [what, text, finding] of dead)
  test(`dead-exports catches: ${what}`, () => {
    const other = `import { a as b } from './b.ts';\nimport c from './a/a.ts';\n`;
    assert.deepEqual(findings({ 'src/a.ts': text, 'src/other.ts': other }), [finding]);
  });

test('dead-exports catches what is handed on to nobody', () => {
  const texts = {
    'src/a.ts': 'export const a = 1;',
    'sim/b.ts': `export { a as c } from '../src/a.ts';`,
  };
  assert.deepEqual(findings(texts), ['sim/b.ts:1 c']);
});

const living: readonly (readonly [what: string, text: string])[] = [
  ['an import', `import { a } from '../src/a.ts';`],
  ['an import of the type', `import type { a } from '../src/a.ts';`],
  ['an import under another name', `import { a as b } from '../src/a.ts';`],
  ['an import of everything', `import * as all from '../src/a.ts';`],
  ['a dynamic import', `await import('../src/a.ts');`],
  ['an import type', `type A = typeof import('../src/a.ts');`],
  ['a re-export of everything', `export * from '../src/a.ts';`],
];

for (const [what, text] of living)
  test(`dead-exports lets pass: ${what} by a test`, () => {
    assert.deepEqual(findings({ 'src/a.ts': 'export const a = 1;', 'test/a.test.ts': text }), []);
  });

test('dead-exports lets pass: names that are not exported', () => {
  assert.deepEqual(findings({ 'src/a.ts': 'const a = 1;\nfunction b() {}' }), []);
});
