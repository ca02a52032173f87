// The five quota share operations, and what scheduling policies and queues make of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateQuotaShareCommandInput } from '@aws-sdk/client-batch';
import { scopeOf } from '../../../base/ids.ts';
import { isRefusal } from '../../../base/refusal.ts';
import { scope } from '../../../../test/house/caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { createSchedulingPolicy } from '../scheduling-policy/create-scheduling-policy.ts';
import { describeSchedulingPolicies } from '../scheduling-policy/describe-scheduling-policies.ts';
import { updateSchedulingPolicy } from '../scheduling-policy/update-scheduling-policy.ts';
import { deleteJobQueue } from '../job-queue/delete-job-queue.ts';
import { updateJobQueue } from '../job-queue/update-job-queue.ts';
import { listTagsForResource } from '../tag/list-tags-for-resource.ts';
import { tagResource } from '../tag/tag-resource.ts';
import { createQuotaShare } from './create-quota-share.ts';
import { deleteQuotaShare } from './delete-quota-share.ts';
import { describeQuotaShare } from './describe-quota-share.ts';
import { listQuotaShares } from './list-quota-shares.ts';
import { updateQuotaShare } from './update-quota-share.ts';

const at = 'arn:aws:batch:eu-west-1:123456789012';
const policyArn = (name: string): string => `${at}:scheduling-policy/${name}`;
const arnOf = (name: string, queue = 'quotas'): string =>
  `${at}:job-queue/${queue}/quota-share/${name}`;
const fifo = { idleResourceAssignmentStrategy: 'FIFO' } as const;

/** The rig's queue `q`, and beside it `quotas`, whose policy `p` has quota shares. */
async function rigWithQuotas(settings = {}): Promise<Rig> {
  const rig = await Rig.open({ settings });
  await rig.call(createSchedulingPolicy, { name: 'p', quotaSharePolicy: fifo });
  await rig.call(createSchedulingPolicy, { name: 'fair' });
  for (const [jobQueueName, policy] of [
    ['quotas', 'p'],
    ['shared', 'fair'],
  ] as const) {
    const made = await rig.ask({
      type: 'create-job-queue',
      scope,
      request: {
        jobQueueName,
        priority: 1,
        schedulingPolicyArn: policyArn(policy),
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ce' }],
      },
    });
    assert.ok(!isRefusal(made));
  }
  return rig;
}

const share = (more: Partial<CreateQuotaShareCommandInput> = {}): CreateQuotaShareCommandInput => ({
  quotaShareName: 'team-a',
  jobQueue: 'quotas',
  capacityLimits: [{ capacityUnit: 'VCPU', maxCapacity: 8 }],
  resourceSharingConfiguration: { strategy: 'RESERVE' },
  preemptionConfiguration: { inSharePreemption: 'DISABLED' },
  ...more,
});

test('a quota share comes back as it was given, with its tags', async () => {
  const rig = await rigWithQuotas();
  const given = share({
    capacityLimits: [
      { capacityUnit: 'VCPU', maxCapacity: 8 },
      { capacityUnit: 'MEMORY', maxCapacity: 0 },
      { capacityUnit: 'GPU', maxCapacity: 2 },
    ],
    resourceSharingConfiguration: { strategy: 'LEND_AND_BORROW', borrowLimit: 200 },
    preemptionConfiguration: { inSharePreemption: 'ENABLED' },
    tags: { team: 'blue' },
  });
  const quotaShareArn = arnOf('team-a');
  assert.deepEqual(await rig.call(createQuotaShare, given), {
    quotaShareName: 'team-a',
    quotaShareArn,
  });
  const { tags, jobQueue: _queue, ...members } = given;
  const shown = {
    ...members,
    quotaShareArn,
    jobQueueArn: `${at}:job-queue/quotas`,
    state: 'ENABLED',
    status: 'VALID',
  };
  assert.deepEqual(await rig.call(describeQuotaShare, { quotaShareArn }), { ...shown, tags });
  assert.deepEqual((await rig.call(listQuotaShares, { jobQueue: 'quotas' })).quotaShares, [shown]);
  await rig.call(tagResource, { resourceArn: quotaShareArn, tags: { more: '1' } });
  assert.deepEqual((await rig.call(listTagsForResource, { resourceArn: quotaShareArn })).tags, {
    team: 'blue',
    more: '1',
  });
  const elsewhere = scopeOf('123456789012', 'us-east-1');
  const { batch } = rig.control.reader;
  assert.deepEqual(
    [batch.quotaShare(elsewhere, quotaShareArn), batch.tags(elsewhere, quotaShareArn)],
    [undefined, undefined],
    'it is of its own account and region alone',
  );
});

