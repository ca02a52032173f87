// The four compute environment operations: what clients send, what they read back, what is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  ComputeResource,
  CreateComputeEnvironmentCommandInput,
  UpdateComputeEnvironmentCommandInput,
} from '@aws-sdk/client-batch';
import { createComputeEnvironment } from './create-compute-environment.ts';
import { createJobQueue } from '../job-queue/create-job-queue.ts';
import { deleteComputeEnvironment } from './delete-compute-environment.ts';
import { describeComputeEnvironments } from './describe-compute-environments.ts';
import { ec2Resources } from '../../../../test/house/batch-requests.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { updateComputeEnvironment } from './update-compute-environment.ts';

const managed = (
  resources: Partial<ComputeResource> = {},
  more: Partial<CreateComputeEnvironmentCommandInput> = {},
): CreateComputeEnvironmentCommandInput => ({
  computeEnvironmentName: 'ce',
  type: 'MANAGED',
  computeResources: { ...ec2Resources, ...resources },
  ...more,
});

const fargate: ComputeResource = {
  type: 'FARGATE',
  maxvCpus: 16,
  subnets: ['subnet-1'],
  securityGroupIds: ['sg-1'],
};

async function described(rig: Rig) {
  const { computeEnvironments } = await rig.call(describeComputeEnvironments, {
    computeEnvironments: ['ce'],
  });
  const [environment] = computeEnvironments ?? [];
  assert.ok(environment);
  return environment;
}

test('Terraform creates an environment with an empty service role and reads the service-linked one', async () => {
  const rig = await Rig.bare();
  const created = await rig.call(
    createComputeEnvironment,
    managed({ minvCpus: 0 }, { serviceRole: '', tags: { team: 'blue' } }),
  );
  assert.equal(
    created.computeEnvironmentArn,
    'arn:aws:batch:eu-west-1:123456789012:compute-environment/ce',
  );
  const environment = await described(rig);
  assert.match(
    environment.serviceRole ?? '',
    /^arn:[^:]+:iam::\d{12}:role\/aws-service-role\/batch\.amazonaws\.com\//,
  );
  assert.equal(environment.status, 'VALID');
  assert.equal(environment.statusReason, 'ComputeEnvironment Healthy');
  assert.equal(environment.containerOrchestrationType, 'ECS');
  assert.deepEqual(environment.updatePolicy, {
    terminateJobsOnUpdate: false,
    jobExecutionTimeoutMinutes: 30,
  });
  assert.deepEqual(environment.tags, { team: 'blue' });
  assert.match(
    environment.ecsClusterArn ?? '',
    /^arn:aws:ecs:eu-west-1:123456789012:cluster\/ce_Batch_/,
  );
  assert.deepEqual(environment.computeResources, {
    ...ec2Resources,
    minvCpus: 0,
    desiredvCpus: 0,
    ec2Configuration: [{ imageType: 'ECS_AL2023', batchImageStatus: 'LATEST' }],
  });
});

test('a Fargate environment comes back without members that Fargate does not have', async () => {
  const rig = await Rig.bare();
  await rig.call(createComputeEnvironment, {
    computeEnvironmentName: 'ce',
    type: 'MANAGED',
    computeResources: fargate,
  });
  const environment = await described(rig);
  assert.deepEqual(environment.computeResources, fargate);
  assert.equal(environment.updatePolicy, undefined);
});

test('an UNMANAGED environment needs a role and has no computeResources', async () => {
  const rig = await Rig.bare();
  await assert.rejects(
    rig.call(createComputeEnvironment, { computeEnvironmentName: 'ce', type: 'UNMANAGED' }),
    /serviceRole must be specified/,
  );
  const input = {
    computeEnvironmentName: 'ce',
    type: 'UNMANAGED' as const,
    serviceRole: 'service-role/AWSBatchServiceRole',
    unmanagedvCpus: 8,
  };
  await assert.rejects(
    rig.call(createComputeEnvironment, { ...managed(), ...input }),
    /computeResources cannot be specified/,
  );
  await rig.call(createComputeEnvironment, input);
  await assert.rejects(
    rig.call(updateComputeEnvironment, {
      computeEnvironment: 'ce',
      computeResources: { maxvCpus: 1 },
    }),
    /computeResources cannot be specified/,
  );
  const environment = await described(rig);
  assert.equal(environment.computeResources, undefined);
  assert.equal(environment.unmanagedvCpus, 8);
  assert.equal(
    environment.serviceRole,
    'arn:aws:iam::123456789012:role/service-role/AWSBatchServiceRole',
  );
});

