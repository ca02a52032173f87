// Tags of ours from their submission to what they bring about: in definitions and jobs, through
// failures, stops and a restart.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SubmitJobCommandInput } from '@aws-sdk/client-batch';
import { childId, jobId, type JobId } from '../../../base/ids.ts';
import { must } from '../../../base/assert.ts';
import { explainJob } from '../../longshore/explain-job.ts';
import { createJobQueue } from '../job-queue/create-job-queue.ts';
import { tagResource } from '../tag/tag-resource.ts';
import { untagResource } from '../tag/untag-resource.ts';
import { describeJobs } from './describe-jobs.ts';
import { submitJob } from './submit-job.ts';
import { Rig } from '../../../../test/house/rig.ts';

type Tags = Record<string, string>;
const arnOf = (rest: string): string => `arn:aws:batch:eu-west-1:123456789012:${rest}`;

async function submit(
  rig: Rig,
  tags: Tags,
  more: Partial<SubmitJobCommandInput> = {},
): Promise<JobId> {
  const { jobId: id } = await rig.call(submitJob, {
    jobName: 'n',
    jobQueue: 'q',
    jobDefinition: 'd',
    tags,
    ...more,
  });
  return jobId(must(id, 'a job has an id'));
}

const fail = async (rig: Rig, id: JobId): Promise<void> => {
  await rig.started(rig.attempt(id));
  await rig.exited(rig.attempt(id), 1);
};
const statusOf = async (rig: Rig, id: JobId) =>
  (await rig.call(describeJobs, { jobs: [id] })).jobs?.[0]?.status;
const statusesOf = async (rig: Rig, id: JobId, count: number) =>
  Promise.all(Array.from({ length: count }, (_, index) => statusOf(rig, childId(id, index))));
const array = (size: number, more: object = {}) => ({ arrayProperties: { size }, ...more });

describe('longshore:after=any', () => {
  const any = { 'longshore:after': 'any' };

  test('a job goes on though what it waits for has failed', async () => {
    const rig = await Rig.open();
    const first = await submit(rig, {});
    const dependsOn = [{ jobId: first }];
    const [tolerant, other] = [
      await submit(rig, any, { dependsOn }),
      await submit(rig, {}, { dependsOn }),
    ];
    assert.equal(await statusOf(rig, tolerant), 'PENDING');
    await fail(rig, first);
    assert.deepEqual(
      [await statusOf(rig, tolerant), await statusOf(rig, other)],
      ['STARTING', 'FAILED'],
    );
    // And though it had failed before.
    assert.equal(await statusOf(rig, await submit(rig, any, { dependsOn })), 'STARTING');
  });

  test('or was terminated, before or after a restart', async () => {
    const before = await Rig.open();
    const first = await submit(before, {});
    const id = await submit(before, any, { dependsOn: [{ jobId: first }] });
    const rig = before.restart();
    await rig.up();
    const explained = await rig.call(explainJob, { jobId: id });
    assert.deepEqual(
      explained.dependencies.map(({ isMet }) => isMet),
      [false],
    );
    await rig.terminate(first);
    await rig.exited(rig.attempt(first), 143);
    assert.equal(await statusOf(rig, id), 'STARTING');
  });

  test('a SEQUENTIAL array goes on after a failed child, and fails in the end', async () => {
    const rig = await Rig.open();
    const id = await submit(rig, any, array(3, { dependsOn: [{ type: 'SEQUENTIAL' }] }));
    assert.deepEqual(await statusesOf(rig, id, 3), ['STARTING', 'PENDING', 'PENDING']);
    await fail(rig, childId(id, 0));
    assert.deepEqual(await statusesOf(rig, id, 3), ['FAILED', 'STARTING', 'PENDING']);
    const next = rig.restart();
    await next.up();
    await next.started(next.attempt(childId(id, 1)));
    await next.exited(next.attempt(childId(id, 1)), 0);
    await fail(next, childId(id, 2));
    assert.deepEqual(await statusesOf(next, id, 3), ['FAILED', 'SUCCEEDED', 'FAILED']);
    assert.equal(await statusOf(next, id), 'FAILED');
  });

  test('child by child on another array, and on one child', async () => {
    const rig = await Rig.open();
    const first = await submit(rig, {}, array(2));
    const each = await submit(
      rig,
      any,
      array(2, { dependsOn: [{ jobId: first, type: 'N_TO_N' }] }),
    );
    const one = await submit(rig, any, { dependsOn: [{ jobId: `${first}:1` }] });
    await fail(rig, childId(first, 1));
    assert.deepEqual(await statusesOf(rig, each, 2), ['PENDING', 'STARTING']);
    assert.equal(await statusOf(rig, one), 'STARTING');
    assert.equal(
      await statusOf(rig, await submit(rig, any, { dependsOn: [{ jobId: `${first}:1` }] })),
      'STARTING',
    );
  });

  test('stands in the definition, and a job takes it back', async () => {
    const rig = await Rig.open();
    await rig.call(tagResource, { resourceArn: arnOf('job-definition/d:1'), tags: any });
    const first = await submit(rig, {});
    const dependsOn = [{ jobId: first }];
    const goesOn = await submit(rig, {}, { dependsOn });
    const strict = await submit(rig, { 'longshore:after': 'success' }, { dependsOn });
    await fail(rig, first);
    assert.deepEqual(
      [await statusOf(rig, goesOn), await statusOf(rig, strict)],
      ['STARTING', 'FAILED'],
    );
  });
});

