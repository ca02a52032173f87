// CancelJob, TerminateJob, CancelJobs and TerminateJobs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jobId } from '../../../base/ids.ts';
import { cancelJob } from './cancel-job.ts';
import { cancelJobs } from './cancel-jobs.ts';
import { context, scope } from '../../../../test/house/caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { terminateJob } from './terminate-job.ts';
import { terminateJobs } from './terminate-jobs.ts';

const id = '00000000-0000-7000-8000-00000000000a';

test('each stops in its own way, and an unknown job is a success (Snakemake terminates finished jobs)', async () => {
  const rig = await Rig.open();
  const array = await rig.submit('d', { arrayProperties: { size: 5 } });
  const [waiting, starting] = [jobId(`${array}:4`), jobId(`${array}:2`)];
  assert.deepEqual(await rig.call(cancelJob, { jobId: waiting, reason: 'a' }), {});
  assert.deepEqual(await rig.call(terminateJob, { jobId: starting, reason: 'b' }), {});
  for (const one of [cancelJob, terminateJob])
    assert.deepEqual(await rig.call<object, object, object>(one, { jobId: id, reason: 'c' }), {});
  const atMs = rig.clock.now();
  assert.deepEqual(
    [waiting, starting].map((one) => rig.store.job(one).stops),
    [[{ by: 'cancel', reason: 'a', atMs }], [{ by: 'terminate', reason: 'b', atMs }]],
  );
});

/** An array of four jobs, of which none starts. */
async function waitingArray(): Promise<{ rig: Rig; array: string; failed: () => number[] }> {
  const rig = await Rig.open();
  const request = { computeEnvironment: 'ce', state: 'DISABLED' as const };
  await rig.ask({ type: 'update-compute-environment', scope, request });
  const array = await rig.submit('d', { arrayProperties: { size: 4 } });
  const statusOf = (index: number) =>
    rig.control.reader.jobs.one(scope, jobId(`${array}:${index}`))?.job.status;
  return { rig, array, failed: () => [0, 1, 2, 3].filter((at) => statusOf(at) === 'FAILED') };
}

const arnOf = (job: string): string => `arn:aws:batch:eu-west-1:123456789012:job/${job}`;

const names: readonly [title: string, of: (array: string) => string, stopped: number[]][] = [
  ['its ARN', arnOf, [0, 1, 2, 3]],
  ['the ARN of a child', (array) => `${arnOf(array)}:3`, [3]],
  ['an index with a zero before it', (array) => `${array}:03`, []],
  ['an index with a sign', (array) => `${array}:+3`, []],
  ['an index after a blank', (array) => `${array}: 3`, []],
  ['an ARN of another region', (array) => arnOf(array).replace('eu-west-1', 'us-east-1'), []],
  [
    'an ARN of another account',
    (array) => arnOf(array).replace('123456789012', '210987654321'),
    [],
  ],
];
for (const [title, of, stopped] of names)
  test(`a job is stopped by its ARN as well, and by no text that only looks like its name: ${title}`, async () => {
    const { rig, array, failed } = await waitingArray();
    assert.deepEqual(await rig.call(terminateJob, { jobId: of(array), reason: 'a' }), {});
    assert.deepEqual(failed(), stopped);
  });

test('many are stopped by their ARNs as well', async () => {
  const { rig, array, failed } = await waitingArray();
  const elsewhere = arnOf(array).replace('eu-west-1', 'us-east-1');
  const answer = await rig.call(cancelJobs, {
    jobs: [`${arnOf(array)}:1`, `${array}:03`, elsewhere],
    reason: 'a',
  });
  assert.deepEqual(answer.successful, [`${arnOf(array)}:1`, elsewhere]);
  assert.deepEqual(
    answer.errors?.map(({ job, code }) => [job, code]),
    [[`${array}:03`, 'ValidationException']],
  );
  assert.deepEqual(failed(), [1]);
});

test('a reason and an id are needed', async () => {
  const rig = await Rig.bare();
  await assert.rejects(rig.call(cancelJob, { jobId: '', reason: 'a' }), /jobId must be provided/);
  await assert.rejects(
    rig.call(terminateJob, { jobId: id, reason: '' }),
    /reason must be provided/,
  );
  await assert.rejects(rig.call(cancelJobs, { jobs: [id], reason: '' }), /reason must be provided/);
});

test('many are answered one by one: unknown ids succeed, malformed ones do not, and none is stopped twice', async () => {
  const { rig, array, failed } = await waitingArray();
  const answer = await rig.call(terminateJobs, {
    jobs: [id, 'nonsense', `${array}:0`, `${id}:0`, id, `${array}:0`],
    reason: 'a',
  });
  assert.deepEqual(answer, {
    successful: [id, `${array}:0`, `${id}:0`],
    errors: [
      { job: 'nonsense', code: 'ValidationException', message: "'nonsense' is not a job id" },
    ],
  });
  assert.deepEqual(failed(), [0]);
});

test('a refusal of one job is its own', async () => {
  const rig = await Rig.bare();
  const message = `Node 2 of job ${id} cannot be stopped alone: cancel or terminate job ${id}.`;
  assert.deepEqual(await rig.call(cancelJobs, { jobs: [`${id}#2`, id], reason: 'a' }), {
    successful: [id],
    errors: [{ job: `${id}#2`, code: 'ClientException', message }],
  });
});

test('fifty at most, one at least', async () => {
  const rig = await Rig.bare();
  await assert.rejects(
    rig.call(cancelJobs, { jobs: Array.from({ length: 51 }, () => id), reason: 'a' }),
    /Maximum number of jobs supported is 50/,
  );
  await assert.rejects(rig.call(cancelJobs, { jobs: [], reason: 'a' }), /at least one job id/);
});

test('the bulk calls ask leave for the singular action', () => {
  assert.deepEqual(cancelJobs.authorizes({ jobs: [id], reason: 'a' }, context), [
    { action: 'batch:CancelJob', resources: [`arn:aws:batch:eu-west-1:123456789012:job/${id}`] },
  ]);
});