const wrong: [string, CreateComputeEnvironmentCommandInput, RegExp][] = [
  ['a name with a space', managed({}, { computeEnvironmentName: 'a b' }), /computeEnvironmentName/],
  [
    'a name that begins with a hyphen',
    managed({}, { computeEnvironmentName: '-a' }),
    /computeEnvironmentName/,
  ],
  [
    'a name of 129 characters',
    managed({}, { computeEnvironmentName: 'a'.repeat(129) }),
    /computeEnvironmentName/,
  ],
  [
    'an unknown type',
    managed({}, { type: 'OTHER' as never }),
    /type must be one of MANAGED, UNMANAGED/,
  ],
  ['an unknown state', managed({}, { state: 'ON' as never }), /state must be one of/],
  [
    'no resources',
    { computeEnvironmentName: 'ce', type: 'MANAGED' },
    /computeResources must be specified/,
  ],
  [
    'unmanagedvCpus of a managed one',
    managed({}, { unmanagedvCpus: 1 }),
    /unmanagedvCpus can only/,
  ],
  [
    'an unknown resource type',
    managed({ type: 'BIG' as never }),
    /computeResources.type must be one of/,
  ],
  ['no instance types', managed({ instanceTypes: [] }), /instanceTypes must be specified/],
  [
    'an instance type in capitals',
    managed({ instanceTypes: ['M5.large'] }),
    /instanceTypes must be/,
  ],
  ['two architectures', managed({ instanceTypes: ['m5.large', 'm6g.large'] }), /same architecture/],
  ['no instance role', managed({ instanceRole: undefined }), /instanceRole must be specified/],
  ['no subnets', managed({ subnets: [] }), /subnets must be specified/],
  [
    'neither security groups nor a template',
    managed({ securityGroupIds: [] }),
    /securityGroupIds must be specified/,
  ],
  ['minvCpus above maxvCpus', managed({ minvCpus: 17 }), /minvCpus \(17\)/],
  ['negative minvCpus', managed({ minvCpus: -1 }), /minvCpus/],
  ['desiredvCpus above maxvCpus', managed({ desiredvCpus: 17 }), /desiredvCpus \(17\)/],
  [
    'an unknown strategy',
    managed({ allocationStrategy: 'FIT' as never }),
    /allocationStrategy must be one of/,
  ],
  [
    'a spot strategy on EC2',
    managed({ allocationStrategy: 'SPOT_CAPACITY_OPTIMIZED' }),
    /only available for SPOT/,
  ],
  [
    'an ordered strategy on SPOT',
    managed({ type: 'SPOT', allocationStrategy: 'BEST_FIT_PROGRESSIVE_ORDERED' }),
    /only available for EC2/,
  ],
  ['SPOT with BEST_FIT and no fleet role', managed({ type: 'SPOT' }), /spotIamFleetRole/],
  ['bidPercentage 101', managed({ bidPercentage: 101 }), /bidPercentage/],
  [
    'a template with id and name',
    managed({ launchTemplate: { launchTemplateId: 'lt-1', launchTemplateName: 'x' } }),
    /exactly one of/,
  ],
  [
    'an override of a foreign type',
    managed({
      instanceTypes: ['m5'],
      launchTemplate: {
        launchTemplateId: 'lt-1',
        overrides: [{ launchTemplateId: 'lt-2', targetInstanceTypes: ['c5.large'] }],
      },
    }),
    /c5.large/,
  ],
  [
    'three images',
    managed({ ec2Configuration: [{ imageType: 'a' }, { imageType: 'b' }, { imageType: 'c' }] }),
    /ec2Configuration/,
  ],
  [
    'an image for EKS',
    managed({ ec2Configuration: [{ imageType: 'EKS_AL2023' }] }),
    /EKS compute environments/,
  ],
  [
    'a scale-down delay of 19',
    managed({ scalingPolicy: { minScaleDownDelayMinutes: 19 } }),
    /minScaleDownDelayMinutes/,
  ],
  [
    'Fargate with instance types',
    managed({ ...fargate, instanceTypes: ['optimal'], instanceRole: undefined }),
    /instanceTypes is not applicable to Fargate/,
  ],
  [
    'Fargate without security groups',
    managed({
      ...fargate,
      minvCpus: undefined,
      securityGroupIds: [],
      instanceTypes: undefined,
      instanceRole: undefined,
    }),
    /securityGroupIds must hold 1 to 5/,
  ],
  ['a tag that begins with aws:', managed({}, { tags: { 'aws:x': '1' } }), /reserved/],
  [
    '51 tags',
    managed(
      {},
      { tags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, ''])) },
    ),
    /tags must have 0 to 50/,
  ],
];

