// The SQLite store against the contract, and what is SQLite's alone: versions and the lock.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { storeContract } from '../contract/store-contract.ts';
import { SqliteStore } from './store.ts';

const directory = mkdtempSync(join(tmpdir(), 'longshore-store-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const path = join(directory, 'store.db');
const forget = (): void => {
  for (const ending of ['', '-wal', '-shm']) rmSync(path + ending, { force: true });
};

storeContract('sqlite', () => new SqliteStore(path), forget);

test('sqlite: a file of a newer program is refused and left alone', () => {
  new SqliteStore(path).close();
  const database = new DatabaseSync(path);
  database.exec('PRAGMA user_version = 9999');
  database.close();
  assert.throws(() => new SqliteStore(path), { name: 'NewerSchema', message: /9999/ });
  forget();
});

test('sqlite: a second server on the same file fails at once', () => {
  const first = new SqliteStore(path);
  assert.throws(() => new SqliteStore(path), /locked/);
  first.close();
  forget();
});