describe('longshore:retry-delay', () => {
  const delayed = { 'longshore:retry-delay': '30s' };
  const retryStrategy = { attempts: 3 };

  test('a job waits so long before it is tried again, says so, and others go by', async () => {
    const rig = await Rig.open();
    const id = await submit(rig, delayed, { retryStrategy });
    await fail(rig, id);
    assert.equal(await statusOf(rig, id), 'RUNNABLE');
    const shown = (await rig.call(describeJobs, { jobs: [id] })).jobs?.[0]?.statusReason;
    assert.equal(
      shown,
      'waiting to be tried again: 30 s have to pass after attempt 1 (tag longshore:retry-delay)',
    );
    const { reason, notBefore, place } = await rig.call(explainJob, { jobId: id });
    assert.deepEqual([reason, place], [shown, undefined]);
    assert.equal(notBefore, rig.job(id)!.createdAtMs + 30_000 + 10);
    assert.equal(await statusOf(rig, await submit(rig, {})), 'STARTING');
    await rig.clock.pass(29_900);
    assert.equal(await statusOf(rig, id), 'RUNNABLE');
    await rig.clock.pass(200);
    assert.equal(await statusOf(rig, id), 'STARTING');
  });

  test('over a restart the time goes on', async () => {
    const before = await Rig.open();
    const id = await submit(before, delayed, { retryStrategy });
    const children = await submit(before, delayed, array(2, { retryStrategy }));
    await fail(before, id);
    await fail(before, childId(children, 0));
    await before.clock.pass(20_000);
    const rig = before.restart();
    await rig.up();
    assert.equal(await statusOf(rig, id), 'RUNNABLE');
    assert.deepEqual(await statusesOf(rig, children, 2), ['RUNNABLE', 'STARTING']);
    await rig.clock.pass(10_500);
    assert.equal(await statusOf(rig, id), 'STARTING');
    assert.deepEqual(await statusesOf(rig, children, 2), ['STARTING', 'STARTING']);
  });

  test('a child waits alone, and its array goes on', async () => {
    const rig = await Rig.open();
    const id = await submit(rig, delayed, array(6, { retryStrategy }));
    assert.equal((await statusesOf(rig, id, 6)).filter((one) => one === 'STARTING').length, 4);
    await fail(rig, childId(id, 0));
    assert.deepEqual((await statusesOf(rig, id, 6)).slice(0, 5), [
      'RUNNABLE',
      'STARTING',
      'STARTING',
      'STARTING',
      'STARTING',
    ]);
    await rig.clock.pass(31_000);
    await fail(rig, childId(id, 1));
    assert.equal(await statusOf(rig, childId(id, 0)), 'STARTING', 'it stands in front again');
  });

  for (const by of ['cancel', 'terminate'] as const)
    test(`${by} ends a job that waits, and an array with it`, async () => {
      const rig = await Rig.open();
      const id = await submit(rig, delayed, { retryStrategy });
      const children = await submit(rig, delayed, array(2, { retryStrategy }));
      await fail(rig, id);
      await fail(rig, childId(children, 0));
      for (const one of [id, childId(children, 0)])
        await rig.ask({
          type: 'stop-job',
          scope: must(rig.control.world.jobs.get(children), 'it has not ended').scope,
          jobId: one,
          by,
          reason: 'enough',
        });
      assert.equal(await statusOf(rig, id), 'FAILED');
      assert.equal(await statusOf(rig, childId(children, 0)), 'FAILED');
      await rig.clock.pass(60_000);
      assert.equal(await statusOf(rig, id), 'FAILED');
    });

  test('without a retry strategy it says nothing', async () => {
    const rig = await Rig.open();
    const id = await submit(rig, delayed);
    await fail(rig, id);
    assert.equal(await statusOf(rig, id), 'FAILED');
  });
});

