// The real program for tests that treat it badly: its standard error is kept, its end is awaited,
// and requests are plain HTTP with any bytes, from any account. It leaves no process and no file
// behind; it is for the fake engine only.

import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../src/base/assert.ts';
import { ServerProcess } from './server-process.ts';
import { account, computeResources, region } from './server.ts';
import { until } from './until.ts';

export interface PlainAnswer {
  readonly status: number;
  readonly body: string;
}

export interface PlainRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export class PlainServer implements AsyncDisposable {
  readonly dataDir: string;
  readonly #ownsDirectory: boolean;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #flags: readonly string[];
  readonly #verb: 'serve' | 'up' | undefined;
  #process: ServerProcess | undefined;

  private constructor(
    dataDir: string | undefined,
    flags: readonly string[],
    verb: 'serve' | 'up' | undefined,
  ) {
    this.#flags = flags;
    this.#verb = verb;
    this.#ownsDirectory = dataDir === undefined;
    this.dataDir = dataDir ?? mkdtempSync(join(tmpdir(), 'longshore-plain-'));
  }

  /**
   * Over a new directory, or one that is the caller's. `flags` are those of `serve`, or of `verb`.
   */
  static async start({
    dataDir,
    flags = [],
    verb,
  }: {
    dataDir?: string;
    flags?: readonly string[];
    verb?: 'serve' | 'up';
  } = {}): Promise<PlainServer> {
    const server = new PlainServer(dataDir, flags, verb);
    await server.start();
    return server;
  }

  /** Rejects with what the program said where it ends before it is ready. */
  async start(): Promise<void> {
    this.#process = await ServerProcess.start({
      verb: this.#verb,
      dataDir: this.dataDir,
      flags: ['--engine', 'fake', ...this.#flags],
    });
  }

  get #running(): ServerProcess {
    return must(this.#process, 'the server was started');
  }

  get url(): string {
    return this.#running.url;
  }

  /** The output of the run that goes on, or of the last. */
  get stderr(): string {
    return this.#running.stderr;
  }

  /** The exit code once the program has ended, by itself or by a signal (then null). */
  ended(): Promise<number | null> {
    return this.#running.ended();
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    return this.#running.end(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    await this.#process?.end('SIGKILL');
    if (this.#ownsDirectory) rmSync(this.dataDir, { recursive: true, force: true });
  }

  send({ method, path, headers = {}, body }: PlainRequest): Promise<PlainAnswer> {
    const { hostname, port } = new URL(this.#running.url);
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        {
          agent: this.#agent,
          hostname,
          port,
          method,
          path,
          headers: { ...headers, 'content-length': Buffer.byteLength(body) },
          timeout: 60_000,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response
            .on('data', (chunk: Buffer) => chunks.push(chunk))
            .on('error', reject)
            .on('end', () =>
              resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
            );
        },
      );
      request
        .on('error', reject)
        .on('timeout', () => request.destroy(new Error(`no answer to ${method} ${path}`)))
        .end(body);
    });
  }

  /** An operation of Batch that must succeed. */
  async batch<T = Record<string, unknown>>(
    operation: string,
    input: object,
    as = account,
  ): Promise<T> {
    const answer = await this.send({
      method: 'POST',
      path: `/v1/${operation.toLowerCase()}`,
      headers: signedBy(as, 'batch'),
      body: JSON.stringify(input),
    });
    if (answer.status !== 200)
      throw new Error(`${operation} was answered ${answer.status}: ${answer.body}`);
    return JSON.parse(answer.body) as T;
  }

  /** An operation of CloudWatch Logs that must succeed. */
  async logs<T = Record<string, unknown>>(operation: string, input: object): Promise<T> {
    const answer = await this.send({
      method: 'POST',
      path: '/',
      headers: { ...signedBy(account, 'logs'), 'x-amz-target': `Logs_20140328.${operation}` },
      body: JSON.stringify(input),
    });
    if (answer.status !== 200)
      throw new Error(`${operation} was answered ${answer.status}: ${answer.body}`);
    return JSON.parse(answer.body) as T;
  }

  /** An environment, a queue and a definition, all of one name. */
  async prepare(name = 'test', as = account): Promise<void> {
    await this.batch(
      'CreateComputeEnvironment',
      {
        computeEnvironmentName: name,
        type: 'MANAGED',
        computeResources: { ...computeResources, maxvCpus: 1_000_000 },
      },
      as,
    );
    await this.batch(
      'CreateJobQueue',
      {
        jobQueueName: name,
        priority: 1,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: name }],
      },
      as,
    );
    await this.batch(
      'RegisterJobDefinition',
      {
        jobDefinitionName: name,
        type: 'container',
        containerProperties: { image: 'busybox', command: ['true'], vcpus: 1, memory: 16 },
      },
      as,
    );
  }

  /** Answers the job's id. */
  async submit(more: object = {}, as = account): Promise<string> {
    const { jobId } = await this.batch<{ jobId: string }>(
      'SubmitJob',
      { jobName: 'job', jobQueue: 'test', jobDefinition: 'test', ...more },
      as,
    );
    return jobId;
  }

  async job(
    id: string,
    as = account,
  ): Promise<{
    status: string;
    statusReason?: string;
    startedAt?: number;
    stoppedAt?: number;
    arrayProperties?: { statusSummary?: Record<string, number> };
  }> {
    const { jobs } = await this.batch<{ jobs: [{ status: string }] }>(
      'DescribeJobs',
      { jobs: [id] },
      as,
    );
    return jobs[0];
  }

  whenStatus(id: string, status: string, as = account): Promise<unknown> {
    return until(
      `job ${id} to be ${status}`,
      async () => (await this.job(id, as)).status === status,
    );
  }
}

/** A header that names account, region and service, as every SDK sends it. */
export const signedBy = (as: string, service: string): { authorization: string } => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${as}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});
