// The server's API as the verbs use it, through the AWS SDK's clients. It and cluster-api.ts alone
// load the SDK. It reads no profile, asks no metadata service, and renders nothing.

import {
  BatchClient,
  CancelJobCommand,
  DescribeJobsCommand,
  ListJobsCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  TerminateJobCommand,
  paginateDescribeJobDefinitions,
  DescribeJobQueuesCommand,
  paginateDescribeJobQueues,
} from '@aws-sdk/client-batch';
import type {
  BatchClientConfig,
  JobDefinition,
  JobDetail,
  JobQueueDetail,
  JobSummary,
  ListJobsCommandInput,
  RegisterJobDefinitionCommandInput,
  SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Explanation, LongshoreError } from '../api/explanation.ts';
import type { Validation } from '../api/validation.ts';
import { Failure, serviceErrorName } from './failure.ts';
import type { SessionSocket } from './session-socket.ts';
import { serverIdentity } from './server-identity.ts';
import { signedHeaders, type Credentials } from './sign.ts';
import { dummyAccessKeyId, dummySecretAccessKey, type Settings } from './settings.ts';

/** What one DescribeJobs takes. */
const idsPerCall = 100;

export interface SubmittedJob {
  readonly jobId: string;
  readonly jobName: string;
  readonly jobArn?: string | undefined;
}

/** What narrows events of jobs; all that is given must hold. */
export interface EventQuery {
  readonly jobQueue?: string | undefined;
  readonly jobId?: string | undefined;
  readonly status?: string | undefined;
  /** EventBridge's, in JSON. */
  readonly pattern?: string | undefined;
  /** Behind which to go on; absent: from now on. */
  readonly after?: string | undefined;
}

/** A command to run in a job. */
interface SessionWanted {
  readonly command: readonly string[];
  readonly container?: string | undefined;
  /** It gets a terminal of this size. */
  readonly terminal?: { readonly columns: number; readonly rows: number } | undefined;
}

export interface LogPage {
  readonly events: readonly { readonly timestamp: number; readonly message: string }[];
  /**
   * Where the next page begins. The same token as the one asked with: the present end is reached.
   */
  readonly next: string | undefined;
}

