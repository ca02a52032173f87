// Names: what a caller may call a job, a definition, a queue or another resource of Batch, tried in
// every operation that takes one, against the real program. Jobs wait in an environment without
// room, so that they stay what they are.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CancelJobCommand,
  CancelJobsCommand,
  CreateConsumableResourceCommand,
  CreateSchedulingPolicyCommand,
  DeregisterJobDefinitionCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeConsumableResourceCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  DescribeJobsCommand,
  DescribeSchedulingPoliciesCommand,
  GetJobQueueSnapshotCommand,
  ListJobsByConsumableResourceCommand,
  ListJobsCommand,
  ListTagsForResourceCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  TagResourceCommand,
  TerminateJobCommand,
  TerminateJobsCommand,
  UntagResourceCommand,
  UpdateComputeEnvironmentCommand,
  UpdateConsumableResourceCommand,
  UpdateJobQueueCommand,
  UpdateSchedulingPolicyCommand,
  type JobDependency,
} from '@aws-sdk/client-batch';
import { runCli } from '../src/cli/main.ts';
import { terminal } from './house/scripted-server.ts';
import { account, region, TestServer } from './server.ts';

let server: TestServer;
const arnOf = (resource: string): string => `arn:aws:batch:${region}:${account}:${resource}`;
const jobArn = (id: string): string => arnOf(`job/${id}`);
const elsewhere = (arn: string): string[] => [
  arn.replace(account, '111111111111'),
  arn.replace(region, 'eu-west-1'),
  arn.replace('arn:aws:', 'arn:aws-cn:'),
];
/** Texts that only look like the name of child 1. */
const lookalikes = (id: string): string[] =>
  ['01', '001', '+1', ' 1', '1 ', '1e0', '0x1', '1.0', ''].map((index) => `${id}:${index}`);

before(async () => {
  server = await TestServer.start('fake');
  await server.prepare('test', { maxvCpus: 0 });
  await server.register('single', {});
  await server.batch.send(
    new RegisterJobDefinitionCommand({
      jobDefinitionName: 'nodes',
      type: 'multinode',
      nodeProperties: {
        numNodes: 2,
        mainNode: 0,
        nodeRangeProperties: [
          { targetNodes: ':', container: { image: 'busybox', vcpus: 1, memory: 32 } },
        ],
      },
    }),
  );
});
after(() => server[Symbol.asyncDispose]());

const submit = () => server.submit('single');
const submitArray = () => server.submit('single', { arrayProperties: { size: 3 } });
const described = async (...jobs: string[]): Promise<(string | undefined)[]> =>
  ((await server.batch.send(new DescribeJobsCommand({ jobs }))).jobs ?? []).map(
    ({ jobId }) => jobId,
  );