test('who may borrow and does not say how much may borrow without limit', async () => {
  const rig = await rigWithQuotas();
  await rig.call(
    createQuotaShare,
    share({ resourceSharingConfiguration: { strategy: 'LEND_AND_BORROW' } }),
  );
  const { resourceSharingConfiguration } = await rig.call(describeQuotaShare, {
    quotaShareArn: arnOf('team-a'),
  });
  assert.deepEqual(resourceSharingConfiguration, { strategy: 'LEND_AND_BORROW', borrowLimit: -1 });
});

test('shares are listed by name, of one queue, page by page', async () => {
  const rig = await rigWithQuotas();
  for (const quotaShareName of ['c', 'a', 'b'])
    await rig.call(createQuotaShare, share({ quotaShareName }));
  const names = ({
    quotaShares = [],
  }: {
    quotaShares?: { quotaShareName?: string | undefined }[];
  }) => quotaShares.map(({ quotaShareName }) => quotaShareName);
  const first = await rig.call(listQuotaShares, {
    jobQueue: `${at}:job-queue/quotas`,
    maxResults: 2,
  });
  assert.deepEqual(names(first as never), ['a', 'b']);
  const second = await rig.call(listQuotaShares, {
    jobQueue: 'quotas',
    nextToken: first.nextToken,
  });
  assert.deepEqual([names(second as never), second.nextToken], [['c'], undefined]);
  assert.deepEqual((await rig.call(listQuotaShares, { jobQueue: 'q' })).quotaShares, []);
  await assert.rejects(rig.call(listQuotaShares, { jobQueue: 'x' }), /Job queue x does not exist/);
});

const wrong: readonly [string, Partial<CreateQuotaShareCommandInput>, RegExp][] = [
  [
    'a name of 129 characters',
    { quotaShareName: 'x'.repeat(129) },
    /quotaShareName must be up to 128/,
  ],
  ['a name with a slash', { quotaShareName: 'a/b' }, /quotaShareName/],
  ['an unknown queue', { jobQueue: 'x' }, /Job queue x does not exist/],
  ['a FIFO queue', { jobQueue: 'q' }, /no scheduling policy with a quotaSharePolicy/],
  ['a fair share queue', { jobQueue: 'shared' }, /no scheduling policy with a quotaSharePolicy/],
  ['no limit', { capacityLimits: [] }, /capacityLimits must have 1 to 5 entries; it has 0/],
  [
    'six limits',
    {
      capacityLimits: Array.from({ length: 6 }, (_, index) => ({
        capacityUnit: `u${index}`,
        maxCapacity: 1,
      })),
    },
    /1 to 5 entries; it has 6/,
  ],
  [
    'two limits of one unit',
    {
      capacityLimits: [
        { capacityUnit: 'VCPU', maxCapacity: 1 },
        { capacityUnit: 'VCPU', maxCapacity: 2 },
      ],
    },
    /capacityLimits\[1\].capacityUnit: there is a limit of 'VCPU' already/,
  ],
  [
    'an instance type where container jobs run',
    { capacityLimits: [{ capacityUnit: 'ml.m5.large', maxCapacity: 1 }] },
    /counted in VCPU, MEMORY, GPU; 'ml.m5.large' is none of them/,
  ],
  [
    'half a vCPU',
    { capacityLimits: [{ capacityUnit: 'VCPU', maxCapacity: 0.5 }] },
    /maxCapacity must be a whole number from 0 to 2147483647/,
  ],
  [
    'less than nothing',
    { capacityLimits: [{ capacityUnit: 'VCPU', maxCapacity: -1 }] },
    /maxCapacity must be a whole number/,
  ],
  [
    'an unknown strategy',
    { resourceSharingConfiguration: { strategy: 'BORROW' as never } },
    /strategy must be one of RESERVE, LEND, LEND_AND_BORROW|strategy must be one of/,
  ],
  [
    'a borrow limit of one that only lends',
    { resourceSharingConfiguration: { strategy: 'LEND', borrowLimit: 10 } },
    /borrowLimit is only for the strategy LEND_AND_BORROW/,
  ],
  [
    'a borrow limit below -1',
    { resourceSharingConfiguration: { strategy: 'LEND_AND_BORROW', borrowLimit: -2 } },
    /borrowLimit must be a whole number from -1/,
  ],
  [
    'an unknown preemption',
    { preemptionConfiguration: { inSharePreemption: 'SOMETIMES' as never } },
    /inSharePreemption must be one of/,
  ],
  ['an unknown state', { state: 'PAUSED' as never }, /state must be one of/],
];

