// `longshore up`: a server for a laptop, with first-run-compute-environment in the default VPC and
// first-run-job-queue, made through the public API and left alone where they are there already.
// Prints what to paste.

import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import {
  BatchClient,
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobQueuesCommand,
} from '@aws-sdk/client-batch';
import { programName } from '../../cli/program-name.ts';
import { defaultEndpoint } from '../../cli/settings.ts';
import { quoted } from '../../cli/render/job.ts';
import { exportLines, exportsOf } from '../../cli/server-exports.ts';
import type { ServerConfig } from '../config.ts';
import type { RunningServer } from '../server.ts';
import type { TlsFiles } from '../tls.ts';
import { rootNotice, runServer } from './serve.ts';
import { say } from './terminal.ts';

export const firstRun = {
  computeEnvironment: 'first-run-compute-environment',
  jobQueue: 'first-run-job-queue',
} as const;

export const up = (argv: readonly string[]): Promise<number> =>
  runServer(argv, {
    name: 'up',
    engineRules: () => ({ mayTakeProcesses: true }),
    ready: async (server, config) => {
      await createFirstRun(server, config);
      say(welcome(server, config));
    },
  });

/** A network that is somewhere else, for an account whose default VPC is gone. */
const elsewhere = { subnets: ['subnet-00000000'], securityGroupIds: ['sg-00000000'] };

/** It is this process that is called, by an address that its certificate need not name. */
const trustingOnly = ({ cert }: TlsFiles): Agent =>
  new Agent({ ca: readFileSync(cert), checkServerIdentity: () => undefined });

/** Makes the two resources unless they exist. */
export async function createFirstRun(
  { credentials, ...server }: Pick<RunningServer, 'url' | 'defaultNetwork' | 'credentials'>,
  config: Pick<ServerConfig, 'region' | 'tls'>,
): Promise<void> {
  // The root's key was taken away: whoever did so makes what is needed.
  if (credentials === undefined) return;
  const client = new BatchClient({
    endpoint: server.url,
    region: config.region,
    credentials,
    ...(config.tls && { requestHandler: { httpsAgent: trustingOnly(config.tls) } }),
  });
  try {
    const { computeEnvironments } = await client.send(
      new DescribeComputeEnvironmentsCommand({
        computeEnvironments: [firstRun.computeEnvironment],
      }),
    );
    if (computeEnvironments?.length === 0) {
      await client.send(
        new CreateComputeEnvironmentCommand({
          computeEnvironmentName: firstRun.computeEnvironment,
          type: 'MANAGED',
          computeResources: {
            type: 'EC2',
            instanceTypes: ['optimal'],
            minvCpus: 0,
            maxvCpus: 256,
            ...((await server.defaultNetwork()) ?? elsewhere),
            instanceRole: 'ecsInstanceRole',
          },
        }),
      );
    }
    await settled(client);
    const { jobQueues } = await client.send(
      new DescribeJobQueuesCommand({ jobQueues: [firstRun.jobQueue] }),
    );
    if (jobQueues?.length === 0) {
      await client.send(
        new CreateJobQueueCommand({
          jobQueueName: firstRun.jobQueue,
          priority: 1,
          computeEnvironmentOrder: [{ order: 1, computeEnvironment: firstRun.computeEnvironment }],
        }),
      );
    }
  } finally {
    client.destroy();
  }
}

/** Waits until the environment has settled: a queue takes none that is CREATING. */
async function settled(client: BatchClient): Promise<void> {
  for (let waitMs = 1; ; waitMs = Math.min(2 * waitMs, 100)) {
    const { computeEnvironments } = await client.send(
      new DescribeComputeEnvironmentsCommand({
        computeEnvironments: [firstRun.computeEnvironment],
      }),
    );
    if (computeEnvironments?.[0]?.status !== 'CREATING') return;
    await setTimeout(waitMs);
  }
}

function welcome(server: RunningServer, config: ServerConfig): string {
  const { url, capabilities, engineReason } = server;
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
  return `longshore is ready at ${url}
Jobs run on ${capabilities.version} (${engineReason}).
${server.reach}
${rootNotice(server, config.dataDir)}${capabilities.notice === undefined ? '' : `${capabilities.notice}\n`}Queue ${firstRun.jobQueue} waits for jobs. In another shell, for a first one:

  ${longshore} submit${url === defaultEndpoint ? '' : ` --endpoint ${url}`} --image busybox --wait -- echo hello

To point the AWS CLI and every SDK there, paste this, or: eval "$(${pointing}${url === defaultEndpoint ? '' : ` --endpoint ${url}`})"

${lines.map((line) => `  ${line}`).join('\n')}

Ctrl-C stops the server; jobs go on. State is in ${config.dataDir}.
`;
}