describe('a job', () => {
  it('is described by its id and its ARN, and so are children and nodes, each once', async () => {
    const [single, array, nodes] = [
      await submit(),
      await submitArray(),
      await server.submit('nodes'),
    ];
    for (const id of [single, array, `${array}:1`, nodes, `${nodes}#1`]) {
      assert.deepEqual(await described(jobArn(id)), [id]);
      assert.deepEqual(await described(id, jobArn(id)), [id]);
      for (const other of elsewhere(jobArn(id)))
        assert.deepEqual(await described(other), [], other);
    }
    for (const text of [
      ...lookalikes(array),
      `${array}:3`,
      `${array}#1`,
      `${nodes}:1`,
      `${nodes}#01`,
      jobArn(`${array}:01`),
      `${single}:0`,
      arnOf(`job-queue/${single}`),
    ])
      assert.deepEqual(await described(text), [], text);
  });

  it('is found by the jobArn of whatever answered it', async () => {
    const { jobArn: arn, jobId } = await server.batch.send(
      new SubmitJobCommand({ jobName: 'x', jobQueue: 'test', jobDefinition: 'single' }),
    );
    assert.deepEqual(await described(arn ?? ''), [jobId]);
    const { frontOfQueue } = await server.batch.send(
      new GetJobQueueSnapshotCommand({ jobQueue: arnOf('job-queue/test') }),
    );
    for (const front of frontOfQueue?.jobs ?? [])
      assert.equal((await described(front.jobArn ?? '')).length, 1);
    const array = await submitArray();
    const { jobSummaryList } = await server.batch.send(
      new ListJobsCommand({ arrayJobId: array, jobStatus: 'RUNNABLE' }),
    );
    assert.deepEqual(
      await described(...(jobSummaryList ?? []).map(({ jobArn: child = '' }) => child)),
      [0, 1, 2].map((index) => `${array}:${index}`),
    );
  });

  it('is stopped by its ARN, and not by what only looks like its name', async () => {
    const [first, second, array, bulk] = [
      await submit(),
      await submit(),
      await submitArray(),
      await submit(),
    ];
    for (const text of [...lookalikes(array), ...elsewhere(jobArn(first))])
      await server.batch.send(new TerminateJobCommand({ jobId: text, reason: 'wrong' }));
    assert.equal((await server.job(first)).status, 'RUNNABLE');
    assert.deepEqual((await server.job(array)).arrayProperties?.statusSummary?.['RUNNABLE'], 3);
    await server.batch.send(
      new TerminateJobCommand({ jobId: jobArn(first), reason: 'by its ARN' }),
    );
    await server.batch.send(new CancelJobCommand({ jobId: jobArn(second), reason: 'by its ARN' }));
    await server.batch.send(
      new CancelJobCommand({ jobId: jobArn(`${array}:1`), reason: 'by its ARN' }),
    );
    assert.deepEqual(
      (
        await server.batch.send(
          new TerminateJobsCommand({ jobs: [jobArn(bulk)], reason: 'by its ARN' }),
        )
      ).successful,
      [jobArn(bulk)],
    );
    for (const id of [first, second, `${array}:1`, bulk]) {
      const { status, statusReason } = await server.job(id);
      assert.deepEqual([status, statusReason], ['FAILED', 'by its ARN'], id);
    }
    assert.deepEqual(
      (await server.batch.send(new CancelJobsCommand({ jobs: lookalikes(array), reason: 'wrong' })))
        .successful,
      [],
    );
  });

  it('is depended on by its ARN, and shown by its id', async () => {
    const [target, array] = [await submit(), await submitArray()];
    const waiting = async (dependsOn: JobDependency[], size?: number) =>
      (
        await server.job(
          await server.submit('single', { dependsOn, ...(size && { arrayProperties: { size } }) }),
        )
      ).dependsOn;
    assert.deepEqual(await waiting([{ jobId: jobArn(target) }]), [{ jobId: target }]);
    assert.deepEqual(await waiting([{ jobId: jobArn(`${array}:1`) }]), [{ jobId: `${array}:1` }]);
    assert.deepEqual(await waiting([{ jobId: jobArn(array), type: 'N_TO_N' }], 3), [
      { jobId: array, type: 'N_TO_N' },
    ]);
    assert.deepEqual(
      await waiting([{ jobId: jobArn(target), type: 'SEQUENTIAL' }]),
      [{ jobId: target }],
      'programs send SEQUENTIAL for one plain job after another',
    );
    for (const jobId of [...elsewhere(jobArn(target)), ...lookalikes(array)])
      await assert.rejects(waiting([{ jobId }]), /does not exist/, jobId);
    await assert.rejects(waiting([{ type: 'SEQUENTIAL' }]), /only for array jobs/);
  });

  it('has its children and nodes listed by its ARN', async () => {
    const [array, nodes] = [await submitArray(), await server.submit('nodes')];
    const listed = async (of: object) =>
      (
        await server.batch.send(new ListJobsCommand({ ...of, jobStatus: 'RUNNABLE' }))
      ).jobSummaryList?.map(({ jobId }) => jobId);
    assert.deepEqual(
      await listed({ arrayJobId: jobArn(array) }),
      [0, 1, 2].map((index) => `${array}:${index}`),
    );
    assert.deepEqual(await listed({ multiNodeJobId: jobArn(nodes) }), [`${nodes}#0`, `${nodes}#1`]);
    for (const arrayJobId of elsewhere(jobArn(array)))
      await assert.rejects(listed({ arrayJobId }), /does not exist/);
    await assert.rejects(listed({ arrayJobId: jobArn(`${array}:1`) }), /not an array job/);
  });

  it('is tagged by its ARN, but no child of it is', async () => {
    const array = await submitArray();
    await server.batch.send(
      new TagResourceCommand({ resourceArn: jobArn(array), tags: { a: 'b' } }),
    );
    assert.deepEqual(
      (await server.batch.send(new ListTagsForResourceCommand({ resourceArn: jobArn(array) })))
        .tags,
      { a: 'b' },
    );
    const resourceArn = jobArn(`${array}:1`);
    await assert.rejects(
      server.batch.send(new TagResourceCommand({ resourceArn, tags: { a: 'b' } })),
      /child job/,
    );
    await assert.rejects(
      server.batch.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] })),
      /child job/,
    );
    await assert.rejects(
      server.batch.send(new ListTagsForResourceCommand({ resourceArn })),
      /child job/,
    );
    for (const other of elsewhere(jobArn(array)))
      await assert.rejects(
        server.batch.send(new ListTagsForResourceCommand({ resourceArn: other })),
        /does not exist/,
      );
  });

  it('is explained by its ARN', async () => {
    const array = await submitArray();
    const ask = async (name: string) => {
      const response = await fetch(
        `${server.url}/_longshore/jobs/${encodeURIComponent(name)}/explanation`,
      );
      return { status: response.status, body: (await response.json()) as { jobId?: string } };
    };
    for (const id of [array, `${array}:1`]) assert.equal((await ask(jobArn(id))).body.jobId, id);
    assert.equal((await ask(`${array}:01`)).status, 400);
    for (const other of elsewhere(jobArn(array))) assert.equal((await ask(other)).status, 404);
  });

  it('has these names in the verbs of the command line too', async () => {
    const array = await submitArray();
    const run = async (...args: string[]) => {
      const io = terminal(server.environment);
      const code = await runCli(['--endpoint', server.url, ...args, '--json'], io);
      return { code, stdout: io.stdout };
    };
    const shown = JSON.parse(
      (await run('describe', jobArn(`${array}:1`), `${array}:1`)).stdout,
    ) as { jobs: { jobId: string }[] };
    assert.deepEqual(
      shown.jobs.map(({ jobId }) => jobId),
      [`${array}:1`],
    );
    const explained = JSON.parse((await run('explain', jobArn(array))).stdout) as {
      explanations: { jobId: string }[];
    };
    assert.equal(explained.explanations[0]?.jobId, array);
    const listed = JSON.parse((await run('jobs', '--array', jobArn(array))).stdout) as {
      jobSummaryList: unknown[];
    };
    assert.equal(listed.jobSummaryList.length, 3);
    const submitted = JSON.parse(
      (
        await run(
          'submit',
          '--queue',
          'test',
          '--definition',
          'single',
          '--depends-on',
          jobArn(array),
        )
      ).stdout,
    ) as { jobId: string };
    assert.deepEqual((await server.job(submitted.jobId)).dependsOn, [{ jobId: array }]);
    assert.equal((await run('cancel', jobArn(array))).code, 0);
    const waited = JSON.parse((await run('wait', jobArn(array), jobArn(`${array}:2`))).stdout) as {
      jobs: { jobId: string }[];
    };
    assert.deepEqual(
      waited.jobs.map(({ jobId }) => jobId),
      [array, `${array}:2`],
    );
    assert.equal((await run('logs', jobArn(array))).code, 0);
  });
});