for (const [title, more, message] of wrong)
  test(`CreateQuotaShare refuses ${title}`, async () => {
    const rig = await rigWithQuotas();
    await assert.rejects(rig.call(createQuotaShare, share(more)), {
      name: 'ClientException',
      message,
    });
    assert.deepEqual([...rig.control.world.quotaShares.values()], []);
  });

test('a queue takes a name once, and no more shares than its limit', async () => {
  const rig = await rigWithQuotas();
  for (let count = 1; count <= 20; count++)
    await rig.call(createQuotaShare, share({ quotaShareName: `s${count}` }));
  await assert.rejects(rig.call(createQuotaShare, share({ quotaShareName: 's1' })), {
    status: 409,
    message: 'Object already exists',
  });
  await assert.rejects(
    rig.call(createQuotaShare, share()),
    /limit of 20 quota shares of job queue quotas is reached/,
  );
});

test('an update replaces what it names and nothing else', async () => {
  const rig = await rigWithQuotas();
  const quotaShareArn = arnOf('team-a');
  await rig.call(
    createQuotaShare,
    share({ resourceSharingConfiguration: { strategy: 'LEND_AND_BORROW', borrowLimit: 50 } }),
  );
  const described = () => rig.call(describeQuotaShare, { quotaShareArn });
  const before = await described();
  assert.deepEqual(await rig.call(updateQuotaShare, { quotaShareArn }), {
    quotaShareName: 'team-a',
    quotaShareArn,
  });
  assert.deepEqual(await described(), before);
  const capacityLimits = [{ capacityUnit: 'GPU', maxCapacity: 1 }];
  await rig.call(updateQuotaShare, { quotaShareArn, capacityLimits, state: 'DISABLED' });
  assert.deepEqual(await described(), { ...before, capacityLimits, state: 'DISABLED' });
  await rig.call(updateQuotaShare, {
    quotaShareArn,
    resourceSharingConfiguration: { strategy: 'LEND' },
    preemptionConfiguration: { inSharePreemption: 'ENABLED' },
    state: 'ENABLED',
  });
  assert.deepEqual(await described(), {
    ...before,
    capacityLimits,
    resourceSharingConfiguration: { strategy: 'LEND' },
    preemptionConfiguration: { inSharePreemption: 'ENABLED' },
  });
  for (const [more, message] of [
    [{ capacityLimits: [{ capacityUnit: 'CPU', maxCapacity: 1 }] }, /'CPU' is none of them/],
    [
      { resourceSharingConfiguration: { strategy: 'LEND', borrowLimit: 0 } },
      /only for the strategy/,
    ],
    [{ quotaShareArn: arnOf('x') }, /Quota share .*x does not exist/],
  ] as const)
    await assert.rejects(rig.call(updateQuotaShare, { quotaShareArn, ...more } as never), {
      name: 'ClientException',
      message,
    });
});

