// A port for a test's server that goes and comes back at the same address. It is not one that the
// system gives away: while the server is down, anybody's connection could have begun at such a one.

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Systems give away those from 32768 or 49152 on. */
const [first, last] = [10_000, 30_000];

export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(first, last);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
