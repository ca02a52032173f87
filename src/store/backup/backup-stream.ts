// A backup of a server that runs, as the bytes of a tar archive: a copy of the database as of one
// moment, then the log files as they are, and a note that says that all of it came. Nothing is
// locked for longer than a few pages take.

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeTarHeader, tarEnd, tarPadding } from '../../base/tar.ts';
import { fileSuffix } from '../log-file/stream-path.ts';

interface BackupSource {
  readonly dataDir: string;
  /** Makes a copy of the database in a new file. */
  readonly copyDatabase: (path: string) => Promise<void>;
  readonly version: string;
  readonly now: () => number;
}

/** There is no room for the copy of the database that a backup begins with. */
export class NoRoomForBackup extends Error {
  override name = 'NoRoomForBackup';
}

const isCopy = (name: string): boolean =>
  /^backup-[0-9a-f]{16}\.db(-journal|-wal|-shm)?$/.test(name);

/** Removes what a server that was killed during a backup has left. */
export function removeLeftCopies(dataDir: string): void {
  for (const name of readdirSync(dataDir))
    if (isCopy(name)) rmSync(join(dataDir, name), { force: true });
}

/**
 * Resolves when the copy of the database is made; the rest is read as the stream is. Rejects with
 * {@link NoRoomForBackup}.
 */
export async function backUp(
  source: BackupSource,
  { logs }: { readonly logs: boolean },
): Promise<AsyncIterable<Uint8Array>> {
  const { dataDir } = source;
  const copy = join(dataDir, `backup-${randomBytes(8).toString('hex')}.db`);
  const database = join(dataDir, 'longshore.db');
  const [{ bavail, bsize }, { size }] = await Promise.all([statfs(dataDir), stat(database)]);
  if (bavail * bsize < 2 * size)
    throw new NoRoomForBackup(
      `a backup begins with a copy of the database (${size} bytes) in the data directory, which must leave as much room again; ${bavail * bsize} bytes are free`,
    );
  try {
    closeSync(openSync(copy, 'wx', 0o600));
    await source.copyDatabase(copy);
  } catch (error) {
    remove(copy);
    throw error;
  }
  return archive(source, copy, logs);
}

const remove = (copy: string): void =>
  ['', '-journal', '-wal', '-shm'].forEach((ending) => rmSync(copy + ending, { force: true }));

async function* archive(
  { dataDir, version, now }: BackupSource,
  copy: string,
  logs: boolean,
): AsyncGenerator<Uint8Array> {
  try {
    yield* file('longshore.db', copy);
    remove(copy);
    for (const name of ['instance', 'engine']) {
      const content = contentOf(join(dataDir, name));
      if (content !== undefined) yield* small(name, content);
    }
    if (logs) for await (const path of logFiles(dataDir)) yield* file(path, join(dataDir, path));
    yield* small(
      'backup.json',
      Buffer.from(
        `${JSON.stringify({ version, finishedAt: new Date(now()).toISOString(), logs })}\n`,
      ),
    );
    yield tarEnd;
  } finally {
    remove(copy);
  }
}

function* small(name: string, content: Uint8Array): Generator<Uint8Array> {
  yield encodeTarHeader(name, content.length);
  yield content;
  yield new Uint8Array(tarPadding(content.length));
}

/** As long as it is now, whatever comes to it meanwhile; one that has gone is left out. */
async function* file(name: string, path: string): AsyncGenerator<Uint8Array> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return;
  const { size } = found;
  yield encodeTarHeader(name, size);
  let read = 0;
  if (size > 0) {
    for await (const chunk of createReadStream(path, {
      end: size - 1,
      highWaterMark: 262_144,
    }) as AsyncIterable<Buffer>) {
      read += chunk.length;
      yield chunk;
    }
  }
  // One that was cut off while it was read ends in zeros, as a torn tail does.
  for (; read < size; read += 65_536) yield new Uint8Array(Math.min(65_536, size - read));
  yield new Uint8Array(tarPadding(size));
}

/** Paths in the data directory: logs, account, region, group, stream. */
async function* logFiles(dataDir: string): AsyncGenerator<string> {
  const below = async function* (path: string, depth: number): AsyncGenerator<string> {
    const entries = await readdir(join(dataDir, path), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const inner = `${path}/${entry.name}`;
      if (depth < 3 && entry.isDirectory()) yield* below(inner, depth + 1);
      else if (depth === 3 && entry.isFile() && entry.name.endsWith(fileSuffix)) yield inner;
    }
  };
  yield* below('logs', 0);
}

function contentOf(path: string): Buffer | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path) : undefined;
}
