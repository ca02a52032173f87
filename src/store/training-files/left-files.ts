// Reads what a container left in directories that were its own to fill: links, devices and pipes
// may be among it, and none of them is followed or waited for.

import { constants, createWriteStream } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { create } from 'tar';

/** What SageMaker shows of `/opt/ml/output/failure`. */
const reasonCharacters = 1024;

/** Undefined where it is no plain file, or there is nothing in it. */
export async function textOf(path: string): Promise<string | undefined> {
  const file = await openPlain(path);
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4 * reasonCharacters), 0);
    const text = buffer.subarray(0, bytesRead).toString().slice(0, reasonCharacters);
    return (
      text
        .replaceAll('\0', '')
        .replace(/[\uD800-\uDBFF\uFFFD]$/, '')
        .trim() || undefined
    );
  } finally {
    await file.close();
  }
}

/** Undefined where there is none. The last part of the path may be no link. */
async function openPlain(path: string): Promise<Awaited<ReturnType<typeof open>> | undefined> {
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
  } catch (error) {
    if (!['ENOENT', 'ELOOP', 'ENXIO'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
  }
  return undefined;
}

/** Whether it is a directory itself, and not empty. */
export async function holdsAnything(directory: string): Promise<boolean> {
  const found = await lstat(directory).catch(() => undefined);
  return found?.isDirectory() === true && (await readdir(directory)).length > 0;
}

/** The plain files below it, as parts of their paths; links are none. */
export async function* plainFiles(
  directory: string,
  above: readonly string[] = [],
): AsyncGenerator<readonly string[]> {
  for (const entry of await readdir(join(directory, ...above), { withFileTypes: true })) {
    const path = [...above, entry.name];
    if (entry.isDirectory()) yield* plainFiles(directory, path);
    else if (entry.isFile()) yield path;
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
