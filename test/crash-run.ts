// A crash run: clients submit, depend, cancel and terminate without pause while the server is
// killed again and again, at random moments soon after each start. In the end everything that was
// acknowledged is there and has ended as its inputs say, no attempt ran twice, and no line of
// output is missing or there twice. The clients are the SDK's, with its retries; a call without an
// answer may have been taken, once for each time that it was sent. (crash.test.ts: for seconds;
// crash.ts: for minutes.)

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  BatchClient,
  CancelJobCommand,
  DescribeJobsCommand,
  paginateListJobs,
  SubmitJobCommand,
  TerminateJobCommand,
  type JobDetail,
  type JobStatus,
} from '@aws-sdk/client-batch';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { Random } from '../sim/random.ts';
import {
  attemptsThatCount,
  drawWork,
  idsOf,
  judge,
  linesOf,
  script,
  submissionOf,
  type Ending,
  type Stop,
  type Work,
} from './crash-work.ts';
import { judgeEvents } from './crash-events.ts';
import { DockerHost } from './docker-host.ts';
import { EventSink, sendTo } from './event-sink.ts';
import { freePort } from './free-port.ts';
import { TestServer, type EngineName } from './server.ts';
import { until } from './until.ts';

interface CrashRunOptions {
  readonly engine: EngineName;
  readonly seconds: number;
  readonly seed: number;
  /** Told now and then how far it is. */
  readonly onProgress?: (text: string) => void;
}

interface CrashReport {
  readonly counts: Readonly<Record<string, number>>;
  /** What was lost, doubled or wrong. Empty: all is well. */
  readonly problems: readonly string[];
}

/**
 * The clients pause while more than this has not ended: what runs is to be killed under, not what
 * piles up.
 */
const mostLive: Readonly<Record<EngineName, number>> = { fake: 2_000, process: 300, docker: 30 };
const capacity: Readonly<Record<EngineName, string>> = {
  fake: '',
  process: 'vcpus=40,memory=100000',
  docker: 'vcpus=8,memory=100000',
};
const clientCount: Readonly<Record<EngineName, number>> = { fake: 8, process: 8, docker: 2 };
const pauseMs = 200;
const killWithinMs = 2_000;
const endWithinMs = 600_000;
const eventsWithinMs = 60_000;
const recentJobs = 100;
/** Of what is sent to a rule's target. */
const refusedPercent = 2;

interface Sent {
  readonly work: Work;
  /** Times that the request may have reached the server. */
  tries: number;
  jobId: string | undefined;
}

interface Surroundings {
  readonly server: TestServer;
  readonly definition: string;
  readonly startsFile: string;
  /** A target that hears of every change of a job. */
  readonly sink: EventSink;
}

class CrashRun {
  readonly #options: CrashRunOptions;
  readonly #server: TestServer;
  readonly #definition: string;
  readonly #client: BatchClient;
  readonly #startsFile: string;
  readonly #sink: EventSink;
  readonly #sent = new Map<string, Sent>();
  readonly #stops = new Map<string, Stop[]>();
  readonly #recent: string[] = [];
  readonly #problems: string[] = [];
  readonly #counts: Record<string, number> = {};
  #isOver = false;
  /** While it is down, calls that are under way are tried again, and no new ones are made. */
  #isUp = true;
  #live = 0;

  constructor(options: CrashRunOptions, { server, definition, startsFile, sink }: Surroundings) {
    this.#options = options;
    this.#server = server;
    this.#definition = definition;
    this.#startsFile = startsFile;
    this.#sink = sink;
    this.#client = new BatchClient({ ...server.clientOptions(), maxAttempts: 8 });
  }

