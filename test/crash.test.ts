// Crashes: the server is killed again and again while jobs are submitted, wait and run. Every accepted job ends exactly as
// its command says, its container was started once, and no line of its output is missing or there twice.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DescribeJobsCommand, ListJobsCommand, type JobDetail, type JobStatus } from '@aws-sdk/client-batch';
import { Random } from '../sim/random.ts';
import { DockerHost } from './docker-host.ts';
import { requirement } from './requirement.ts';
import { account, region, TestServer, type EngineName } from './server.ts';
import { until } from './until.ts';

/** What a submission's jobs do, one for each array index. */
interface Work {
  readonly lines: number;
  readonly sleepSeconds: number;
  readonly exitCode: number;
  /** Undefined: a single job. */
  readonly arraySize: number | undefined;
}

interface Scenario {
  readonly engine: EngineName;
  readonly flags: readonly string[];
  /** Single jobs and children of arrays together. */
  readonly jobs: number;
  readonly mostLines: number;
  readonly killsWhileSubmitting: number;
  readonly killsWhileRunning: number;
}

/** Each job notes its start in a file that it shares with all, so that a second start of an attempt is seen. */
const script = `
  echo "$AWS_BATCH_JOB_ID $AWS_BATCH_JOB_ATTEMPT" >> "$STARTS"
  line=0
  while [ $line -lt $LINES_BEFORE ]; do echo "$AWS_BATCH_JOB_ID line $line"; line=$((line + 1)); done
  sleep $SLEEP
  while [ $line -lt $LINES ]; do echo "$AWS_BATCH_JOB_ID line $line"; line=$((line + 1)); done
  exit $EXIT`;

describe('a server that is killed', () => {
  it('ends 1,000 jobs on the process engine exactly as they should', { timeout: 600_000 }, (t) =>
    survive(t, { engine: 'process', flags: ['--capacity', 'vcpus=40,memory=100000'], jobs: 1_000, mostLines: 400, killsWhileSubmitting: 2, killsWhileRunning: 3 }));

  it('ends jobs on Docker exactly as they should', { timeout: 600_000, skip: requirement('docker').skip }, (t) =>
    survive(t, { engine: 'docker', flags: ['--capacity', 'vcpus=8,memory=100000'], jobs: 30, mostLines: 400, killsWhileSubmitting: 1, killsWhileRunning: 3 }));
});

