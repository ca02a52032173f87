// `longshore serve`: a server until SIGTERM or SIGINT, which starts empty. Exit codes: 0 after a
// signal, 1 where it cannot start or must stop, 2 for wrong usage.

import { UsageError } from '../../cli/failure.ts';
import { programName } from '../../cli/program-name.ts';
import { quoted } from '../../cli/render/job.ts';
import { rootCredentialsPath } from '../../cli/root-credentials.ts';
import { parseServerConfig, type ServerConfig } from '../config.ts';
import { WaitEnded } from '../engine-choice.ts';
import { startServer, type RunningServer, type ServerHooks } from '../server.ts';
import { farewell } from './farewell.ts';
import { serverHelp, wantsHelp, type HelpedVerb } from './help.ts';
import { complain, say } from './terminal.ts';

/**
 * It runs for months and may be started before Docker is: it waits for it, and takes nothing else
 * of its own accord.
 */
export const serve = (argv: readonly string[]): Promise<number> =>
  runServer(argv, {
    name: 'serve',
    engineRules: (ended) => ({
      mayTakeProcesses: false,
      wait: { until: ended, tell: (line) => complain(`longshore: ${line}\n`) },
    }),
    prepare: async (config) => {
      if (!config.takesCurrentCluster) return config;
      throw new UsageError(
        '--cluster current is for longshore up: a server that runs for long names its clusters, as in --cluster lab=kind-lab',
      );
    },
    ready: async (server, config) => say(greeting(server, config)),
  });

function greeting(server: RunningServer, { auth, dataDir }: ServerConfig): string {
  const longshore = programName(process.env);
  const profile = auth ? ` --profile longshore --data-dir ${quoted(dataDir)}` : '';
  return `longshore is ready at ${server.url}
Jobs run on ${server.capabilities.version} (${server.engineReason}).
${server.reach}
${rootNotice(server, dataDir)}Next: create a compute environment and a job queue, or let \`${longshore} up\` make the first ones.
To point the AWS CLI of another shell here: eval "$(${longshore} env --endpoint ${server.url}${profile})"
`;
}

/**
 * Says once that the root has a new key; the key itself to a person alone, for what is said to a
 * pipe may be kept for long.
 */
export function rootNotice({ hasNewRootKey, credentials }: RunningServer, dataDir: string): string {
  if (!hasNewRootKey || credentials === undefined) return '';
  const said = `The root of the account has a new access key, in ${rootCredentialsPath(dataDir)}, which you alone can read`;
  return process.stdout.isTTY
    ? `${said}. It is shown this once:\n  AWS_ACCESS_KEY_ID=${credentials.accessKeyId}\n  AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}\n`
    : `${said}.\n`;
}

export interface ServerVerb {
  readonly name: 'serve' | 'up';
  /** `ended` aborts when the program is told to end. */
  readonly engineRules: (ended: AbortSignal) => ServerHooks['engineRules'];
  /** Sees to what the server needs elsewhere, and says what it is called with. */
  readonly prepare?: (config: ServerConfig) => Promise<ServerConfig>;
  readonly ready: (server: RunningServer, config: ServerConfig) => Promise<void>;
}

/**
 * Starts a server as the flags say, calls `ready`, and waits for the end. Shared by `serve` and
 * `up`.
 */
export async function runServer(argv: readonly string[], verb: ServerVerb): Promise<number> {
  if (wantsHelp(argv)) {
    say(serverHelp(verb.name));
    return 0;
  }
  try {
    const config = parseServerConfig(argv);
    return await runUntilSignal(verb.prepare ? await verb.prepare(config) : config, verb);
  } catch (error) {
    return error instanceof WaitEnded ? 0 : startFailure(verb.name, error as NodeJS.ErrnoException);
  }
}

async function runUntilSignal(
  config: ServerConfig,
  { engineRules, ready }: ServerVerb,
): Promise<number> {
  // Installed before anything is started, so that an early signal is not lost.
  const told = new AbortController();
  const ended = new Promise<void>((resolve) =>
    told.signal.addEventListener('abort', () => resolve()),
  );
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => told.abort());
  // Fail-stop: nothing may go on from a world that the disk does not know, so there is no orderly
  // end.
  const server = await startServer(config, {
    onFatal: stopAtOnce,
    engineRules: engineRules(told.signal),
  });
  try {
    await ready(server, config);
    await ended;
  } finally {
    const running = server.runningJobs();
    await server.close();
    say(`${farewell(server.engineKind, running, config.dataDir)}\n`);
  }
  return 0;
}

export function stopAtOnce(error: Error): never {
  complain(`longshore: the server has stopped: ${error.message}\n`);
  process.exit(1);
}

/** Says why a server could not be started; answers the exit code. */
export function startFailure(verb: HelpedVerb, error: NodeJS.ErrnoException): number {
  const isUsage = error instanceof UsageError;
  complain(
    `longshore${verb === 'demo' ? ' demo' : ''}: ${reasonOf(error)}\n${isUsage ? `${error.hint ?? `See longshore ${verb} --help`}\n` : ''}`,
  );
  return isUsage ? 2 : 1;
}

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'EADDRINUSE')
    return `${(error as { address?: string }).address ?? 'the address'}:${(error as { port?: number }).port ?? ''} is taken: another server listens there; pick another with --port`;
  if (error.code === 'ERR_SQLITE_ERROR' && /locked|busy/i.test(error.message))
    return 'another server uses this data directory; pick another with --data-dir';
  if (error.code === 'ERR_SQLITE_ERROR')
    return `the database in this data directory cannot be used: ${error.message}`;
  return error.message;
}
