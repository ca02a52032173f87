// Files of earlier versions are closed to others, files of others are left as they are, and an open
// directory is told of.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { closeToOthers } from './private-files.ts';

test('what a server made is closed to others, and nothing else is touched', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-private-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, 'process'));
  const ours = [
    'longshore.db',
    'longshore.db-wal',
    'instance',
    'key',
    'process/launcher.lock',
    'process/journal',
  ];
  const others = ['notes.txt', 'process/notes.txt'];
  for (const name of [...ours, ...others]) {
    writeFileSync(join(directory, name), '');
    chmodSync(join(directory, name), 0o644);
  }
  const modes = (names: readonly string[]): number[] =>
    names.map((name) => statSync(join(directory, name)).mode & 0o777);
  assert.equal(closeToOthers(directory), undefined);
  assert.deepEqual(
    modes(ours),
    ours.map(() => 0o600),
  );
  assert.deepEqual(
    modes(others),
    others.map(() => 0o644),
  );
  chmodSync(directory, 0o755);
  assert.match(
    closeToOthers(directory) as string,
    /is open to other users of this machine \(mode 755\).*chmod 700/,
  );
});
