// Changes of queues and environments are complete when they are answered: the next call sees them,
// whoever makes it, and a name that is free again belongs to something new.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DeleteComputeEnvironmentCommand,
  DeleteJobQueueCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobQueuesCommand,
  ListJobsCommand,
  TagResourceCommand,
  TerminateJobCommand,
  UpdateComputeEnvironmentCommand,
  UpdateJobQueueCommand,
  type ComputeEnvironmentDetail,
  type JobQueueDetail,
} from '@aws-sdk/client-batch';
import { account, computeResources, region, TestServer } from './server.ts';
import { until } from './until.ts';

let server: TestServer;
before(async () => {
  server = await TestServer.start('fake');
  await server.register('ok', { command: ['true'] });
  await server.register('slow', { command: ['sleep', '1000000'] });
});
after(() => server[Symbol.asyncDispose]());

const createEnvironment = (name: string) =>
  server.batch.send(
    new CreateComputeEnvironmentCommand({
      computeEnvironmentName: name,
      type: 'MANAGED',
      computeResources,
    }),
  );
const createQueue = (name: string, ...environments: string[]) =>
  server.batch.send(
    new CreateJobQueueCommand({
      jobQueueName: name,
      priority: 1,
      computeEnvironmentOrder: environments.map((computeEnvironment, order) => ({
        order,
        computeEnvironment,
      })),
    }),
  );
const moveQueue = (name: string, environment: string) =>
  server.batch.send(
    new UpdateJobQueueCommand({
      jobQueue: name,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: environment }],
    }),
  );
const disableQueue = (name: string) =>
  server.batch.send(new UpdateJobQueueCommand({ jobQueue: name, state: 'DISABLED' }));
const deleteQueue = (name: string) =>
  server.batch.send(new DeleteJobQueueCommand({ jobQueue: name }));
const disableEnvironment = (name: string) =>
  server.batch.send(
    new UpdateComputeEnvironmentCommand({ computeEnvironment: name, state: 'DISABLED' }),
  );
const deleteEnvironment = (name: string) =>
  server.batch.send(new DeleteComputeEnvironmentCommand({ computeEnvironment: name }));

async function environmentOf(name: string): Promise<ComputeEnvironmentDetail | undefined> {
  const { computeEnvironments } = await server.batch.send(
    new DescribeComputeEnvironmentsCommand({ computeEnvironments: [name] }),
  );
  return computeEnvironments?.[0];
}
async function queueOf(name: string): Promise<JobQueueDetail | undefined> {
  const { jobQueues } = await server.batch.send(
    new DescribeJobQueuesCommand({ jobQueues: [name] }),
  );
  return jobQueues?.[0];
}
async function jobsOf(name: string): Promise<(string | undefined)[]> {
  const { jobSummaryList } = await server.batch.send(
    new ListJobsCommand({ jobQueue: name, filters: [{ name: 'AFTER_CREATED_AT', values: ['0'] }] }),
  );
  return jobSummaryList?.map(({ jobId }) => jobId) ?? [];
}
const submitTo = (jobQueue: string, definition = 'ok'): Promise<string> =>
  server.submit(definition, { jobQueue });

describe('a compute environment', () => {
  it('can be deleted as soon as the update is answered that takes it from its queue, and made again at once, round after round', async () => {
    await createEnvironment('other');
    await createEnvironment('turns');
    await createQueue('moving', 'turns');
    const uuids = new Set<string | undefined>();
    for (let round = 0; round < 20; round++) {
      uuids.add((await environmentOf('turns'))?.uuid);
      await disableEnvironment('turns');
      await assert.rejects(deleteEnvironment('turns'), /found existing JobQueue relationship/);
      await moveQueue('moving', 'other');
      await deleteEnvironment('turns');
      assert.equal(await environmentOf('turns'), undefined);
      await assert.rejects(moveQueue('moving', 'turns'), /turns does not exist/);
      await createEnvironment('turns');
      await moveQueue('moving', 'turns');
      assert.deepEqual((await queueOf('moving'))?.computeEnvironmentOrder, [
        { order: 1, computeEnvironment: (await environmentOf('turns'))?.computeEnvironmentArn },
      ]);
    }
    assert.equal(uuids.size, 20);
  });

  it('is in a queue or deleted, and never both, when both are asked for at once', async () => {
    for (let round = 0; round < 20; round++) {
      const name = `contested-${round}`;
      await createEnvironment(name);
      await disableEnvironment(name);
      const asked = [() => createQueue(name, name), () => deleteEnvironment(name)];
      const outcomes = await Promise.allSettled(
        (round % 2 === 0 ? asked : asked.toReversed()).map((ask) => ask()),
      );
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.equal((await queueOf(name)) === undefined, (await environmentOf(name)) === undefined);
    }
  });

  it('has an ECS cluster of AWS’s form, which its jobs still show when it is gone and its name is another’s', async () => {
    await createEnvironment('passing');
    await createQueue('passing', 'passing');
    const cluster = (await environmentOf('passing'))?.ecsClusterArn ?? '';
    assert.match(
      cluster,
      new RegExp(
        `^arn:aws:ecs:${region}:${account}:cluster/passing_Batch_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`,
      ),
    );
    const then = await server.whenStatus(await submitTo('passing'), 'SUCCEEDED');
    const name = cluster.split('/')[1];
    assert.ok(
      then.container?.containerInstanceArn?.startsWith(
        `arn:aws:ecs:${region}:${account}:container-instance/${name}/`,
      ),
    );
    assert.ok(
      then.container?.taskArn?.startsWith(`arn:aws:ecs:${region}:${account}:task/${name}/`),
    );
    await createEnvironment('heir');
    await moveQueue('passing', 'heir');
    await disableEnvironment('passing');
    await deleteEnvironment('passing');
    const stillThere = async (): Promise<void> =>
      assert.deepEqual((await server.job(then.jobId ?? '')).attempts, then.attempts);
    await stillThere();
    await createEnvironment('passing');
    assert.notEqual((await environmentOf('passing'))?.ecsClusterArn, cluster);
    await stillThere();
    await server.restart();
    await stillThere();
  });

  it('that a queue let go of is DELETING as long as jobs run in it, and they run on', async () => {
    await createEnvironment('held');
    await createEnvironment('spare');
    await createQueue('held', 'held');
    const id = await submitTo('held', 'slow');
    await server.whenStatus(id, 'RUNNING');
    await moveQueue('held', 'spare');
    await disableEnvironment('held');
    await deleteEnvironment('held');
    assert.equal((await environmentOf('held'))?.status, 'DELETING');
    assert.equal((await server.job(id)).status, 'RUNNING');
    await server.batch.send(new TerminateJobCommand({ jobId: id, reason: 'enough' }));
    await server.whenEnded(id);
    await until('it is gone', async () => (await environmentOf('held')) === undefined);
  });
});

