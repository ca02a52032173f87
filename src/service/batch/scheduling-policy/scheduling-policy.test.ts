// The five scheduling policy operations, and what queues and submissions make of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateSchedulingPolicyCommandInput, FairsharePolicy } from '@aws-sdk/client-batch';
import { jobId } from '../../../base/ids.ts';
import { createComputeEnvironment } from '../compute-environment/create-compute-environment.ts';
import { createJobQueue } from '../job-queue/create-job-queue.ts';
import { createSchedulingPolicy } from './create-scheduling-policy.ts';
import { deleteJobQueue } from '../job-queue/delete-job-queue.ts';
import { deleteSchedulingPolicy } from './delete-scheduling-policy.ts';
import { describeJobQueues } from '../job-queue/describe-job-queues.ts';
import { describeSchedulingPolicies } from './describe-scheduling-policies.ts';
import { ec2Resources } from '../../../../test/house/batch-requests.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { listSchedulingPolicies } from './list-scheduling-policies.ts';
import { listTagsForResource } from '../tag/list-tags-for-resource.ts';
import { registerJobDefinition } from '../job-definition/register-job-definition.ts';
import { submitJob } from '../job/submit-job.ts';
import { tagResource } from '../tag/tag-resource.ts';
import { updateJobQueue } from '../job-queue/update-job-queue.ts';
import { updateSchedulingPolicy } from './update-scheduling-policy.ts';

const arnOf = (name: string): string =>
  `arn:aws:batch:eu-west-1:123456789012:scheduling-policy/${name}`;
const policyOf = (rig: Rig, name: string) =>
  rig
    .call(describeSchedulingPolicies, { arns: [arnOf(name)] })
    .then((answer) => answer.schedulingPolicies?.[0]);
const fair = (fairsharePolicy: FairsharePolicy): CreateSchedulingPolicyCommandInput => ({
  name: 'p',
  fairsharePolicy,
});
const shares = (...shareIdentifiers: string[]): FairsharePolicy => ({
  shareDistribution: shareIdentifiers.map((shareIdentifier) => ({ shareIdentifier })),
});

test('a policy comes back as it was given, with its tags', async () => {
  const rig = await Rig.bare();
  const fairsharePolicy = {
    shareDecaySeconds: 3600,
    computeReservation: 50,
    shareDistribution: [{ shareIdentifier: 'a*', weightFactor: 0.125 }, { shareIdentifier: 'b' }],
  };
  assert.deepEqual(
    await rig.call(createSchedulingPolicy, { name: 'p', fairsharePolicy, tags: { team: 'blue' } }),
    { name: 'p', arn: arnOf('p') },
  );
  assert.deepEqual(await policyOf(rig, 'p'), {
    name: 'p',
    arn: arnOf('p'),
    fairsharePolicy,
    tags: { team: 'blue' },
  });
  await rig.call(tagResource, { resourceArn: arnOf('p'), tags: { more: '1' } });
  assert.deepEqual((await rig.call(listTagsForResource, { resourceArn: arnOf('p') })).tags, {
    team: 'blue',
    more: '1',
  });
  assert.deepEqual(
    (await rig.call(describeSchedulingPolicies, { arns: [arnOf('x'), 'p'] })).schedulingPolicies,
    [],
    'unknown ones are left out, and names are no ARNs',
  );
});

test('a policy of nothing but a name is one of all defaults', async () => {
  const rig = await Rig.bare();
  await rig.call(createSchedulingPolicy, { name: 'p' });
  assert.deepEqual(await policyOf(rig, 'p'), {
    name: 'p',
    arn: arnOf('p'),
    fairsharePolicy: undefined,
    tags: {},
  });
});

test('policies are listed by name, page by page', async () => {
  const rig = await Rig.bare();
  for (const name of ['c', 'a', 'b']) await rig.call(createSchedulingPolicy, { name });
  const first = await rig.call(listSchedulingPolicies, { maxResults: 2 });
  assert.deepEqual(first.schedulingPolicies, [{ arn: arnOf('a') }, { arn: arnOf('b') }]);
  assert.deepEqual(
    await rig.call(listSchedulingPolicies, { maxResults: 2, nextToken: first.nextToken }),
    { schedulingPolicies: [{ arn: arnOf('c') }], nextToken: undefined },
  );
  await assert.rejects(
    rig.call(listSchedulingPolicies, { nextToken: 'x' }),
    /nextToken is not valid/,
  );
});

test('an update replaces what was, and a policy that nothing is said of stays', async () => {
  const rig = await Rig.bare();
  await rig.call(createSchedulingPolicy, fair({ shareDecaySeconds: 5, computeReservation: 10 }));
  await rig.call(updateSchedulingPolicy, { arn: arnOf('p'), fairsharePolicy: shares('a') });
  assert.deepEqual((await policyOf(rig, 'p'))?.fairsharePolicy, shares('a'));
  await rig.call(updateSchedulingPolicy, { arn: arnOf('p') });
  assert.deepEqual((await policyOf(rig, 'p'))?.fairsharePolicy, shares('a'));
});