  async run(): Promise<CrashReport> {
    const { engine, seed, seconds } = this.#options;
    const random = new Random(seed);
    const clients = Array.from({ length: clientCount[engine] }, (_, index) =>
      this.#submitAndStop(`client-${index}`, random.fork(`client-${index}`)),
    );
    const watch = this.#watchLive();
    const kills = this.#killAgainAndAgain(random.fork('kills'), performance.now() + seconds * 1000);
    // A server that does not come back must not be waited for by those that need it.
    await kills.finally(() => (this.#isOver = true));
    await Promise.all([...clients, watch]);
    this.#client.destroy();
    await until(
      () => `all jobs to end; ${this.#live} have not`,
      async () => (this.#live = await liveJobs(this.#server)) === 0,
      endWithinMs,
    );
    this.#tell('all has ended');
    await this.#judgeAll();
    if (engine === 'docker')
      await until(
        'the containers to be removed',
        async () =>
          (await DockerHost.here().containers(`longshore.instance=${this.#server.instance()}`))
            .length === 0,
      );
    return { counts: this.#counts, problems: this.#problems };
  }

  #count(what: string, by = 1): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + by;
  }

  #tell(what: string): void {
    this.#options.onProgress?.(
      `${what}: ${Object.entries(this.#counts)
        .map(([name, count]) => `${name} ${count}`)
        .join(', ')}, not ended ${this.#live}`,
    );
  }

  async #killAgainAndAgain(random: Random, untilMs: number): Promise<void> {
    while (performance.now() < untilMs) {
      await delay(random.between(0, killWithinMs));
      const killed = this.#server.kill('SIGKILL');
      this.#isUp = false;
      const code = await killed;
      if (code !== null) this.#problems.push(`the server ended by itself, with ${code}`);
      this.#count('kills');
      await this.#server.restart();
      this.#isUp = true;
      if ((this.#counts['kills'] ?? 0) % 10 === 0) this.#tell('killed');
    }
  }

  async #watchLive(): Promise<void> {
    while (!this.#isOver) {
      this.#live = await liveJobs(this.#server).catch(() => this.#live);
      await delay(pauseMs);
    }
  }

  async #submitAndStop(client: string, random: Random): Promise<void> {
    const { engine } = this.#options;
    for (let number = 0; !this.#isOver; number++) {
      await delay(random.between(0, pauseMs));
      if (!this.#isUp || this.#live > mostLive[engine]) continue;
      const work = drawWork(random, engine, `${client}-${number}`, this.#recent);
      const jobId = await this.#submit(work);
      if (
        jobId === undefined ||
        work.arraySize !== undefined ||
        work.attempts > 1 ||
        !random.chance(20)
      )
        continue;
      await delay(random.pick([0, 0, 100, 1_000]));
      await this.#stop(jobId, random.pick(['cancel', 'terminate']));
    }
  }

  /** The job's id; undefined where no answer came. */
  async #submit(work: Work): Promise<string | undefined> {
    const sent: Sent = { work, tries: 0, jobId: undefined };
    this.#sent.set(work.name, sent);
    try {
      const { jobId, $metadata } = await this.#client.send(
        new SubmitJobCommand({
          jobName: work.name,
          jobQueue: 'test',
          jobDefinition: this.#definition,
          ...submissionOf(work, this.#options.engine),
        }),
      );
      sent.tries = $metadata.attempts ?? 1;
      sent.jobId = jobId;
      this.#count('submissions acknowledged');
      this.#recent.push(jobId as string);
      if (this.#recent.length > recentJobs) this.#recent.shift();
      return jobId;
    } catch (error) {
      sent.tries = this.#triesOf(error, `submission ${work.name}`);
      return undefined;
    }
  }

  async #stop(jobId: string, by: Stop['by']): Promise<void> {
    const stop: Stop = { by, reason: `${by} of ${jobId}` };
    this.#stops.set(jobId, [...(this.#stops.get(jobId) ?? []), stop]);
    try {
      await this.#client.send(
        by === 'cancel'
          ? new CancelJobCommand({ jobId, reason: stop.reason })
          : new TerminateJobCommand({ jobId, reason: stop.reason }),
      );
      stop.ackedAtMs = Date.now();
      this.#count(`${by}s acknowledged`);
      const { jobs } = await this.#client.send(new DescribeJobsCommand({ jobs: [jobId] }));
      const status = jobs?.[0]?.status as JobStatus;
      const waits =
        ['SUBMITTED', 'PENDING', 'RUNNABLE'].includes(status) && this.#options.engine !== 'fake';
      if (waits || jobs?.length !== 1)
        this.#problems.push(`${jobId}: ${stop.reason} was acknowledged, and it is ${status}`);
    } catch (error) {
      this.#triesOf(error, stop.reason);
    }
  }

