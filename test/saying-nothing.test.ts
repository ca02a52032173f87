// Requests that say nothing about something, in each way in which clients do: an empty structure,
// list, map or text, and null. It is the same as leaving it out, but where AWS means something by
// it. Plain HTTP, for the SDK leaves some of these out by itself.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PlainServer, signedBy } from './plain-server.ts';
import { account, computeResources } from './server.ts';

let server: PlainServer;
type Json = Readonly<Record<string, unknown>>;

before(async () => {
  server = await PlainServer.start();
  await server.prepare('test', account);
  await server.batch('RegisterJobDefinition', {
    jobDefinitionName: 'd',
    type: 'container',
    retryStrategy: { attempts: 4, evaluateOnExit: [{ onExitCode: '1', action: 'EXIT' }] },
    timeout: { attemptDurationSeconds: 99 },
    containerProperties: { image: 'busybox', command: ['true'], vcpus: 1, memory: 32 },
    schedulingPriority: 3,
    propagateTags: true,
  });
});
after(() => server[Symbol.asyncDispose]());

const call = <T = Json>(operation: string, input: Json): Promise<T> =>
  server.batch<T>(operation, input);
const job = async (more: Json): Promise<Json> => {
  const { jobId } = await call<{ jobId: string }>('SubmitJob', {
    jobName: 'j',
    jobQueue: 'test',
    jobDefinition: 'd',
    ...more,
  });
  const { jobs } = await call<{ jobs: Json[] }>('DescribeJobs', { jobs: [jobId] });
  return jobs[0] as Json;
};
const definition = async (more: Json, containerProperties: Json = {}): Promise<Json> => {
  const { jobDefinitionArn } = await call<{ jobDefinitionArn: string }>('RegisterJobDefinition', {
    jobDefinitionName: 'x',
    type: 'container',
    containerProperties: { image: 'busybox', vcpus: 1, memory: 32, ...containerProperties },
    ...more,
  });
  const { jobDefinitions } = await call<{ jobDefinitions: Json[] }>('DescribeJobDefinitions', {
    jobDefinitions: [jobDefinitionArn],
  });
  return jobDefinitions[0] as Json;
};

describe('SubmitJob', () => {
  for (const nothing of [{}, { attempts: null }, { evaluateOnExit: [] }, null]) {
    it(`retryStrategy ${JSON.stringify(nothing)} leaves the definition's`, async () => {
      assert.deepEqual((await job({ retryStrategy: nothing }))['retryStrategy'], {
        attempts: 4,
        evaluateOnExit: [{ onExitCode: '1', action: 'exit' }],
      });
    });
  }
  for (const nothing of [{}, { attemptDurationSeconds: null }, null]) {
    it(`timeout ${JSON.stringify(nothing)} leaves the definition's`, async () =>
      assert.deepEqual((await job({ timeout: nothing }))['timeout'], {
        attemptDurationSeconds: 99,
      }));
  }
  it('nothing else that is empty says anything', async () => {
    const { dependsOn, arrayProperties, parameters, container, schedulingPriority } = await job({
      arrayProperties: {},
      dependsOn: [],
      parameters: {},
      tags: {},
      shareIdentifier: '',
      containerOverrides: {},
      nodeOverrides: {},
      eksPropertiesOverride: {},
      ecsPropertiesOverride: {},
      consumableResourcePropertiesOverride: {},
      schedulingPriorityOverride: null,
    });
    assert.deepEqual(
      { dependsOn, arrayProperties, parameters, schedulingPriority },
      { dependsOn: [], arrayProperties: undefined, parameters: {}, schedulingPriority: 3 },
    );
    assert.deepEqual((container as Json)['command'], ['true']);
    await job({
      containerOverrides: {
        command: [],
        environment: [],
        resourceRequirements: [],
        instanceType: '',
      },
      nodeOverrides: { nodePropertyOverrides: [] },
      ecsPropertiesOverride: { taskProperties: [] },
      eksPropertiesOverride: { podProperties: {} },
    });
    const { jobId } = await job({});
    assert.deepEqual((await job({ dependsOn: [{ jobId, type: '' }] }))['dependsOn'], [{ jobId }]);
  });
  it('what must be given must not be empty', async () => {
    for (const member of ['jobName', 'jobQueue', 'jobDefinition'])
      await assert.rejects(job({ [member]: '' }), new RegExp(member));
  });
});