const wrong: [string, CreateSchedulingPolicyCommandInput, RegExp][] = [
  ['a name of 129 characters', { name: 'x'.repeat(129) }, /name must be up to 128/],
  [
    'a window of more than a week',
    fair({ shareDecaySeconds: 604_801 }),
    /shareDecaySeconds must be a whole number from 0 to 604800/,
  ],
  [
    'a reservation of everything',
    fair({ computeReservation: 100 }),
    /computeReservation must be a whole number from 0 to 99/,
  ],
  [
    'a weight of nothing',
    fair({ shareDistribution: [{ shareIdentifier: 'a', weightFactor: 0 }] }),
    /weightFactor must be from 0.0001 to 999.9999; it is 0/,
  ],
  [
    'a weight of a thousand',
    fair({ shareDistribution: [{ shareIdentifier: 'a', weightFactor: 1000 }] }),
    /weightFactor/,
  ],
  [
    'a share with a hyphen',
    fair(shares('a-b')),
    /shareDistribution\[0\].shareIdentifier must be up to 255 letters and digits/,
  ],
  ['a share of 256 letters', fair(shares('x'.repeat(256))), /255/],
  ['an asterisk alone', fair(shares('*')), /shareIdentifier/],
  [
    '501 shares',
    fair(shares(...Array.from({ length: 501 }, (_, index) => `s${index}`))),
    /0 to 500 entries; it has 501/,
  ],
  ['the same share twice', fair(shares('a', 'b', 'a')), /'a' and 'a' overlap/],
  [
    'a share that a prefix covers',
    fair(shares('UserA1', 'UserA*')),
    /'UserA\*' and 'UserA1' overlap/,
  ],
  [
    'a prefix and its own beginning',
    fair(shares('UserA*', 'UserA')),
    /'UserA\*' and 'UserA' overlap/,
  ],
  [
    'a prefix inside a prefix, others between',
    fair(shares('ab*', 'b', 'a*', 'c')),
    /'a\*' and 'ab\*' overlap/,
  ],
];

for (const [title, input, message] of wrong) {
  test(`CreateSchedulingPolicy refuses ${title}`, async () => {
    const rig = await Rig.bare();
    await assert.rejects(rig.call(createSchedulingPolicy, input), {
      name: 'ClientException',
      status: 400,
      message,
    });
    await rig.call(createSchedulingPolicy, { name: 'there' });
    await assert.rejects(
      rig.call(updateSchedulingPolicy, {
        ...input,
        arn: input.name?.length === 129 ? '' : arnOf('there'),
      }),
      { name: 'ClientException', status: 400 },
    );
  });
}

test('what the bounds include is taken', async () => {
  const rig = await Rig.bare();
  const distribution = [
    { shareIdentifier: 'ab' },
    { shareIdentifier: 'abc*', weightFactor: 0.0001 },
    { shareIdentifier: 'b', weightFactor: 999.9999 },
    { shareIdentifier: 'x'.repeat(255), weightFactor: Math.fround(0.0001) },
  ];
  await rig.call(
    createSchedulingPolicy,
    fair({ shareDecaySeconds: 604_800, computeReservation: 99, shareDistribution: distribution }),
  );
  await rig.call(updateSchedulingPolicy, {
    arn: arnOf('p'),
    fairsharePolicy: {
      shareDecaySeconds: 0,
      computeReservation: 0,
      shareDistribution: Array.from({ length: 500 }, (_, index) => ({
        shareIdentifier: `s${index}`,
      })),
    },
  });
});

test('a name is given once, and what is not there is 404', async () => {
  const rig = await Rig.bare();
  await rig.call(createSchedulingPolicy, { name: 'p' });
  await assert.rejects(rig.call(createSchedulingPolicy, { name: 'p' }), {
    status: 409,
    message: 'Object already exists',
  });
  for (const call of [
    rig.call(updateSchedulingPolicy, { arn: arnOf('x') }),
    rig.call(deleteSchedulingPolicy, { arn: arnOf('x') }),
  ]) {
    await assert.rejects(call, {
      status: 404,
      message: `Scheduling policy ${arnOf('x')} does not exist`,
    });
  }
});

// ---- queues and jobs ----

const order = [{ order: 1, computeEnvironment: 'ce' }];

