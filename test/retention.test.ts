// `--retain`: ended jobs go after the time that was said, their outputs stay, and nothing that
// depends on them is lost.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PlainServer, signedBy } from './plain-server.ts';
import { account, region } from './server.ts';
import { until } from './until.ts';

interface Described {
  readonly jobs: readonly {
    readonly jobId: string;
    readonly status: string;
    readonly container?: { readonly logStreamName?: string };
  }[];
}

const describeJobs = async (server: PlainServer, ...jobs: string[]): Promise<Described['jobs']> =>
  (await server.batch<Described>('DescribeJobs', { jobs })).jobs;
const whenGone = (server: PlainServer, id: string): Promise<unknown> =>
  until(`job ${id} to be removed`, async () => (await describeJobs(server, id)).length === 0);
const listed = async (server: PlainServer): Promise<string[]> =>
  (
    await server.batch<{ jobSummaryList: { jobId: string }[] }>('ListJobs', {
      jobQueue: 'test',
      filters: [{ name: 'AFTER_CREATED_AT', values: ['0'] }],
    })
  ).jobSummaryList.map(({ jobId }) => jobId);
const size = (children: number) => ({ arrayProperties: { size: children } });
const failing = { containerOverrides: { command: ['false'] } };
const forever = { containerOverrides: { command: ['sleep', '1000000'] } };

describe('a server that keeps ended jobs for two seconds', () => {
  const flags = ['--retain', '2s'];

  it('removes them, and leaves those that have not ended and every output', async () => {
    await using server = await PlainServer.start({ flags });
    await server.prepare();
    const live = await server.submit(forever);
    const id = await server.submit({
      containerOverrides: { command: ['echo', 'kept'] },
      tags: { a: '1' },
    });
    await server.whenStatus(id, 'SUCCEEDED');
    const [job] = await describeJobs(server, id);
    assert.deepEqual(new Set(await listed(server)), new Set([live, id]));
    await whenGone(server, id);
    assert.deepEqual(await listed(server), [live]);
    assert.equal((await server.job(live)).status, 'RUNNING');
    const tags = await server.send({
      method: 'GET',
      path: `/v1/tags/${encodeURIComponent(`arn:aws:batch:${region}:${account}:job/${id}`)}`,
      headers: signedBy(account, 'batch'),
      body: '',
    });
    assert.equal(tags.status, 404, tags.body);
    // As for any unknown job, it is no error.
    await server.batch('CancelJob', { jobId: id, reason: 'late' });
    await server.batch('TerminateJob', { jobId: id, reason: 'late' });
    const { events } = await server.logs<{ events: { message: string }[] }>('GetLogEvents', {
      logGroupName: '/aws/batch/job',
      logStreamName: job?.container?.logStreamName,
      startFromHead: true,
    });
    assert.deepEqual(
      events.map(({ message }) => message),
      ['kept'],
    );
  });

  it('knows how they ended where others depend on them, over a restart too', async () => {
    await using server = await PlainServer.start({ flags });
    await server.prepare();
    const good = await server.submit();
    const bad = await server.submit(failing);
    const goodArray = await server.submit(size(3));
    const badArray = await server.submit({ ...size(3), ...failing });
    for (const id of [good, goodArray]) await server.whenStatus(id, 'SUCCEEDED');
    for (const id of [bad, badArray]) await server.whenStatus(id, 'FAILED');
    for (const id of [good, bad, goodArray, badArray]) await whenGone(server, id);
    await server.stop();
    await server.start();
    const cases: [title: string, input: object, status: string][] = [
      ['one that succeeded', { dependsOn: [{ jobId: good }] }, 'SUCCEEDED'],
      ['one that failed', { dependsOn: [{ jobId: bad }] }, 'FAILED'],
      ['a child that succeeded', { dependsOn: [{ jobId: `${goodArray}:2` }] }, 'SUCCEEDED'],
      ['a child that failed', { dependsOn: [{ jobId: `${badArray}:0` }] }, 'FAILED'],
      ['an array', { dependsOn: [{ jobId: badArray }] }, 'FAILED'],
      [
        'child by child',
        { ...size(3), dependsOn: [{ jobId: goodArray, type: 'N_TO_N' }] },
        'SUCCEEDED',
      ],
      [
        'child by child on failed ones',
        { ...size(3), dependsOn: [{ jobId: badArray, type: 'N_TO_N' }] },
        'FAILED',
      ],
    ];
    for (const [title, input, status] of cases) {
      const id = await server.submit(input);
      await until(title, async () => (await server.job(id)).status === status);
    }
    for (const jobId of [`${goodArray}:3`, `${good}:0`, '00000000-0000-7000-8000-000000000000'])
      await assert.rejects(server.submit({ dependsOn: [{ jobId }] }), /does not exist/);
    await assert.rejects(
      server.submit({ ...size(4), dependsOn: [{ jobId: goodArray, type: 'N_TO_N' }] }),
      /has 3 children/,
    );
  });

  it('lets an array go after its last child, with all of its children', async () => {
    await using server = await PlainServer.start({ flags });
    await server.prepare();
    const id = await server.submit({ ...size(2), ...forever });
    await server.whenStatus(`${id}:1`, 'RUNNING');
    await server.batch('TerminateJob', { jobId: `${id}:0`, reason: 'first' });
    await server.whenStatus(`${id}:0`, 'FAILED');
    const witness = await server.submit();
    await whenGone(server, witness);
    assert.equal((await server.job(`${id}:0`)).status, 'FAILED', 'its array has not ended');
    await server.batch('TerminateJob', { jobId: id, reason: 'all' });
    await server.whenStatus(id, 'FAILED');
    await whenGone(server, id);
    assert.deepEqual(await describeJobs(server, `${id}:0`, `${id}:1`), []);
    await assert.rejects(server.batch('ListJobs', { arrayJobId: id }), /does not exist/);
  });

  it('lets a job go whose dependents still wait for another', async () => {
    await using server = await PlainServer.start({ flags });
    await server.prepare();
    const first = await server.submit({ containerOverrides: { command: ['sleep', '1'] } });
    await server.whenStatus(first, 'RUNNING');
    await server.batch('UpdateComputeEnvironment', {
      computeEnvironment: 'test',
      state: 'DISABLED',
    });
    const gate = await server.submit();
    const dependent = await server.submit({ dependsOn: [{ jobId: first }, { jobId: gate }] });
    await whenGone(server, first);
    await server.stop('SIGKILL');
    await server.start();
    assert.equal((await server.job(dependent)).status, 'PENDING');
    await server.batch('UpdateComputeEnvironment', {
      computeEnvironment: 'test',
      state: 'ENABLED',
    });
    await server.whenStatus(dependent, 'SUCCEEDED');
  });
});

it('a server that was started without --retain keeps them; one that is started with it later removes them', async () => {
  await using server = await PlainServer.start();
  await server.prepare();
  const ids = await Promise.all(Array.from({ length: 300 }, () => server.submit()));
  for (const id of ids) await server.whenStatus(id, 'SUCCEEDED');
  await server.stop();
  await using heir = await PlainServer.start({
    dataDir: server.dataDir,
    flags: ['--retain', '1s'],
  });
  for (const id of ids) await whenGone(heir, id);
  const id = await heir.submit({ dependsOn: [{ jobId: ids[0] }] });
  await until('the dependent to succeed', async () =>
    (await describeJobs(heir, id)).every(({ status }) => status === 'SUCCEEDED'),
  );
});