describe('a job queue', () => {
  before(() => createEnvironment('ce'));

  it('takes jobs, or refuses them, from the update on that says so', async () => {
    await createQueue('switched', 'ce');
    for (let round = 0; round < 10; round++) {
      await disableQueue('switched');
      await assert.rejects(submitTo('switched'), /DISABLED/);
      await server.batch.send(
        new UpdateJobQueueCommand({ jobQueue: 'switched', state: 'ENABLED' }),
      );
      await submitTo('switched');
    }
  });

  it('is DELETING until its jobs have ended, whose name nobody can take meanwhile', async () => {
    await createQueue('full', 'ce');
    const running = await server.submit('slow', {
      jobQueue: 'full',
      containerOverrides: { environment: [{ name: 'FAKE_IGNORE_STOP', value: 'true' }] },
    });
    const array = await server.submit('slow', { jobQueue: 'full', arrayProperties: { size: 3 } });
    const dependent = await server.submit('ok', {
      jobQueue: 'full',
      dependsOn: [{ jobId: running }],
    });
    await server.whenStatus(running, 'RUNNING');
    await server.whenStatus(`${array}:2`, 'RUNNING');
    await assert.rejects(deleteQueue('full'), /state must be DISABLED/);
    await disableQueue('full');
    await deleteQueue('full');
    await deleteQueue('full');
    assert.equal((await queueOf('full'))?.status, 'DELETING');
    assert.equal((await server.job(dependent)).status, 'FAILED');
    await assert.rejects(createQueue('full', 'ce'), {
      name: 'ClientException',
      message: 'Object already exists',
    });
    await assert.rejects(submitTo('full'), /takes no jobs/);
    await assert.rejects(
      server.batch.send(new UpdateJobQueueCommand({ jobQueue: 'full', state: 'ENABLED' })),
      /being deleted/,
    );
    await server.restart();
    await until('the queue to be gone', async () => (await queueOf('full')) === undefined);
    for (const id of [running, array, `${array}:0`, dependent]) {
      const job = await server.job(id);
      assert.deepEqual(
        [job.status, job.statusReason],
        ['FAILED', 'Terminated: the job queue is being deleted'],
      );
    }
  });

  it('that is made again under the same name has its own jobs only; the others are still known by their ids', async () => {
    const generations: string[][] = [];
    for (let generation = 0; generation < 3; generation++) {
      await createQueue('phoenix', 'ce');
      assert.deepEqual(await jobsOf('phoenix'), []);
      const ids = await Promise.all([submitTo('phoenix'), submitTo('phoenix')]);
      for (const id of ids) await server.whenStatus(id, 'SUCCEEDED');
      generations.push(ids);
      assert.deepEqual(new Set(await jobsOf('phoenix')), new Set(ids));
      if (generation === 2) break;
      await disableQueue('phoenix');
      await deleteQueue('phoenix');
      await assert.rejects(jobsOf('phoenix'), /phoenix does not exist/);
    }
    await server.restart();
    assert.deepEqual(new Set(await jobsOf('phoenix')), new Set(generations[2]));
    for (const id of generations.flat()) assert.equal((await server.job(id)).status, 'SUCCEEDED');
  });

  it('inherits no tags of one that had its name, though they were asked for while that one was deleted', async () => {
    for (let round = 0; round < 10; round++) {
      const { jobQueueArn } = await createQueue('tagged', 'ce');
      await disableQueue('tagged');
      await Promise.allSettled([
        server.batch.send(
          new TagResourceCommand({ resourceArn: jobQueueArn, tags: { round: String(round) } }),
        ),
        deleteQueue('tagged'),
      ]);
      await createQueue('tagged', 'ce');
      assert.deepEqual((await queueOf('tagged'))?.tags, {});
      await disableQueue('tagged');
      await deleteQueue('tagged');
    }
  });
});
