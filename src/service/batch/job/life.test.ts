// What DescribeJobs and ListJobs say of jobs of every kind at every age: while the world has them,
// when only the store has, and after a restart.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JobDetail, JobStatus, JobSummary, ListJobsCommandInput } from '@aws-sdk/client-batch';
import { childId, containerIdOf, nodeId, type AttemptId, type JobId } from '../../../base/ids.ts';
import { must } from '../../../base/assert.ts';
import { limit } from '../../../core/limit.ts';
import { explainJob } from '../../longshore/explain-job.ts';
import { cancelJob } from './cancel-job.ts';
import { describeJobs } from './describe-jobs.ts';
import { listJobs } from './list-jobs.ts';
import { scope } from '../../../../test/house/caller.ts';
import { Rig } from '../../../../test/house/rig.ts';

async function described(rig: Rig, id: string): Promise<JobDetail | undefined> {
  return (await rig.call(describeJobs, { jobs: [id] })).jobs?.[0];
}

async function statusOf(rig: Rig, ...ids: string[]): Promise<(string | undefined)[]> {
  return Promise.all(ids.map(async (id) => (await described(rig, id))?.status));
}

async function reasonOf(rig: Rig, id: string): Promise<string | undefined> {
  return (await described(rig, id))?.statusReason;
}