  /** An answer of the server is a problem; none is what a kill does. */
  #triesOf(error: unknown, what: string): number {
    const { $metadata, name, message } = error as Error & {
      $metadata?: { attempts?: number; httpStatusCode?: number };
    };
    if ($metadata?.httpStatusCode !== undefined)
      this.#problems.push(`${what} was answered ${$metadata.httpStatusCode} ${name}: ${message}`);
    this.#count('calls without an answer');
    return $metadata?.attempts ?? Infinity;
  }

  // ---- the end ----

  async #judgeAll(): Promise<void> {
    const idsByName = await this.#allJobs();
    this.#judgeSubmissions(idsByName);
    const workOf = new Map<string, Work>();
    for (const [name, ids] of idsByName) {
      const sent = this.#sent.get(name);
      if (sent === undefined)
        this.#problems.push(`job ${ids.join(', ')} was submitted by nobody: ${name}`);
      else for (const id of ids) workOf.set(id, sent.work);
    }
    const details = await this.#describe(
      [...workOf].flatMap(([id, work]) => [...new Set([id, ...idsOf(id, work)])]),
    );
    const starts = this.#starts();
    await this.#judgeEvents(details);
    await inParallel(workOf, async ([id, work]) => {
      const dependencyFailed = work.dependsOn.some((on) => details.get(on)?.status === 'FAILED');
      for (const each of idsOf(id, work))
        await this.#judgeJob(each, work, { details, starts, dependencyFailed });
      const anyFailed = idsOf(id, work).some((each) => details.get(each)?.status === 'FAILED');
      if (details.get(id)?.status !== (anyFailed ? 'FAILED' : 'SUCCEEDED'))
        this.#problems.push(`${id}: it is ${details.get(id)?.status}, unlike its children`);
    });
    for (const [start, times] of starts)
      if (times > 1) this.#problems.push(`attempt ${start} ran ${times} times`);
    this.#count('attempts that noted their start', starts.size);
  }

  /** A rule's target has heard of the end of every job, and of each in order. */
  async #judgeEvents(details: ReadonlyMap<string, JobDetail>): Promise<void> {
    const judged = () => judgeEvents(this.#sink.events, details.values());
    await until(
      () => `all events to arrive: ${judged().problems.slice(0, 5).join('; ')}`,
      () => Promise.resolve(judged().problems.length === 0),
      eventsWithinMs,
    ).catch(() => undefined);
    const { problems, again } = judged();
    this.#problems.push(...problems);
    this.#count('events', this.#sink.events.length);
    this.#count('events that came again', again);
    this.#count('events refused by their target', this.#sink.refused);
  }

  /** Every acknowledged id is there, and no submission made more jobs than it was sent times. */
  #judgeSubmissions(idsByName: ReadonlyMap<string, readonly string[]>): void {
    for (const [name, { jobId, tries }] of this.#sent) {
      const ids = idsByName.get(name) ?? [];
      if (jobId !== undefined && !ids.includes(jobId))
        this.#problems.push(`${jobId} (${name}) was acknowledged and is lost`);
      if (ids.length > tries)
        this.#problems.push(`${name} was sent ${tries} times and is there ${ids.length} times`);
      this.#count('jobs taken without an answer', ids.length - Number(jobId !== undefined));
    }
  }

  async #judgeJob(
    id: string,
    work: Work,
    {
      details,
      starts,
      dependencyFailed,
    }: {
      details: ReadonlyMap<string, JobDetail>;
      starts: ReadonlyMap<string, number>;
      dependencyFailed: boolean;
    },
  ): Promise<void> {
    const { engine } = this.#options;
    const job = details.get(id);
    this.#count('jobs, children of arrays too');
    if (job === undefined) {
      this.#problems.push(`${id} (${work.name}) is not known`);
      return;
    }
    const { ending, problems } = judge(job, work, {
      engine,
      stops: this.#stops.get(id) ?? [],
      dependencyFailed,
    });
    this.#problems.push(...problems);
    this.#count(`ended ${ending}`);
    const attempts = attemptsThatCount(job, engine);
    if (attempts.length > 1)
      this.#count('attempts that were followed by another', attempts.length - 1);
    for (const [index, attempt] of attempts.entries()) {
      const noted = starts.get(`${id} ${index + 1}`) ?? 0;
      if (engine !== 'fake' && ending === 'by itself' && noted !== 1)
        this.#problems.push(`${id}: attempt ${index + 1} noted its start ${noted} times`);
      const ran = attempt.startedAt !== undefined;
      if (!ran) this.#count('attempts that never started');
      if (!ran && noted > 0)
        this.#problems.push(`${id}: attempt ${index + 1} ran, and is said not to have started`);
      await this.#judgeOutput(id, work, {
        logStreamName: attempt.container?.logStreamName,
        ending: ran ? ending : 'before it started',
      });
    }
    for (const start of [attempts.length + 1, attempts.length + 2])
      if (starts.has(`${id} ${start}`))
        this.#problems.push(`${id}: attempt ${start} ran, and is not told of`);
  }

  /**
   * All of an attempt's lines in order; of one that was stopped, their beginning; of one that never
   * ran, why.
   */
  async #judgeOutput(
    id: string,
    work: Work,
    {
      logStreamName,
      ending,
    }: { logStreamName: string | undefined; ending: Ending | 'before it started' },
  ): Promise<void> {
    if (logStreamName === undefined) return;
    const lines = await this.#server.lines({ container: { logStreamName } } as JobDetail);
    const all = linesOf(work, this.#options.engine, id);
    const expected =
      ending === 'by itself'
        ? all
        : ending === 'before it started'
          ? ['stopped before it started']
          : all.slice(0, lines.length);
    this.#count('lines of output', lines.length);
    if (lines.join('\n') !== expected.join('\n'))
      this.#problems.push(
        `${id}: ${logStreamName} has ${lines.length} lines of ${all.length}: ${JSON.stringify(lines.slice(0, 5))} …`,
      );
  }

  /** All jobs of the queue but children, by name. */
  async #allJobs(): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>();
    for (const jobStatus of [
      'SUBMITTED',
      'PENDING',
      'RUNNABLE',
      'STARTING',
      'RUNNING',
      'SUCCEEDED',
      'FAILED',
    ] as const) {
      for await (const { jobSummaryList } of paginateListJobs(
        { client: this.#server.batch },
        { jobQueue: 'test', jobStatus },
      )) {
        for (const { jobId, jobName } of jobSummaryList ?? [])
          found.set(jobName as string, [...(found.get(jobName as string) ?? []), jobId as string]);
      }
    }
    return found;
  }

  async #describe(ids: readonly string[]): Promise<Map<string, JobDetail>> {
    const found = new Map<string, JobDetail>();
    for (let from = 0; from < ids.length; from += 100) {
      const { jobs } = await this.#server.batch.send(
        new DescribeJobsCommand({ jobs: ids.slice(from, from + 100) }),
      );
      for (const job of jobs ?? []) found.set(job.jobId as string, job);
    }
    return found;
  }

  /** How often each attempt noted its start. */
  #starts(): Map<string, number> {
    const starts = new Map<string, number>();
    for (const line of readFileSync(this.#startsFile, 'utf8').split('\n'))
      if (line !== '') starts.set(line, (starts.get(line) ?? 0) + 1);
    return starts;
  }
}

