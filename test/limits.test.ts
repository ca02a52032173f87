// Unlucky and hostile users: the largest arrays, deep queues, a disk that is full, a job that never
// stops talking. The server answers others meanwhile, and what it answered stays true.
//
// Runs alone: it measures how long others wait for an answer.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { PlainServer, signedBy } from './plain-server.ts';
import { account, TestServer } from './server.ts';
import { until } from './until.ts';

const largest = 10_000;
/**
 * How long anybody may wait for an answer while the server is busy with others, on a machine that
 * tests are busy on too.
 */
const patienceMs = 2_000;

interface Summary {
  readonly jobId: string;
  readonly status: string;
}

async function list(server: PlainServer, input: object): Promise<Summary[]> {
  const all: Summary[] = [];
  let nextToken: string | undefined;
  do {
    const page = await server.batch<{ jobSummaryList: Summary[]; nextToken?: string }>('ListJobs', {
      ...input,
      nextToken,
    });
    all.push(...page.jobSummaryList);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return all;
}

/** Asks for health over and over while `work` is under way; answers the longest wait. */
async function longestWaitDuring(
  server: PlainServer,
  work: () => Promise<unknown>,
): Promise<number> {
  let longestMs = 0;
  let done = false;
  const asking = (async () => {
    while (!done) {
      const asked = performance.now();
      await server.send({ method: 'GET', path: '/_longshore/health', body: '' });
      longestMs = Math.max(longestMs, performance.now() - asked);
    }
  })();
  await work().finally(() => (done = true));
  await asking;
  return longestMs;
}

const forever = { containerOverrides: { command: ['sleep', '1000000'] } };

/** For what leaves nothing behind that others would meet. */
let server: PlainServer;
before(async () => {
  server = await PlainServer.start();
  await server.prepare();
});
after(() => server[Symbol.asyncDispose]());

describe('an array of 10,000', () => {
  it('is cancelled while its children start, and every child has ended exactly once', async () => {
    const id = await server.submit({ arrayProperties: { size: largest }, ...forever });
    await until(
      'some children to run',
      async () => ((await server.job(id)).arrayProperties?.statusSummary?.['RUNNING'] ?? 0) > 0,
    );
    const waitedMs = await longestWaitDuring(server, async () => {
      await server.batch('CancelJob', { jobId: id, reason: 'cancelled' });
      await server.batch('TerminateJob', { jobId: id, reason: 'terminated' });
      await server.whenStatus(id, 'FAILED');
    });
    assert.ok(waitedMs < patienceMs, `others waited ${waitedMs} ms`);
    const parent = await server.job(id);
    assert.equal(parent.statusReason, 'cancelled');
    assert.deepEqual(parent.arrayProperties?.statusSummary, {
      SUBMITTED: 0,
      PENDING: 0,
      RUNNABLE: 0,
      STARTING: 0,
      RUNNING: 0,
      SUCCEEDED: 0,
      FAILED: largest,
    });
    const children = await list(server, { arrayJobId: id, jobStatus: 'FAILED' });
    assert.equal(new Set(children.map(({ jobId }) => jobId)).size, largest);
    assert.equal(children.length, largest);
    const { jobs } = await server.batch<{
      jobs: { jobId: string; status: string; statusReason: string; stoppedAt: number }[];
    }>('DescribeJobs', { jobs: Array.from({ length: 100 }, (_, index) => `${id}:${index * 100}`) });
    assert.equal(jobs.length, 100);
    for (const job of jobs)
      assert.ok(
        job.status === 'FAILED' &&
          /^(cancelled|terminated)$/.test(job.statusReason) &&
          job.stoppedAt > 0,
        JSON.stringify(job),
      );
    assert.equal(server.stderr, '');
  });

  it('whose children succeed in a flood is told truly at every moment', async () => {
    const id = await server.submit({ arrayProperties: { size: largest } });
    let succeeded = 0;
    await until('the array to succeed', async () => {
      const { status, arrayProperties } = await server.job(id);
      const summary = arrayProperties?.statusSummary ?? {};
      assert.equal(
        Object.values(summary).reduce((sum, count) => sum + count, 0),
        largest,
      );
      assert.ok((summary['SUCCEEDED'] ?? 0) >= succeeded, 'what has succeeded stays so');
      succeeded = summary['SUCCEEDED'] ?? 0;
      return status === 'SUCCEEDED';
    });
    assert.equal(succeeded, largest);
  });

  it('may be tagged, its children may not', async () => {
    const id = await server.submit({ arrayProperties: { size: 2 } });
    const arn = `arn:aws:batch:us-east-1:${account}:job/${id}`;
    const tag = (of: string) =>
      server.send({
        method: 'POST',
        path: `/v1/tags/${encodeURIComponent(of)}`,
        headers: signedBy(account, 'batch'),
        body: JSON.stringify({ tags: { a: 'b' } }),
      });
    assert.equal((await tag(arn)).status, 200);
    const answer = await tag(`${arn}:0`);
    assert.ok(answer.status >= 400 && answer.status < 500, answer.body);
  });
});

describe('a queue with 10,000 waiting jobs', () => {
  it('is deleted while others are served, across a restart', async () => {
    await server.prepare('deep');
    await server.batch('UpdateComputeEnvironment', {
      computeEnvironment: 'deep',
      state: 'DISABLED',
    });
    const ids: string[] = [];
    await Promise.all(
      Array.from({ length: 32 }, async () => {
        while (ids.length < largest) ids.push(await server.submit({ jobQueue: 'deep' }));
      }),
    );
    await server.batch('UpdateJobQueue', { jobQueue: 'deep', state: 'DISABLED' });
    const waitedMs = await longestWaitDuring(server, () =>
      server.batch('DeleteJobQueue', { jobQueue: 'deep' }),
    );
    assert.ok(waitedMs < patienceMs, `others waited ${waitedMs} ms`);
    assert.deepEqual(await server.batch('DescribeJobQueues', { jobQueues: ['deep'] }), {
      jobQueues: [],
    });
    for (const id of [ids[0], ids[5_000], ids.at(-1)]) {
      const { status, statusReason } = await server.job(id as string);
      assert.deepEqual(
        [status, statusReason],
        ['FAILED', 'Terminated: the job queue is being deleted'],
      );
    }
    assert.equal(await server.stop(), 0);
    await server.start();
    await server.whenStatus(await server.submit(), 'SUCCEEDED');
    assert.equal((await server.job(ids[17] as string)).status, 'FAILED');
    assert.equal(server.stderr, '');
  });
});

describe('ListJobs', () => {
  it('pages over jobs that change meanwhile: none twice, and none of those that stay is left out', async () => {
    const staying = new Set(
      await Promise.all(Array.from({ length: 300 }, () => server.submit(forever))),
    );
    await Promise.all([...staying].map((id) => server.whenStatus(id, 'RUNNING')));
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await server.batch<{ jobSummaryList: Summary[]; nextToken?: string }>(
        'ListJobs',
        { jobQueue: 'test', jobStatus: 'RUNNING', maxResults: 7, nextToken },
      );
      seen.push(...page.jobSummaryList.map(({ jobId }) => jobId));
      nextToken = page.nextToken;
      const leaving = [...staying].find((id) => !seen.includes(id));
      if (leaving !== undefined) {
        await server.batch('TerminateJob', { jobId: leaving, reason: 'leaves' });
        staying.delete(leaving);
      }
      await server.submit(forever);
    } while (nextToken !== undefined);
    assert.equal(new Set(seen).size, seen.length);
    for (const id of staying) assert.ok(seen.includes(id), `${id} was left out`);
  });
});

