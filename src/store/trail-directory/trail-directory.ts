// Files of trails in a directory of the operator's, whose folders stand for buckets. It makes no
// such folder: that one is there says that files may come into it. Nothing leaves its folder, and
// no half of a file is ever seen under its name.

import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TrailPlace } from '../../port/trail-place.ts';

export function trailDirectory(root: string): TrailPlace {
  const folderOf = (bucket: string): string => {
    if (!/^[a-z0-9][a-z0-9.-]*$/.test(bucket)) throw new Error(`no folder can be named ${bucket}`);
    return join(root, bucket);
  };
  const has = async (bucket: string): Promise<boolean> => {
    try {
      return (await stat(folderOf(bucket))).isDirectory();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  };
  return {
    has,
    async put(bucket, key, bytes, metadata) {
      if (key.split('/').some((part) => part === '' || part === '.' || part === '..'))
        throw new Error(`no file can be named ${key}`);
      if (!(await has(bucket))) throw new Error(`there is no folder ${bucket}`);
      const path = join(folderOf(bucket), key);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      if (Object.keys(metadata).length > 0)
        await write(`${path}${metadataEnding}`, Buffer.from(JSON.stringify(metadata)));
      await write(path, bytes);
      await syncDirectory(dirname(path));
    },
  };
}

/** What is told of a file stands in another one beside it. */
const metadataEnding = '.metadata.json';

async function write(path: string, bytes: Uint8Array): Promise<void> {
  const half = `${path}.part`;
  try {
    const file = await open(half, 'w', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(half, path);
  } catch (error) {
    await rm(half, { force: true });
    throw error;
  }
}

/** A name is durable when its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