for (const [title, input, message] of wrong) {
  test(`CreateComputeEnvironment refuses ${title}`, async () => {
    await assert.rejects((await Rig.bare()).call(createComputeEnvironment, input), {
      name: 'ClientException',
      status: 400,
      message,
    });
  });
}

test('a name is given once: 409 Object already exists', async () => {
  const rig = await Rig.bare();
  await rig.call(createComputeEnvironment, managed());
  await assert.rejects(rig.call(createComputeEnvironment, managed()), {
    name: 'ClientException',
    status: 409,
    message: 'Object already exists',
  });
});

test('the fifty-first environment is refused', async () => {
  const rig = await Rig.bare();
  for (let index = 0; index < 50; index++)
    await rig.call(createComputeEnvironment, managed({}, { computeEnvironmentName: `ce${index}` }));
  await assert.rejects(rig.call(createComputeEnvironment, managed()), /limit of 50/);
});

const serviceRole = 'arn:aws:iam::123456789012:role/AWSBatchServiceRole';
type Update = Omit<UpdateComputeEnvironmentCommandInput, 'computeEnvironment'>;

const updates: {
  title: string;
  from?: CreateComputeEnvironmentCommandInput;
  update: Update;
  gives?: Partial<ComputeResource>;
  refused?: RegExp;
}[] = [
  {
    title: 'maxvCpus, as Terraform sends it in every update',
    update: { computeResources: { maxvCpus: 32 } },
    gives: { maxvCpus: 32 },
  },
  {
    title: 'maxvCpus unchanged, in an environment that cannot be replaced',
    from: managed({}, { serviceRole }),
    update: { state: 'DISABLED', computeResources: { maxvCpus: 16 } },
    gives: { maxvCpus: 16 },
  },
  {
    title: 'stored values sent again are no change',
    from: managed({}, { serviceRole }),
    update: {
      computeResources: {
        maxvCpus: 16,
        instanceTypes: ['optimal'],
        ec2Configuration: [{ imageType: 'ECS_AL2023' }],
      },
    },
    gives: { instanceTypes: ['optimal'] },
  },
  {
    title: 'desiredvCpus above maxvCpus',
    update: { computeResources: { desiredvCpus: 17 } },
    refused: /desiredvCpus \(17\)/,
  },
  {
    title: 'desiredvCpus below what is there',
    from: managed({ minvCpus: 4 }),
    update: { computeResources: { desiredvCpus: 2 } },
    refused: /lower than its current value \(4\)/,
  },
  {
    title: 'minvCpus above maxvCpus',
    update: { computeResources: { minvCpus: 17 } },
    refused: /minvCpus \(17\)/,
  },
  {
    title: 'instance types under BEST_FIT',
    update: { computeResources: { instanceTypes: ['m5'] } },
    refused: /allocation strategy is BEST_FIT/,
  },
  {
    title: 'instance types with a role of its own',
    from: managed({ allocationStrategy: 'BEST_FIT_PROGRESSIVE' }, { serviceRole }),
    update: { computeResources: { instanceTypes: ['m5'] } },
    refused: /service-linked role/,
  },
  {
    title: 'instance types',
    from: managed({ allocationStrategy: 'BEST_FIT_PROGRESSIVE' }),
    update: { computeResources: { instanceTypes: ['m5'] } },
    gives: { instanceTypes: ['m5'] },
  },
  {
    title: 'to BEST_FIT',
    from: managed({ allocationStrategy: 'BEST_FIT_PROGRESSIVE' }),
    update: { computeResources: { allocationStrategy: 'BEST_FIT' as never } },
    refused: /allocationStrategy must be one of/,
  },
  {
    title: 'the newest image',
    update: { computeResources: { updateToLatestImageVersion: true } },
    refused: /updateToLatestImageVersion can/,
  },
  {
    title: 'EC2 to SPOT',
    from: managed({ allocationStrategy: 'BEST_FIT_PROGRESSIVE' }),
    update: { computeResources: { type: 'SPOT', allocationStrategy: 'SPOT_CAPACITY_OPTIMIZED' } },
    gives: { type: 'SPOT' },
  },
  {
    title: 'EC2 to Fargate',
    from: managed({ allocationStrategy: 'BEST_FIT_PROGRESSIVE' }),
    update: { computeResources: { type: 'FARGATE' } },
    refused: /cannot be changed from EC2 to FARGATE/,
  },
  {
    title: 'an empty text clears the key pair',
    from: managed({
      allocationStrategy: 'BEST_FIT_PROGRESSIVE',
      ec2KeyPair: 'key',
      imageId: 'ami-1',
    }),
    update: { computeResources: { ec2KeyPair: '', imageId: '' } },
    gives: { ec2KeyPair: undefined, imageId: undefined },
  },
  {
    title: 'an empty name clears the launch template',
    from: managed({
      allocationStrategy: 'BEST_FIT_PROGRESSIVE',
      launchTemplate: { launchTemplateName: 'x' },
    }),
    update: { computeResources: { launchTemplate: { launchTemplateName: '' } } },
    gives: { launchTemplate: undefined },
  },
  {
    title: 'an empty list clears the image configuration',
    from: managed({
      allocationStrategy: 'BEST_FIT_PROGRESSIVE',
      ec2Configuration: [{ imageType: 'ECS_AL2', imageIdOverride: 'ami-1' }],
    }),
    update: { computeResources: { ec2Configuration: [] } },
    gives: { ec2Configuration: [{ imageType: 'ECS_AL2023', batchImageStatus: 'LATEST' }] },
  },
  {
    title: 'an empty list clears subnets on EC2',
    from: managed({ allocationStrategy: 'BEST_FIT_PROGRESSIVE' }),
    update: { computeResources: { subnets: [] } },
    gives: { subnets: undefined },
  },
  {
    title: 'an empty list says nothing on Fargate',
    from: managed({}, { computeResources: fargate }),
    update: { computeResources: { subnets: [], maxvCpus: 32 } },
    gives: { subnets: ['subnet-1'], maxvCpus: 32 },
  },
  {
    title: 'subnets on Fargate with a role of its own',
    from: managed({}, { computeResources: fargate, serviceRole }),
    update: { computeResources: { subnets: ['subnet-2'] } },
    gives: { subnets: ['subnet-2'] },
  },
  {
    title: 'from the service-linked role to another',
    update: { serviceRole },
    refused: /serviceRole cannot be changed/,
  },
  {
    title: 'from a role to the service-linked one',
    from: managed({}, { serviceRole }),
    update: { serviceRole: '' },
    refused: /serviceRole cannot be changed/,
  },
  {
    title: 'a timeout of 7201 minutes',
    update: { updatePolicy: { jobExecutionTimeoutMinutes: 7201 } },
    refused: /jobExecutionTimeoutMinutes/,
  },
];

