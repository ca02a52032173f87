// How many no-op jobs a second the launcher alone brings from request to exit: the yardstick for the process engine, driven by
// `npm run bench`. Not part of the product.

import { randomBytes } from 'node:crypto';
import { LauncherClient } from './launcher-client.ts';
import type { LaunchRequest } from './protocol.ts';

export interface LauncherBenchmark {
  readonly jobsPerSecond: number;
  /** Of single jobs one after the other, from the call to the report of the exit. */
  readonly loneMedianMs: number;
}

/** `directory` is made, and left to the caller to remove. `atOnce` starts are in flight. */
export async function launcherBenchmark(directory: string, { jobs = 2000, atOnce = 64, loneJobs = 50 } = {}): Promise<LauncherBenchmark> {
  const exits = new Map<string, () => void>();
  const client = await LauncherClient.connect(directory, {
    onMessage(message) {
      if (message.type === 'start-failed') throw new Error(message.reason);
      if (message.attempt.state === 'exited') exits.get(message.attempt.id)?.();
    },
    onClose: () => {},
  });
  const runOne = async (): Promise<void> => {
    const request = noOperation();
    const exited = new Promise<void>((resolve) => exits.set(request.id, resolve));
    await client.start(request);
    await exited;
    exits.delete(request.id);
    await client.remove(request.id);
  };
  try {
    for (let warm = 0; warm < 50; warm++) await runOne();
    const loneMs: number[] = [];
    for (let lone = 0; lone < loneJobs; lone++) {
      const startedAtMs = performance.now();
      await runOne();
      loneMs.push(performance.now() - startedAtMs);
    }
    const startedAtMs = performance.now();
    let left = jobs;
    await Promise.all(Array.from({ length: atOnce }, async () => {
      while (left-- > 0) await runOne();
    }));
    const jobsPerSecond = (jobs / (performance.now() - startedAtMs)) * 1000;
    return { jobsPerSecond, loneMedianMs: loneMs.sort((a, b) => a - b)[loneJobs >> 1] ?? 0 };
  } finally {
    await client.close();
  }
}

const noOperation = (): LaunchRequest => ({
  id: randomBytes(16).toString('hex'),
  argv: ['/bin/true'],
  environment: { PATH: '/usr/bin:/bin' },
  limits: { memoryMib: 64, swapMib: 64, cpuShares: 1024 },
});