export class Api {
  readonly #settings: Settings;
  readonly #caller: () => Promise<Caller>;
  readonly #batch: BatchClient;
  /** For calls that are not safe to repeat: a lost answer must not submit a job twice. */
  readonly #batchOnce: BatchClient;
  readonly #logs: CloudWatchLogsClient;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#caller = callerOf(settings);
    const common = clientSettings(settings);
    this.#batch = new BatchClient({ ...common, endpoint: settings.endpoint });
    this.#batchOnce = new BatchClient({ ...common, endpoint: settings.endpoint, maxAttempts: 1 });
    this.#logs = new CloudWatchLogsClient({ ...common, endpoint: settings.logsEndpoint });
  }

  close(): void {
    for (const client of [this.#batch, this.#batchOnce, this.#logs]) client.destroy();
  }

  // ---- jobs ----

  async submitJob(input: SubmitJobCommandInput): Promise<SubmittedJob> {
    const { jobId, jobName, jobArn } = await this.#batchOnce.send(new SubmitJobCommand(input));
    return { jobId: jobId ?? '', jobName: jobName ?? '', jobArn };
  }

  /**
   * In the order of the ids, which may be ARNs. Throws a {@link Failure} where the server does not
   * know one.
   */
  async describeJobs(ids: readonly string[]): Promise<JobDetail[]> {
    const found = new Map<string, JobDetail>();
    for (let from = 0; from < ids.length; from += idsPerCall) {
      const { jobs } = await this.#batch.send(
        new DescribeJobsCommand({ jobs: ids.slice(from, from + idsPerCall) }),
      );
      for (const job of jobs ?? []) found.set(job.jobId ?? '', job).set(job.jobArn ?? '', job);
    }
    const unknown = ids.filter((id) => !found.has(id));
    if (unknown.length > 0)
      throw new Failure(
        `${unknown.length === 1 ? 'no job has the id' : 'no jobs have the ids'} ${unknown.join(', ')}`,
      );
    return ids.map((id) => found.get(id) as JobDetail);
  }

  /**
   * The ids of jobs that users name by id or ARN, each once. Throws a {@link Failure} where the
   * server does not know one.
   */
  async jobIds(names: readonly string[]): Promise<string[]> {
    const ids = names.some((name) => name.startsWith('arn:'))
      ? (await this.describeJobs(names)).map(({ jobId = '' }) => jobId)
      : names;
    return [...new Set(ids)];
  }

  async describeJob(id: string): Promise<JobDetail> {
    const [job] = await this.describeJobs([id]);
    return job as JobDetail;
  }

  /**
   * Page after page, in the server's order, until at least `limit` jobs were seen or none is left.
   */
  async listJobs(
    input: ListJobsCommandInput,
    limit: number,
    keep: (job: JobSummary) => boolean = () => true,
  ): Promise<JobSummary[]> {
    const kept: JobSummary[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.#batch.send(new ListJobsCommand({ ...input, nextToken }));
      kept.push(...(page.jobSummaryList ?? []).filter(keep));
      nextToken = page.nextToken;
    } while (nextToken !== undefined && kept.length < limit);
    return kept.slice(0, limit);
  }

  /** Why the job is where it is. Throws a {@link Failure} where the server refuses. */
  async explainJob(id: string, nowMs: number): Promise<Explanation> {
    return (await this.#own(
      'GET',
      `jobs/${encodeURIComponent(id)}/explanation`,
      nowMs,
      'the server cannot explain jobs',
    )) as Explanation;
  }

  /** Changes a job that waits. Throws a {@link Failure} where the server refuses. */
  async updateJob(
    id: string,
    change: Readonly<Record<string, string | number | undefined>>,
    nowMs: number,
  ): Promise<void> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(change))
      if (value !== undefined) query.set(name, String(value));
    await this.#own(
      'POST',
      `jobs/${encodeURIComponent(id)}/update?${query.toString()}`,
      nowMs,
      'the server cannot update jobs',
    );
  }

  /**
   * Ends a Spot instance as EC2 does when it takes one back. Throws a {@link Failure} where the
   * server refuses.
   */
  async interruptInstance(id: string, nowMs: number): Promise<void> {
    await this.#own(
      'POST',
      `instances/${encodeURIComponent(id)}/interruption`,
      nowMs,
      'the server cannot interrupt instances',
    );
  }

  /**
   * How the image stands with the AMI specification. Throws a {@link Failure} where the server
   * refuses.
   */
  async validateImage(
    id: string,
    use: Readonly<Record<string, string>>,
    nowMs: number,
  ): Promise<Validation> {
    const query = new URLSearchParams(use);
    return (await this.#own(
      'GET',
      `images/${encodeURIComponent(id)}/validation${query.size === 0 ? '' : `?${query.toString()}`}`,
      nowMs,
      'the server cannot validate images',
    )) as Validation;
  }

  /** The same of a registered host, as it is now. */
  async validateHost(id: string, nowMs: number): Promise<Validation> {
    return (await this.#own(
      'GET',
      `hosts/${encodeURIComponent(id)}/validation`,
      nowMs,
      'the server cannot validate hosts',
    )) as Validation;
  }

  /**
   * Everything that the server keeps, as a tar archive. Throws a {@link Failure} where the server
   * refuses.
   */
  async backUp(logs: boolean, nowMs: number): Promise<AsyncIterable<Uint8Array>> {
    const answer = await this.#fetchOwn('POST', `backup?logs=${logs}`, nowMs);
    if (!answer.ok || answer.body === null)
      throw failureOf(
        answer,
        (await answer.json()) as Partial<LongshoreError>,
        'the server makes no backups',
      );
    return answer.body;
  }

  /**
   * What becomes of jobs, as server-sent events, until `signal` is aborted. Throws a {@link
   * Failure} where the server refuses.
   */
  async events(
    query: EventQuery,
    follow: boolean,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    const given = Object.entries({ ...query, follow: String(follow) }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    const path = `events?${new URLSearchParams(given).toString()}`;
    const answer = await this.#fetchOwn('GET', path, nowMs, signal);
    if (answer.ok && answer.body !== null) return answer.body;
    const body = (await answer.json().catch(() => ({}))) as Partial<LongshoreError>;
    throw failureOf(answer, body, 'the server does not tell what becomes of jobs');
  }

  /** Runs a command in a running job. Throws a {@link Failure} where the server refuses. */
  async openSession(id: string, wanted: SessionWanted, nowMs: number): Promise<SessionSocket> {
    const { endpoint } = this.#settings;
    const { region, credentials } = await this.#caller();
    const { command, container, terminal } = wanted;
    const query = new URLSearchParams({
      command: JSON.stringify(command),
      ...(container !== undefined && { container }),
      ...(terminal && { terminal: `${terminal.columns}x${terminal.rows}` }),
    });
    const url = new URL(
      `${endpoint}/_longshore/jobs/${encodeURIComponent(id)}/session?${query.toString()}`,
    );
    const service = 'longshore';
    const headers = signedHeaders({ method: 'GET', url, region, service, nowMs }, credentials);
    const { SessionRefused, SessionSocket } = await import('./session-socket.ts');
    try {
      return await SessionSocket.open(url, headers);
    } catch (error) {
      if (!(error instanceof SessionRefused)) throw error;
      throw failureOf(error, errorIn(error.body), 'the server runs no commands in jobs');
    }
  }

  /** Calls an operation of our own. */
  async #own(
    method: 'GET' | 'POST',
    path: string,
    nowMs: number,
    otherwise: string,
  ): Promise<unknown> {
    const answer = await this.#fetchOwn(
      method,
      path,
      nowMs,
      AbortSignal.timeout(clientDefaults.requestHandler.requestTimeout),
    );
    const body = (await answer.json()) as Partial<LongshoreError>;
    if (!answer.ok) throw failureOf(answer, body, otherwise);
    return body;
  }

  async #fetchOwn(
    method: 'GET' | 'POST',
    path: string,
    nowMs: number,
    signal?: AbortSignal,
  ): Promise<Response> {
    const { endpoint } = this.#settings;
    const { region, credentials } = await this.#caller();
    const url = new URL(`${endpoint}/_longshore/${path}`);
    const headers = signedHeaders(
      { method, url, region, service: 'longshore', nowMs },
      credentials,
    );
    return fetch(url, { method, headers, ...(signal && { signal }) }).catch((error: unknown) => {
      // What went wrong stands behind fetch's own words.
      throw error instanceof Error && error.cause instanceof Error ? error.cause : error;
    });
  }

  async cancelJob(jobId: string, reason: string): Promise<void> {
    await this.#batch.send(new CancelJobCommand({ jobId, reason }));
  }

  async terminateJob(jobId: string, reason: string): Promise<void> {
    await this.#batch.send(new TerminateJobCommand({ jobId, reason }));
  }

  // ---- resources ----

  async activeJobDefinitions(jobDefinitionName: string): Promise<JobDefinition[]> {
    const found: JobDefinition[] = [];
    for await (const page of paginateDescribeJobDefinitions(
      { client: this.#batch },
      { jobDefinitionName, status: 'ACTIVE' },
    ))
      found.push(...(page.jobDefinitions ?? []));
    return found;
  }

  /** The names of ACTIVE definitions, each once. */
  async jobDefinitionNames(): Promise<string[]> {
    const names = new Set<string>();
    for await (const page of paginateDescribeJobDefinitions(
      { client: this.#batch },
      { status: 'ACTIVE' },
    ))
      for (const { jobDefinitionName } of page.jobDefinitions ?? [])
        names.add(jobDefinitionName ?? '');
    return [...names];
  }

  /** Resolves to the new revision's ARN. */
  async registerJobDefinition(input: RegisterJobDefinitionCommandInput): Promise<string> {
    const { jobDefinitionArn } = await this.#batchOnce.send(
      new RegisterJobDefinitionCommand(input),
    );
    return jobDefinitionArn ?? '';
  }

  async jobQueues(): Promise<JobQueueDetail[]> {
    const found: JobQueueDetail[] = [];
    for await (const page of paginateDescribeJobQueues({ client: this.#batch }, {}))
      found.push(...(page.jobQueues ?? []));
    return found;
  }

  /** Undefined where there is none of this name or ARN. */
  async jobQueue(name: string): Promise<JobQueueDetail | undefined> {
    const { jobQueues } = await this.#batch.send(
      new DescribeJobQueuesCommand({ jobQueues: [name] }),
    );
    return jobQueues?.[0];
  }

  // ---- logs ----

  /** One page of a stream in the order of its lines. A stream that does not exist yet is empty. */
  async logEvents(
    logGroupName: string,
    logStreamName: string,
    nextToken: string | undefined,
  ): Promise<LogPage> {
    try {
      const page = await this.#logs.send(
        new GetLogEventsCommand({ logGroupName, logStreamName, nextToken, startFromHead: true }),
      );
      return {
        events: (page.events ?? []).map(({ timestamp, message }) => ({
          timestamp: timestamp ?? 0,
          message: message ?? '',
        })),
        next: page.nextForwardToken,
      };
    } catch (error) {
      if (serviceErrorName(error) !== 'ResourceNotFoundException') throw error;
      return { events: [], next: nextToken };
    }
  }
}

function errorIn(body: string): Partial<LongshoreError> {
  try {
    return JSON.parse(body) as Partial<LongshoreError>;
  } catch {
    return {};
  }
}

const failureOf = (
  { status }: Pick<Response, 'status'>,
  { code, message }: Partial<LongshoreError>,
  otherwise: string,
): Failure => new Failure(`${message ?? otherwise} (${[code, status].filter(Boolean).join(', ')})`);

/** What every client is made with; its endpoint comes beside. */
export function clientSettings(settings: Settings) {
  const caller = callerOf(settings);
  return {
    ...clientDefaults,
    region: async () => (await caller()).region,
    credentials: async () => (await caller()).credentials,
  };
}

interface Caller {
  readonly region: string;
  readonly credentials: Credentials;
}

/**
 * As who a call is made, and where: what the caller does not say is the server's own account and
 * region.
 */
function callerOf(settings: Settings): () => Promise<Caller> {
  const own = settings.credentials;
  return async () => {
    const server =
      own !== undefined && settings.regionGiven ? undefined : await serverIdentity(settings);
    return {
      region: settings.regionGiven ? settings.region : (server?.region ?? settings.region),
      credentials: own ?? {
        accessKeyId: server?.account ?? dummyAccessKeyId,
        secretAccessKey: dummySecretAccessKey,
      },
    };
  };
}

// Each of these that is absent would make the SDK read ~/.aws/config.
const clientDefaults = {
  maxAttempts: 3,
  retryMode: 'standard',
  defaultsMode: 'standard',
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  userAgentAppId: 'longshore-cli',
  authSchemePreference: [],
  disableClockSkewCorrection: false,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000 },
} satisfies BatchClientConfig;