for (const { title, from = managed(), update, gives, refused } of updates) {
  test(`UpdateComputeEnvironment ${refused ? 'refuses' : 'takes'}: ${title}`, async () => {
    const rig = await Rig.bare();
    await rig.call(createComputeEnvironment, from);
    const call = rig.call(updateComputeEnvironment, { computeEnvironment: 'ce', ...update });
    if (refused)
      return assert.rejects(call, { name: 'ClientException', status: 400, message: refused });
    await call;
    const environment = await described(rig);
    assert.equal(environment.status, 'VALID');
    for (const [member, value] of Object.entries(gives ?? {}))
      assert.deepEqual(
        environment.computeResources?.[member as keyof ComputeResource],
        value,
        member,
      );
    return undefined;
  });
}

test('an update policy is given in parts and read whole', async () => {
  const rig = await Rig.bare();
  await rig.call(createComputeEnvironment, managed());
  await rig.call(updateComputeEnvironment, {
    computeEnvironment: 'ce',
    updatePolicy: { jobExecutionTimeoutMinutes: 60 },
  });
  assert.deepEqual((await described(rig)).updatePolicy, {
    terminateJobsOnUpdate: false,
    jobExecutionTimeoutMinutes: 60,
  });
});

test('an environment is deleted when it is DISABLED and in no queue, and is gone at once', async () => {
  const rig = await Rig.bare();
  const { computeEnvironmentArn = '' } = await rig.call(createComputeEnvironment, managed());
  await assert.rejects(
    rig.call(deleteComputeEnvironment, { computeEnvironment: 'ce' }),
    /state must be DISABLED/,
  );
  await rig.call(createJobQueue, {
    jobQueueName: 'q',
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ce' }],
  });
  await rig.call(updateComputeEnvironment, {
    computeEnvironment: computeEnvironmentArn,
    state: 'DISABLED',
  });
  await assert.rejects(rig.call(deleteComputeEnvironment, { computeEnvironment: 'ce' }), {
    status: 400,
    message: 'Cannot delete, found existing JobQueue relationship: q',
  });
  rig.control.world.apply({
    type: 'job-queue-deleted',
    arn: [...rig.control.world.jobQueues.keys()][0]!,
  });
  await rig.call(deleteComputeEnvironment, { computeEnvironment: computeEnvironmentArn });
  assert.deepEqual(
    (await rig.call(describeComputeEnvironments, { computeEnvironments: ['ce'] }))
      .computeEnvironments,
    [],
  );
  await assert.rejects(
    rig.call(updateComputeEnvironment, { computeEnvironment: 'ce' }),
    /does not exist/,
  );
});

