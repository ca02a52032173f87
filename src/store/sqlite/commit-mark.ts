// A note beside the database of how many commits it has had: a database that knows fewer has lost
// some (its write-ahead log is gone or damaged, or an older copy lies in its place). The note never
// claims a commit that is not durable, and may be behind.

import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** The database knows fewer commits than it had. */
export class OlderDatabase extends Error {
  override name = 'OlderDatabase';

  constructor(known: number, had: Commits) {
    super(
      `the database in this data directory knows ${known} commits and had ${had.count} or more on ${new Date(had.atMs).toISOString()}: it is an older copy, or its write-ahead log (longshore.db-wal) is lost or damaged. ` +
        'Put back the newer files or restore a backup; --accept-older-database goes on without what is missing',
    );
  }
}

export interface Commits {
  readonly count: number;
  /** When the last of them was decided. */
  readonly atMs: number;
}

const lineBytes = 64;

export class CommitMark {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'a+', 0o600);
    closeSync(this.#file);
    this.#file = openSync(path, 'r+');
  }

  /** Undefined where nothing is noted, or a power loss has torn it: then nothing is claimed. */
  read(): Commits | undefined {
    const bytes = Buffer.alloc(lineBytes);
    readSync(this.#file, bytes, 0, lineBytes, 0);
    const [, facts, count, atMs, sum] =
      /^((\d+) (\d+)) ([0-9a-f]+) *\n$/.exec(bytes.toString('latin1')) ?? [];
    return facts !== undefined && sum === crc32(facts).toString(16)
      ? { count: Number(count), atMs: Number(atMs) }
      : undefined;
  }

  write({ count, atMs }: Commits): void {
    const facts = `${count} ${atMs}`;
    writeSync(this.#file, `${`${facts} ${crc32(facts).toString(16)}`.padEnd(lineBytes - 1)}\n`, 0);
  }

  close(): void {
    closeSync(this.#file);
  }
}
