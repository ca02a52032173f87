// Dependencies through the SDK on the fake engine: every kind, on jobs that wait, run, or have
// ended, and the user guide's workflow of five jobs at its full size.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  DescribeJobsCommand,
  ListJobsCommand,
  TerminateJobCommand,
  type JobDetail,
  type JobDependency,
} from '@aws-sdk/client-batch';
import { TestServer } from './server.ts';

let server: TestServer;
before(async () => {
  server = await TestServer.start('fake');
  await server.prepare();
  await server.register('ok', { image: 'fake', command: ['true'] });
  await server.register('bad', { image: 'fake', command: ['false'] });
  await server.register('slow', { image: 'fake', command: ['sleep', '3600'] });
});
after(() => server[Symbol.asyncDispose]());

const size = (count: number) => ({ arrayProperties: { size: count } });
const on = (...dependsOn: JobDependency[]) => ({ dependsOn });
const ended = (jobId: string): Promise<JobDetail> =>
  server.whenStatus(jobId, 'SUCCEEDED', 'FAILED');
const failed = 'Dependent Job failed';

const terminate = async (jobId: string, at = server): Promise<void> =>
  void (await at.batch.send(new TerminateJobCommand({ jobId, reason: 'enough' })));

async function statuses(jobId: string, count: number): Promise<(string | undefined)[]> {
  const { jobs = [] } = await server.batch.send(
    new DescribeJobsCommand({
      jobs: Array.from({ length: count }, (_, index) => `${jobId}:${index}`),
    }),
  );
  return jobs.map((job) => job.status);
}

/** A job that runs until it is told to end. */
async function gate(): Promise<{ jobId: string; fail: () => Promise<void> }> {
  const jobId = await server.submit('slow');
  await server.whenStatus(jobId, 'RUNNING');
  return { jobId, fail: () => terminate(jobId) };
}

test('a job waits PENDING, says for what, and runs after what it depends on', async () => {
  const { jobId, fail } = await gate();
  const waiting = await server.submit('ok', on({ jobId }));
  const { status, statusReason, dependsOn } = await server.job(waiting);
  assert.deepEqual(
    [status, statusReason, dependsOn],
    ['PENDING', `waiting for ${jobId}`, [{ jobId }]],
  );
  await fail();
  const end = await ended(waiting);
  assert.deepEqual([end.status, end.statusReason, end.attempts], ['FAILED', failed, []]);
  assert((end.stoppedAt ?? 0) > 0);
});

test('a failure goes through the whole graph', async () => {
  const { jobId, fail } = await gate();
  const second = await server.submit('ok', on({ jobId }));
  const other = await server.submit('ok');
  const third = await server.submit('ok', {
    ...size(3),
    ...on({ jobId: second }, { jobId: other }),
  });
  const fourth = await server.submit('ok', on({ jobId: third }));
  await fail();
  for (const id of [second, third, fourth])
    assert.deepEqual(
      [(await ended(id)).status, (await ended(id)).statusReason],
      ['FAILED', failed],
    );
  assert.deepEqual(await statuses(third, 3), ['FAILED', 'FAILED', 'FAILED']);
});

test('what has ended before is judged as it ended', async () => {
  const [good, bad] = [await server.submit('ok'), await server.submit('bad')];
  await ended(good);
  await ended(bad);
  assert.equal((await ended(await server.submit('ok', on({ jobId: good })))).status, 'SUCCEEDED');
  assert.deepEqual(
    await ended(await server.submit('ok', on({ jobId: good }, { jobId: bad }))).then((job) => [
      job.status,
      job.statusReason,
    ]),
    ['FAILED', failed],
  );
});

test('a job may depend on one child of an array, which may have ended', async () => {
  const array = await server.submit('ok', size(2));
  assert.equal(
    (await ended(await server.submit('ok', on({ jobId: `${array}:1` })))).status,
    'SUCCEEDED',
  );
  await ended(array);
  assert.equal(
    (await ended(await server.submit('ok', on({ jobId: `${array}:0` })))).status,
    'SUCCEEDED',
  );
});

test('SEQUENTIAL children run one after the other, and stop at the first failure', async () => {
  const good = await server.submit('ok', { ...size(20), ...on({ type: 'SEQUENTIAL' }) });
  assert.equal((await ended(good)).status, 'SUCCEEDED');
  const { jobs = [] } = await server.batch.send(
    new DescribeJobsCommand({ jobs: Array.from({ length: 20 }, (_, index) => `${good}:${index}`) }),
  );
  for (let index = 1; index < 20; index++)
    assert(
      (jobs[index]?.startedAt ?? 0) >= (jobs[index - 1]?.stoppedAt ?? Infinity),
      `child ${index}`,
    );
  const bad = await server.submit('bad', { ...size(4), ...on({ type: 'SEQUENTIAL' }) });
  assert.equal((await ended(bad)).status, 'FAILED');
  const { jobSummaryList = [] } = await server.batch.send(
    new ListJobsCommand({ arrayJobId: bad, jobStatus: 'FAILED' }),
  );
  assert.deepEqual(
    jobSummaryList.map((job) => job.statusReason),
    ['Essential container in task exited', failed, failed, failed],
  );
});