describe('longshore:max-parallel', () => {
  test('of a queue, and lowered and raised while jobs wait, through a restart', async () => {
    const before = await Rig.open();
    const resourceArn = arnOf('job-queue/q');
    await before.call(tagResource, { resourceArn, tags: { 'longshore:max-parallel': '1' } });
    const [first, second, third] = [
      await submit(before, {}),
      await submit(before, {}),
      await submit(before, {}),
    ];
    const rig = before.restart();
    await rig.up();
    const all = (): Promise<unknown[]> =>
      Promise.all([first, second, third].map((id) => statusOf(rig, id)));
    assert.deepEqual(await all(), ['STARTING', 'RUNNABLE', 'RUNNABLE']);
    await rig.call(tagResource, { resourceArn, tags: { 'longshore:max-parallel': '2' } });
    assert.deepEqual(await all(), ['STARTING', 'STARTING', 'RUNNABLE']);
    await rig.call(untagResource, { resourceArn, tagKeys: ['longshore:max-parallel'] });
    assert.deepEqual(await all(), ['STARTING', 'STARTING', 'STARTING']);
  });

  test('of a queue that is made with it, and of a definition whose jobs name a group', async () => {
    const rig = await Rig.open();
    await rig.call(createJobQueue, {
      jobQueueName: 'one',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ce' }],
      tags: { 'longshore:max-parallel': '1' },
    });
    const jobQueue = 'one';
    const ids = [await submit(rig, {}, { jobQueue }), await submit(rig, {}, { jobQueue })];
    assert.deepEqual(await Promise.all(ids.map((id) => statusOf(rig, id))), [
      'STARTING',
      'RUNNABLE',
    ]);
    await rig.call(tagResource, {
      resourceArn: arnOf('job-definition/d:1'),
      tags: { 'longshore:max-parallel': '1' },
    });
    const group = { 'longshore:group': 'g' };
    const grouped = [await submit(rig, group), await submit(rig, group), await submit(rig, {})];
    assert.deepEqual(await Promise.all(grouped.map((id) => statusOf(rig, id))), [
      'STARTING',
      'RUNNABLE',
      'STARTING',
    ]);
  });
});

const refused: [title: string, tags: Tags, RegExp][] = [
  ['a number that is none', { 'longshore:max-parallel': 'some' }, /must be a whole number/],
  ['a delay that is none', { 'longshore:retry-delay': 'soon' }, /must be a time such as 30s/],
  ['an outcome that is none', { 'longshore:after': 'all' }, /must be 'any', or 'success'/],
  ['a tag that there is not', { 'longshore:after-any': '1' }, /there is no such tag/],
  ['a group without a number', { 'longshore:group': 'g' }, /no tag longshore:max-parallel says/],
  [
    'a number for one job alone',
    { 'longshore:max-parallel': '2' },
    /for the children of an array, and this job is none/,
  ],
];

for (const [title, tags, message] of refused)
  test(`SubmitJob refuses ${title}`, async () => {
    const rig = await Rig.open();
    await assert.rejects(submit(rig, tags), { name: 'ClientException', status: 400, message });
  });

test('tags of ours are refused where they mean nothing, and on a job once it is submitted', async () => {
  const rig = await Rig.open();
  const tags = { 'longshore:max-parallel': '2' };
  const id = await submit(rig, { ...tags, 'longshore:group': 'g' });
  for (const [rest, message] of [
    ['compute-environment/ce', /is for a job or a job definition or a job queue/],
    [`job/${id}`, /is read when a job is submitted/],
  ] as const) {
    await assert.rejects(rig.call(tagResource, { resourceArn: arnOf(rest), tags }), {
      status: 400,
      message,
    });
  }
  await assert.rejects(
    rig.call(untagResource, {
      resourceArn: arnOf(`job/${id}`),
      tagKeys: ['longshore:group'],
    }),
    { status: 400, message: /is read when a job is submitted/ },
  );
  await assert.rejects(
    rig.call(tagResource, {
      resourceArn: arnOf('job-queue/q'),
      tags: { 'longshore:retry-delay': '30s' },
    }),
    { status: 400, message: /is for a job or a job definition/ },
  );
});
