// A planted file that only a test imports must be caught.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from '../tree.ts';
import { publishedRule } from './published.ts';

test('the published rule catches what only tests lead to, and nothing else', () => {
  const tree = treeOf({
    'src/main.ts': `import './server/server.ts'; await import('./cli/main.ts');`,
    'src/server/server.ts': `import type { A } from '../port/a.ts'; export * from './b.ts';`,
    'src/server/b.ts': `import '../server/server.ts';`,
    'src/cli/main.ts': '',
    'src/port/a.ts': '',
    'src/port/a.test.ts': `import './example.ts';`,
    'src/port/example.ts': `import './of-example.ts';`,
    'src/port/of-example.ts': '',
    'src/engine/process/launcher.ts': '',
    'test/house/a.ts': '',
  });
  assert.deepEqual(
    [...publishedRule.check(tree)].map(({ file }) => file),
    ['src/port/example.ts', 'src/port/of-example.ts'],
  );
});
