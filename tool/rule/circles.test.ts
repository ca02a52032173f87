// Planted circles of imports: each must be caught, once, and what is no circle must pass.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from '../tree.ts';
import { circlesRule } from './circles.ts';

const findings = (texts: Readonly<Record<string, string>>) => [...circlesRule.check(treeOf(texts))];

const wrong: readonly (readonly [
  what: string,
  texts: Readonly<Record<string, string>>,
  way: string,
])[] = [
  [
    'two files',
    { 'src/core/a.ts': `import './b.ts';`, 'src/core/b.ts': `import './a.ts';` },
    '2 files import each other: src/core/a.ts → src/core/b.ts → src/core/a.ts',
  ],
  [
    'types alone',
    {
      'src/core/a.ts': `import type { B } from './b.ts';`,
      'src/core/b.ts': `export type B = import('./a.ts').A;`,
    },
    '2 files import each other: src/core/a.ts → src/core/b.ts → src/core/a.ts',
  ],
  [
    'a way through other folders, with what hangs on it left out',
    {
      'src/wire/c.ts': `export * from '../core/job/a.ts'; import '../core/d.ts';`,
      'src/core/b.ts': `import '../wire/c.ts';`,
      'src/core/d.ts': ``,
      'src/core/e.ts': `import './b.ts';`,
      'src/core/job/a.ts': `import '../b.ts';`,
    },
    '3 files import each other: src/core/b.ts → src/wire/c.ts → src/core/job/a.ts → src/core/b.ts',
  ],
  [
    'a file that imports itself',
    { 'src/core/a.ts': `import './a.ts';` },
    'it imports itself: src/core/a.ts → src/core/a.ts',
  ],
  [
    'a circle that leaves the world',
    {
      'src/core/world/a.ts': `import './b.ts';`,
      'src/core/world/b.ts': `import './a.ts'; import '../job/c.ts';`,
      'src/core/job/c.ts': `import '../world/b.ts';`,
    },
    '3 files import each other: src/core/job/c.ts → src/core/world/b.ts → src/core/job/c.ts',
  ],
];

for (const [what, texts, way] of wrong) {
  test(`the circles rule catches: ${what}`, () => {
    assert.deepEqual(
      findings(texts).map(({ message }) => message),
      [way],
    );
  });
}

const right: readonly (readonly [what: string, texts: Readonly<Record<string, string>>])[] = [
  [
    'two ways to one file',
    {
      'src/core/a.ts': `import './b.ts'; import './c.ts';`,
      'src/core/b.ts': `import './c.ts';`,
      'src/core/c.ts': ``,
    },
  ],
  [
    'a circle inside the world',
    {
      'src/core/world/a.ts': `import './b.ts'; import '../c.ts';`,
      'src/core/world/b.ts': `import './a.ts';`,
      'src/core/c.ts': ``,
    },
  ],
];

for (const [what, texts] of right) {
  test(`the circles rule allows: ${what}`, () => {
    assert.deepEqual(findings(texts), []);
  });
}

test('a finding names the line of the import', () => {
  const [finding] = findings({
    'src/core/a.ts': `// A.\n\nimport './b.ts';\n`,
    'src/core/b.ts': `import './a.ts';`,
  });
  assert.equal(finding?.file, 'src/core/a.ts');
  assert.equal(finding?.line, 3);
});
