// Makes the data directory and what leads to it. By hand, because `mkdirSync` with `recursive`
// never returns where a directory exists in which none can be made, such as /proc.

import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Only its owner may read it: it holds the environment of every job. Throws what the file system
 * says.
 */
export function makeDirectory(path: string): void {
  const full = resolve(path);
  if (existsSync(full)) {
    if (!statSync(full).isDirectory()) throw new Error(`${path} is there and is not a directory`);
    return;
  }
  makeDirectory(dirname(full));
  mkdirSync(full, { mode: 0o700 });
}
