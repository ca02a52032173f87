// A start beside the life before it: so many jobs wait, and the server starts again under a heap of
// 1.2 times what they held while it lived. A start that needed more could not be made by whoever
// runs under a limit.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchServer } from './bench-server.ts';
import type { Filled } from './fill.ts';
import type { BenchOptions, Figure } from './report.ts';

/** Lets so many jobs wait in a new data directory. */
export async function filledDirectory(
  jobs: number,
): Promise<{ readonly directory: string; readonly filled: Filled }> {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
  {
    await using server = await BenchServer.start('fake', [], { directory });
    await server.prepare({ waiting: true });
  }
  const output = execFileSync(
    process.execPath,
    ['--expose-gc', fileURLToPath(new URL('fill.ts', import.meta.url)), directory, String(jobs)],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return { directory, filled: JSON.parse(output) as Filled };
}

export async function restartBench({ jobs = 1_000_000 }: BenchOptions): Promise<Figure[]> {
  const { directory, filled } = await filledDirectory(jobs);
  try {
    const diskMib =
      readdirSync(directory).reduce(
        (sum, name) =>
          sum + (name.startsWith('longshore.db') ? statSync(join(directory, name)).size : 0),
        0,
      ) /
      2 ** 20;
    const heapMib = Math.ceil(filled.heapMib * 1.2);
    const began = performance.now();
    await using server = await BenchServer.start('fake', [], {
      directory,
      nodeFlags: [`--max-old-space-size=${heapMib}`],
    });
    const seconds = (performance.now() - began) / 1000;
    const peakMib = server.peakResidentMib();
    const waiting = await server.liveJobs();
    if (waiting !== jobs)
      throw new Error(`${waiting} jobs wait after the start, and ${jobs} did before`);
    const count = jobs.toLocaleString('en-US');
    return [
      {
        what: `${count} waiting jobs, heap`,
        value: filled.heapMib,
        unit: 'MiB',
        note: `after a full collection; submitted in ${filled.seconds.toFixed(0)} s without HTTP`,
      },
      { what: '  the whole process', value: filled.residentMib, unit: 'MiB' },
      { what: '  the database', value: diskMib, unit: 'MiB' },
      {
        what: `  a start under a heap of ${heapMib} MiB`,
        value: seconds,
        unit: 's',
        note: '1.2 times what they held',
      },
      ...(peakMib === undefined
        ? []
        : [{ what: '  the most memory of that process', value: peakMib, unit: 'MiB' } as const]),
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
