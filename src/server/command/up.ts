// `longshore up`: a server for a laptop, with a first compute environment and job queue on this
// machine, or with `--cluster current` on the cluster that kubectl would use. Prints what to paste.

import { programName } from '../../cli/program-name.ts';
import { defaultEndpoint } from '../../cli/settings.ts';
import { quoted } from '../../cli/render/job.ts';
import { exportLines, exportsOf } from '../../cli/server-exports.ts';
import { defaultQueue } from '../../cli/submit-request.ts';
import { ownContext } from '../../engine/kubernetes/kubernetes-clusters.ts';
import type { ServerConfig } from '../config.ts';
import { withCurrentCluster } from '../current-cluster.ts';
import type { RunningServer } from '../server.ts';
import { createFirstRun, firstNamespace, firstRunOf, type FirstRun } from './first-run.ts';
import { readyCluster } from './ready-cluster.ts';
import { rootNotice, runServer } from './serve.ts';
import { say } from './terminal.ts';

export const up = (argv: readonly string[]): Promise<number> =>
  runServer(argv, {
    name: 'up',
    engineRules: () => ({ mayTakeProcesses: true }),
    prepare,
    ready: async (server, config) => {
      const first = firstRunOf(server, config);
      await createFirstRun(server, config, first);
      say(welcome(server, config, first));
    },
  });

/** Before there is a server: what is amiss with the cluster is said at once. */
async function prepare(given: ServerConfig): Promise<ServerConfig> {
  if (!given.takesCurrentCluster) return given;
  const { config, cluster } = await withCurrentCluster(given, process.env);
  await readyCluster({
    context: cluster.context,
    namespace: firstNamespace(config),
    environment: process.env,
    tell: (line) => say(`${line}\n`),
  });
  return config;
}

function welcome(server: RunningServer, config: ServerConfig, first: FirstRun): string {
  const { url, capabilities, engineReason } = server;
  return `longshore is ready at ${url}
${first.cluster ? `Jobs run on the cluster ${first.cluster.arn}` : `Jobs run on ${capabilities.version} (${engineReason})`}.
${server.reach}
${rootNotice(server, config.dataDir)}${capabilities.notice === undefined ? '' : `${capabilities.notice}\n`}Queue ${first.jobQueue} waits for jobs. ${isPod(config) ? 'Its Service says where clients reach it.\n' : nextSteps(url, config, first)}`;
}

/** What it says is read from elsewhere, where its own address and directory mean nothing. */
const isPod = ({ clusters }: ServerConfig): boolean =>
  clusters.some(({ context }) => context === ownContext);

/** What to paste. */
function nextSteps(url: string, config: ServerConfig, { jobQueue }: FirstRun): string {
  const longshore = programName(process.env);
  // The shell that these lines are pasted into is another one: what stands in this one's
  // environment decides nothing.
  const lines = exportLines(
    exportsOf(
      {
        endpoint: url,
        logsEndpoint: url,
        region: config.region,
        account: config.account,
        asksForCredentials: config.auth,
      },
      {},
    ),
  );
  const pointing = config.auth
    ? `${longshore} env --profile longshore --data-dir ${quoted(config.dataDir)}`
    : `${longshore} env`;
  return `In another shell, for a first one:

  ${longshore} submit${url === defaultEndpoint ? '' : ` --endpoint ${url}`}${jobQueue === defaultQueue ? '' : ` --queue ${jobQueue}`} --image busybox --wait -- echo hello

To point the AWS CLI and every SDK there, paste this, or: eval "$(${pointing}${url === defaultEndpoint ? '' : ` --endpoint ${url}`})"

${lines.map((line) => `  ${line}`).join('\n')}

Ctrl-C stops the server; jobs go on. State is in ${config.dataDir}.
`;
}
