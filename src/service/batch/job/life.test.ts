// What DescribeJobs and ListJobs say of jobs of every kind at every age: while the world has them,
// when only the store has, and after a restart.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JobDetail, JobSummary, ListJobsCommandInput } from '@aws-sdk/client-batch';
import { childId, nodeId, type JobId } from '../../../base/ids.ts';
import { describeJobs } from './describe-jobs.ts';
import { listJobs } from './list-jobs.ts';
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

  it('says why it has no place', async () => {
    const rig = await Rig.open();
    await rig.define('large', { vcpus: 4 });
    const [first, second] = [await rig.submit('large'), await rig.submit('large')];
    assert.deepEqual(await statusOf(rig, first, second), ['STARTING', 'RUNNABLE']);
    assert.match((await reasonOf(rig, second)) ?? '', /waiting for this machine/);
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

  it('whose children wait for one another says for whom', async () => {
    const rig = await Rig.open();
    const other = await rig.submit('d', array(2));
    const each = await rig.submit('d', array(2, after(other, 'N_TO_N')));
    const inTurn = await rig.submit('d', array(2, { dependsOn: [{ type: 'SEQUENTIAL' }] }));
    assert.equal(await reasonOf(rig, childId(each, 1)), `waiting for ${other}:1`);
    assert.equal(await reasonOf(rig, childId(inTurn, 1)), `waiting for ${inTurn}:0`);
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
