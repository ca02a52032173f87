// Whole jobs as pods of a cluster, from submit to SUCCEEDED, beside a plain loop that makes, sees
// and deletes the same pods of the same cluster, by turns. The cluster is etcd and an API server
// alone, with a node that is played: what a real node takes for a pod is the same for both, and
// would hide what the server costs.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  controlPlaneSkip,
  startControlPlane,
  type OwnCluster,
} from '../test/kubernetes/cluster.ts';
import type { KubernetesObject } from '../test/kubernetes/kubernetes-api.ts';
import type { BenchServer } from './bench-server.ts';
import {
  access,
  namespace,
  playNode,
  preparePodServer,
  program,
  startPodServer,
  submission,
  untilNoneIsLeft,
} from './pod-server.ts';
import { median } from './load-client.ts';
import type { PlainPods } from './plain-pods.ts';
import type { BenchOptions, Figure } from './report.ts';
import { spentMs } from './spent.ts';
import { wholeJobs } from './whole-jobs.bench.ts';

/** Pods that have begun and not ended, of the server's as of the loop's. */
const atOnce = 512;
const rounds = 3;

export async function podsBench({ jobs = 3_000 }: BenchOptions): Promise<Figure[]> {
  const lacking = controlPlaneSkip();
  if (lacking !== false) {
    console.error(`  left out: ${lacking}`);
    return [];
  }
  await using cluster = await startControlPlane();
  await using _node = await playNode(cluster);
  await using server = await startPodServer(cluster);
  await preparePodServer(server, cluster, { atOnce });
  const template = await templateOf(server, cluster);
  const { finalizers: _, ...unheld } = template.metadata;
  const run = (count: number): Promise<number> =>
    wholeJobs(server, count, 32, { body: submission() });
  await run(500);
  const [ours, same, bare, milliseconds]: number[][] = [[], [], [], []] as const;
  for (let round = 0; round < rounds; round++) {
    const before = spentMs(server.pid);
    ours.push(await run(jobs));

    await untilNoneIsLeft(cluster);
    milliseconds.push((spentMs(server.pid) - before) / jobs);
    same.push(await plainLoop(cluster, template, jobs));

    bare.push(await plainLoop(cluster, { ...template, metadata: unheld }, jobs));
  }
  const rate = median(ours);
  return [
    {
      what: 'whole jobs as pods, node played',
      value: rate,
      unit: 'jobs/s',
      target: { bound: 'at least', value: 150 },
      note: `median of ${rounds} rounds of ${jobs}, at most ${atOnce} at once`,
    },
    {
      what: '  processor time of the server',
      value: median(milliseconds),
      unit: 'ms a job',
      note: 'until its pod is gone',
    },
    {
      what: '  as a share of a plain loop of the same pods',
      value: median(ours.map((each, round) => each / (same[round] as number))) * 100,
      unit: '%',
      target: { bound: 'at least', value: 90 },
      note: `it creates, sees the end, deletes and lets go: ${Math.round(median(same))} pods/s, by turns`,
    },
    {
      what: '  … of pods that nothing holds',
      value: median(ours.map((each, round) => each / (bare[round] as number))) * 100,
      unit: '%',
      note: `it creates, sees the end and deletes: ${Math.round(median(bare))} pods/s`,
    },
  ];
}

/** What the server sends for a pod, as the cluster has it. */
async function templateOf(
  server: BenchServer,
  { api }: OwnCluster,
): Promise<PlainPods['template']> {
  const { jobId } = await server.call<{ jobId: string }>(
    'SubmitJob',
    JSON.parse(submission({ milliseconds: 600_000 })) as object,
  );
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const list = async (): Promise<PodObject[]> =>
    (await api.get<KubernetesObject & { items: PodObject[] }>(path)).items;
  let [pod] = await list();
  while (pod === undefined) [pod] = await list();
  await server.call('TerminateJob', { jobId, reason: 'seen' });
  await server.whenIdle();
  const { finalizers, labels, annotations } = pod.metadata;
  const { nodeName: _, containers, ...spec } = pod.spec;
  // It ends at once.
  const all = containers.map((container) => ({ ...container, command: ['true'] }));
  return {
    metadata: { finalizers, labels, annotations },
    spec: { ...spec, containers: all },
  };
}

interface PodObject {
  readonly metadata: PlainPods['template']['metadata'];
  readonly spec: { readonly nodeName?: string; readonly containers: readonly object[] };
}

async function plainLoop(
  cluster: OwnCluster,
  template: PlainPods['template'],
  count: number,
): Promise<number> {
  const given: PlainPods = { access: access(cluster), namespace, template, count, atOnce };
  const { stdout } = await promisify(execFile)(process.execPath, [
    program('plain-pods.ts'),
    JSON.stringify(given),
  ]);
  return Number(stdout);
}
