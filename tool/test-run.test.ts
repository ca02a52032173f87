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

/** The outcome of one file that holds `text`. */
const outcomeOf = (text: string): Outcome => outcomeOfFiles({ 'a.test.mjs': text });

/** In a process of its own: Node's runner refuses to run inside one of its tests. */
function outcomeOfFiles(texts: Readonly<Record<string, string>>): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-test-run-'));
  try {
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
    const driver = join(folder, 'driver.mjs');
    writeFileSync(
      driver,
      `
      import { runTestFiles } from ${JSON.stringify(new URL('test-run.ts', import.meta.url))};
      const limits = { abreast: 2, timeoutMs: 20_000 };
      console.log(JSON.stringify(await runTestFiles(${JSON.stringify(folder)}, ${JSON.stringify(Object.keys(texts))}, limits)));`,
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
  const { times: _, ...counted } = outcome;
  assert.deepEqual(counted, { passed: 2, failures: [], skips: [] });
});

test('the time of a file is that of its process, from start to end', () => {
  const { times } = outcomeOf(
    `${head}test('a', async () => {});\nprocess.on('exit', () => { const at = performance.now(); while (performance.now() < at + 300); });`,
  );
  assert.equal(times.length, 1);
  assert.equal(times[0]?.path, 'a.test.mjs');
  assert.ok((times[0]?.ms ?? 0) >= 300, `${times[0]?.ms}`);
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
  const { failures, times } = outcomeOf(`console.error('last words'); process.exit(3);`);
  assert.equal(failures.length, 1);
  assert.deepEqual(
    times.map(({ path }) => path),
    ['a.test.mjs'],
  );
  assert.match(failures[0]?.text ?? '', /last words/);
});

test('a file without tests is a failure', () => {
  const { passed, failures } = outcomeOf(`console.log('nothing here');`);
  assert.equal(passed, 0);
  assert.match(failures[0]?.text ?? '', /holds no test/);
});

test('files run side by side, but for those that say that they run alone', () => {
  const files = `import assert from 'node:assert/strict';
    import { existsSync, writeFileSync } from 'node:fs';
    const here = (name) => new URL(name, import.meta.url);\n`;
  const waitsFor = (other: string, own: string): string =>
    `${head}${files}test('a', { timeout: 10_000 }, async () => {
      writeFileSync(here('${own}'), '');
      while (!existsSync(here('${other}'))) await new Promise((resolve) => setTimeout(resolve, 10));
    });
    process.on('exit', () => writeFileSync(here('${own} is over'), ''));`;
  const findsOver = `${head}${files}test('a', () => {
      for (const name of ['one', 'two']) assert.ok(existsSync(here(name + ' is over')));
    });`;
  const { passed, failures } = outcomeOfFiles({
    'a.test.mjs': `// Runs alone: it wants to meet nobody.\n${findsOver}`,
    'b.test.mjs': waitsFor('two', 'one'),
    'c.test.mjs': waitsFor('one', 'two'),
  });
  assert.deepEqual([passed, failures], [3, []]);
});
