// A server for a benchmark: the real program in a process of its own on a throw-away data
// directory, with one environment and one queue. What is measured is what users run.

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Connection } from './load-client.ts';
import type { Sign } from './signer.ts';

export class BenchServer implements AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #directory: string | undefined;
  #connection: Connection;
  /** How its requests are signed. */
  sign: Sign | undefined;

  private constructor(
    url: string,
    child: ChildProcess,
    directory: string | undefined,
    connection: Connection,
  ) {
    this.url = url;
    this.pid = child.pid as number;
    this.#child = child;
    this.#directory = directory;
    this.#connection = connection;
  }

  /** On a directory of its own, unless one is given, which is then kept. */
  static async start(
    engine: 'fake' | 'process' | 'docker' | 'none',
    flags: readonly string[] = [],
    given: { readonly directory?: string | undefined; readonly nodeFlags?: readonly string[] } = {},
  ): Promise<BenchServer> {
    const directory = given.directory ?? mkdtempSync(join(tmpdir(), 'longshore-bench-'));
    const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
    const child = spawn(
      process.execPath,
      [
        ...(given.nodeFlags ?? []),
        main,
        'serve',
        '--port',
        '0',
        '--engine',
        engine,
        '--data-dir',
        directory,
        '--log-level',
        'warn',
        ...flags,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const url = await new Promise<string>((resolve, reject) => {
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const found = /ready at (\S+)/.exec(output)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once('exit', (code) =>
        reject(new Error(`the server ended with ${code} before it was ready`)),
      );
    });
    return new BenchServer(
      url,
      child,
      given.directory === undefined ? directory : undefined,
      await Connection.open(new URL(url)),
    );
  }

  async call<T = Record<string, unknown>>(operation: string, input: object): Promise<T> {
    if (this.#connection.isClosed) this.#connection = await Connection.open(new URL(this.url));
    const answer = await this.#connection.post(
      `/v1/${operation.toLowerCase()}`,
      JSON.stringify(input),
      this.sign,
    );
    if (answer.status !== 200)
      throw new Error(`${operation} was answered ${answer.status}: ${answer.body}`);
    return JSON.parse(answer.body) as T;
  }

  /**
   * An environment and a queue of its own, both of one name; a DISABLED environment lets jobs wait.
   * With `vcpus` it always has so many, else what its jobs ask for.
   */
  async createQueue(
    name: string,
    options: {
      priority: number;
      waiting: boolean;
      vcpus?: number | undefined;
      schedulingPolicyArn?: string | undefined;
    },
  ): Promise<void> {
    const computeResources = {
      type: 'EC2',
      minvCpus: options.vcpus ?? 0,
      maxvCpus: options.vcpus ?? 1_000_000,
      instanceTypes: ['optimal'],
      subnets: ['subnet-00000000'],
      securityGroupIds: ['sg-00000000'],
      instanceRole: 'ecsInstanceRole',
    };
    await this.call('CreateComputeEnvironment', {
      computeEnvironmentName: name,
      type: 'MANAGED',
      computeResources,
    });
    if (options.waiting)
      await this.call('UpdateComputeEnvironment', { computeEnvironment: name, state: 'DISABLED' });
    await this.call('CreateJobQueue', {
      jobQueueName: name,
      priority: options.priority,
      schedulingPolicyArn: options.schedulingPolicyArn,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: name }],
    });
  }

  /** The queue `bench` and the definition `no-op`. */
  async prepare({
    waiting = false,
    image = 'busybox',
    ...options
  }: {
    waiting?: boolean;
    image?: string;
    vcpus?: number | undefined;
    schedulingPolicyArn?: string | undefined;
  } = {}): Promise<void> {
    await this.createQueue('bench', { priority: 1, waiting, ...options });
    await this.call('RegisterJobDefinition', {
      jobDefinitionName: 'no-op',
      type: 'container',
      containerProperties: { image, command: ['true'], vcpus: 1, memory: 16 },
    });
  }

  /** Jobs that have not ended. */
  async liveJobs(): Promise<number> {
    return Object.values(await this.jobCounts()).reduce((sum, count) => sum + count, 0);
  }

  /** Likewise, by status. */
  async jobCounts(): Promise<Record<string, number>> {
    const health = (await (await fetch(`${this.url}/_longshore/health`)).json()) as {
      jobs: Record<string, number>;
    };
    return health.jobs;
  }

  async whenIdle(live = 0): Promise<void> {
    while ((await this.liveJobs()) > live) await new Promise((resolve) => setTimeout(resolve, 25));
  }

  async residentMib(): Promise<number> {
    const metrics = await (await fetch(`${this.url}/_longshore/metrics`)).text();
    return Number(/process_resident_memory_bytes (\d+)/.exec(metrics)?.[1]) / 2 ** 20;
  }

  /** The most it ever had; undefined where the system does not tell. */
  peakResidentMib(): number | undefined {
    if (!existsSync(`/proc/${this.pid}/status`)) return undefined;
    return (
      Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1]) / 1024
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close();
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true, force: true });
  }
}

export const submission = (extra: object = {}): string =>
  JSON.stringify({ jobName: 'no-op', jobQueue: 'bench', jobDefinition: 'no-op', ...extra });