test('N_TO_N goes child by child, with arrays that wait, run and have ended', async () => {
  const first = await server.submit('slow', size(3));
  await server.whenStatus(`${first}:2`, 'RUNNING');
  const second = await server.submit('ok', { ...size(3), ...on({ jobId: first, type: 'N_TO_N' }) });
  const third = await server.submit('ok', { ...size(3), ...on({ jobId: second, type: 'N_TO_N' }) });
  assert.deepEqual(await statuses(third, 3), ['PENDING', 'PENDING', 'PENDING']);
  assert.equal((await server.job(`${third}:1`)).statusReason, `waiting for ${second}:1`);
  await terminate(`${first}:1`);
  await server.whenStatus(`${third}:1`, 'FAILED');
  assert.deepEqual(await statuses(third, 3), ['PENDING', 'FAILED', 'PENDING']);
  await terminate(first);
  assert.deepEqual(
    [(await ended(third)).status, (await ended(third)).statusReason],
    ['FAILED', 'Array Child Job failed'],
  );
  const good = await server.submit('ok', size(3));
  await ended(good);
  assert.equal(
    (await ended(await server.submit('ok', { ...size(3), ...on({ jobId: good, type: 'N_TO_N' }) })))
      .status,
    'SUCCEEDED',
  );
  assert.equal(
    (
      await ended(
        await server.submit('ok', { ...size(3), ...on({ jobId: third, type: 'N_TO_N' }) }),
      )
    ).status,
    'FAILED',
  );
});

test('unknown jobs and arrays of another size are refused', async () => {
  const array = await server.submit('ok', size(3));
  const single = await server.submit('ok');
  const wrong: [object, RegExp][] = [
    [on({ jobId: '00000000-0000-7000-8000-000000000000' }), /does not exist/],
    [on({ jobId: `${array}:3` }), /does not exist/],
    [on({ jobId: `${single}:0` }), /does not exist/],
    [
      { ...size(4), ...on({ jobId: array, type: 'N_TO_N' }) },
      /needs an array of the same size; job .* has 3 children/,
    ],
    [{ ...size(4), ...on({ jobId: single, type: 'N_TO_N' }) }, /is no array/],
  ];
  for (const [more, message] of wrong)
    await assert.rejects(server.submit('ok', more), { name: 'ClientException', message });
});

test('a job that waits can be cancelled, and takes its dependents along', async () => {
  const { jobId, fail } = await gate();
  const waiting = await server.submit('ok', { ...size(2), ...on({ jobId }) });
  const dependent = await server.submit('ok', on({ jobId: waiting }));
  await terminate(waiting);
  assert.equal((await ended(waiting)).statusReason, 'enough');
  assert.equal((await ended(dependent)).statusReason, failed);
  await fail();
});

test(
  'the user guide’s workflow of five jobs, with arrays of ten thousand, runs as written',
  { timeout: 300_000 },
  async () => {
    const a = await server.submit('ok');
    const b = await server.submit('ok', { ...size(10_000), ...on({ jobId: a }) });
    const c = await server.submit('ok', { ...size(10_000), ...on({ jobId: b, type: 'N_TO_N' }) });
    const d = await server.submit('ok', {
      ...size(10),
      ...on({ jobId: c }, { type: 'SEQUENTIAL' }),
    });
    const e = await server.submit('ok', on({ jobId: d }));
    const last = await server.whenStatus(e, 'SUCCEEDED', 'FAILED');
    assert.equal(last.status, 'SUCCEEDED');
    for (const id of [a, b, c, d]) assert.equal((await server.job(id)).status, 'SUCCEEDED');
    assert((last.startedAt ?? 0) >= ((await server.job(d)).stoppedAt ?? Infinity));
  },
);

test('what waits goes on waiting through a restart', async () => {
  const own = await TestServer.start('process');
  try {
    await own.prepare();
    await own.register('slow', { image: 'none', command: ['sleep', '3600'] });
    await own.register('ok', { image: 'none', command: ['true'] });
    const gateId = await own.submit('slow', size(2));
    await own.whenStatus(`${gateId}:0`, 'RUNNING');
    const child = await own.submit('ok', { ...size(2), ...on({ jobId: gateId, type: 'N_TO_N' }) });
    const whole = await own.submit('ok', on({ jobId: child }));
    await own.kill('SIGKILL');
    await own.restart();
    assert.deepEqual(
      [(await own.job(child)).status, (await own.job(whole)).status],
      ['PENDING', 'PENDING'],
    );
    await terminate(gateId, own);
    assert.equal((await own.whenStatus(whole, 'SUCCEEDED', 'FAILED')).statusReason, failed);
  } finally {
    await own[Symbol.asyncDispose]();
  }
});
