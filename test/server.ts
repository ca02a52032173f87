// A server for the end-to-end tests: the real program in a process of its own on a throw-away data
// directory, and the SDK's clients to speak with it. It knows no rule of the service. It leaves
// nothing behind: no process, container or file.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchClient,
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeJobsCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  type ComputeResource,
  type ContainerProperties,
  type JobDetail,
  type JobStatus,
  type RegisterJobDefinitionCommandInput,
  type SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import {
  CloudWatchLogsClient,
  GetLogEventsCommand,
  type OutputLogEvent,
} from '@aws-sdk/client-cloudwatch-logs';
import { rootCredentials } from '../src/cli/root-credentials.ts';
import type { Credentials } from '../src/cli/sign.ts';
import { testImage } from './house/image.ts';
import { DockerHost } from './docker-host.ts';
import { requirement } from './requirement.ts';
import { ServerProcess } from './server-process.ts';
import { until } from './until.ts';

export type EngineName = 'fake' | 'process' | 'docker';

/** The engine that a user of this machine would get. */
export const usersEngine = (): EngineName =>
  requirement('docker').skip === false ? 'docker' : 'process';

/** What every client here signs with: the account of the resources is the access key. */
export const account = '000000000000';
export const region = 'us-east-1';

/** The user guide's managed environment: On-Demand, `optimal`. */
export const computeResources: ComputeResource = {
  type: 'EC2',
  minvCpus: 0,
  maxvCpus: 256,
  instanceTypes: ['optimal'],
  subnets: ['subnet-00000000'],
  securityGroupIds: ['sg-00000000'],
  instanceRole: 'ecsInstanceRole',
};

export class TestServer implements AsyncDisposable {
  readonly dataDir: string;
  readonly engine: EngineName | 'none';
  /** Those of the next {@link restart}. */
  flags: readonly string[];
  #process: ServerProcess | undefined;
  /** The address of the run that goes on, or of the last: clients ask it through crashes. */
  #url = '';
  #batch: BatchClient | undefined;
  #logs: CloudWatchLogsClient | undefined;

  private constructor(
    engine: EngineName | 'none',
    flags: readonly string[],
    dataDir = mkdtempSync(join(tmpdir(), 'longshore-test-')),
  ) {
    this.dataDir = dataDir;
    this.engine = engine;
    this.flags = flags;
  }

  /**
   * `flags` are those of `serve`; a directory that is given is the server's from now on, and goes
   * with it.
   */
  static async start(
    engine: EngineName | 'none',
    flags: readonly string[] = [],
    dataDir?: string,
  ): Promise<TestServer> {
    const server = new TestServer(engine, flags, dataDir);
    try {
      await server.restart();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  get url(): string {
    return this.#url;
  }

  /** What the run that goes on has said. */
  get stderr(): string {
    return this.#process?.stderr ?? '';
  }

  get batch(): BatchClient {
    return (this.#batch ??= new BatchClient(this.clientOptions()));
  }

  get logs(): CloudWatchLogsClient {
    return (this.#logs ??= new CloudWatchLogsClient(this.clientOptions()));
  }

  /** For a client of any other service. */
  clientOptions(credentials = this.credentials) {
    return { endpoint: this.url, region, credentials };
  }

  /** Those of the root, where the server asks for any. */
  get credentials(): Credentials {
    return rootCredentials(this.dataDir) ?? { accessKeyId: account, secretAccessKey: 'none' };
  }

  /**
   * For clients that take their settings from the environment. The caller's own AWS settings are
   * left out.
   */
  get environment(): NodeJS.ProcessEnv {
    return this.environmentOf(this.credentials);
  }

  environmentOf({ accessKeyId, secretAccessKey, sessionToken }: Credentials): NodeJS.ProcessEnv {
    const rest = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')),
    );
    return {
      ...rest,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: sessionToken }),
      AWS_DEFAULT_REGION: region,
      AWS_ENDPOINT_URL_BATCH: this.url,
      AWS_ENDPOINT_URL_LOGS: this.url,
      AWS_ENDPOINT_URL_STS: this.url,
      AWS_ENDPOINT_URL_IAM: this.url,
      AWS_ENDPOINT_URL_EC2: this.url,
      AWS_ENDPOINT_URL_ECS: this.url,
      AWS_PAGER: '',
      AWS_CONFIG_FILE: join(this.dataDir, 'no-such-file'),
      AWS_SHARED_CREDENTIALS_FILE: join(this.dataDir, 'no-such-file'),
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /**
   * Starts the program over this data directory, ending the one that runs. The port is another one
   * afterwards.
   */
  async restart(): Promise<void> {
    await this.kill('SIGTERM');
    this.#process = await ServerProcess.start({
      dataDir: this.dataDir,
      flags: ['--engine', this.engine, ...this.#credentialsAddress(), ...this.flags],
      showErrors: true,
    });
    this.#url = this.#process.url;
  }

  /** A machine has one place for containers on bridges to ask at: it is left to tests of that. */
  #credentialsAddress(): string[] {
    return this.flags.includes('--job-network') ? [] : ['--credentials-address', 'none'];
  }

  /** Resolves with the exit code, null after SIGKILL, when the program has ended. */
  async kill(signal: NodeJS.Signals): Promise<number | null> {
    this.#batch?.destroy();
    this.#logs?.destroy();
    this.#batch = this.#logs = undefined;
    const running = this.#process;
    this.#process = undefined;
    return running === undefined ? null : running.end(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGTERM');
    if (this.engine === 'docker') await DockerHost.here().removeMarked(this.instance());
    if (this.engine === 'process') killProcessesOf(this.dataDir);
    rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 5 });
  }

