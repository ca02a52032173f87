// `longshore restore`: makes a data directory of a backup, or of a copy of a data directory whose
// server did not run. It starts no server, overwrites nothing, and leaves the mark to the first
// start, which makes a new one (ADR 0018).

import { programName } from '../../cli/program-name.ts';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Failure, UsageError } from '../../cli/failure.ts';
import { parseFlags, type Flags } from '../../cli/flags.ts';
import { helpPage } from '../../cli/help.ts';
import { identityFiles, nowhere } from '../identity.ts';
import { keyFile } from '../key-file.ts';
import { makeDirectory } from '../make-directory.ts';
import { complain, say } from './terminal.ts';

const flags = {
  'data-dir': {
    type: 'string',
    value: 'DIRECTORY',
    help: 'where the server is to keep its state; new or empty',
  },
  help: { type: 'boolean', short: 'h', help: 'show this help' },
} as const satisfies Flags;

const page = {
  name: 'restore',
  summary: 'make a data directory of a backup',
  usage: 'BACKUP --data-dir DIRECTORY',
  about:
    'BACKUP is what longshore backup wrote, or a copy of a data directory whose server did not run.\nA server that starts on the new directory touches no container of the one that was backed up, unless it is started with --adopt.',
  flagGroups: { Flags: flags },
  examples: ['longshore restore ./backup-monday --data-dir ./.longshore'],
};

/**
 * The database with what it has not taken in yet, and what a server knows itself by. The note of
 * commits is of another database. A backup has no key; a copy of a data directory has.
 */
const kept = ['longshore.db', 'longshore.db-wal', identityFiles.mark, keyFile, 'engine'];

/** Exit codes: 0 done, 1 it failed, 2 wrong usage. */
export async function restore(argv: readonly string[]): Promise<number> {
  try {
    const {
      values,
      operands: [backup, extra],
    } = parseFlags(argv, flags);
    if (values.help) {
      say(helpPage(page, process.stdout.columns || 80));
      return 0;
    }
    const dataDir = values['data-dir'];
    if (backup === undefined || dataDir === undefined || extra !== undefined)
      throw new UsageError(
        'restore needs a backup and where to',
        `Usage: longshore restore ${page.usage}`,
      );
    restoreInto(backup, dataDir);
    say(
      `${dataDir} is made of ${backup}. Start a server on it: ${programName(process.env)} serve --data-dir ${dataDir}\nIt leaves the containers of the one that was backed up alone. Where it takes that one's place, add --adopt the first time.\n`,
    );
    return 0;
  } catch (error) {
    const isUsage = error instanceof UsageError;
    complain(
      `longshore restore: ${(error as Error).message}\n${isUsage ? `${error.hint ?? 'See longshore restore --help'}\n` : ''}`,
    );
    return isUsage ? 2 : 1;
  }
}

function restoreInto(backup: string, dataDir: string): void {
  if (!existsSync(join(backup, 'longshore.db')))
    throw new Failure(`${backup} holds no backup: there is no longshore.db in it`);
  if (existsSync(join(backup, 'incomplete')))
    throw new Failure(`the backup in ${backup} is not whole: it was cut off while it was written`);
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0)
    throw new Failure(`${dataDir} is not empty`);
  makeDirectory(dataDir);
  try {
    for (const name of kept)
      if (existsSync(join(backup, name))) copyPrivately(join(backup, name), join(dataDir, name));
    for (const path of logFiles(backup)) copyPrivately(join(backup, path), join(dataDir, path));
    writeFileSync(join(dataDir, identityFiles.place), nowhere, { mode: 0o600 });
    checkDatabase(join(dataDir, 'longshore.db'), backup);
  } catch (error) {
    // It was empty, and is so again.
    for (const name of readdirSync(dataDir))
      rmSync(join(dataDir, name), { recursive: true, force: true });
    throw error;
  }
}

function copyPrivately(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  copyFileSync(from, to);
  chmodSync(to, 0o600);
}

const logFiles = (backup: string): string[] =>
  (existsSync(join(backup, 'logs'))
    ? readdirSync(join(backup, 'logs'), { recursive: true, withFileTypes: true })
    : []
  )
    .filter((entry) => entry.isFile() && entry.name.endsWith('.log'))
    .map((entry) =>
      join(entry.parentPath, entry.name).slice(backup.length + (backup.endsWith('/') ? 0 : 1)),
    );

/** Takes in what its log holds. Throws where it is damaged. */
function checkDatabase(path: string, backup: string): void {
  let said: unknown;
  try {
    const database = new DatabaseSync(path);
    try {
      said = (database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string })
        .quick_check;
    } finally {
      database.close();
    }
  } catch (error) {
    said = (error as Error).message;
  }
  if (said !== 'ok') throw new Failure(`the database in ${backup} is damaged: ${String(said)}`);
}