describe('RegisterJobDefinition', () => {
  for (const [member, nothing] of [
    ['networkConfiguration', {}],
    ['networkConfiguration', { assignPublicIp: '' }],
    ['fargatePlatformConfiguration', {}],
    ['runtimePlatform', {}],
    ['ephemeralStorage', {}],
    ['linuxParameters', {}],
    ['logConfiguration', {}],
    ['repositoryCredentials', {}],
    ['secrets', []],
    ['volumes', []],
    ['user', ''],
    ['jobRoleArn', ''],
    ['executionRoleArn', ''],
    ['instanceType', ''],
  ] as const) {
    it(`${member} ${JSON.stringify(nothing)} of a container on EC2 says nothing`, async () => {
      const { containerProperties } = await definition({}, { [member]: nothing });
      assert.equal((containerProperties as Json)['image'], 'busybox');
      const shown = await job({ jobDefinition: 'x' });
      assert.equal(
        (shown['container'] as { logConfiguration: Json }).logConfiguration['logDriver'],
        'awslogs',
      );
    });
  }
  it('nor do empty members beside it', async () => {
    const { retryStrategy, timeout, parameters, tags } = await definition({
      retryStrategy: {},
      timeout: {},
      parameters: {},
      tags: {},
      platformCapabilities: [],
      eksProperties: {},
      ecsProperties: {},
      nodeProperties: {},
      consumableResourceProperties: {},
    });
    assert.deepEqual(
      { retryStrategy, timeout, parameters, tags },
      { retryStrategy: undefined, timeout: undefined, parameters: {}, tags: {} },
    );
    await definition({
      eksProperties: { podProperties: {} },
      consumableResourceProperties: { consumableResourceList: [] },
    });
  });
  it('on Fargate likewise', async () => {
    const requirements = [
      { type: 'VCPU', value: '0.25' },
      { type: 'MEMORY', value: '512' },
    ];
    await definition(
      { platformCapabilities: ['FARGATE'] },
      {
        vcpus: null,
        memory: null,
        resourceRequirements: requirements,
        executionRoleArn: 'role',
        networkConfiguration: {},
        runtimePlatform: { cpuArchitecture: '' },
        fargatePlatformConfiguration: { platformVersion: '' },
        ephemeralStorage: {},
        linuxParameters: {},
      },
    );
  });
});

