// One server of a mark at a time on this machine, whatever directories they have: a hold that the
// kernel lets go of when the process ends, however it ends. It reaches no other machine, and no
// other network namespace (ADR 0018).

import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another server of this mark runs. */
export class IdentityInUse extends Error {
  override name = 'IdentityInUse';

  constructor(identity: string) {
    super(
      `a server with the mark of this data directory (${identity}) runs on this machine already, in a copy of it or in its original: both would take the same containers for theirs. Stop that one first`,
    );
  }
}

export interface IdentityLock {
  release(): Promise<void>;
}

/** Rejects with {@link IdentityInUse}. */
export const holdIdentity = (identity: string): Promise<IdentityLock> =>
  process.platform === 'linux' ? holdSocket(identity) : holdFile(identity);

/** Holds one of Linux's abstract sockets, which are no files: nobody can leave one behind. */
function holdSocket(identity: string): Promise<IdentityLock> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new IdentityInUse(identity) : error),
    );
    server.listen(`\0longshore-${identity}`, () => {
      server.unref();
      resolve({ release: () => new Promise((released) => server.close(() => released())) });
    });
  });
}

/** A lock of the kernel's, which Node offers only through SQLite. */
async function holdFile(identity: string): Promise<IdentityLock> {
  const lock = new DatabaseSync(join(tmpdir(), `longshore-${identity}.lock`));
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch {
    lock.close();
    throw new IdentityInUse(identity);
  }
  return { release: async () => lock.close() };
}