async function rigWithQueues(): Promise<Rig> {
  const rig = await Rig.bare();
  await rig.call(createComputeEnvironment, {
    computeEnvironmentName: 'ce',
    type: 'MANAGED',
    computeResources: ec2Resources,
  });
  for (const name of ['p', 'other']) await rig.call(createSchedulingPolicy, { name });
  await rig.call(createJobQueue, {
    jobQueueName: 'fair',
    priority: 1,
    computeEnvironmentOrder: order,
    schedulingPolicyArn: arnOf('p'),
  });
  await rig.call(createJobQueue, {
    jobQueueName: 'fifo',
    priority: 1,
    computeEnvironmentOrder: order,
    schedulingPolicyArn: '',
  });
  await rig.call(registerJobDefinition, {
    jobDefinitionName: 'd',
    type: 'container',
    schedulingPriority: 7,
    containerProperties: { image: 'i', vcpus: 1, memory: 4 },
  });
  return rig;
}

const policyOfQueue = async (rig: Rig, name: string) =>
  (await rig.call(describeJobQueues, { jobQueues: [name] })).jobQueues?.[0]?.schedulingPolicyArn;

test('a queue’s policy is shown, can be replaced, and is never added or removed', async () => {
  const rig = await rigWithQueues();
  assert.deepEqual(
    [await policyOfQueue(rig, 'fair'), await policyOfQueue(rig, 'fifo')],
    [arnOf('p'), undefined],
  );
  await rig.call(updateJobQueue, { jobQueue: 'fair', schedulingPolicyArn: arnOf('other') });
  await rig.call(updateJobQueue, { jobQueue: 'fair', priority: 3 });
  assert.equal(await policyOfQueue(rig, 'fair'), arnOf('other'));
  await assert.rejects(rig.call(updateJobQueue, { jobQueue: 'fair', schedulingPolicyArn: '' }), {
    status: 400,
    message: /can be replaced, but not removed/,
  });
  await assert.rejects(
    rig.call(updateJobQueue, { jobQueue: 'fair', schedulingPolicyArn: arnOf('x') }),
    { status: 404 },
  );
  await assert.rejects(
    rig.call(updateJobQueue, { jobQueue: 'fifo', schedulingPolicyArn: arnOf('p') }),
    { status: 400, message: /is a FIFO queue/ },
  );
  await rig.call(updateJobQueue, { jobQueue: 'fifo', schedulingPolicyArn: '' });
});

test('a policy that a queue uses is not deleted', async () => {
  const rig = await rigWithQueues();
  await rig.call(deleteSchedulingPolicy, { arn: arnOf('other') });
  await assert.rejects(rig.call(deleteSchedulingPolicy, { arn: arnOf('p') }), {
    status: 400,
    message: /job queue fair uses it/,
  });
  await rig.call(updateJobQueue, { jobQueue: 'fair', state: 'DISABLED' });
  await rig.call(deleteJobQueue, { jobQueue: 'fair' });
  await rig.call(deleteSchedulingPolicy, { arn: arnOf('p') });
  assert.equal(rig.control.world.schedulingPolicies.size, 0);
});

test('a fair share queue demands a share, and a FIFO queue forbids one', async () => {
  const rig = await rigWithQueues();
  const submit = (jobQueue: string, more: object) =>
    rig.call(submitJob, { jobName: 'j', jobDefinition: 'd', jobQueue, ...more });
  for (const more of [{}, { shareIdentifier: '' }])
    await assert.rejects(submit('fair', more), {
      status: 400,
      message: 'shareIdentifier must be specified.',
    });
  await assert.rejects(submit('fair', { shareIdentifier: 'a-b' }), {
    status: 400,
    message: /letters and digits/,
  });
  await assert.rejects(submit('fifo', { shareIdentifier: 'a' }), {
    status: 400,
    message: /job queue fifo has no fair-share scheduling policy/,
  });
  const terms = async (jobQueue: string, more: object) =>
    rig.control.world.jobs.get(jobId((await submit(jobQueue, more)).jobId ?? ''))?.terms.share;
  assert.deepEqual(await terms('fair', { shareIdentifier: 'a' }), {
    identifier: 'a',
    schedulingPriority: 7,
  });
  assert.deepEqual(await terms('fair', { shareIdentifier: 'a', schedulingPriorityOverride: 0 }), {
    identifier: 'a',
    schedulingPriority: 0,
  });
  assert.equal(
    await terms('fifo', { schedulingPriorityOverride: 9 }),
    undefined,
    'accepted, without effect',
  );
});

test('the 501st active share is refused, and one more of those that are active is not', async () => {
  const rig = await rigWithQueues();
  const submit = (shareIdentifier: string) =>
    rig.call(submitJob, { jobName: 'j', jobDefinition: 'd', jobQueue: 'fair', shareIdentifier });
  for (let index = 0; index < 500; index++) await submit(`s${index}`);
  await assert.rejects(submit('s500'), {
    name: 'ClientException',
    message: 'The limit of 500 active share identifiers of job queue fair is reached.',
  });
  await submit('s499');
});
