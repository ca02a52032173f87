// Opens the database file, brings its schema up to date and sets what durability needs. Knows no
// table but its own version.

import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { migrations } from '../migration/migrations.ts';

/** The file was written by a newer program; going on would harm it. */
class NewerSchema extends Error {
  override name = 'NewerSchema';
}

/**
 * Write-ahead log with a full sync at every commit: what was committed survives a power loss.
 * `:memory:` keeps nothing. The lock is exclusive: a second server on the same file fails at once
 * instead of corrupting it.
 */
export function openDatabase(path: string): DatabaseSync {
  // SQLite gives the files beside it the same mode.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path);
  database.exec(
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;',
  );
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as {
    user_version: number;
  };
  const newest = migrations.at(-1)?.version ?? 0;
  if (version > newest)
    throw new NewerSchema(
      `the database has schema ${version}; this program knows schemas up to ${newest}`,
    );
  for (const migration of migrations) {
    if (migration.version <= version) continue;
    database.exec(
      `BEGIN IMMEDIATE; ${migration.statements} PRAGMA user_version = ${migration.version}; COMMIT;`,
    );
  }
  return database;
}
