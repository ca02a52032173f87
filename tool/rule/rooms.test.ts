// Planted violations of the import table: each must be caught, and what the table allows must pass.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from '../tree.ts';
import { roomOf, roomsRule } from './rooms.ts';

function messages(path: string, text: string): string[] {
  return [...roomsRule.check(treeOf({ [path]: text }))].map((finding) => finding.message);
}

const wrong: readonly (readonly [what: string, path: string, text: string])[] = [
  ['base imports a room', 'src/base/a.ts', `import { x } from '../core/x.ts';`],
  ['core imports a port', 'src/core/job/a.ts', `import { x } from '../../port/x.ts';`],
  [
    'a type takes the same way as a value',
    'src/core/a.ts',
    `import type { X } from '../wire/x.ts';`,
  ],
  ['a port uses a value of core', 'src/port/a.ts', `import { x } from '../core/x.ts';`],
  [
    'a store uses a value of core',
    'src/store/sqlite/a.ts',
    `import { x, type Y } from '../../core/x.ts';`,
  ],
  [
    'an engine imports another kind of driver',
    'src/engine/docker/a.ts',
    `import { x } from '../../store/x.ts';`,
  ],
  [
    'an engine uses a value of a package of types',
    'src/engine/kubernetes/a.ts',
    `import { x } from 'kubernetes-types/core/v1.js';`,
  ],
  [
    'another driver imports the types of clusters',
    'src/store/sqlite/a.ts',
    `import type { Pod } from 'kubernetes-types/core/v1.js';`,
  ],
  ['control imports wire', 'src/control/a.ts', `import { x } from '../wire/x.ts';`],
  ['a service imports a store', 'src/service/batch/a.ts', `import { x } from '../../store/x.ts';`],
  ['the cli imports the server', 'src/cli/a.ts', `import { x } from '../server/x.ts';`],
  ['app imports the server', 'src/app/a.ts', `import { x } from '../server/x.ts';`],
  [
    'the simulator imports a real engine',
    'sim/a.ts',
    `import { x } from '../src/engine/docker/x.ts';`,
  ],
  ['the simulator imports the server', 'sim/a.ts', `import { x } from '../src/server/x.ts';`],
  ['the product imports a tool', 'src/server/a.ts', `import { x } from '../../tool/x.ts';`],
  ['the product imports a test', 'src/server/a.ts', `import { x } from '../../test/x.ts';`],
  [
    'the product imports what only tests need',
    'src/server/a.ts',
    `import { x } from '../../test/house/x.ts';`,
  ],
  ['the product uses the test runner', 'src/server/a.ts', `import { test } from 'node:test';`],
  [
    'a unit test imports an end-to-end test',
    'src/server/a.test.ts',
    `import { x } from '../../test/x.ts';`,
  ],
  [
    'the house of the tests opens the listener',
    'test/house/a.ts',
    `import { x } from '../../src/server/x.ts';`,
  ],
  [
    'the house of the tests imports an end-to-end test',
    'test/house/a.ts',
    `import { x } from '../x.ts';`,
  ],
  ['a re-export is an import', 'src/core/a.ts', `export { x } from '../port/x.ts';`],
  ['a re-export of everything is an import', 'src/core/a.ts', `export * from '../port/x.ts';`],
  ['a dynamic import is an import', 'src/control/a.ts', `const x = await import('../store/x.ts');`],
  ['an import type is an import', 'src/core/a.ts', `type X = import('../port/x.ts').X;`],
  [
    'core uses a value of the SDK',
    'src/core/a.ts',
    `import { JobStatus } from '@aws-sdk/client-batch';`,
  ],
  ['core imports a Node module', 'src/core/a.ts', `import { join } from 'node:path';`],
  [
    'a Node module without its prefix is a package',
    'src/server/a.ts',
    `import { join } from 'path';`,
  ],
  ['a service logs by itself', 'src/service/batch/a.ts', `import { pino } from 'pino';`],
  ['the product uses a test library', 'src/core/a.ts', `import fc from 'fast-check';`],
  ['a new folder under src', 'src/extra/a.ts', ''],
  ['a file beside main.ts', 'src/extra.ts', ''],
  ['a path out of the house', 'src/server/a.ts', `import { x } from '../../../elsewhere/x.ts';`],
];