/** Kills the server as the scenario says, at moments drawn from a seed, and looks at what became of the jobs. */
async function survive(t: TestContext, scenario: Scenario): Promise<void> {
  const seed = Number(process.env['LONGSHORE_SEED'] ?? Date.now() % 2 ** 31);
  t.diagnostic(`LONGSHORE_SEED=${seed}`);
  const random = new Random(seed);
  const directory = mkdtempSync(join(tmpdir(), 'longshore-starts-'));
  const starts = join(directory, 'starts');
  writeFileSync(starts, '');
  try {
    await using server = await TestServer.start(scenario.engine, scenario.flags);
    await server.prepare();
    const definition = await server.register('work', {
      command: ['sh', '-c', script],
      environment: [{ name: 'STARTS', value: starts }],
      volumes: [{ name: 'starts', host: { sourcePath: directory } }],
      mountPoints: [{ sourceVolume: 'starts', containerPath: directory }],
    });
    const accepted = await submitThroughKills(server, definition, scenario, random);
    for (let kill = scenario.killsWhileRunning; kill > 0; kill--) {
      const left = random.between(1, scenario.jobs);
      await until(`fewer than ${left} jobs to be left`, async () => (await liveJobs(server)) <= left, 300_000);
      await server.kill('SIGKILL');
      await server.restart();
    }
    await until('all jobs to end', async () => (await liveJobs(server)) === 0, 300_000);
    await assertAllEnded(server, accepted, starts);
    if (scenario.engine === 'docker') await until('the containers to be removed', async () => (await DockerHost.here().containers(`longshore.instance=${server.instance()}`)).length === 0);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Answers what was accepted, by id. A submission whose answer was lost may have been taken: it must end well all the same. */
async function submitThroughKills(server: TestServer, definition: string, scenario: Scenario, random: Random): Promise<Map<string, Work>> {
  const accepted = new Map<string, Work>();
  const works = plan(scenario, random);
  const killsAt = Array.from({ length: scenario.killsWhileSubmitting }, () => random.below(works.length)).toSorted((a, b) => a - b);
  let next = 0;
  while (next < works.length) {
    const killAt = killsAt.shift() ?? works.length;
    let down: Promise<unknown> | undefined;
    const client = async (): Promise<void> => {
      while (down === undefined && next < works.length) {
        const work = works[next++] as Work;
        if (next > killAt) down = server.kill('SIGKILL');
        const jobId = await submit(server.url, definition, work).catch(() => undefined);
        if (jobId !== undefined) accepted.set(jobId, work);
      }
    };
    await Promise.all(Array.from({ length: 16 }, client));
    if (down !== undefined) {
      await down;
      await server.restart();
    }
  }
  assert.ok(accepted.size > works.length - 16 * (scenario.killsWhileSubmitting + 1), `only ${accepted.size} of ${works.length} submissions were accepted`);
  return accepted;
}

function plan({ jobs, mostLines }: Scenario, random: Random): Work[] {
  const works: Work[] = [];
  for (let planned = 0; planned < jobs; ) {
    const arraySize = random.chance(3) ? Math.max(2, Math.min(random.between(2, 12), jobs - planned)) : undefined;
    works.push({ lines: random.between(0, mostLines), sleepSeconds: random.pick([0, 0, 0.1, 0.5, 1, 2]), exitCode: random.chance(70) ? 0 : 3, arraySize });
    planned += arraySize ?? 1;
  }
  return works;
}

/** Without the SDK, whose retries would hide what a kill does. Rejects where no answer came. */
async function submit(url: string, jobDefinition: string, work: Work): Promise<string> {
  const variables = { LINES: work.lines, LINES_BEFORE: Math.floor(work.lines / 2), SLEEP: work.sleepSeconds, EXIT: work.exitCode };
  const response = await fetch(`${url}/v1/submitjob`, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/batch/aws4_request, SignedHeaders=host, Signature=0` },
    body: JSON.stringify({
      jobName: 'work',
      jobQueue: 'test',
      jobDefinition,
      arrayProperties: work.arraySize === undefined ? undefined : { size: work.arraySize },
      containerOverrides: { environment: Object.entries(variables).map(([name, value]) => ({ name, value: String(value) })) },
    }),
  });
  const answer = (await response.json()) as { jobId: string; message?: string };
  assert.equal(response.status, 200, answer.message);
  return answer.jobId;
}

async function liveJobs(server: TestServer): Promise<number> {
  const health = (await (await fetch(`${server.url}/_longshore/health`)).json()) as { jobs: Record<JobStatus, number> };
  return Object.values(health.jobs).reduce((sum, count) => sum + count, 0);
}

async function assertAllEnded(server: TestServer, accepted: ReadonlyMap<string, Work>, starts: string): Promise<void> {
  const expected = new Map<string, Work>();
  for (const [id, work] of accepted) {
    if (work.arraySize === undefined) expected.set(id, work);
    else for (let index = 0; index < work.arraySize; index++) expected.set(`${id}:${index}`, work);
  }
  const noted = readFileSync(starts, 'utf8').trimEnd().split('\n');
  const distinct = new Set(noted);
  assert.equal(distinct.size, noted.length, `started twice: ${noted.filter((line, index) => noted.indexOf(line) !== index).join(', ')}`);
  for (const id of expected.keys()) assert.ok(distinct.has(`${id} 1`), `${id} never started`);

  const details = await describeAll(server, [...expected.keys(), ...accepted.keys()]);
  await inParallel([...expected], async ([id, work]) => assertEndedAs(server, details.get(id), work));
  for (const [id, work] of accepted) assert.equal(details.get(id)?.status, work.exitCode === 0 ? 'SUCCEEDED' : 'FAILED', `${id}: ${details.get(id)?.statusReason}`);
  for (const status of ['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING'] as const) {
    const { jobSummaryList } = await server.batch.send(new ListJobsCommand({ jobQueue: 'test', jobStatus: status }));
    assert.deepEqual(jobSummaryList, [], `${status} jobs are left`);
  }
}

async function assertEndedAs(server: TestServer, job: JobDetail | undefined, work: Work): Promise<void> {
  assert.ok(job, 'an accepted job is known');
  const told = `${job.jobId}: ${job.statusReason}, ${job.container?.reason}`;
  assert.equal(job.status, work.exitCode === 0 ? 'SUCCEEDED' : 'FAILED', told);
  assert.equal(job.container?.exitCode, work.exitCode, told);
  assert.equal(job.container?.reason, undefined, told);
  assert.equal(job.attempts?.length, 1, told);
  assert.deepEqual(await server.lines(job), Array.from({ length: work.lines }, (_, line) => `${job.jobId} line ${line}`));
}

async function describeAll(server: TestServer, ids: readonly string[]): Promise<Map<string, JobDetail>> {
  const found = new Map<string, JobDetail>();
  for (let from = 0; from < ids.length; from += 100) {
    const { jobs } = await server.batch.send(new DescribeJobsCommand({ jobs: ids.slice(from, from + 100) }));
    for (const job of jobs ?? []) found.set(job.jobId as string, job);
  }
  return found;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (const item of queue) await work(item);
  }));
}

describe('a server that is told to end', () => {
  for (const engine of ['process', 'docker'] as const) it(`ends with 0 without waiting for its jobs, and the next one goes on with them (${engine})`, { skip: engine === 'docker' && requirement('docker').skip }, async () => {
    await using server = await TestServer.start(engine);
    await server.prepare();
    const gate = join(server.dataDir, 'gate');
    const jobId = await server.submit(await server.register('waits', {
      command: ['sh', '-c', `echo before; until [ -e ${gate} ]; do sleep 0.05; done; echo after; exit 5`],
      volumes: [{ name: 'data', host: { sourcePath: server.dataDir } }],
      mountPoints: [{ sourceVolume: 'data', containerPath: server.dataDir }],
    }));
    await server.whenStatus(jobId, 'RUNNING');
    assert.equal(await server.kill('SIGTERM'), 0);
    await server.restart();
    assert.equal((await server.job(jobId)).status, 'RUNNING');
    writeFileSync(gate, '');
    const job = await server.whenEnded(jobId);
    assert.deepEqual([job.status, job.container?.exitCode, job.attempts?.length], ['FAILED', 5, 1]);
    assert.deepEqual(await server.lines(job), ['before', 'after']);
  });

  it('hears at its next start of what ended while it was away', async () => {
    await using server = await TestServer.start('process');
    await server.prepare();
    const [gate, ended] = [join(server.dataDir, 'gate'), join(server.dataDir, 'ended')];
    const jobId = await server.submit(await server.register('waits', { command: ['sh', '-c', `until [ -e ${gate} ]; do sleep 0.05; done; echo done; touch ${ended}`] }));
    await server.whenStatus(jobId, 'RUNNING');
    await server.kill('SIGTERM');
    writeFileSync(gate, '');
    await until('the job to end by itself', () => existsSync(ended));
    await server.restart();
    const job = await server.whenEnded(jobId);
    assert.equal(job.status, 'SUCCEEDED');
    assert.deepEqual(await server.lines(job), ['done']);
  });
});

it('a second server on a data directory ends with 1 and a clear line, and harms nothing', async () => {
  await using server = await TestServer.start('process');
  await server.prepare();
  const second = await run(['serve', '--engine', 'process', '--port', '0', '--data-dir', server.dataDir]);
  assert.equal(second.code, 1);
  assert.equal(second.stderr, 'longshore: another server uses this data directory; pick another with --data-dir\n');
  assert.equal((await server.run('after', { command: ['true'] })).status, 'SUCCEEDED');
});

function run(args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../src/main.ts', import.meta.url)), ...args], { stdio: ['ignore', 'ignore', 'pipe'], timeout: 30_000 });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stderr })));
}
