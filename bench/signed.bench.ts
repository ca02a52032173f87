// Whether a server with access control keeps its size: a million signed calls, each on record, and
// its resident memory after half of them, when caches and heap have their size, and after the last.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../src/base/assert.ts';
import { rootCredentials } from '../src/cli/root-credentials.ts';
import { BenchServer } from './bench-server.ts';
import { load } from './load-client.ts';
import type { BenchOptions, Figure } from './report.ts';
import { signerOf } from './signer.ts';

const parts = 10;
const connections = 64;

/** With `--jobs`, so many calls. */
export async function signedBench({ jobs: calls = 1_000_000 }: BenchOptions): Promise<Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
  try {
    await using server = await BenchServer.start('fake', ['--auth', 'on', '--audit', 'all'], {
      directory,
    });
    const { accessKeyId, secretAccessKey } = must(
      rootCredentials(directory),
      'the first start makes them',
    );
    const sign = signerOf(accessKeyId, secretAccessKey);
    server.sign = sign;
    await server.prepare({ waiting: true });
    const sizes: number[] = [];
    let seconds = 0;
    for (let part = 0; part < parts; part++) {
      const done = await load(
        server.url,
        '/v1/describejobqueues',
        (index) => JSON.stringify({ maxResults: (index % 100) + 1 }),
        calls / parts,
        connections,
        undefined,
        sign,
      );
      seconds += done.seconds;
      sizes.push(await server.residentMib());
    }
    const half = sizes[parts / 2 - 1] ?? 0;
    return [
      {
        what: `memory after ${calls.toLocaleString('en')} signed calls on record, as a share of that after half of them`,
        value: ((sizes.at(-1) ?? 0) / half) * 100,
        unit: '%',
        target: { bound: 'at most', value: 105 },
        note: `${sizes.map((size) => Math.round(size)).join(', ')} MiB; ${Math.round(calls / seconds).toLocaleString('en')} calls/s`,
      },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