test('environments are described by name and ARN, in pages, and unknown ones are left out', async () => {
  const rig = await Rig.bare();
  for (const name of ['c', 'a', 'b'])
    await rig.call(createComputeEnvironment, managed({}, { computeEnvironmentName: name }));
  const names = async (input: Parameters<typeof describeComputeEnvironments.handle>[1]) => {
    const page = await rig.call(describeComputeEnvironments, input);
    return {
      names: page.computeEnvironments?.map((each) => each.computeEnvironmentName),
      nextToken: page.nextToken,
    };
  };
  assert.deepEqual(await names({}), { names: ['a', 'b', 'c'], nextToken: undefined });
  const first = await names({ maxResults: 2 });
  assert.deepEqual(first.names, ['a', 'b']);
  assert.deepEqual(await names({ maxResults: 2, nextToken: first.nextToken }), {
    names: ['c'],
    nextToken: undefined,
  });
  assert.deepEqual(
    (
      await names({
        computeEnvironments: [
          'c',
          'none',
          'arn:aws:batch:eu-west-1:123456789012:compute-environment/a',
          'c',
        ],
      })
    ).names,
    ['c', 'a'],
  );
  for (const wrongly of [
    { nextToken: 'x' },
    { maxResults: 0 },
    { maxResults: 101 },
    { computeEnvironments: Array.from({ length: 101 }, () => 'a') },
  ]) {
    await assert.rejects(names(wrongly), { name: 'ClientException', status: 400 });
  }
});
