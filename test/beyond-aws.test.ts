// What AWS Batch does not have, through the SDK and the command line, on processes that really run.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import {
  CreateJobQueueCommand,
  DescribeJobsCommand,
  TagResourceCommand,
  type JobDetail,
} from '@aws-sdk/client-batch';
import { TestServer } from './server.ts';
import { until } from './until.ts';

async function cli(server: TestServer, ...words: string[]): Promise<string> {
  const argv = ['bin/longshore.js', ...words, '--endpoint', server.url];
  const { stdout } = await promisify(execFile)('node', argv, { env: server.environment });
  return stdout.trim();
}

async function jobsOf(server: TestServer, ids: readonly string[]): Promise<JobDetail[]> {
  return (await server.batch.send(new DescribeJobsCommand({ jobs: [...ids] }))).jobs ?? [];
}

/** The most that ran at the same moment. */
function mostAtOnce(jobs: readonly JobDetail[]): number {
  const times = jobs.map(({ startedAt = 0, stoppedAt = 0 }) => [startedAt, stoppedAt] as const);
  return Math.max(
    ...times.map(([at]) => times.filter(([from, to]) => from <= at && at < to).length),
  );
}

test('so many at once of an array, of a group through a crash, and of a queue', async () => {
  await using server = await TestServer.start('process', ['--capacity', 'vcpus=8,memory=4096']);
  await server.prepare();
  const definition = await server.register('d', { command: ['sleep', '0.4'] });
  const array = await server.submit(definition, {
    arrayProperties: { size: 5 },
    tags: { 'longshore:max-parallel': '2' },
  });
  const tags = { 'longshore:max-parallel': '1', 'longshore:group': 'licence' };
  const grouped = await Promise.all(
    Array.from({ length: 3 }, () => server.submit(definition, { tags })),
  );
  await until('one of the group runs', async () =>
    (await jobsOf(server, grouped)).some(({ status }) => status === 'RUNNING'),
  );
  const [waiting] = (await jobsOf(server, grouped)).filter(({ status }) => status === 'RUNNABLE');
  assert.match(
    waiting?.statusReason ?? '',
    /^waiting for others of group licence: 1 are under way, and at most 1 may be at once/,
  );
  await server.kill('SIGKILL');
  await server.restart();
  for (const id of [array, ...grouped])
    assert.equal((await server.whenEnded(id)).status, 'SUCCEEDED');
  const children = Array.from({ length: 5 }, (_, index) => `${array}:${index}`);
  assert.ok(mostAtOnce(await jobsOf(server, children)) <= 2);
  assert.equal(mostAtOnce(await jobsOf(server, grouped)), 1);

  const [{ jobQueue } = {}] = await jobsOf(server, [array]);
  await server.batch.send(
    new TagResourceCommand({
      resourceArn: jobQueue,
      tags: { 'longshore:max-parallel': '1' },
    }),
  );
  const ofQueue = await Promise.all([1, 2, 3].map(() => server.submit(definition)));
  for (const id of ofQueue) await server.whenEnded(id);
  assert.equal(mostAtOnce(await jobsOf(server, ofQueue)), 1);
});

test('the command line says it all: after any outcome, a delay, another queue', async () => {
  await using server = await TestServer.start('process', ['--capacity', 'vcpus=1,memory=1024']);
  await server.prepare();
  const fails = await server.register('fails', { command: ['false'] });
  const sleeps = await server.register('sleeps', { command: ['sleep', '600'] });
  const at = ['--queue', 'test'];
  const tried = await cli(
    server,
    'submit',
    ...at,
    '--definition',
    fails,
    '--attempts',
    '2',
    '--retry-delay',
    '1s..4s',
  );
  const then = await cli(
    server,
    'submit',
    ...at,
    '--definition',
    fails,
    '--depends-on',
    tried,
    '--after',
    'any',
  );
  assert.equal((await server.whenEnded(then)).attempts?.length, 1);
  const [{ attempts = [] } = {}] = await jobsOf(server, [tried]);
  const [first, second] = attempts;
  const delayMs = (second?.startedAt ?? 0) - (first?.stoppedAt ?? 0);
  assert.ok(delayMs >= 1_000, `${delayMs} ms`);

  const [{ jobQueue = '' } = {}] = await jobsOf(server, [then]);
  await server.batch.send(
    new CreateJobQueueCommand({
      jobQueueName: 'urgent',
      priority: 99,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'test' }],
    }),
  );
  const busy = await server.submit(sleeps);
  await until('it runs', async () => (await jobsOf(server, [busy]))[0]?.status === 'RUNNING');
  const [early, late] = [await server.submit(fails), await server.submit(fails)];
  assert.equal(await cli(server, 'update', late, '--queue', 'urgent'), `${late} updated`);
  const [moved] = await jobsOf(server, [late]);
  assert.deepEqual(
    [moved?.jobQueue, moved?.status],
    [jobQueue.replace(/[^/]*$/, 'urgent'), 'RUNNABLE'],
  );
  await assert.rejects(cli(server, 'update', busy, '--queue', 'urgent'), /only a job that waits/);
  await cli(server, 'terminate', busy);
  const [its, theirs] = [await server.whenEnded(late), await server.whenEnded(early)];
  assert.ok((its.startedAt ?? 0) < (theirs.startedAt ?? 0), 'it went first');
});