/** All pages of a list. */
async function pages(rig: Rig, input: ListJobsCommandInput): Promise<JobSummary[][]> {
  const found: JobSummary[][] = [];
  let nextToken: string | undefined;
  do {
    const page = await rig.call(listJobs, { ...input, nextToken });
    found.push(page.jobSummaryList ?? []);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return found;
}

const ids = (page: readonly JobSummary[] | undefined) => page?.map(({ jobId }) => jobId);

const array = (size: number, more: object = {}) => ({ arrayProperties: { size }, ...more });
const after = (jobId: JobId, type?: string) => ({ dependsOn: [{ jobId, type }] });

const start = async (rig: Rig, id: JobId): Promise<void> => rig.started(rig.attempt(id));
const end = async (rig: Rig, id: JobId, code = 0): Promise<void> =>
  rig.exited(rig.attempt(id), code);

describe('a single job', () => {
  it('is told from its submission to its end, and the same after a restart', async () => {
    const rig = await Rig.open();
    const first = await rig.submit();
    const second = await rig.submit('d', after(first));
    assert.deepEqual(await statusOf(rig, first, second), ['STARTING', 'PENDING']);
    const on = async (id: JobId) => (await described(rig, id))?.dependsOn?.map((one) => one.jobId);
    assert.deepEqual([await on(first), await on(second)], [[], [first]]);
    assert.equal(await reasonOf(rig, second), `waiting for ${first}`);
    await start(rig, first);
    assert.deepEqual(await statusOf(rig, first, second), ['RUNNING', 'PENDING']);
    assert.equal(await reasonOf(rig, first), undefined);
    await end(rig, first);
    assert.deepEqual(await statusOf(rig, first, second), ['SUCCEEDED', 'STARTING']);
    const before = [await described(rig, first), await described(rig, second)];
    const next = await rig.restart().up();
    assert.deepEqual([await described(next, first), await described(next, second)], before);
  });

  it('shows what it was submitted with, and what its definition says beside', async () => {
    const rig = await Rig.open();
    await rig.ask({
      type: 'create-consumable-resource',
      scope,
      request: { consumableResourceName: 'r', totalQuantity: 5 },
    });
    await rig.ask({
      type: 'register-job-definition',
      scope,
      request: {
        jobDefinitionName: 'full',
        type: 'container',
        platformCapabilities: ['FARGATE'],
        parameters: { a: 'definition', b: 'definition' },
        propagateTags: true,
        timeout: { attemptDurationSeconds: 100 },
        retryStrategy: { attempts: 2 },
        containerProperties: { image: 'busybox', vcpus: 1, memory: 64 },
      },
    });
    const consumableResourceProperties = {
      consumableResourceList: [{ consumableResource: 'r', quantity: 2 }],
    };
    const given = {
      parameters: { a: 'job' },
      timeout: { attemptDurationSeconds: 200 },
      tags: { team: 'blue' },
      containerOverrides: { environment: [{ name: 'A', value: '1' }] },
    };
    const id = await rig.submit('full', {
      ...given,
      consumableResourcePropertiesOverride: consumableResourceProperties,
    });
    const shown = must(await described(rig, id), 'it is there');
    const { jobName, timeout, parameters, tags, retryStrategy, propagateTags, container } = shown;
    assert.deepEqual(
      { jobName, timeout, parameters, tags, environment: container?.environment },
      {
        jobName: 'n',
        timeout: given.timeout,
        parameters: { a: 'job', b: 'definition' },
        tags: given.tags,
        environment: given.containerOverrides.environment,
      },
    );
    assert.deepEqual(
      [retryStrategy, propagateTags, shown.platformCapabilities],
      [{ attempts: 2, evaluateOnExit: [] }, true, ['FARGATE']],
    );
    assert.deepEqual(shown.consumableResourceProperties, consumableResourceProperties);
    assert.match(shown.jobDefinition ?? '', /job-definition\/full:1$/);
    assert.match(shown.jobQueue ?? '', /job-queue\/q$/);
  });

  it('says why it has no place', async () => {
    const rig = await Rig.open();
    await rig.define('large', { vcpus: 4 });
    const [first, second] = [await rig.submit('large'), await rig.submit('large')];
    assert.deepEqual(await statusOf(rig, first, second), ['STARTING', 'RUNNABLE']);
    assert.match((await reasonOf(rig, second)) ?? '', /waiting for this machine/);
  });

  it('shows from then on that it was cancelled after its start, and ends by itself for good', async () => {
    const rig = await Rig.open();
    const retryStrategy = { attempts: 3 };
    const [good, bad] = [await rig.submit(), await rig.submit('d', { retryStrategy })];
    for (const id of [good, bad]) {
      await start(rig, id);
      await rig.call(cancelJob, { jobId: id, reason: 'not needed' });
      await rig.call(cancelJob, { jobId: id, reason: 'really not' });
      const { status, isCancelled, isTerminated, statusReason } = (await described(rig, id)) ?? {};
      assert.deepEqual(
        [status, isCancelled, isTerminated, statusReason],
        ['RUNNING', true, false, undefined],
      );
      const [page] = await pages(rig, { jobQueue: 'q', jobStatus: 'RUNNING' });
      assert.equal(page?.find(({ jobId }) => jobId === id)?.isCancelled, true);
    }
    const next = await rig.restart().up();
    await end(next, good);
    await end(next, bad, 1);
    for (const [id, status] of [
      [good, 'SUCCEEDED'],
      [bad, 'FAILED'],
    ] as const) {
      const job = await described(next, id);
      assert.deepEqual(
        [job?.status, job?.statusReason, job?.isCancelled, job?.attempts?.length],
        [status, 'Essential container in task exited', true, 1],
      );
    }
    const explained = await next.call(explainJob, { jobId: bad });
    assert.equal(explained.notRetried, 'it was cancelled, and is not retried then');
  });

  it('is unknown by an id that nobody has, and as a child or node of itself', async () => {
    const rig = await Rig.open();
    const id = await rig.submit();
    const nobody = '00000000-0000-7000-8000-000000000999';
    for (const unknown of [nobody, childId(id, 0), nodeId(id, 0)])
      assert.equal(await described(rig, unknown), undefined);
  });
});

describe('an array', () => {
  it('tells its children while they wait, run and have ended, and counts them', async () => {
    const rig = await Rig.open();
    await rig.define('large', { vcpus: 4 });
    const id = await rig.submit('large', array(3));
    const child = (index: number): JobId => childId(id, index);
    const all = [id, child(0), child(1), child(2)];
    const summary = async () => {
      const { arrayProperties } = (await described(rig, id)) ?? {};
      return Object.entries(arrayProperties?.statusSummary ?? {})
        .filter(([, count]) => count > 0)
        .flat();
    };
    assert.deepEqual(await statusOf(rig, ...all), ['PENDING', 'STARTING', 'RUNNABLE', 'RUNNABLE']);
    assert.equal(await described(rig, child(3)), undefined);
    assert.match((await reasonOf(rig, child(1))) ?? '', /waiting for this machine/);
    await start(rig, child(0));
    assert.deepEqual(await summary(), ['RUNNABLE', 2, 'RUNNING', 1]);
    await end(rig, child(0), 1);
    assert.deepEqual(await statusOf(rig, ...all), ['PENDING', 'FAILED', 'STARTING', 'RUNNABLE']);
    await end(rig, child(1));
    await end(rig, child(2));
    assert.deepEqual(await statusOf(rig, ...all), ['FAILED', 'FAILED', 'SUCCEEDED', 'SUCCEEDED']);
    assert.deepEqual(await summary(), ['SUCCEEDED', 2, 'FAILED', 1]);
    assert.equal(await described(rig, child(3)), undefined);
    const next = await rig.restart().up();
    for (const one of all) assert.deepEqual(await described(next, one), await described(rig, one));
  });

  it('that is terminated while it waits fails its children with its reason', async () => {
    const rig = await Rig.open();
    const held = await rig.submit();
    const id = await rig.submit('d', array(2, after(held)));
    for (const one of [id, childId(id, 1)])
      assert.equal(await reasonOf(rig, one), `waiting for ${held}`);
    await rig.terminate(id, 'enough');
    const child = await described(rig, childId(id, 1));
    assert.deepEqual(
      [child?.status, child?.statusReason, child?.isTerminated, child?.stoppedAt],
      ['FAILED', 'enough', true, rig.clock.now()],
    );
    assert.deepEqual(child?.arrayProperties, { index: 1 });
  });

  it('has children that others wait for one by one', async () => {
    const rig = await Rig.open();
    const id = await rig.submit('d', array(2));
    const last = await rig.submit('d', after(childId(id, 0)));
    await end(rig, childId(id, 1));
    assert.deepEqual(await statusOf(rig, last), ['PENDING']);
    assert.equal(await reasonOf(rig, last), `waiting for ${id}:0`);
    await start(rig, childId(id, 0));
    assert.deepEqual(await statusOf(rig, last), ['PENDING']);
    const before = await rig.submit('d', { dependsOn: [{ jobId: childId(id, 1) }] });
    assert.deepEqual(await statusOf(rig, before), ['STARTING']);
    await end(rig, childId(id, 0));
    assert.deepEqual(await statusOf(rig, last), ['STARTING']);
  });

  it('whose children wait for one another says for whom', async () => {
    const rig = await Rig.open();
    const other = await rig.submit('d', array(2));
    const each = await rig.submit('d', array(2, after(other, 'N_TO_N')));
    const inTurn = await rig.submit('d', array(2, { dependsOn: [{ type: 'SEQUENTIAL' }] }));
    assert.equal(await reasonOf(rig, childId(each, 1)), `waiting for ${other}:1`);
    assert.equal(await reasonOf(rig, childId(inTurn, 1)), `waiting for ${inTurn}:0`);
  });
});

describe('a multi-node parallel job', () => {
  /** Nodes of one vCPU, of which the second is the main node, on instances that run at once. */
  async function rigWithNodes(numNodes: number): Promise<{ rig: Rig; id: JobId }> {
    const rig = await Rig.open();
    await rig.ask({
      type: 'create-compute-environment',
      scope,
      uuid: 'fleet',
      request: {
        computeEnvironmentName: 'fleet',
        type: 'MANAGED',
        computeResources: {
          type: 'EC2',
          allocationStrategy: 'BEST_FIT_PROGRESSIVE',
          minvCpus: 0,
          maxvCpus: 8,
          instanceTypes: ['m5.large'],
          subnets: ['subnet-1'],
          securityGroupIds: ['sg-1'],
          instanceRole: 'ecsInstanceRole',
        },
      },
    });
    await rig.ask({
      type: 'create-job-queue',
      scope,
      request: {
        jobQueueName: 'fleet',
        priority: 1,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'fleet' }],
      },
    });
    const container = { image: 'busybox', command: ['true'], vcpus: 1, memory: 64 };
    await rig.ask({
      type: 'register-job-definition',
      scope,
      request: {
        jobDefinitionName: 'nodes',
        type: 'multinode',
        nodeProperties: {
          numNodes,
          mainNode: 1,
          nodeRangeProperties: [{ targetNodes: '0:', container }],
        },
      },
    });
    const id = await rig.submit('nodes', { jobQueue: 'fleet' });
    await rig.clock.pass(5_000);
    return { rig, id };
  }
  const attemptOf = (rig: Rig, id: JobId) =>
    must(
      [...rig.control.world.attempts].find(([, jobId]) => jobId === id)?.[0],
      `${id} is under way`,
    );

  const nodeVariables = (rig: Rig, attempt: AttemptId) =>
    (rig.engine.specs.get(containerIdOf(attempt, 0))?.environment ?? []).flatMap(
      ({ name, value }) => /^AWS_BATCH_JOB_(.*NODE.*)$/.exec(`${name}=${value}`)?.[1] ?? [],
    );

  it('tells its nodes: the main one first, the others when it runs, and all when it is over', async () => {
    const { rig, id } = await rigWithNodes(3);
    const node = (index: number): JobId => nodeId(id, index);
    const all = [id, node(0), node(1), node(2)];
    assert.deepEqual(await statusOf(rig, ...all), ['STARTING', 'RUNNABLE', 'STARTING', 'RUNNABLE']);
    assert.equal(await reasonOf(rig, node(0)), 'waiting for the main node to run');
    assert.equal(await described(rig, node(3)), undefined);
    const attemptId = rig.attempt(id);
    rig.engine.report({
      type: 'started',
      containerId: rig.container(id),
      atMs: rig.clock.now(),
      address: '10.0.0.9',
    });
    await rig.clock.pass(limit.startedReportWaitMs);
    assert.deepEqual(await statusOf(rig, ...all), ['RUNNING', 'STARTING', 'RUNNING', 'STARTING']);
    assert.deepEqual(nodeVariables(rig, attemptId), [
      'MAIN_NODE_INDEX=1',
      'NODE_INDEX=1',
      'NUM_NODES=3',
    ]);
    assert.deepEqual(nodeVariables(rig, attemptOf(rig, node(2))), [
      'MAIN_NODE_INDEX=1',
      'NODE_INDEX=2',
      'NUM_NODES=3',
      'MAIN_NODE_PRIVATE_IPV4_ADDRESS=10.0.0.9',
    ]);
    assert.deepEqual((await described(rig, node(1)))?.container?.networkInterfaces, [
      { privateIpv4Address: '10.0.0.9' },
    ]);
    await rig.started(attemptOf(rig, node(0)));
    await rig.exited(attemptOf(rig, node(0)), 3);
    const page = (status: JobStatus, maxResults?: number) =>
      pages(rig, { multiNodeJobId: id, jobStatus: status, maxResults });
    assert.deepEqual((await page('FAILED')).map(ids), [[node(0)]]);
    assert.deepEqual((await page('RUNNING')).map(ids), [[node(1)]]);
    const startedAt = (await described(rig, node(1)))?.startedAt;
    await rig.exited(rig.attempt(id));
    const main = await described(rig, node(1));
    assert.deepEqual(
      [main?.status, main?.startedAt, main?.stoppedAt],
      ['SUCCEEDED', startedAt, rig.clock.now()],
    );
    await rig.exited(attemptOf(rig, node(2)), 137);
    assert.deepEqual(await statusOf(rig, ...all), ['SUCCEEDED', 'FAILED', 'SUCCEEDED', 'FAILED']);
    assert.deepEqual((await page('FAILED', 1)).map(ids), [[node(0)], [node(2)]]);
    const next = await rig.restart().up();
    for (const one of all) assert.deepEqual(await described(next, one), await described(rig, one));
  });
});

