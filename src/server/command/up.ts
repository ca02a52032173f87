// `longshore up`: a server for a laptop, with first-run-compute-environment in the default VPC and first-run-job-queue (DESIGN 6), made
// through the public API and left alone where they are there already. Prints what to paste.

import { setTimeout } from 'node:timers/promises';
import { BatchClient, CreateComputeEnvironmentCommand, CreateJobQueueCommand, DescribeComputeEnvironmentsCommand, DescribeJobQueuesCommand } from '@aws-sdk/client-batch';
import { serverFlags, type ServerConfig } from '../config.ts';
import type { RunningServer } from '../server.ts';
import { runServer } from './serve.ts';
import { say } from './terminal.ts';

const usage = `longshore up - a batch server with a first compute environment and job queue

${serverFlags}`;

export const firstRun = { computeEnvironment: 'first-run-compute-environment', jobQueue: 'first-run-job-queue' } as const;

export const up = (argv: readonly string[]): Promise<number> =>
  runServer(argv, {
    help: usage,
    engineRules: () => ({ mayTakeProcesses: true }),
    ready: async (server, config) => {
      await createFirstRun(server, config);
      say(welcome(server, config));
    },
  });

/** Of an account whose default VPC is gone: a network that is somewhere else. */
const elsewhere = { subnets: ['subnet-00000000'], securityGroupIds: ['sg-00000000'] };

/** Makes the two resources unless they exist. */
export async function createFirstRun(server: Pick<RunningServer, 'url' | 'defaultNetwork'>, config: Pick<ServerConfig, 'region' | 'account'>): Promise<void> {
  const client = new BatchClient({ endpoint: server.url, region: config.region, credentials: { accessKeyId: config.account, secretAccessKey: 'longshore' } });
  try {
    const { computeEnvironments } = await client.send(new DescribeComputeEnvironmentsCommand({ computeEnvironments: [firstRun.computeEnvironment] }));
    if (computeEnvironments?.length === 0) {
      await client.send(
        new CreateComputeEnvironmentCommand({
          computeEnvironmentName: firstRun.computeEnvironment,
          type: 'MANAGED',
          computeResources: { type: 'EC2', instanceTypes: ['optimal'], minvCpus: 0, maxvCpus: 256, ...((await server.defaultNetwork()) ?? elsewhere), instanceRole: 'ecsInstanceRole' },
        }),
      );
    }
    await settled(client);
    const { jobQueues } = await client.send(new DescribeJobQueuesCommand({ jobQueues: [firstRun.jobQueue] }));
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
    const { computeEnvironments } = await client.send(new DescribeComputeEnvironmentsCommand({ computeEnvironments: [firstRun.computeEnvironment] }));
    if (computeEnvironments?.[0]?.status !== 'CREATING') return;
    await setTimeout(waitMs);
  }
}

function welcome(server: RunningServer, config: ServerConfig): string {
  const notice = server.capabilities.notice === undefined ? '' : `${server.capabilities.notice}\n`;
  return `longshore is ready at ${server.url}, with jobs on ${server.capabilities.version} (${server.engineReason})
${notice}Queue ${firstRun.jobQueue} waits for jobs. Paste this into another shell:

  export AWS_ENDPOINT_URL_BATCH=${server.url} AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=${server.url}
  export AWS_DEFAULT_REGION=${config.region} AWS_ACCESS_KEY_ID=${config.account} AWS_SECRET_ACCESS_KEY=longshore

then, for a first job:

  npx longshore submit --image busybox --wait -- echo hello
`;
}
