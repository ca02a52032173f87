// `longshore serve`: a server until SIGTERM or SIGINT, which starts empty. Exit codes: 0 after a signal, 1 where it cannot
// start or must stop, 2 for wrong usage.

import { parseServerConfig, serverFlags, UsageError, type ServerConfig } from '../config.ts';
import { startServer, type RunningServer } from '../server.ts';

const usage = `longshore serve - a batch server that speaks the AWS Batch API

${serverFlags}`;

export const serve = (argv: readonly string[]): Promise<number> => runServer(argv, usage, async (server) => void process.stdout.write(`longshore is ready at ${server.url}\n`));

/** Starts a server as the flags say, calls `ready`, and waits for the end. Shared by `serve` and `up`. */
export async function runServer(argv: readonly string[], help: string, ready: (server: RunningServer, config: ServerConfig) => Promise<void>): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  try {
    return await runUntilSignal(parseServerConfig(argv), ready);
  } catch (error) {
    process.stderr.write(`longshore: ${startFailure(error as NodeJS.ErrnoException)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function runUntilSignal(config: ServerConfig, ready: (server: RunningServer, config: ServerConfig) => Promise<void>): Promise<number> {
  // Installed before anything is started, so that an early signal is not lost.
  const ended = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  // Fail-stop: nothing may go on from a world that the disk does not know, so there is no orderly end.
  const server = await startServer(config, { onFatal: stopAtOnce });
  try {
    await ready(server, config);
    await ended;
  } finally {
    await server.close();
  }
  return 0;
}

export function stopAtOnce(error: Error): never {
  process.stderr.write(`longshore: the server has stopped: ${error.message}\n`);
  process.exit(1);
}

function startFailure(error: NodeJS.ErrnoException): string {
  if (error.code === 'EADDRINUSE') return `${(error as { address?: string }).address ?? 'the address'}:${(error as { port?: number }).port ?? ''} is taken: another server listens there; pick another with --port`;
  if (error.code === 'ERR_SQLITE_ERROR' && /locked|busy/i.test(error.message)) return 'another server uses this data directory; pick another with --data-dir';
  if (error.code === 'ERR_SQLITE_ERROR') return `the database in this data directory cannot be used: ${error.message}`;
  return error.message;
}
