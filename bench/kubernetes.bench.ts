// What it costs to know the pods of a cluster: listing them, as a start does, and keeping them. The
// API server is a stand-in whose pods are as large as real ones, so the time is that of reading
// alone.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { must } from '../src/base/assert.ts';
import type { Known } from './pods-known.ts';
import type { BenchOptions, Figure } from './report.ts';

const program = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export async function kubernetesBench({ jobs = 10_000 }: BenchOptions): Promise<Figure[]> {
  const server = spawn(process.execPath, [program('pods-process.ts'), String(jobs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(must(server.stdout, 'it is piped'), 'data')) as [Buffer];
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--expose-gc',
      program('pods-known.ts'),
      line.toString().trim(),
    ]);
    const known = JSON.parse(stdout) as Known;
    if (known.pods !== jobs) throw new Error(`${known.pods} pods are known of ${jobs}`);
    const count = jobs.toLocaleString('en-US');
    return [
      {
        what: `${count} pods known`,
        value: known.heapMib,
        unit: 'MiB',
        target: { bound: 'at most', value: 100 },
        note: `of the heap, ${Math.round((known.heapMib * 2 ** 20) / jobs)} bytes each`,
      },
      {
        what: '  the process, just after listing them',
        value: known.residentMib,
        unit: 'MiB',
        note: 'more than before; what V8 has not given back yet',
      },
      {
        what: '  listing them',
        value: known.seconds,
        unit: 's',
        target: { bound: 'at most', value: 5 },
      },
    ];
  } finally {
    server.kill();
  }
}
