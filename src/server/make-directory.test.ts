// The data directory: made with what leads to it, and refused where it cannot be.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeDirectory } from './make-directory.ts';

const root = mkdtempSync(join(tmpdir(), 'longshore-directory-'));
after(() => rmSync(root, { recursive: true, force: true }));

test('makes what leads to it, for its owner alone, and leaves what is there', () => {
  makeDirectory(join(root, 'a', 'b'));
  makeDirectory(join(root, 'a', 'b'));
  assert.equal(statSync(join(root, 'a', 'b')).mode & 0o777, 0o700);
});

test('says so where a file stands in the way', () => {
  writeFileSync(join(root, 'file'), '');
  assert.throws(() => makeDirectory(join(root, 'file')), /not a directory/);
});

test(
  'says so where none can be made',
  { skip: process.platform === 'linux' ? false : 'needs /proc' },
  () => {
    assert.throws(() => makeDirectory('/proc/nope/data'), { code: 'ENOENT' });
  },
);
