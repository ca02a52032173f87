// A database that has lost commits is told from one that has all, however they were lost; while
// nothing is committed, all is in the database itself.

import assert from 'node:assert/strict';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { OlderDatabase } from './commit-mark.ts';
import { SqliteStore } from './store.ts';
import { commitOf } from '../../../test/house/commit.ts';

function scene(t: TestContext): { path: string; copy: (name: string) => string } {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-commits-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'a', 'longshore.db');
  cpSync(mkdtempSync(join(directory, 'new-')), join(directory, 'a'), { recursive: true });
  return {
    path,
    // As a crash leaves it: everything that was written, and nobody has closed it.
    copy: (name) => {
      cpSync(join(directory, 'a'), join(directory, name), { recursive: true });
      return join(directory, name, 'longshore.db');
    },
  };
}

function commits(store: SqliteStore, count: number): void {
  for (let at = 1; at <= count; at++) store.commit(commitOf({ atMs: at }));
}

test('a lost, a truncated and a damaged log, an older copy and a database that is gone are refused, and accepted when asked for', (t) => {
  const { path, copy } = scene(t);
  const store = new SqliteStore(path);
  const older = copy('older');
  commits(store, 20);
  const losses: Readonly<Record<string, (file: string) => void>> = {
    lost: (file) => rmSync(`${file}-wal`),
    truncated: (file) =>
      truncateSync(`${file}-wal`, Math.floor(statSync(`${file}-wal`).size / 100)),
    damaged: (file) =>
      writeFileSync(`${file}-wal`, readFileSync(`${file}-wal`).fill(0xff, 1000, 1100)),
    replaced: (file) => (copyFileSync(older, file), rmSync(`${file}-wal`)),
    gone: (file) => (rmSync(file), rmSync(`${file}-wal`)),
  };
  for (const [how, lose] of Object.entries(losses)) {
    const file = copy(how);
    rmSync(`${file}-shm`, { force: true });
    lose(file);
    assert.throws(
      () => new SqliteStore(file),
      (error) =>
        error instanceof OlderDatabase &&
        /knows \d+ commits and had \d+ or more on 1970.*--accept-older-database/.test(
          error.message,
        ),
      how,
    );
    new SqliteStore(file, { acceptOlder: true }).close();
    new SqliteStore(file).close();
  }
  // Nothing is lost by a crash alone.
  new SqliteStore(copy('crashed')).close();
  store.close();
});

test('after an orderly end a copy of the database alone has everything, and a note that is torn or missing claims nothing', (t) => {
  const { path, copy } = scene(t);
  const store = new SqliteStore(path);
  commits(store, 5);
  store.close();
  assert(!existsSync(`${path}-wal`));
  const reopened = new SqliteStore(path);
  assert.equal(reopened.load().newestCommitAtMs, 5);
  reopened.close();
  for (const damage of [
    (file: string) => rmSync(`${file}-mark`),
    (file: string) => writeFileSync(`${file}-mark`, '99999 1 x\n'),
    (file: string) => writeFileSync(`${file}-mark`, ''),
  ]) {
    const file = copy(`note ${String(damage)}`.replaceAll(/\W/g, ''));
    damage(file);
    new SqliteStore(file).close();
  }
});

test('a copy of a live database can be made while commits go on', async (t) => {
  const { path } = scene(t);
  const store = new SqliteStore(path);
  commits(store, 3);
  // It may begin at the same moment as a commit.
  for (let at = 4; at < 40; at++) {
    const made = store.backUp(`${path}.backup-${at}`);
    for (let more = 0; more < at % 4; more++) store.commit(commitOf({ atMs: at }));
    await made;
  }
  store.close();
  const restored = new SqliteStore(`${path}.backup-39`);
  assert([38, 39].includes(restored.load().newestCommitAtMs));
  restored.close();
});
