// A server whose jobs are pods of a cluster of the benchmark's own: etcd and an API server alone,
// and a node that is played, each in a process of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from '../src/base/assert.ts';
import type { OwnCluster } from '../test/kubernetes/cluster.ts';
import type { Access } from '../test/kubernetes/kubeconfig.ts';
import type { KubernetesObject } from '../test/kubernetes/kubernetes-api.ts';
import { BenchServer } from './bench-server.ts';
import type { PlayedNode } from './played-node.ts';

export const namespace = 'jobs';
const name = 'lab';

export const program = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** An administrator's, who is bound by no flow control. */
export function access({ folder, plane }: OwnCluster): Access {
  const { clusters } = JSON.parse(readFileSync(plane.kubeconfig, 'utf8')) as {
    clusters: [{ cluster: { server: string } }];
  };
  const text = (file: string): string => readFileSync(join(folder, file), 'utf8');
  return {
    server: clusters[0].cluster.server,
    authority: readFileSync(plane.authority.certificate, 'utf8'),
    certificate: text('admin.crt'),
    key: text('admin.key'),
    token: undefined,
  };
}

/** Resolves when it is there. */
export async function playNode(cluster: OwnCluster): Promise<AsyncDisposable> {
  const node = 'played';
  const given: PlayedNode = {
    access: access(cluster),
    name: node,
    serving: cluster.plane.authority.issue(`${node}-serving`, {
      name: node,
      alternativeNames: ['IP:127.0.0.1'],
    }),
  };
  const child = spawn(process.execPath, [program('played-node.ts'), JSON.stringify(given)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await once(must(child.stdout, 'it is piped'), 'data');
  return {
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** On a directory of its own, unless one is given, which is then kept. */
export function startPodServer(
  cluster: OwnCluster,
  given: { readonly directory?: string; readonly nodeFlags?: readonly string[] } = {},
): Promise<BenchServer> {
  process.env['KUBECONFIG'] = cluster.plane.kubeconfig;
  return BenchServer.start('none', ['--cluster', `${name}=longshore-test`], given);
}

/** The queue and the definition of {@link submission}, of which `atOnce` run at once. */
export async function preparePodServer(
  server: BenchServer,
  cluster: OwnCluster,
  { atOnce }: { readonly atOnce: number },
): Promise<void> {
  await cluster.api.create('/api/v1/namespaces', { metadata: { name: namespace } });
  await server.call('CreateComputeEnvironment', {
    computeEnvironmentName: 'bench',
    type: 'MANAGED',
    eksConfiguration: {
      eksClusterArn: `arn:aws:eks:us-east-1:000000000000:cluster/${name}`,
      kubernetesNamespace: namespace,
    },
    computeResources: {
      type: 'EC2',
      allocationStrategy: 'BEST_FIT_PROGRESSIVE',
      minvCpus: 0,
      maxvCpus: atOnce,
      instanceTypes: ['optimal'],
      subnets: ['subnet-00000000'],
      securityGroupIds: ['sg-00000000'],
      instanceRole: 'ecsInstanceRole',
    },
  });
  await server.call('CreateJobQueue', {
    jobQueueName: 'bench',
    priority: 1,
    jobQueueType: 'EKS',
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'bench' }],
  });
  await server.call('RegisterJobDefinition', {
    jobDefinitionName: 'no-op',
    type: 'container',
    eksProperties: {
      podProperties: {
        containers: [
          {
            image: 'busybox',
            command: ['true', 'Ref::played'],
            resources: { limits: { cpu: '1', memory: '16Mi' } },
          },
        ],
      },
    },
    parameters: { played: '{}' },
  });
}

/** A job that ends at once, or after so many milliseconds. */
export const submission = ({ milliseconds }: { readonly milliseconds?: number } = {}): string =>
  JSON.stringify({
    jobName: 'no-op',
    jobQueue: 'bench',
    jobDefinition: 'no-op',
    ...(milliseconds && { parameters: { played: JSON.stringify({ milliseconds }) } }),
  });

/** Resolves when the last pod is gone. */
export async function untilNoneIsLeft({ api }: OwnCluster): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const query = { limit: 1 };
  const isThere = async (): Promise<boolean> =>
    (await api.get<KubernetesObject & { items: unknown[] }>(path, query)).items.length > 0;
  while (await isThere()) await new Promise((resolve) => setTimeout(resolve, 50));
}