test('a share is deleted only when it is DISABLED', async () => {
  const rig = await rigWithQuotas();
  const quotaShareArn = arnOf('team-a');
  await rig.call(createQuotaShare, share({ tags: { team: 'blue' } }));
  await assert.rejects(rig.call(deleteQuotaShare, { quotaShareArn }), /state must be DISABLED/);
  await rig.call(updateQuotaShare, { quotaShareArn, state: 'DISABLED' });
  await rig.call(deleteQuotaShare, { quotaShareArn });
  for (const gone of [
    rig.call(describeQuotaShare, { quotaShareArn }),
    rig.call(deleteQuotaShare, { quotaShareArn }),
    rig.call(listTagsForResource, { resourceArn: quotaShareArn }),
  ])
    await assert.rejects(gone, { status: 404 });
  await rig.call(createQuotaShare, share());
  assert.deepEqual((await rig.call(describeQuotaShare, { quotaShareArn })).tags, {});
});

test('with a queue its quota shares go', async () => {
  const rig = await rigWithQuotas();
  await rig.call(createQuotaShare, share({ tags: { team: 'blue' } }));
  await rig.call(updateJobQueue, { jobQueue: 'quotas', state: 'DISABLED' });
  await rig.call(deleteJobQueue, { jobQueue: 'quotas' });
  assert.deepEqual([...rig.control.world.quotaShares.values()], []);
  await assert.rejects(rig.call(describeQuotaShare, { quotaShareArn: arnOf('team-a') }), {
    status: 404,
  });
});

test('a policy is of one kind for life, and so is the one of a queue', async () => {
  const rig = await rigWithQuotas();
  const policy = async (name: string) => {
    const { schedulingPolicies } = await rig.call(describeSchedulingPolicies, {
      arns: [policyArn(name)],
    });
    return schedulingPolicies?.[0];
  };
  assert.deepEqual(await policy('p'), {
    name: 'p',
    arn: policyArn('p'),
    quotaSharePolicy: fifo,
    tags: {},
  });
  await rig.call(updateSchedulingPolicy, { arn: policyArn('p'), quotaSharePolicy: fifo });
  const both = { quotaSharePolicy: fifo, fairsharePolicy: { shareDecaySeconds: 60 } };
  for (const [call, message] of [
    [rig.call(createSchedulingPolicy, { name: 'both', ...both }), /Only one of/],
    [rig.call(updateSchedulingPolicy, { arn: policyArn('p'), ...both }), /Only one of/],
    [
      rig.call(updateSchedulingPolicy, {
        arn: policyArn('p'),
        fairsharePolicy: both.fairsharePolicy,
      }),
      /has a quotaSharePolicy, which cannot be changed to a fairsharePolicy/,
    ],
    [
      rig.call(updateSchedulingPolicy, { arn: policyArn('fair'), quotaSharePolicy: fifo }),
      /has a fairsharePolicy, which cannot be changed to a quotaSharePolicy/,
    ],
    [
      rig.call(createSchedulingPolicy, {
        name: 'lifo',
        quotaSharePolicy: { idleResourceAssignmentStrategy: 'LIFO' as never },
      }),
      /idleResourceAssignmentStrategy must be one of FIFO/,
    ],
    [
      rig.call(updateJobQueue, { jobQueue: 'quotas', schedulingPolicyArn: policyArn('fair') }),
      /can be replaced only with one of its kind/,
    ],
    [
      rig.call(updateJobQueue, { jobQueue: 'shared', schedulingPolicyArn: policyArn('p') }),
      /can be replaced only with one of its kind/,
    ],
  ] as const)
    await assert.rejects(call, { name: 'ClientException', status: 400, message });
  await rig.call(createSchedulingPolicy, { name: 'p2', quotaSharePolicy: fifo });
  await rig.call(updateJobQueue, { jobQueue: 'quotas', schedulingPolicyArn: policyArn('p2') });
});
