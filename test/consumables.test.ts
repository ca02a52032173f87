// Consumable resources through the SDK: licences that jobs share, credits that they use up, and
// figures that survive a crash.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateConsumableResourceCommand,
  DescribeConsumableResourceCommand,
  ListJobsByConsumableResourceCommand,
  UpdateConsumableResourceCommand,
  DescribeJobsCommand,
  type JobDetail,
} from '@aws-sdk/client-batch';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const asking = (consumableResource: string, quantity: number) => ({
  consumableResourceList: [{ consumableResource, quantity }],
});
const figures = async (
  server: TestServer,
  consumableResource: string,
): Promise<(number | undefined)[]> => {
  const { totalQuantity, inUseQuantity, availableQuantity } = await server.batch.send(
    new DescribeConsumableResourceCommand({ consumableResource }),
  );
  return [totalQuantity, inUseQuantity, availableQuantity];
};
async function jobsOf(server: TestServer, ids: readonly string[]): Promise<JobDetail[]> {
  return (await server.batch.send(new DescribeJobsCommand({ jobs: [...ids] }))).jobs ?? [];
}

test('six jobs share two licences, through a crash', async () => {
  await using server = await TestServer.start('process', ['--capacity', 'vcpus=8,memory=4096']);
  await server.prepare();
  await server.batch.send(
    new CreateConsumableResourceCommand({ consumableResourceName: 'licences', totalQuantity: 2 }),
  );
  const definition = await server.register(
    'd',
    { command: ['sleep', '1'] },
    { consumableResourceProperties: asking('licences', 1) },
  );
  const ids = await Promise.all(Array.from({ length: 6 }, () => server.submit(definition)));
  await until('two run', async () => (await figures(server, 'licences'))[1] === 2);
  const waiting = (await jobsOf(server, ids)).filter(({ status }) => status === 'RUNNABLE');
  assert.equal(waiting.length, 4);
  assert.match(
    waiting[0]?.statusReason ?? '',
    /consumable resource licences: 2 of 2 in use|waiting for its turn/,
  );
  await server.kill('SIGKILL');
  await server.restart();
  const [total, inUse = 0, available] = await figures(server, 'licences');
  assert.deepEqual([total, inUse <= 2, available], [2, true, 2 - inUse]);
  for (const id of ids) assert.equal((await server.whenEnded(id)).status, 'SUCCEEDED');
  assert.deepEqual(await figures(server, 'licences'), [2, 0, 2]);

  // Two at a time and no more: the starts and stops say it.
  const times = (await jobsOf(server, ids)).map(
    ({ startedAt = 0, stoppedAt = 0 }) => [startedAt, stoppedAt] as const,
  );
  for (const [startedAt] of times)
    assert.ok(times.filter(([other, end]) => other <= startedAt && startedAt < end).length <= 2);
});

test('credits are used up, and more of them let the rest run; jobs are found by what they ask for', async () => {
  await using server = await TestServer.start('fake');
  await server.prepare();
  await server.batch.send(
    new CreateConsumableResourceCommand({
      consumableResourceName: 'credits',
      totalQuantity: 3,
      resourceType: 'NON_REPLENISHABLE',
    }),
  );
  const definition = await server.register('d', { command: ['true'] });
  const consumableResourcePropertiesOverride = asking('credits', 1);
  const ids: string[] = [];
  for (let count = 0; count < 5; count++)
    ids.push(await server.submit(definition, { consumableResourcePropertiesOverride }));
  for (const id of ids.slice(0, 3)) assert.equal((await server.whenEnded(id)).status, 'SUCCEEDED');
  assert.deepEqual(await figures(server, 'credits'), [0, 0, 0]);
  assert.deepEqual(
    (await jobsOf(server, ids.slice(3))).map(({ status }) => status),
    ['RUNNABLE', 'RUNNABLE'],
  );
  const list = async (name: string, value: string) =>
    (
      await server.batch.send(
        new ListJobsByConsumableResourceCommand({
          consumableResource: 'credits',
          filters: [{ name, values: [value] }],
        }),
      )
    ).jobs ?? [];
  const [first] = await list('JOB_STATUS', 'RUNNABLE');
  assert.deepEqual(
    [first?.quantity, first?.jobName, first?.consumableResourceProperties],
    [1, 'd', consumableResourcePropertiesOverride],
  );
  assert.equal((await list('JOB_NAME', 'D*')).length, 5);
  const page = await server.batch.send(
    new ListJobsByConsumableResourceCommand({ consumableResource: 'credits', maxResults: 2 }),
  );
  const rest = await server.batch.send(
    new ListJobsByConsumableResourceCommand({
      consumableResource: 'credits',
      nextToken: page.nextToken,
    }),
  );
  assert.deepEqual([page.jobs?.length, rest.jobs?.length, rest.nextToken], [2, 3, undefined]);
  await server.restart();
  await server.batch.send(
    new UpdateConsumableResourceCommand({
      consumableResource: 'credits',
      operation: 'ADD',
      quantity: 2,
    }),
  );
  for (const id of ids.slice(3)) assert.equal((await server.whenEnded(id)).status, 'SUCCEEDED');
  await assert.rejects(
    server.submit(definition, { consumableResourcePropertiesOverride: asking('nothing', 1) }),
    { name: 'ClientException', message: /Consumable resource nothing does not exist/ },
  );
});