describe('a job definition', () => {
  it('is found by name, name:revision and their ARNs, and by no other writing of the revision', async () => {
    for (const jobDefinition of [
      'single',
      'single:1',
      arnOf('job-definition/single'),
      arnOf('job-definition/single:1'),
    ]) {
      assert.equal(
        (await server.job(await server.submit(jobDefinition, { jobName: 'x' }))).jobDefinition,
        arnOf('job-definition/single:1'),
      );
    }
    const wrong = [
      'single:01',
      'single:+1',
      'single: 1',
      'single:1e0',
      'single:',
      'single:0',
      'single:1:1',
      arnOf('job-definition/single:01'),
      ...elsewhere(arnOf('job-definition/single:1')),
    ];
    for (const jobDefinition of wrong) {
      await assert.rejects(
        server.submit(jobDefinition, { jobName: 'x' }),
        /does not exist/,
        jobDefinition,
      );
      assert.deepEqual(
        (
          await server.batch.send(
            new DescribeJobDefinitionsCommand({ jobDefinitions: [jobDefinition] }),
          )
        ).jobDefinitions,
        [],
        jobDefinition,
      );
      await assert.rejects(
        server.batch.send(new DeregisterJobDefinitionCommand({ jobDefinition })),
        /does not exist|no revision/,
        jobDefinition,
      );
    }
  });

  it('is found when it is INACTIVE, by its revision', async () => {
    const inactive = await server.register('old', {});
    await server.batch.send(
      new DeregisterJobDefinitionCommand({ jobDefinition: arnOf(`job-definition/${inactive}`) }),
    );
    for (const name of [inactive, arnOf(`job-definition/${inactive}`)]) {
      const { jobDefinitions } = await server.batch.send(
        new DescribeJobDefinitionsCommand({ jobDefinitions: [name] }),
      );
      assert.deepEqual(
        jobDefinitions?.map(({ status }) => status),
        ['INACTIVE'],
      );
    }
    await assert.rejects(
      server.submit(inactive, { jobName: 'x' }),
      /does not exist or is not ACTIVE/,
    );
  });
});

