// Jobs on Amazon EKS for tests of what becomes of them: a server that is told of a cluster, its
// queue there, and scripts as jobs. Each attempt that really runs leaves a line behind, so that
// none runs twice unseen. It judges nothing.

import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  type EksAttemptDetail,
  type EksPodProperties,
  type JobDetail,
  type SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import { DescribeLogStreamsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { account, computeResources, TestServer } from '../server.ts';
import type { OwnCluster } from './cluster.ts';
import { makeNamespace } from './pods.ts';

type Container = NonNullable<EksPodProperties['containers']>[number];

/** What a script is given beside itself. */
interface ScriptFacts {
  readonly container?: Partial<Container>;
  readonly pod?: Partial<EksPodProperties>;
  readonly job?: Partial<SubmitJobCommandInput>;
}

export class JobScene implements AsyncDisposable {
  readonly cluster: OwnCluster;
  readonly server: TestServer;
  readonly namespace: string;
  readonly #ends: AsyncDisposableStack;
  readonly #runs: string;
  #definitions = 0;

  private constructor(
    cluster: OwnCluster,
    server: TestServer,
    namespace: string,
    ends: AsyncDisposableStack,
  ) {
    this.cluster = cluster;
    this.server = server;
    this.namespace = namespace;
    this.#ends = ends;
    this.#runs = mkdtempSync(join(cluster.folder, 'runs-'));
  }

  /** `flags` are those of `serve`. Disposing of it leaves the cluster as it is. */
  static async on(cluster: OwnCluster, flags: readonly string[] = []): Promise<JobScene> {
    await using ends = new AsyncDisposableStack();
    const namespace = ends.use(await makeNamespace(cluster.api)).name;
    const { 'current-context': context } = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8')) as {
      'current-context': string;
    };
    const kubeconfig = process.env['KUBECONFIG'];
    process.env['KUBECONFIG'] = cluster.kubeconfig;
    ends.defer(() => {
      if (kubeconfig === undefined) delete process.env['KUBECONFIG'];
      else process.env['KUBECONFIG'] = kubeconfig;
    });
    const server = ends.use(
      await TestServer.start('none', ['--cluster', `lab=${context}`, ...flags]),
    );
    await server.batch.send(
      new CreateComputeEnvironmentCommand({
        computeEnvironmentName: 'pods',
        type: 'MANAGED',
        eksConfiguration: {
          eksClusterArn: `arn:aws:eks:us-east-1:${account}:cluster/lab`,
          kubernetesNamespace: namespace,
        },
        computeResources: { ...computeResources, allocationStrategy: 'BEST_FIT_PROGRESSIVE' },
      }),
    );
    await server.batch.send(
      new CreateJobQueueCommand({
        jobQueueName: 'pods',
        priority: 1,
        jobQueueType: 'EKS',
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'pods' }],
      }),
    );
    return new JobScene(cluster, server, namespace, ends.move());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#ends.disposeAsync();
  }

  /** Answers the id of a job that runs the script. */
  async submit(script: string, { container, pod, job }: ScriptFacts = {}): Promise<string> {
    const { batch } = this.server;
    const jobDefinitionName = `d-${++this.#definitions}`;
    await batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName,
        type: 'container',
        eksProperties: {
          podProperties: {
            hostNetwork: false,
            ...pod,
            volumes: [{ name: 'runs', hostPath: { path: this.#runs } }, ...(pod?.volumes ?? [])],
            containers: [
              {
                image: this.cluster.image,
                imagePullPolicy: 'IfNotPresent',
                command: [
                  'sh',
                  '-c',
                  `echo "$AWS_BATCH_JOB_ATTEMPT" >> /runs/$AWS_BATCH_JOB_ID; ${script}`,
                ],
                resources: { limits: { cpu: '0.25', memory: '32Mi' }, requests: { cpu: '0.25' } },
                ...container,
                volumeMounts: [
                  { name: 'runs', mountPath: '/runs' },
                  ...(container?.volumeMounts ?? []),
                ],
              },
            ],
          },
        },
      }),
    );
    const { jobId = '' } = await batch.send(
      new SubmitJobCommand({
        jobName: 'n',
        jobQueue: 'pods',
        jobDefinition: jobDefinitionName,
        ...job,
      }),
    );
    return jobId;
  }

  /** The numbers of the job's attempts that really ran, in order, each as often as it did. */
  runsOf(jobId: string): string[] {
    return readFileSync(join(this.#runs, jobId), 'utf8').trim().split('\n');
  }

  /** A file that scripts see in /runs. */
  letGo(name: string): void {
    writeFileSync(join(this.#runs, name), '');
  }

  /** Whether a script has made it there. */
  has(name: string): boolean {
    return existsSync(join(this.#runs, name));
  }

  /** What the last attempt has printed. */
  async linesOf({ eksProperties }: JobDetail): Promise<(string | undefined)[]> {
    const { logs } = this.server;
    const logGroupName = '/aws/batch/job';
    const attempt = eksProperties?.podProperties?.podName?.replace(/^aws-batch\./, '') ?? '';
    const { logStreams = [] } = await logs.send(new DescribeLogStreamsCommand({ logGroupName }));
    const stream = logStreams.find(({ logStreamName }) => logStreamName?.endsWith(attempt));
    if (stream === undefined) return [];
    const { logStreamName } = stream;
    const { events = [] } = await logs.send(
      new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true }),
    );
    return events.map(({ message }) => message);
  }

  podPath({ eksProperties }: JobDetail): string {
    return `/api/v1/namespaces/${this.namespace}/pods/${eksProperties?.podProperties?.podName}`;
  }
}

/** How an attempt that is over ended: its own words, and those of its first container. */
export const endOf = ({ containers, statusReason }: EksAttemptDetail = {}): readonly [
  string | undefined,
  number | undefined,
  string | undefined,
] => [statusReason, containers?.[0]?.exitCode, containers?.[0]?.reason];
