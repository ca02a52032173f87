// `longshore demo`: a throw-away server that runs the user guide's rainbow array job through the
// public API, and goes.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runDemo } from '../../cli/demo.ts';
import { UsageError } from '../../cli/failure.ts';
import { imageAvailable } from '../../engine/docker/image-available.ts';
import { parseServerConfig, type ServerConfig } from '../config.ts';
import { startServer, type RunningServer } from '../server.ts';
import { serverHelp, wantsHelp } from './help.ts';
import { startFailure, stopAtOnce } from './serve.ts';
import { createFirstRun } from './first-run.ts';
import { say } from './terminal.ts';

const image = 'busybox';

/** Exit codes: 0 when all went well, 1 where it did not, 2 for wrong usage, 143 after SIGTERM. */
export async function demo(argv: readonly string[]): Promise<number> {
  if (wantsHelp(argv)) {
    say(serverHelp('demo'));
    return 0;
  }
  const directory = mkdtempSync(join(tmpdir(), 'longshore-demo-'));
  try {
    return await demoIn([...argv, '--port', '0', '--data-dir', directory, '--log-level', 'warn']);
  } catch (error) {
    return startFailure('demo', error as NodeJS.ErrnoException);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function demoIn(argv: readonly string[]): Promise<number> {
  const terminated = new Promise<number>((resolve) => process.once('SIGTERM', () => resolve(143)));
  const { server, reason, config } = await startDemoServer(argv);
  try {
    const engine = server.engineKind;
    if (engine === 'none')
      throw new UsageError('--engine none: the demo runs jobs, and nothing here would run them');
    const run = runDemo({
      endpoint: server.url,
      engine,
      engineReason: reason,
      region: config.region,
      account: config.account,
      image: engine === 'docker' ? image : undefined,
      out: process.stdout,
    });
    return await Promise.race([run, terminated]);
  } finally {
    await server.close({ discard: true });
  }
}

/** Containers where Docker runs and the image is there or can be had, else processes. */
async function startDemoServer(
  argv: readonly string[],
): Promise<{ server: RunningServer; reason: string; config: ServerConfig }> {
  const config = parseServerConfig(argv);
  if (config.auth) throw new UsageError('--auth: the demo asks nobody who they are');
  const hooks = { onFatal: stopAtOnce, engineRules: { mayTakeProcesses: true } };
  let server = await startServer(config, hooks);
  let reason = server.engineReason;
  if (config.engine === 'auto' && server.engineKind === 'docker') {
    const availability = await imageAvailable(image);
    if (!availability.available) {
      await server.close();
      server = await startServer({ ...config, engine: 'process' }, hooks);
      reason = `Docker answers, but the image ${image} cannot be had: ${availability.why}`;
    }
  }
  await createFirstRun(server, config);
  return { server, reason, config };
}
