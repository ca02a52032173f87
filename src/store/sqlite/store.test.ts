// The SQLite store against the contract, and what is SQLite's alone: versions and the lock.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { migrations } from '../migration/migrations.ts';
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

test('sqlite: rows of the first version are brought up to date', () => {
  const first = new DatabaseSync(path);
  first.exec(migrations[0]!.statements);
  first.exec('PRAGMA user_version = 1');
  first.exec("INSERT INTO queue_number (number, arn) VALUES (1, 'arn:q')");
  const insert = first.prepare("INSERT INTO job VALUES (?, ?, 1, 2, 'n', 'arn:d', 'd', NULL, 7, ?)");
  const needs = { milliVcpu: 1000, memoryMib: 64, gpus: 0 };
  const log = { group: 'g', prefix: 'p' };
  insert.run(1, 'a', JSON.stringify({ needs, log, attempts: [], status: 'RUNNABLE' }));
  insert.run(2, 'b', JSON.stringify({ needs, attempts: [], status: 'RUNNABLE' }));
  first.close();
  const store = new SqliteStore(path);
  assert.deepEqual(store.load().jobs.map((job) => job.terms), [{ needs, log }, { needs }]);
  store.close();
  forget();
});
