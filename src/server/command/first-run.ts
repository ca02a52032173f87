// The compute environment and the job queue that a server of `up` begins with, on its own machine
// or on a cluster: made through the public API, and left alone where they are there already.

import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import {
  BatchClient,
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobQueuesCommand,
  type CreateComputeEnvironmentCommandInput,
} from '@aws-sdk/client-batch';
import { defaultQueue } from '../../cli/submit-request.ts';
import type { ServerConfig } from '../config.ts';
import type { RunningServer } from '../server.ts';
import type { TlsFiles } from '../tls.ts';

export interface FirstRun {
  readonly computeEnvironment: string;
  readonly jobQueue: string;
  /** Absent: jobs run where the server's engine does. */
  readonly cluster?: { readonly arn: string; readonly namespace: string };
}

const onMachine: FirstRun = {
  computeEnvironment: 'first-run-compute-environment',
  jobQueue: defaultQueue,
};

/** Each cluster has its own, so that a job never waits for one that is not there any more. */
export function firstRunOf(
  { engineKind }: Pick<RunningServer, 'engineKind'>,
  config: ServerConfig,
): FirstRun {
  const { clusters, takesCurrentCluster } = config;
  const cluster = takesCurrentCluster || engineKind === 'none' ? clusters.at(-1) : undefined;
  if (cluster === undefined) return onMachine;
  const { arn } = cluster;
  const name = `first-run-${arn.replace(/^.*\//, '')}`;
  return {
    computeEnvironment: name,
    jobQueue: name,
    cluster: { arn, namespace: firstNamespace(config) },
  };
}

/** Of the first environment on a cluster: none that something else may be in. */
export const firstNamespace = ({ jobNamespace }: Pick<ServerConfig, 'jobNamespace'>): string =>
  jobNamespace ?? 'longshore-jobs';

/** A network that is somewhere else, for an account whose default VPC is gone. */
const elsewhere = { subnets: ['subnet-00000000'], securityGroupIds: ['sg-00000000'] };

/** It is this process that is called, by an address that its certificate need not name. */
const trustingOnly = ({ cert }: TlsFiles): Agent =>
  new Agent({ ca: readFileSync(cert), checkServerIdentity: () => undefined });

/** Makes the two resources unless they exist. */
export async function createFirstRun(
  { credentials, ...server }: Pick<RunningServer, 'url' | 'defaultNetwork' | 'credentials'>,
  config: Pick<ServerConfig, 'region' | 'tls'>,
  first: FirstRun = onMachine,
): Promise<void> {
  // The root's key was taken away: whoever did so makes what is needed.
  if (credentials === undefined) return;
  const client = new BatchClient({
    endpoint: server.url,
    region: config.region,
    credentials,
    ...(config.tls && { requestHandler: { httpsAgent: trustingOnly(config.tls) } }),
  });
  const { computeEnvironment, jobQueue, cluster } = first;
  try {
    const { computeEnvironments } = await client.send(
      new DescribeComputeEnvironmentsCommand({ computeEnvironments: [computeEnvironment] }),
    );
    if (computeEnvironments?.length === 0) {
      await client.send(
        new CreateComputeEnvironmentCommand(
          environmentOf(first, (await server.defaultNetwork()) ?? elsewhere),
        ),
      );
    }
    await settled(client, computeEnvironment);
    const { jobQueues } = await client.send(
      new DescribeJobQueuesCommand({ jobQueues: [jobQueue] }),
    );
    if (jobQueues?.length === 0) {
      await client.send(
        new CreateJobQueueCommand({
          jobQueueName: jobQueue,
          priority: 1,
          ...(cluster && { jobQueueType: 'EKS' }),
          computeEnvironmentOrder: [{ order: 1, computeEnvironment }],
        }),
      );
    }
  } finally {
    client.destroy();
  }
}

const environmentOf = (
  { computeEnvironment, cluster }: FirstRun,
  network: typeof elsewhere,
): CreateComputeEnvironmentCommandInput => ({
  computeEnvironmentName: computeEnvironment,
  type: 'MANAGED',
  ...(cluster && {
    eksConfiguration: { eksClusterArn: cluster.arn, kubernetesNamespace: cluster.namespace },
  }),
  computeResources: {
    type: 'EC2',
    ...(cluster && { allocationStrategy: 'BEST_FIT_PROGRESSIVE' as const }),
    instanceTypes: ['optimal'],
    minvCpus: 0,
    maxvCpus: 256,
    ...network,
    instanceRole: 'ecsInstanceRole',
  },
});

/** Waits until the environment has settled: a queue takes none that is CREATING. */
async function settled(client: BatchClient, computeEnvironment: string): Promise<void> {
  for (let waitMs = 1; ; waitMs = Math.min(2 * waitMs, 100)) {
    const { computeEnvironments } = await client.send(
      new DescribeComputeEnvironmentsCommand({ computeEnvironments: [computeEnvironment] }),
    );
    if (computeEnvironments?.[0]?.status !== 'CREATING') return;
    await setTimeout(waitMs);
  }
}
