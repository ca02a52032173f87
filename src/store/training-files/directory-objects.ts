// A directory of the operator's in the place of a bucket: files below it are objects. Nothing
// leaves it, by no link either, and no half of a file is ever seen under its name.

import { constants } from 'node:fs';
import { access, lstat, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { FileContent, ObjectStore } from '../../port/object-store.ts';
import { partsOf, RefusedPlace } from './object-path.ts';
import { plainFiles } from './left-files.ts';

const pieceBytes = 2 ** 20;

/** `root`: a real path. */
export function directoryObjects(root: string): ObjectStore {
  const pathOf = (key: string): string => join(root, ...partsOf(key));
  const folderOf = (key: string): string => (key === '' ? root : pathOf(key));
  return {
    async *list(prefix) {
      const at = prefix.replace(/\/$/, '');
      const directory = folderOf(at);
      if (!(await isThere(directory))) return;
      await within(root, directory);
      for await (const path of plainFiles(directory)) {
        const { size } = await lstat(join(directory, ...path));
        yield { key: [...(at === '' ? [] : [at]), ...path].join('/'), bytes: size };
      }
    },
    async read(key, signal) {
      const path = await within(root, pathOf(key));
      const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
      return file.createReadStream({ signal });
    },
    async probe(prefix) {
      const at = await firstThere(folderOf(prefix.replace(/\/$/, '')));
      await within(root, at);
      if (!(await stat(at)).isDirectory())
        throw new RefusedPlace('a file is where a folder is to be');
      await access(at, constants.W_OK | constants.X_OK);
    },
    async put(key, file, signal) {
      const target = pathOf(key);
      const directory = dirname(target);
      await within(root, await firstThere(directory));
      await mkdir(directory, { recursive: true });
      const real = join(await within(root, directory), target.slice(directory.length + 1));
      const part = `${real}.part`;
      try {
        await rm(part, { force: true });
        await copy(file, part, signal);
        await file.confirm();
        await rename(part, real);
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
    },
  };
}

async function copy(file: FileContent, path: string, signal: AbortSignal): Promise<void> {
  const to = await open(path, 'wx', 0o644);
  try {
    for (let at = 0; at < file.bytes; at += pieceBytes) {
      signal.throwIfAborted();
      await to.writeFile(await file.piece(at, Math.min(pieceBytes, file.bytes - at)));
    }
    await to.sync();
  } finally {
    await to.close();
  }
}

/** The real path, which is the root or below it. */
export async function within(root: string, path: string): Promise<string> {
  const real = await realpath(path);
  if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep))
    throw new RefusedPlace('a link leads out of what is granted');
  return real;
}

async function firstThere(path: string): Promise<string> {
  return (await isThere(path)) ? path : firstThere(dirname(path));
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    },
  );
