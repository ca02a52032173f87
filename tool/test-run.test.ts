// The runner is itself tried on files with known ends: a runner that counts wrong would hide
// everything else.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Outcome } from './test-run.ts';

const head = `import { describe, test } from 'node:test';\n`;

/** In a process of its own: Node's runner refuses to run inside one of its tests. */
function outcomeOf(text: string): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-test-run-'));
  try {
    writeFileSync(join(folder, 'a.test.mjs'), text);
    const driver = join(folder, 'driver.mjs');
    writeFileSync(
      driver,
      `
      import { runTestFiles } from ${JSON.stringify(new URL('test-run.ts', import.meta.url))};
      const outcome = await runTestFiles(${JSON.stringify(folder)}, ['a.test.mjs'], { concurrency: 1, timeoutMs: 20_000 });
      console.log(JSON.stringify(outcome));`,
    );
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const end = spawnSync(process.execPath, [driver], { encoding: 'utf8', env });
    assert.equal(end.status, 0, end.stderr);
    return JSON.parse(end.stdout) as Outcome;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('passed tests are counted, suites are not', () => {
  const outcome = outcomeOf(
    `${head}describe('s', () => { test('a', () => {}); test('b', () => {}); });`,
  );
  assert.deepEqual(outcome, { passed: 2, failures: [], skips: [] });
});

test('a failed test is told once, with its place and its error', () => {
  const { passed, failures } = outcomeOf(
    `${head}describe('s', () => {\n  test('a', () => { throw new Error('broken'); });\n});`,
  );
  assert.equal(passed, 0);
  assert.equal(failures.length, 1);
  assert.equal(failures[0]?.name, 'a');
  assert.equal(failures[0]?.place, 'a.test.mjs:3');
  assert.match(failures[0]?.text ?? '', /broken/);
});

test('a skipped test keeps its reason', () => {
  const { skips } = outcomeOf(`${head}test('a', { skip: 'needs docker: none' }, () => {});`);
  assert.deepEqual(skips, [{ name: 'a', place: 'a.test.mjs:2', reason: 'needs docker: none' }]);
});

test('a file that falls over is a failure, and shows what it printed', () => {
  const { failures } = outcomeOf(`console.error('last words'); process.exit(3);`);
  assert.equal(failures.length, 1);
  assert.match(failures[0]?.text ?? '', /last words/);
});

test('a file without tests is a failure', () => {
  const { passed, failures } = outcomeOf(`console.log('nothing here');`);
  assert.equal(passed, 0);
  assert.match(failures[0]?.text ?? '', /holds no test/);
});