describe('another resource', () => {
  it('is found by its name and its ARN', async () => {
    await server.batch.send(
      new CreateConsumableResourceCommand({ consumableResourceName: 'licences', totalQuantity: 4 }),
    );
    await server.batch.send(
      new CreateSchedulingPolicyCommand({ name: 'policy', fairsharePolicy: {} }),
    );
    for (const computeEnvironment of ['test', arnOf('compute-environment/test')]) {
      assert.equal(
        (
          await server.batch.send(
            new DescribeComputeEnvironmentsCommand({ computeEnvironments: [computeEnvironment] }),
          )
        ).computeEnvironments?.length,
        1,
      );
      await server.batch.send(
        new UpdateComputeEnvironmentCommand({ computeEnvironment, state: 'ENABLED' }),
      );
    }
    for (const jobQueue of ['test', arnOf('job-queue/test')]) {
      assert.equal(
        (await server.batch.send(new DescribeJobQueuesCommand({ jobQueues: [jobQueue] }))).jobQueues
          ?.length,
        1,
      );
      await server.batch.send(new UpdateJobQueueCommand({ jobQueue, priority: 2 }));
      await server.batch.send(new ListJobsCommand({ jobQueue }));
      await server.submit('single', { jobQueue });
    }
    for (const consumableResource of ['licences', arnOf('consumable-resource/licences')]) {
      await server.batch.send(new DescribeConsumableResourceCommand({ consumableResource }));
      await server.batch.send(
        new UpdateConsumableResourceCommand({ consumableResource, operation: 'ADD', quantity: 1 }),
      );
      await server.batch.send(new ListJobsByConsumableResourceCommand({ consumableResource }));
      await server.submit('single', {
        consumableResourcePropertiesOverride: {
          consumableResourceList: [{ consumableResource, quantity: 1 }],
        },
      });
    }
    const policy = arnOf('scheduling-policy/policy');
    assert.equal(
      (await server.batch.send(new DescribeSchedulingPoliciesCommand({ arns: [policy] })))
        .schedulingPolicies?.length,
      1,
    );
    await server.batch.send(
      new UpdateSchedulingPolicyCommand({
        arn: policy,
        fairsharePolicy: { shareDecaySeconds: 600 },
      }),
    );
    for (const other of elsewhere(arnOf('job-queue/test')))
      await assert.rejects(server.submit('single', { jobQueue: other }), /does not exist/);
  });
});