describe('odd names', () => {
  for (const id of [
    'x',
    '',
    ':',
    '0:0',
    '../x',
    '%',
    '\0',
    "' or 1=1",
    '00000000-0000-7000-8000-000000000000',
    '00000000-0000-7000-8000-000000000000:0',
    '__proto__',
    'é'.repeat(200),
  ]) {
    it(`no job is found as ${JSON.stringify(id.slice(0, 40))}, and to stop it harms nobody`, async () => {
      const { jobs } = await server.batch<{ jobs: unknown[] }>('DescribeJobs', { jobs: [id] });
      assert.deepEqual(jobs, []);
      for (const operation of ['canceljob', 'terminatejob']) {
        const { status } = await server.send({
          method: 'POST',
          path: `/v1/${operation}`,
          headers: signedBy(account, 'batch'),
          body: JSON.stringify({ jobId: id, reason: 'x' }),
        });
        assert.ok(status === 200 || (status >= 400 && status < 500));
      }
    });
  }
});

describe('a disk that is full', () => {
  const skip =
    process.getuid?.() === 0 && process.platform === 'linux'
      ? false
      : 'mounts a small file system, which needs root on Linux';

  it(
    'stops the server with a clear line, and a restart with room has all that was answered',
    { skip },
    async (t) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'longshore-full-'));
      const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', dataDir], {
        encoding: 'utf8',
      });
      if (mounted.status !== 0) {
        rmSync(dataDir, { recursive: true });
        t.skip(`no tmpfs can be mounted here: ${mounted.stderr.trim()}`);
        return;
      }
      try {
        await using small = await PlainServer.start({ dataDir });
        await small.prepare();
        await small.batch('UpdateComputeEnvironment', {
          computeEnvironment: 'test',
          state: 'DISABLED',
        });
        const answered: string[] = [];
        const large = {
          containerOverrides: { environment: [{ name: 'LARGE', value: 'x'.repeat(8_000) }] },
        };
        for (;;) {
          const id = await small.submit(large).catch(() => undefined);
          if (id === undefined) break;
          answered.push(id);
        }
        assert.equal(await small.ended(), 1);
        assert.match(
          small.stderr,
          /^longshore: the server has stopped: database or disk is full$/m,
        );
        assert.equal(spawnSync('mount', ['-o', 'remount,size=64m', dataDir]).status, 0);
        await small.start();
        assert.ok(answered.length > 10);
        for (const id of answered) assert.equal((await small.job(id)).status, 'RUNNABLE');
        await small.batch('UpdateComputeEnvironment', {
          computeEnvironment: 'test',
          state: 'ENABLED',
        });
        for (const id of answered) await small.whenStatus(id, 'SUCCEEDED');
      } finally {
        spawnSync('umount', ['-l', dataDir]);
        rmSync(dataDir, { recursive: true, force: true });
      }
    },
  );
});

