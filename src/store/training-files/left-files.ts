// Reads what a container left in directories that were its own to fill: links, devices and pipes
// may be among it, and none of them is followed or waited for.

import { constants, createWriteStream, type BigIntStats, type Dirent } from 'node:fs';
import { lstat, open, readdir, readlink, realpath, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { create } from 'tar';
import type { FileContent } from '../../port/object-store.ts';

/** What SageMaker shows of `/opt/ml/output/failure`. */
const reasonCharacters = 1024;

/** Where a process may write, a directory of a path can be a link the next moment. */
export const seesWhatIsOpen = process.platform === 'linux';

/** It was written to while it was stored. */
export class ChangedFile extends Error {
  override name = 'ChangedFile';
}

/** A plain file, open; whoever may write near it leads nobody to another one by links. */
export class LeftFile implements FileContent, AsyncDisposable {
  readonly bytes: number;
  /** Another one when it has been written to. */
  readonly stamp: string;
  readonly #file: FileHandle;

  private constructor(file: FileHandle, found: BigIntStats) {
    this.#file = file;
    this.bytes = Number(found.size);
    this.stamp = stampOf(found);
  }

  /** Undefined where there is none. `base`: nobody but the server writes there. */
  static async open(base: string, path: readonly string[]): Promise<LeftFile | undefined> {
    const file = await openAt(base, path, constants.O_NONBLOCK);
    if (file === undefined) return undefined;
    const found = await file.stat({ bigint: true });
    if (found.isFile()) return new LeftFile(file, found);
    await file.close();
    return undefined;
  }

  async piece(at: number, bytes: number): Promise<Uint8Array> {
    const buffer = Buffer.alloc(bytes);
    for (let got = 0; got < bytes;) {
      const { bytesRead } = await this.#file.read(buffer, got, bytes - got, at + got);
      if (bytesRead === 0) throw new ChangedFile('a file became shorter while it was stored');
      got += bytesRead;
    }
    return buffer;
  }

  async confirm(): Promise<void> {
    if (stampOf(await this.#file.stat({ bigint: true })) !== this.stamp)
      throw new ChangedFile('a file was written to while it was stored');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

const isNothing = (code: string): boolean => ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(code);

const stampOf = ({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  [ino, size, mtimeNs, ctimeNs].join(' ');

/** Of a file that is to be opened, or of what links make of its path. Undefined: it is gone. */
export async function stampAt(base: string, path: readonly string[]): Promise<string | undefined> {
  try {
    return stampOf(await lstat(join(base, ...path), { bigint: true }));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!isNothing(code)) throw error;
    return undefined;
  }
}

/** Undefined where there is nothing, or links lead elsewhere. */
async function openAt(
  base: string,
  path: readonly string[],
  flags: number,
): Promise<FileHandle | undefined> {
  const expected = join(await realpath(base), ...path);
  try {
    const file = await open(expected, constants.O_RDONLY | constants.O_NOFOLLOW | flags);
    if (!seesWhatIsOpen || (await readlink(`/proc/self/fd/${file.fd}`)) === expected) return file;
    await file.close();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!isNothing(code)) throw error;
  }
  return undefined;
}

/** Undefined where it is no plain file, or there is nothing in it. */
export async function textOf(base: string, path: readonly string[]): Promise<string | undefined> {
  await using file = await LeftFile.open(base, path);
  if (file === undefined) return undefined;
  const bytes = await file.piece(0, Math.min(file.bytes, 4 * reasonCharacters));
  return (
    Buffer.from(bytes)
      .toString()
      .slice(0, reasonCharacters)
      .replaceAll('\0', '')
      .replace(/[\uD800-\uDBFF\uFFFD]$/, '')
      .trim() || undefined
  );
}

/** Whether it is a directory itself, and not empty. */
export async function holdsAnything(directory: string): Promise<boolean> {
  const found = await lstat(directory).catch(() => undefined);
  return found?.isDirectory() === true && (await readdir(directory)).length > 0;
}

/** The plain files below a directory, as parts of their paths below the base; links are none. */
export async function* plainFiles(
  base: string,
  directory: readonly string[] = [],
): AsyncGenerator<readonly string[]> {
  for (const entry of await entriesOf(base, directory)) {
    const path = [...directory, entry.name];
    if (entry.isDirectory()) yield* plainFiles(base, path);
    else if (entry.isFile()) yield path;
  }
}

async function entriesOf(base: string, directory: readonly string[]): Promise<readonly Dirent[]> {
  const handle = await openAt(base, directory, constants.O_DIRECTORY);
  if (handle === undefined) return [];
  try {
    const path = seesWhatIsOpen ? `/proc/self/fd/${handle.fd}` : join(base, ...directory);
    return await readdir(path, { withFileTypes: true });
  } finally {
    await handle.close();
  }
}

/** Files, directories and links, which stay links, without owners. */
export async function archive(directory: string, file: string, signal: AbortSignal): Promise<void> {
  const names = await readdir(directory);
  const packed = create(
    {
      cwd: directory,
      gzip: true,
      portable: true,
      filter: (_path, found) =>
        !('isFile' in found) || found.isFile() || found.isDirectory() || found.isSymbolicLink(),
      onWriteEntry: (entry) => {
        entry.path = entry.path.replace(/^\.\//, '');
      },
    },
    // A name alone that begins with @ would be an archive to read.
    names.map((name) => `./${name}`),
  );
  await pipeline(Readable.from(packed), createWriteStream(file), { signal });
}