describe('a list', () => {
  it('of a queue holds what is asked for, newest first, in pages', async () => {
    const rig = await Rig.open();
    const jobs = [await rig.submit(), await rig.submit(), await rig.submit()];
    for (const id of jobs) await start(rig, id);
    await end(rig, jobs[1] as JobId);
    const input: ListJobsCommandInput = { jobQueue: 'q' };
    assert.deepEqual((await pages(rig, input)).map(ids), [[jobs[2], jobs[0]]]);
    assert.deepEqual((await pages(rig, { ...input, maxResults: 1 })).map(ids), [
      [jobs[2]],
      [jobs[0]],
    ]);
    assert.deepEqual((await pages(rig, { ...input, jobStatus: 'SUCCEEDED' })).map(ids), [
      [jobs[1]],
    ]);
  });

  it('is not gone on with by a token that nobody gave', async () => {
    const rig = await Rig.open();
    const id = await rig.submit('d', array(2));
    for (const one of [{ jobQueue: 'q' }, { arrayJobId: id }])
      await assert.rejects(rig.call(listJobs, { ...one, nextToken: 'x' }), /nextToken/);
  });

  it('of an array holds its children by index, in pages', async () => {
    const rig = await Rig.open();
    const id = await rig.submit('d', array(5));
    await end(rig, childId(id, 1));
    const of = (jobStatus: 'RUNNABLE' | 'STARTING' | 'SUCCEEDED', maxResults = 2) =>
      pages(rig, { arrayJobId: id, jobStatus, maxResults });
    const children = (...indexes: number[]) => indexes.map((index) => childId(id, index));
    assert.deepEqual((await of('STARTING')).map(ids), [children(0, 2), children(3, 4)]);
    assert.deepEqual((await of('SUCCEEDED')).map(ids), [children(1)]);
    const [page] = await of('SUCCEEDED');
    assert.deepEqual(page?.[0]?.arrayProperties, { index: 1 });
  });
});