describe('a data directory that cannot be used', () => {
  const cases: readonly (readonly [
    what: string,
    spoil: (dataDir: string) => void,
    line: RegExp,
  ])[] = [
    [
      'a database of another kind',
      (dataDir) => writeFileSync(join(dataDir, 'longshore.db'), 'no database '.repeat(1_000)),
      /^longshore: the database in this data directory cannot be used: file is not a database$/m,
    ],
    [
      'a file',
      (dataDir) => {
        rmSync(dataDir, { recursive: true });
        writeFileSync(dataDir, '');
      },
      /^longshore: \S+ is there and is not a directory$/m,
    ],
  ];
  for (const [what, spoil, line] of cases) {
    it(`ends the server with a clear line: ${what}`, async () => {
      const dataDir = mkdtempSync(join(tmpdir(), 'longshore-spoiled-'));
      try {
        spoil(dataDir);
        await assert.rejects(
          PlainServer.start({ dataDir }),
          (error: Error) =>
            error.message.startsWith('the server ended with 1') &&
            line.test(error.message.replace('the server ended with 1: ', '')),
        );
      } finally {
        rmSync(dataDir, { recursive: true, force: true });
      }
    });
  }
});

describe('a job that writes 64 MB', () => {
  it(
    'holds up nobody, and its last line can be read when it has ended',
    { timeout: 300_000 },
    async () => {
      await using loaded = await TestServer.start('process', ['--capacity', 'vcpus=8,memory=8000']);
      await loaded.prepare();
      const line = 'x'.repeat(127);
      const loud = await loaded.submit(
        await loaded.register('loud', {
          command: ['sh', '-c', `yes ${line} | head -c 67108864; echo; echo the last line`],
        }),
      );
      const definition = await loaded.register('quiet', { command: ['echo', 'quiet'] });
      let others = 0;
      let longestMs = 0;
      let status: string | undefined;
      do {
        const began = performance.now();
        const quiet = await loaded.whenEnded(await loaded.submit(definition));
        longestMs = Math.max(longestMs, performance.now() - began);
        assert.deepEqual(await loaded.lines(quiet), ['quiet']);
        others++;
        ({ status } = await loaded.job(loud));
      } while (status !== 'SUCCEEDED' && status !== 'FAILED');
      const job = await loaded.job(loud);
      assert.equal(job.status, 'SUCCEEDED', `${job.statusReason} ${job.container?.reason}`);
      assert.ok(
        others > 0 && longestMs < 10_000,
        `${others} others ran, the slowest for ${longestMs} ms`,
      );
      const { events } = await loaded.logs.send(
        new GetLogEventsCommand({
          logGroupName: '/aws/batch/job',
          logStreamName: job.container?.logStreamName,
          limit: 3,
        }),
      );
      assert.deepEqual(events?.map(({ message }) => message).slice(-1), ['the last line']);
      assert.equal(events?.[0]?.message, line);
    },
  );
});