for (const [what, path, text] of wrong) {
  test(`the rooms rule catches: ${what}`, () => {
    assert.equal(messages(path, text).length, 1);
  });
}

const right: readonly (readonly [what: string, path: string, text: string])[] = [
  ['core imports base', 'src/core/job/a.ts', `import { never } from '../../base/assert.ts';`],
  ['a port names types of core', 'src/port/a.ts', `import type { Job } from '../core/job/job.ts';`],
  [
    'every specifier is a type',
    'src/store/sqlite/a.ts',
    `import { type A, type B } from '../../core/x.ts';`,
  ],
  [
    'types of the SDK anywhere',
    'src/core/a.ts',
    `import type { JobDetail } from '@aws-sdk/client-batch';`,
  ],
  [
    'values of the SDK in a service',
    'src/service/batch/a.ts',
    `import { JobStatus } from '@aws-sdk/client-batch';`,
  ],
  [
    'an entry point of the schema package in wire',
    'src/wire/a.ts',
    `import { NormalizedSchema } from '@smithy/core/schema';`,
  ],
  [
    'a store reads the shape of a job',
    'src/store/sqlite/a.ts',
    `import { isEnded } from '../../core/job/job.ts';`,
  ],
  ['the server logs', 'src/server/a.ts', `import { pino } from 'pino';`],
  [
    'a test of core uses Node and fast-check',
    'src/core/a.test.ts',
    `import { test } from 'node:test'; import fc from 'fast-check';`,
  ],
  [
    'the house of the tests uses the test runner, and what is tried',
    'test/house/a.ts',
    `import { test } from 'node:test'; import { x } from '../../src/store/x.ts';`,
  ],
  [
    'a test of core uses the house of the tests',
    'src/core/job/a.test.ts',
    `import { x } from '../../../test/house/x.ts';`,
  ],
  [
    'the simulator uses the clock of the tests',
    'sim/a.ts',
    `import { x } from '../test/house/x.ts';`,
  ],
  [
    'an engine imports the types of clusters',
    'src/engine/kubernetes/a.ts',
    `import type { Pod } from 'kubernetes-types/core/v1.js'; const { parse } = await import('yaml');`,
  ],
  [
    'the simulator uses the fake engine',
    'sim/a.ts',
    `import { x } from '../src/engine/fake/x.ts';`,
  ],
  [
    'the package file is read for the version',
    'src/server/version.ts',
    `import manifest from '../../package.json' with { type: 'json' };`,
  ],
  [
    'a tool imports what it likes',
    'tool/a.ts',
    `import { x } from '../src/service/batch/operations.ts'; import { y } from 'oxc-parser';`,
  ],
  [
    'main starts both',
    'src/main.ts',
    `import { a } from './cli/main.ts'; import { b } from './server/server.ts';`,
  ],
];

for (const [what, path, text] of right) {
  test(`the rooms rule allows: ${what}`, () => {
    assert.deepEqual(messages(path, text), []);
  });
}

test('a finding names the line of the import', () => {
  const [finding] = roomsRule.check(
    treeOf({ 'src/base/a.ts': `// A.\n\nimport { x } from '../core/x.ts';\n` }),
  );
  assert.equal(finding?.line, 3);
  assert.equal(finding?.file, 'src/base/a.ts');
});

test('a path has its room by its first folders', () => {
  assert.equal(roomOf('src/service/batch/job/submit-job.ts'), 'service');
  assert.equal(roomOf('src/main.ts'), 'main');
  assert.equal(roomOf('sim/main.ts'), 'sim');
  assert.equal(roomOf('test/house/world.ts'), 'house');
  assert.equal(roomOf('test/server.ts'), 'test');
  assert.equal(roomOf('bin/longshore.js'), undefined);
});
