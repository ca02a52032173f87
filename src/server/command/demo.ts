// `longshore demo`: a throw-away server that runs the user guide's rainbow array job through the public API, and goes.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runDemo } from '../../cli/demo.ts';
import { imageAvailable } from '../../engine/docker/image-available.ts';
import { parseServerConfig, type ServerConfig } from '../config.ts';
import { startServer, type RunningServer } from '../server.ts';
import { createFirstRun } from './up.ts';

const image = 'busybox';

export async function demo(argv: readonly string[]): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-demo-'));
  try {
    const started = await startDemoServer([...argv, '--port', '0', '--data-dir', directory, '--log-level', 'warn']);
    const { server, reason, config } = started;
    try {
      const engine = server.capabilities.kind;
      return await runDemo({ endpoint: server.url, engine, engineReason: reason, region: config.region, account: config.account, image: engine === 'docker' ? image : undefined, out: process.stdout });
    } finally {
      await server.close();
    }
  } catch (error) {
    process.stderr.write(`longshore demo: ${(error as Error).message}\n`);
    return 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Containers where Docker runs and the image is there or can be had, else processes. */
async function startDemoServer(argv: readonly string[]): Promise<{ server: RunningServer; reason: string; config: ServerConfig }> {
  const config = parseServerConfig(argv);
  const hooks = { onFatal: () => process.exit(1) };
  let server = await startServer(config, hooks);
  let reason = server.engineReason;
  if (config.engine === 'auto' && server.capabilities.kind === 'docker') {
    const availability = await imageAvailable(image);
    if (!availability.available) {
      await server.close();
      server = await startServer({ ...config, engine: 'process' }, hooks);
      reason = `Docker answers, but the image ${image} cannot be had: ${availability.why}`;
    }
  }
  await createFirstRun(server.url, config);
  return { server, reason, config };
}
