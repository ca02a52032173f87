// The variables of all jobs: what is taken, what counts before what, and that no message has a
// value in it.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { BadJobEnvironment, jobEnvironment } from './job-environment.ts';

const root = mkdtempSync(join(tmpdir(), 'longshore-env-'));
after(() => rmSync(root, { recursive: true, force: true }));

function file(text: string): string {
  const path = join(root, 'file');
  writeFileSync(path, text);
  return path;
}

test('values may hold anything but NUL; the command line counts before files, the later before the earlier', () => {
  const path = file('# endpoints\r\nA=from file\r\n\r\nB=b=c\nFROM_SERVER\nEMPTY=\nA=again\n');
  assert.deepEqual(jobEnvironment(['C= d ', 'B=given'], [path], { FROM_SERVER: 'own' }), [
    { name: 'FROM_SERVER', value: 'own' },
    { name: 'EMPTY', value: '' },
    { name: 'A', value: 'again' },
    { name: 'C', value: ' d ' },
    { name: 'B', value: 'given' },
  ]);
});

test('what is no variable is refused without telling its value', () => {
  const cases: [given: string[], text: string | undefined, message: RegExp][] = [
    [['s3cret'], undefined, /^--job-env: s3cret has no value/],
    [['=s3cret'], undefined, /^--job-env: expected NAME=VALUE/],
    [['9A=s3cret'], undefined, /expected NAME=VALUE/],
    [['A B=s3cret'], undefined, /expected NAME=VALUE/],
    [['AWS_BATCH_JOB_ID=s3cret'], undefined, /AWS_BATCH_JOB_ID is reserved/],
    [[], 'A=1\nAWS_BATCHED=s3cret', /file, line 2: AWS_BATCHED is reserved/],
    [[], 'A=s3\0cret', /line 1: the value of A has a NUL/],
    [[], `A=${'x'.repeat(70_000)}`, /more than 65536 bytes together/],
    [[], 'x'.repeat(300_000), /is larger than/],
  ];
  for (const [given, text, message] of cases) {
    const files = text === undefined ? [] : [file(text)];
    assert.throws(
      () => jobEnvironment(given, files, {}),
      (error) =>
        error instanceof BadJobEnvironment &&
        message.test(error.message) &&
        (given[0] === 's3cret' || !error.message.includes('s3cret')),
      String(message),
    );
  }
  assert.throws(() => jobEnvironment([], [join(root, 'none')], {}), /none cannot be read/);
});