describe('what jobs run in', () => {
  const environment = async (name: string): Promise<{ computeResources: Json } & Json> => {
    const { computeEnvironments } = await call<{
      computeEnvironments: ({ computeResources: Json } & Json)[];
    }>('DescribeComputeEnvironments', { computeEnvironments: [name], nextToken: '' });
    return computeEnvironments[0] as { computeResources: Json } & Json;
  };

  it('a new environment', async () => {
    await call('CreateComputeEnvironment', {
      computeEnvironmentName: 'empty',
      type: 'MANAGED',
      state: '',
      serviceRole: '',
      tags: {},
      context: '',
      eksConfiguration: {},
      ecsSettings: {},
      computeResources: {
        ...computeResources,
        allocationStrategy: '',
        spotIamFleetRole: '',
        imageId: '',
        ec2KeyPair: '',
        placementGroup: '',
        launchTemplate: {},
        ec2Configuration: [],
        tags: {},
        scalingPolicy: {},
        managedInstancesProvider: {},
      },
    });
    await call('CreateComputeEnvironment', {
      computeEnvironmentName: 'own',
      type: 'UNMANAGED',
      serviceRole: 'role',
      computeResources: {},
    });
    const { computeResources: resources } = await environment('empty');
    assert.deepEqual(
      [resources['launchTemplate'], resources['tags'], resources['ec2Configuration']],
      [undefined, undefined, [{ imageType: 'ECS_AL2023', batchImageStatus: 'LATEST' }]],
    );
  });

  it('an update keeps what it says nothing about, and clears what it empties', async () => {
    const resources = {
      ...computeResources,
      allocationStrategy: 'BEST_FIT_PROGRESSIVE',
      ec2KeyPair: 'key',
      tags: { a: 'b' },
      scalingPolicy: { minScaleDownDelayMinutes: 20 },
      launchTemplate: { launchTemplateName: 'lt' },
    };
    await call('CreateComputeEnvironment', {
      computeEnvironmentName: 'kept',
      type: 'MANAGED',
      computeResources: resources,
    });
    await call('UpdateComputeEnvironment', {
      computeEnvironment: 'kept',
      state: '',
      serviceRole: '',
      updatePolicy: {},
      ecsSettings: {},
      computeResources: {
        maxvCpus: 64,
        scalingPolicy: {},
        launchTemplate: {},
        instanceTypes: [],
        allocationStrategy: '',
        instanceRole: '',
      },
    });
    const { computeResources: kept } = await environment('kept');
    assert.deepEqual(
      [
        kept['maxvCpus'],
        kept['ec2KeyPair'],
        kept['tags'],
        kept['scalingPolicy'],
        kept['launchTemplate'],
        kept['instanceTypes'],
      ],
      [
        64,
        'key',
        { a: 'b' },
        { minScaleDownDelayMinutes: 20 },
        { launchTemplateName: 'lt' },
        ['optimal'],
      ],
    );
    await call('UpdateComputeEnvironment', {
      computeEnvironment: 'kept',
      computeResources: { ec2KeyPair: '', tags: {}, launchTemplate: { launchTemplateName: '' } },
    });
    const { computeResources: cleared } = await environment('kept');
    assert.deepEqual(
      [cleared['ec2KeyPair'], cleared['tags'], cleared['launchTemplate']],
      [undefined, undefined, undefined],
    );
  });

  it('queues and policies', async () => {
    const action = {
      reason: 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
      state: 'RUNNABLE',
      maxTimeSeconds: 600,
      action: 'CANCEL',
    };
    await call('CreateJobQueue', {
      jobQueueName: 'q',
      priority: 1,
      state: '',
      jobQueueType: '',
      schedulingPolicyArn: '',
      serviceEnvironmentOrder: [],
      tags: {},
      jobStateTimeLimitActions: [action],
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'test' }],
    });
    const actions = async () =>
      (await call<{ jobQueues: Json[] }>('DescribeJobQueues', { jobQueues: ['q'] })).jobQueues[0]?.[
        'jobStateTimeLimitActions'
      ];
    await call('UpdateJobQueue', {
      jobQueue: 'q',
      state: '',
      serviceEnvironmentOrder: [],
      priority: 2,
    });
    assert.deepEqual(await actions(), [action]);
    await call('UpdateJobQueue', { jobQueue: 'q', jobStateTimeLimitActions: [] });
    assert.deepEqual(await actions(), []);
    const { arn } = await call<{ arn: string }>('CreateSchedulingPolicy', {
      name: 'p',
      quotaSharePolicy: {},
      fairsharePolicy: { shareDecaySeconds: 600, shareDistribution: [{ shareIdentifier: 'a' }] },
    });
    const policy = async () =>
      (await call<{ schedulingPolicies: Json[] }>('DescribeSchedulingPolicies', { arns: [arn] }))
        .schedulingPolicies[0]?.['fairsharePolicy'] as Json | undefined;
    await call('UpdateSchedulingPolicy', { arn, fairsharePolicy: {} });
    assert.deepEqual(await policy(), {
      shareDecaySeconds: 600,
      shareDistribution: [{ shareIdentifier: 'a' }],
    });
    await call('UpdateSchedulingPolicy', {
      arn,
      fairsharePolicy: { shareDecaySeconds: 60, shareDistribution: [] },
    });
    assert.deepEqual((await policy())?.['shareDistribution'], []);
  });

  it('consumable resources, and lists', async () => {
    await call('CreateConsumableResource', {
      consumableResourceName: 'c',
      resourceType: '',
      totalQuantity: 3,
      tags: {},
    });
    await call('UpdateConsumableResource', {
      consumableResource: 'c',
      operation: '',
      clientToken: '',
      quantity: 5,
    });
    await call('ListConsumableResources', { filters: [], nextToken: '', maxResults: null });
    await call('ListJobsByConsumableResource', {
      consumableResource: 'c',
      filters: [],
      nextToken: '',
    });
    await call('ListJobs', {
      jobQueue: 'test',
      jobStatus: '',
      filters: [],
      nextToken: '',
      arrayJobId: '',
      multiNodeJobId: '',
    });
    await call('DescribeJobDefinitions', {
      jobDefinitions: [],
      jobDefinitionName: '',
      status: '',
      nextToken: '',
    });
    await call('DescribeJobQueues', { jobQueues: [], nextToken: '' });
  });
});