  /** What this server's containers are labelled with. */
  instance(): string {
    return readFileSync(join(this.dataDir, 'instance'), 'utf8').trim();
  }

  /** An environment and a queue, both of one name. */
  async prepare(name = 'test', resources: Partial<ComputeResource> = {}): Promise<void> {
    await this.batch.send(
      new CreateComputeEnvironmentCommand({
        computeEnvironmentName: name,
        type: 'MANAGED',
        computeResources: { ...computeResources, ...resources },
      }),
    );
    await this.batch.send(
      new CreateJobQueueCommand({
        jobQueueName: name,
        priority: 1,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: name }],
      }),
    );
  }

  /** For jobs to run: of the tests' own where images are used. */
  get image(): string {
    return this.engine === 'docker' ? testImage() : 'busybox';
  }

  /** Answers the definition as `name:revision`. What is not said is a small busybox. */
  async register(
    name: string,
    properties: ContainerProperties,
    more: Partial<RegisterJobDefinitionCommandInput> = {},
  ): Promise<string> {
    const containerProperties = {
      image: this.image,
      resourceRequirements: [
        { type: 'VCPU', value: '1' },
        { type: 'MEMORY', value: '32' },
      ],
      ...properties,
    } as ContainerProperties;
    const { revision } = await this.batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: name,
        type: 'container',
        containerProperties,
        ...more,
      }),
    );
    return `${name}:${revision}`;
  }

  /** Answers the job's id. */
  async submit(jobDefinition: string, more: Partial<SubmitJobCommandInput> = {}): Promise<string> {
    const { jobId } = await this.batch.send(
      new SubmitJobCommand({
        jobName: jobDefinition.replace(/:\d+$/, ''),
        jobQueue: 'test',
        jobDefinition,
        ...more,
      }),
    );
    return jobId as string;
  }

  async job(jobId: string): Promise<JobDetail> {
    const { jobs } = await this.batch.send(new DescribeJobsCommand({ jobs: [jobId] }));
    const [job] = jobs ?? [];
    if (job === undefined) throw new Error(`job ${jobId} is not known`);
    return job;
  }

  /** Waits, bounded, until the job has one of the statuses. */
  async whenStatus(jobId: string, ...statuses: JobStatus[]): Promise<JobDetail> {
    let seen = '';
    return until(
      () => `job ${jobId} to be ${statuses.join(' or ')}; it is ${seen}`,
      async () => {
        const job = await this.job(jobId);
        seen = `${job.status} (${job.statusReason})`;
        return statuses.includes(job.status as JobStatus) ? job : undefined;
      },
    );
  }

  whenEnded = (jobId: string): Promise<JobDetail> => this.whenStatus(jobId, 'SUCCEEDED', 'FAILED');

  /** Registers, submits and waits for the end. */
  async run(
    name: string,
    properties: ContainerProperties,
    more: Partial<SubmitJobCommandInput> = {},
  ): Promise<JobDetail> {
    return this.whenEnded(await this.submit(await this.register(name, properties), more));
  }

  /** All events of the job's stream, first to last, page by page until the token stays the same. */
  async events(job: JobDetail, group = '/aws/batch/job'): Promise<OutputLogEvent[]> {
    const all: OutputLogEvent[] = [];
    let nextToken: string | undefined;
    for (;;) {
      const page = await this.logs.send(
        new GetLogEventsCommand({
          logGroupName: group,
          logStreamName: job.container?.logStreamName,
          startFromHead: true,
          nextToken,
        }),
      );
      all.push(...(page.events ?? []));
      if (page.nextForwardToken === nextToken) return all;
      nextToken = page.nextForwardToken;
    }
  }

  async lines(job: JobDetail, group?: string): Promise<string[]> {
    return (await this.events(job, group)).map((event) => event.message as string);
  }
}

/**
 * The launcher of processes outlives its server by design; what it and its jobs were started with
 * names the data directory.
 */
function killProcessesOf(dataDir: string): void {
  let pids: number[] = [];
  try {
    pids = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return; // Not Linux.
  }
  for (const pid of pids) {
    try {
      const told =
        readFileSync(`/proc/${pid}/cmdline`, 'latin1') +
        readFileSync(`/proc/${pid}/environ`, 'latin1');
      if (pid !== process.pid && told.includes(dataDir)) process.kill(pid, 'SIGKILL');
    } catch {
      // It ended just now, or belongs to somebody else.
    }
  }
}
