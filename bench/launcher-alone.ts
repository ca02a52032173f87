// What the process engine's launcher reaches by itself: no server, no store, no output to carry.
// The bound that whole jobs on the process engine are measured against.

import { LauncherClient } from '../src/engine/process/launcher-client.ts';

/** As many as the benchmark's server runs at once. */
const atOnce = 64;
const limits = { memoryMib: 16, swapMib: 16, cpuShares: 1024 };

/** Jobs per second of `count` no-op processes, from the first start to the last end. */
export async function launcherAlone(directory: string, count: number): Promise<number> {
  const ended = new Map<string, () => void>();
  const client = await LauncherClient.connect(directory, {
    onMessage: (message) => {
      if (message.type === 'attempt' && message.attempt.state === 'exited')
        ended.get(message.attempt.id)?.();
      if (message.type === 'start-failed') throw new Error(message.reason);
    },
    onClose: () => undefined,
  });
  const run = async (prefix: string, jobs: number): Promise<void> => {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < jobs) {
        const id = `${prefix}-${next++}`;
        const end = new Promise<void>((resolve) => ended.set(id, resolve));
        await client.start({
          id,
          argv: ['/bin/true'],
          environment: { PATH: '/usr/bin:/bin' },
          limits,
        });
        await end;
        ended.delete(id);
        await client.remove(id);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  };
  const name = `${process.pid}-${performance.now()}`;
  await run(`warm-${name}`, 200);
  const began = performance.now();
  await run(name, count);
  const rate = count / ((performance.now() - began) / 1000);
  await client.close();
  return rate;
}
