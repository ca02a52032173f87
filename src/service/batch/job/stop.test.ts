// CancelJob, TerminateJob, CancelJobs and TerminateJobs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuse } from '../../../base/refusal.ts';
import { cancelJob } from './cancel-job.ts';
import { cancelJobs } from './cancel-jobs.ts';
import { context, FakeDeps, scope } from '../../../../test/house/batch-deps.ts';
import { terminateJob } from './terminate-job.ts';
import { terminateJobs } from './terminate-jobs.ts';

const id = '00000000-0000-7000-8000-00000000000a';

test('each sends its own stop, and an unknown job is a success (Snakemake terminates finished jobs)', async () => {
  const deps = new FakeDeps();
  assert.deepEqual(await deps.call(cancelJob, { jobId: id, reason: 'a' }), {});
  assert.deepEqual(await deps.call(terminateJob, { jobId: `${id}:3`, reason: 'b' }), {});
  assert.deepEqual(deps.commands, [
    { type: 'stop-job', scope, jobId: id, by: 'cancel', reason: 'a' },
    { type: 'stop-job', scope, jobId: `${id}:3`, by: 'terminate', reason: 'b' },
  ]);
});

const arn = `arn:aws:batch:eu-west-1:123456789012:job/${id}`;

test('a job is stopped by its ARN as well, and by no text that only looks like its name', async () => {
  const deps = new FakeDeps();
  for (const jobId of [
    arn,
    `${arn}:3`,
    `${id}:03`,
    `${id}:+3`,
    `${id}: 3`,
    arn.replace('eu-west-1', 'us-east-1'),
    arn.replace('123456789012', '210987654321'),
  ]) {
    assert.deepEqual(await deps.call(terminateJob, { jobId, reason: 'a' }), {});
  }
  assert.deepEqual(
    deps.commands.map((command) => 'jobId' in command && command.jobId),
    [id, `${id}:3`],
  );
  const answer = await deps.call(cancelJobs, {
    jobs: [arn, `${id}:03`, arn.replace('eu-west-1', 'us-east-1')],
    reason: 'a',
  });
  assert.deepEqual(answer.successful, [arn, arn.replace('eu-west-1', 'us-east-1')]);
  assert.deepEqual(
    answer.errors?.map(({ job, code }) => [job, code]),
    [[`${id}:03`, 'ValidationException']],
  );
  assert.equal(deps.commands.length, 3);
});

test('a reason and an id are needed', async () => {
  const deps = new FakeDeps();
  await assert.rejects(deps.call(cancelJob, { jobId: '', reason: 'a' }), /jobId must be provided/);
  await assert.rejects(
    deps.call(terminateJob, { jobId: id, reason: '' }),
    /reason must be provided/,
  );
  await assert.rejects(
    deps.call(cancelJobs, { jobs: [id], reason: '' }),
    /reason must be provided/,
  );
});

test('many are answered one by one: unknown ids succeed, malformed ones do not, and none is stopped twice', async () => {
  const deps = new FakeDeps();
  const answer = await deps.call(terminateJobs, {
    jobs: [id, 'nonsense', `${id}:0`, id],
    reason: 'a',
  });
  assert.deepEqual(answer, {
    successful: [id, `${id}:0`],
    errors: [
      { job: 'nonsense', code: 'ValidationException', message: "'nonsense' is not a job id" },
    ],
  });
  assert.equal(deps.commands.length, 2);
});

test('a refusal of one job is its own', async () => {
  const deps = new FakeDeps();
  const bus = { ...deps.bus, submit: async () => refuse('invalid', 'no') };
  assert.deepEqual(
    await cancelJobs.handle({ ...deps, bus: bus as never }, { jobs: [id], reason: 'a' }, context),
    { successful: [], errors: [{ job: id, code: 'ClientException', message: 'no' }] },
  );
});

test('fifty at most, one at least', async () => {
  const deps = new FakeDeps();
  await assert.rejects(
    deps.call(cancelJobs, { jobs: Array.from({ length: 51 }, () => id), reason: 'a' }),
    /Maximum number of jobs supported is 50/,
  );
  await assert.rejects(deps.call(cancelJobs, { jobs: [], reason: 'a' }), /at least one job id/);
});

test('the bulk calls ask leave for the singular action', () => {
  assert.deepEqual(cancelJobs.authorizes({ jobs: [id], reason: 'a' }, context), [
    { action: 'batch:CancelJob', resources: [`arn:aws:batch:eu-west-1:123456789012:job/${id}`] },
  ]);
});
