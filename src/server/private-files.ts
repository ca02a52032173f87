// Keeps what a data directory holds from other users of the machine: it holds the environment of
// every job and the key of all secrets. Files are made private by those who make them; this mends
// those of earlier versions and says where the directory itself is open. It touches no file that is
// not a server's.

import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the data directory holds, and the process engine's within it. Log files and outputs have
 * always been private.
 */
const ours =
  /^(longshore\.db(-wal|-shm|-journal|-mark)?|instance(\.place)?|key(\.new)?|root-credentials(\.longshore)?|engine|reserve)$/;
const ofLauncher = /^(launcher\.(socket|lock|log)(-journal|-wal|-shm)?|journal)$/;

/** Answers what its owner should be told, if anything. */
export function closeToOthers(dataDir: string): string | undefined {
  closeFiles(dataDir, ours);
  closeFiles(join(dataDir, 'process'), ofLauncher);
  if (process.platform === 'win32') return undefined;
  const mode = statSync(dataDir).mode & 0o777;
  if ((mode & 0o077) === 0) return undefined;
  return `the data directory ${dataDir} is open to other users of this machine (mode ${mode.toString(8)}): its files are closed to them, their names are not; chmod 700 closes it`;
}

function closeFiles(directory: string, names: RegExp): void {
  for (const name of namesIn(directory)) {
    if (!names.test(name)) continue;
    const path = join(directory, name);
    const found = statSync(path, { throwIfNoEntry: false });
    // One that is another user's is not ours to change.
    if (
      found?.isFile() &&
      (found.mode & 0o077) !== 0 &&
      found.uid === (process.getuid?.() ?? found.uid)
    )
      chmodSync(path, 0o600);
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