/** Starts a server of its own, runs and judges; leaves nothing behind. */
export async function crashRun(options: CrashRunOptions): Promise<CrashReport> {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-starts-'));
  const startsFile = join(directory, 'starts');
  writeFileSync(startsFile, '');
  try {
    // One port for all starts, so that the clients' retries find the next server.
    const flags = [
      '--port',
      String(await freePort()),
      ...(options.engine === 'fake'
        ? ['--host-loss-free']
        : ['--capacity', capacity[options.engine]]),
    ];
    await using server = await TestServer.start(options.engine, flags);
    await server.prepare();
    const definition = await server.register('work', {
      command: ['sh', '-c', script],
      environment: [{ name: 'STARTS', value: startsFile }],
      volumes: [{ name: 'starts', host: { sourcePath: directory } }],
      mountPoints: [{ sourceVolume: 'starts', containerPath: directory }],
    });
    await using sink = await EventSink.start();
    const random = new Random(options.seed).fork('sink');
    sink.refuses = () => random.chance(refusedPercent);
    const client = new EventBridgeClient(server.clientOptions());
    const pattern = { source: ['aws.batch'], 'detail-type': ['Batch Job State Change'] };
    await sendTo(client, 'all', pattern, sink.url);
    client.destroy();
    return await new CrashRun(options, { server, definition, startsFile, sink }).run();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function liveJobs(server: TestServer): Promise<number> {
  const health = (await (await fetch(`${server.url}/_longshore/health`)).json()) as {
    jobs: Record<JobStatus, number>;
  };
  return Object.values(health.jobs).reduce((sum, count) => sum + count, 0);
}

async function inParallel<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let next = queue.next(); next.done !== true; next = queue.next()) await work(next.value);
    }),
  );
}
