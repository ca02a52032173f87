// Files with secrets in them, which their owner alone can read from the first byte on. It decides
// nothing of what stands in them.

import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** The file is whole, or as it was before. Throws what the file system says. */
export function writePrivately(path: string, text: string): void {
  const half = `${path}.longshore`;
  // What is left there of before, or was put there, may be read by others, or lead elsewhere.
  rmSync(half, { force: true });
  writeFileSync(half, text, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(half, path);
}