describe('forms', () => {
  const ask = (service: string, body: string) =>
    server.send({
      method: 'POST',
      path: '/',
      headers: {
        ...signedBy(account, service),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body,
    });
  const ec2 = (body: string) => ask('ec2', `Version=2016-11-15&${body}`);

  it('EC2 takes an empty optional parameter for an absent one', async () => {
    const vpc = await ec2(
      'Action=CreateVpc&CidrBlock=10.9.0.0/16&InstanceTenancy=&DryRun=&AmazonProvidedIpv6CidrBlock=',
    );
    const vpcId = /<vpcId>(vpc-\w+)</.exec(vpc.body)?.[1] ?? '';
    const subnet = await ec2(
      `Action=CreateSubnet&VpcId=${vpcId}&CidrBlock=10.9.1.0/24&AvailabilityZone=&AvailabilityZoneId=&Ipv6CidrBlock=&OutpostArn=`,
    );
    assert.equal(subnet.status, 200, subnet.body);
    assert.equal(
      (await ec2('Action=DescribeSubnets&MaxResults=&NextToken=&SubnetId=')).status,
      200,
    );
    const subnetId = /<subnetId>(subnet-\w+)</.exec(subnet.body)?.[1] ?? '';
    await ec2(
      `Action=CreateTags&ResourceId.1=${subnetId}&Tag.1.Key=empty&Tag.1.Value=&Tag.2.Key=full&Tag.2.Value=x`,
    );
    // A tag may have the empty value, and DeleteTags then asks for that very value.
    await ec2(
      `Action=DeleteTags&ResourceId.1=${subnetId}&Tag.1.Key=empty&Tag.1.Value=&Tag.2.Key=full&Tag.2.Value=`,
    );
    const tags = (await ec2(`Action=DescribeSubnets&SubnetId.1=${subnetId}`)).body;
    assert.ok(tags.includes('<key>full</key>') && !tags.includes('<key>empty</key>'), tags);
  });

  it('IAM as well, and lets a description be taken away', async () => {
    const policy = encodeURIComponent(
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'batch.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      }),
    );
    const iam = (body: string) => ask('iam', `Version=2010-05-08&${body}`);
    const made = await iam(
      `Action=CreateRole&RoleName=r&AssumeRolePolicyDocument=${policy}&Path=&MaxSessionDuration=&PermissionsBoundary=&Description=old`,
    );
    assert.equal(made.status, 200, made.body);
    assert.equal((await iam('Action=ListRoles&PathPrefix=&Marker=&MaxItems=')).status, 200);
    assert.equal(
      (await iam('Action=UpdateRole&RoleName=r&Description=&MaxSessionDuration=')).status,
      200,
    );
    assert.ok(!(await iam('Action=GetRole&RoleName=r')).body.includes('old'));
  });
});
