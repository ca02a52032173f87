// What AWS Batch refuses at its door, or fails at once, must not fail later or run wrongly: tried
// against the real program, with the words that programs match. And what is not refused: each of
// these has its counterpart that is taken.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PlainServer, signedBy } from './plain-server.ts';
import { account, computeResources } from './server.ts';
import { until } from './until.ts';

type Json = Readonly<Record<string, unknown>>;
let server: PlainServer;

before(async () => {
  server = await PlainServer.start();
  await server.prepare('test', account);
});
after(() => server[Symbol.asyncDispose]());

const call = <T = Json>(operation: string, input: Json): Promise<T> =>
  server.batch<T>(operation, input);
async function refused(
  operation: string,
  input: Json,
  message: RegExp,
  status = 400,
): Promise<void> {
  const answer = await server.send({
    method: 'POST',
    path: `/v1/${operation.toLowerCase()}`,
    headers: signedBy(account, 'batch'),
    body: JSON.stringify(input),
  });
  assert.equal(answer.status, status, answer.body);
  const { message: said, __type: type } = JSON.parse(answer.body) as {
    message: string;
    __type: string;
  };
  assert.match(said, message);
  assert.match(type, /ClientException/);
}
const definition = (containerProperties: Json, more: Json = {}): Json => ({
  jobDefinitionName: 'd',
  type: 'container',
  containerProperties: { image: 'busybox', vcpus: 1, memory: 32, ...containerProperties },
  ...more,
});
const nodes = (...ranges: Json[]): Json => ({
  jobDefinitionName: 'n',
  type: 'multinode',
  nodeProperties: {
    numNodes: 2,
    mainNode: 0,
    nodeRangeProperties: ranges.map((container, index) => ({
      targetNodes: `${index}`,
      container: { image: 'busybox', vcpus: 1, memory: 32, ...container },
    })),
  },
});
const job = (more: Json = {}): Json => ({
  jobName: 'j',
  jobQueue: 'test',
  jobDefinition: 'd',
  ...more,
});
const described = async (jobId: string): Promise<Json> =>
  (await call<{ jobs: Json[] }>('DescribeJobs', { jobs: [jobId] })).jobs[0] as Json;
const submitted = async (more: Json): Promise<Json> =>
  described((await call<{ jobId: string }>('SubmitJob', job(more))).jobId);

describe('a command with references', () => {
  const noValue = (name: string): RegExp =>
    new RegExp(`^Unable to substitute value\\. No parameter found for reference ${name}$`);

  it('is refused where one has no value', async () => {
    await call(
      'RegisterJobDefinition',
      definition(
        { command: ['sh', '-c', 'cat Ref::inputfile >Ref::output'] },
        { parameters: { output: 'out' } },
      ),
    );
    await refused('SubmitJob', job(), noValue('inputfile'));
    await refused('SubmitJob', job({ parameters: { input: 'x' } }), noValue('inputfile'));
    await refused('SubmitJob', job({ arrayProperties: { size: 2 } }), noValue('inputfile'));
    await refused(
      'SubmitJob',
      job({ containerOverrides: { command: ['Ref::other'] } }),
      noValue('other'),
    );
    assert.deepEqual(
      ((await submitted({ parameters: { inputfile: 'in' } }))['container'] as Json)['command'],
      ['sh', '-c', 'cat in >out'],
    );
    assert.deepEqual(
      (
        (await submitted({ containerOverrides: { command: ['echo', 'Ref:: is none'] } }))[
          'container'
        ] as Json
      )['command'],
      ['echo', 'Ref:: is none'],
    );
    assert.deepEqual(
      (
        (
          await submitted({
            parameters: { x: '' },
            containerOverrides: { command: ['Ref::x.gz', 's3://Ref::output/Ref::output'] },
          })
        )['container'] as Json
      )['command'],
      ['.gz', 's3://out/out'],
    );
  });

  it('is refused in each range of nodes and its overrides', async () => {
    await call('RegisterJobDefinition', nodes({ command: ['Ref::a'] }, { command: ['Ref::b'] }));
    await refused('SubmitJob', job({ jobDefinition: 'n', parameters: { a: '1' } }), noValue('b'));
    await refused(
      'SubmitJob',
      job({
        jobDefinition: 'n',
        parameters: { a: '1' },
        nodeOverrides: {
          nodePropertyOverrides: [
            { targetNodes: '1', containerOverrides: { command: ['Ref::c'] } },
          ],
        },
      }),
      noValue('c'),
    );
    await submitted({
      jobDefinition: 'n',
      parameters: { a: '1' },
      nodeOverrides: {
        nodePropertyOverrides: [{ targetNodes: '1', containerOverrides: { command: ['Ref::a'] } }],
      },
    });
  });
});

describe('overrides of more than 8,192 characters', () => {
  const long = 'x'.repeat(8_200);
  const tooLong = 'Container Overrides length must be at most 8192';
  const stands = async (more: Json): Promise<void> => {
    const { status, statusReason } = await submitted(more);
    assert.deepEqual([status, statusReason], ['FAILED', tooLong]);
  };

  it('fail the job at once, whatever makes them so long', async () => {
    await call(
      'RegisterJobDefinition',
      definition(
        { command: ['echo', 'Ref::word'], environment: [{ name: 'LONG', value: long }] },
        { jobDefinitionName: 'd', parameters: { word: 'a' } },
      ),
    );
    await stands({ containerOverrides: { environment: [{ name: 'A', value: long }] } });
    await stands({ containerOverrides: { command: ['echo', long] } });
    await stands({ parameters: { word: long } });
    await stands({ arrayProperties: { size: 2 }, containerOverrides: { command: ['echo', long] } });
    await call('RegisterJobDefinition', nodes({}, { command: ['Ref::b'] }));
    await stands({ jobDefinition: 'n', parameters: { b: long } });
    await stands({
      jobDefinition: 'n',
      parameters: { b: '' },
      nodeOverrides: {
        nodePropertyOverrides: [
          { targetNodes: '0', containerOverrides: { environment: [{ name: 'A', value: long }] } },
        ],
      },
    });
    // The definition's own environment is no override.
    assert.notEqual((await submitted({}))['statusReason'], tooLong);
    assert.notEqual(
      (
        await submitted({
          containerOverrides: { environment: [{ name: 'A', value: 'x'.repeat(8_000) }] },
        })
      )['statusReason'],
      tooLong,
    );
  });
});

describe('a definition that no container could have', () => {
  const wrong: [string, Json, RegExp][] = [
    ...[
      '$(id -u)',
      '-u',
      'Root',
      'a b',
      'root:',
      ':0',
      '1000:1000:1000',
      'root;id',
      'a/b',
      'nobody\n',
    ].map((user): [string, Json, RegExp] => [
      `the user ${JSON.stringify(user)}`,
      { user },
      /^User [\s\S]* does not match regex /,
    ]),
    ...[
      'file:///etc/passwd',
      'UPPER',
      'team/Tool',
      'busybox:',
      'busybox@',
      'a//b',
      'a/',
      '/a',
      'busybox:a:b',
      'Ref::image',
      'docker://busybox',
      'busybox@sha256',
      'host:port/a',
      'a b',
      'x'.repeat(256),
    ].map((image): [string, Json, RegExp] => [
      `the image ${image.slice(0, 40)}`,
      { image },
      /image/,
    ]),
    ['a NUL in the command', { command: ['a\0b'] }, /command\[0\] must not hold the character NUL/],
    ['a NUL in a value', { environment: [{ name: 'A', value: '\0' }] }, /NUL/],
    ['a NUL in a name', { environment: [{ name: 'A\0', value: 'b' }] }, /NUL/],
    [
      'a NUL in a path',
      { linuxParameters: { tmpfs: [{ containerPath: '/a\0', size: 1 }] } },
      /NUL/,
    ],
    [
      'a NUL in an option',
      { logConfiguration: { logDriver: 'json-file', options: { a: '\0' } } },
      /NUL/,
    ],
    [
      'a variable without a name',
      { environment: [{ value: 'b' }] },
      /Environment variable name is required/,
    ],
    [
      'a variable with = in its name',
      { environment: [{ name: 'A=B', value: 'b' }] },
      /is not a name of a variable/,
    ],
    [
      'a variable of the service',
      { environment: [{ name: 'AWS_BATCH_MINE', value: 'b' }] },
      /reserved for variables that AWS Batch sets/,
    ],
    [
      'half a limit',
      { ulimits: [{ name: 'nofile', softLimit: 1.5, hardLimit: 2 }] },
      /whole number/,
    ],
    [
      'a mode that is none',
      {
        linuxParameters: { tmpfs: [{ containerPath: '/a', size: 1, mountOptions: ['mode=rwx'] }] },
      },
      /not a mount option/,
    ],
  ];
  for (const [title, container, message] of wrong) {
    it(`is refused at registration: ${title}`, async () => {
      await refused('RegisterJobDefinition', definition(container), message);
      await refused('RegisterJobDefinition', nodes({}, container), message);
    });
  }

  it('is refused in a submission too', async () => {
    await call(
      'RegisterJobDefinition',
      definition({ command: ['Ref::a'] }, { parameters: { a: 'b' } }),
    );
    await refused('SubmitJob', job({ containerOverrides: { command: ['\0'] } }), /NUL/);
    await refused(
      'SubmitJob',
      job({ containerOverrides: { environment: [{ name: 'A', value: '\0' }] } }),
      /NUL/,
    );
    await refused('SubmitJob', job({ parameters: { a: '\0' } }), /NUL/);
    await refused('RegisterJobDefinition', definition({}, { parameters: { a: '\0' } }), /NUL/);
  });

  it('is taken where a container could', async () => {
    for (const user of ['root', '0', '1000:1000', 'nobody:nogroup', 'www-data', '_apt', 'john.doe'])
      await call('RegisterJobDefinition', definition({ user }));
    const images = [
      'busybox',
      'busybox:1.36',
      'team/tool',
      'a.b/c',
      'localhost/c',
      'HOST/c',
      'registry.example:5000/team/tool_x__y-z.q:1.0-RC',
      `x@sha256:${'a'.repeat(64)}`,
      `public.ecr.aws/x/y:z@sha256:${'0'.repeat(64)}`,
      '123456789012.dkr.ecr.us-east-1.amazonaws.com/a/b:c',
      `sha256:${'a'.repeat(64)}`,
    ];
    for (const image of images) await call('RegisterJobDefinition', definition({ image }));
    await call(
      'RegisterJobDefinition',
      definition({
        linuxParameters: {
          tmpfs: [{ containerPath: '/a', size: 1, mountOptions: ['noexec', 'mode=1777', 'uid=0'] }],
        },
      }),
    );
  });

  it('is refused for a strategy and a platform as AWS does', async () => {
    await refused(
      'RegisterJobDefinition',
      definition({}, { retryStrategy: { attempts: 2, evaluateOnExit: [{ action: 'RETRY' }] } }),
      /at least one of onExitCode, onReason or onStatusReason/,
    );
    await refused(
      'RegisterJobDefinition',
      definition({}, { platformCapabilities: ['EC2', 'FARGATE'] }),
      /Exactly 1 capability must be provided/,
    );
  });
});

describe('a definition that is described', () => {
  const empty = {
    command: [],
    environment: [],
    mountPoints: [],
    resourceRequirements: [],
    secrets: [],
    ulimits: [],
    volumes: [],
  };
  const shown = async (input: Json): Promise<Json> => {
    const { jobDefinitionArn } = await call<{ jobDefinitionArn: string }>(
      'RegisterJobDefinition',
      input,
    );
    return (
      await call<{ jobDefinitions: Json[] }>('DescribeJobDefinitions', {
        jobDefinitions: [jobDefinitionArn],
      })
    ).jobDefinitions[0] as Json;
  };

  it('has the lists that AWS fills in, and no other default', async () => {
    assert.deepEqual((await shown(definition({})))['containerProperties'], {
      image: 'busybox',
      vcpus: 1,
      memory: 32,
      ...empty,
    });
    const { nodeRangeProperties } = (await shown(nodes({}, {})))['nodeProperties'] as {
      nodeRangeProperties: Json[];
    };
    assert.deepEqual(nodeRangeProperties[1], {
      targetNodes: '1',
      container: { image: 'busybox', vcpus: 1, memory: 32, ...empty },
      instanceTypes: [],
    });
  });

  it('has the platform version of Fargate, and can be registered again', async () => {
    const resourceRequirements = [
      { type: 'VCPU', value: '0.25' },
      { type: 'MEMORY', value: '512' },
    ];
    const fargate = {
      jobDefinitionName: 'f',
      type: 'container',
      platformCapabilities: ['FARGATE'],
      containerProperties: { image: 'busybox', executionRoleArn: 'role', resourceRequirements },
    };
    const {
      jobDefinitionArn: _arn,
      revision: _revision,
      status: _status,
      containerOrchestrationType: _type,
      ...again
    } = await shown(fargate);
    assert.deepEqual(again['containerProperties'], {
      ...fargate.containerProperties,
      ...empty,
      resourceRequirements,
      fargatePlatformConfiguration: { platformVersion: 'LATEST' },
    });
    assert.deepEqual((await shown(again))['containerProperties'], again['containerProperties']);
    await call('CreateComputeEnvironment', {
      computeEnvironmentName: 'fargate',
      type: 'MANAGED',
      computeResources: {
        type: 'FARGATE',
        maxvCpus: 4,
        subnets: ['subnet-1'],
        securityGroupIds: ['sg-1'],
      },
    });
    await call('CreateJobQueue', {
      jobQueueName: 'fargate',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'fargate' }],
    });
    assert.deepEqual(
      ((await submitted({ jobQueue: 'fargate', jobDefinition: 'f' }))['container'] as Json)[
        'fargatePlatformConfiguration'
      ],
      { platformVersion: 'LATEST' },
    );
  });

  it('shows the actions of its retry strategy in the lower case in which AWS does', async () => {
    assert.deepEqual(
      (
        await shown(
          definition(
            {},
            {
              retryStrategy: { attempts: 2, evaluateOnExit: [{ action: 'RETRY', onReason: 'a*' }] },
            },
          ),
        )
      )['retryStrategy'],
      { attempts: 2, evaluateOnExit: [{ action: 'retry', onReason: 'a*' }] },
    );
  });
});

describe('a fair share job', () => {
  it('needs a priority, of its definition or its own; on a FIFO queue one is of no account', async () => {
    const { arn } = await call<{ arn: string }>('CreateSchedulingPolicy', { name: 'p' });
    await call('CreateJobQueue', {
      jobQueueName: 'fair',
      priority: 1,
      schedulingPolicyArn: arn,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'test' }],
    });
    const fair = { jobQueue: 'fair', shareIdentifier: 'a' };
    await call('RegisterJobDefinition', definition({}));
    await refused(
      'SubmitJob',
      job(fair),
      /^Either schedulingPriority in job definition or schedulingPriorityOverride should be specified/,
    );
    await submitted({ ...fair, schedulingPriorityOverride: 0 });
    await submitted({ schedulingPriorityOverride: 5 });
    await call('RegisterJobDefinition', definition({}, { schedulingPriority: 0 }));
    await submitted(fair);
  });
});

describe('an environment', () => {
  const environment = async (
    name: string,
  ): Promise<{ status: string; statusReason: string } & { computeResources: Json }> =>
    (
      await call<{
        computeEnvironments: ({ status: string; statusReason: string } & {
          computeResources: Json;
        })[];
      }>('DescribeComputeEnvironments', { computeEnvironments: [name] })
    ).computeEnvironments[0] as never;
  const settled = (name: string) =>
    until(`environment ${name} to settle`, async () =>
      (await environment(name)).status === 'CREATING' ? undefined : environment(name),
    );
  const create = (name: string, resources: Json, more: Json = {}): Json => ({
    computeEnvironmentName: name,
    type: 'MANAGED',
    computeResources: { ...computeResources, ...resources },
    ...more,
  });

  it('needs minvCpus, and other things in AWS’s words', async () => {
    await refused(
      'CreateComputeEnvironment',
      create('x', { minvCpus: null }),
      /^Resource minvCpus is required\.$/,
    );
    await refused(
      'CreateComputeEnvironment',
      create('x', { launchTemplate: { launchTemplateName: 'a', version: 'newest' } }),
      /LaunchTemplateVersion must be either empty or a number/,
    );
    const role = `arn:aws:iam::${account}:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch`;
    await refused(
      'CreateComputeEnvironment',
      { computeEnvironmentName: 'x', type: 'UNMANAGED', serviceRole: role },
      /Service Linked Role cannot be used with UNMANAGED/,
    );
  });

  it('is INVALID where its instance role is no instance profile, and no queue takes it', async () => {
    for (const [index, instanceRole] of [
      `arn:aws:iam::${account}:role/ecsInstanceRole`,
      'arn:aws:iam::1:instance-profile/x',
      'arn:nonsense',
      'a/b',
      'with space',
    ].entries()) {
      await call('CreateComputeEnvironment', create(`role-${index}`, { instanceRole }));
      await refused(
        'CreateJobQueue',
        {
          jobQueueName: 'none',
          priority: 1,
          computeEnvironmentOrder: [{ order: 1, computeEnvironment: `role-${index}` }],
        },
        /must be VALID/,
      );
      const { status, statusReason } = await settled(`role-${index}`);
      assert.deepEqual(
        [status, statusReason],
        ['INVALID', `CLIENT_ERROR - Invalid IamInstanceProfile: ${instanceRole}`],
      );
      await refused(
        'CreateJobQueue',
        {
          jobQueueName: 'none',
          priority: 1,
          computeEnvironmentOrder: [{ order: 1, computeEnvironment: `role-${index}` }],
        },
        /is INVALID; it must be VALID/,
      );
    }
    await call(
      'CreateComputeEnvironment',
      create('profile', {
        instanceRole: `arn:aws:iam::${account}:instance-profile/path/ecsInstanceRole`,
      }),
    );
    assert.equal((await settled('profile')).status, 'VALID');
  });

  it('is updated by something only', async () => {
    await refused(
      'UpdateComputeEnvironment',
      { computeEnvironment: 'test' },
      /^One of \[state \| compute-resources \| .*\] is required\.$/,
    );
    await refused(
      'UpdateComputeEnvironment',
      { computeEnvironment: 'test', computeResources: {} },
      /is required\.$/,
    );
    await refused(
      'UpdateJobQueue',
      { jobQueue: 'test' },
      /^One of \[state \| priority \| compute-environment-order \| .*\] is required\.$/,
    );
    await refused('UpdateJobQueue', { jobQueue: 'no-such-queue' }, /does not exist/, 404);
  });

  it('is not scaled down by hand, whether its instances are there or not', async () => {
    await call('CreateComputeEnvironment', create('wish', { maxvCpus: 64, desiredvCpus: 8 }));
    const words =
      /^Manually scaling down compute environment is not supported\. Disconnecting job queues from compute environment will cause it to scale-down to minvCpus\./;
    await refused(
      'UpdateComputeEnvironment',
      { computeEnvironment: 'wish', computeResources: { desiredvCpus: 4 } },
      words,
    );
    await until(
      'instances to be there',
      async () => ((await environment('wish')).computeResources['desiredvCpus'] as number) >= 8,
    );
    await refused(
      'UpdateComputeEnvironment',
      { computeEnvironment: 'wish', computeResources: { desiredvCpus: 0 } },
      words,
    );
    await call('UpdateComputeEnvironment', { computeEnvironment: 'wish', state: 'DISABLED' });
    await until(
      'the wish to end',
      async () => (await environment('wish')).computeResources['desiredvCpus'] === 0,
    );
    await call('UpdateComputeEnvironment', { computeEnvironment: 'wish', state: 'ENABLED' });
    assert.equal((await environment('wish')).computeResources['desiredvCpus'], 0);
  });

  it('tells which queues keep it', async () => {
    await call('CreateComputeEnvironment', create('kept', {}));
    for (const jobQueueName of ['one', 'two'])
      await call('CreateJobQueue', {
        jobQueueName,
        priority: 1,
        computeEnvironmentOrder: [{ order: 0, computeEnvironment: 'kept' }],
      });
    await refused(
      'DeleteComputeEnvironment',
      { computeEnvironment: 'kept' },
      /^Cannot delete, found existing JobQueue relationship: one, two$/,
    );
  });
});

describe('a queue', () => {
  it('has no two environments of one order', async () => {
    for (const name of ['a', 'b'])
      await call('CreateComputeEnvironment', {
        computeEnvironmentName: name,
        type: 'MANAGED',
        computeResources,
      });
    const order = (...orders: number[]): Json[] =>
      orders.map((each, index) => ({ order: each, computeEnvironment: 'ab'[index] }));
    for (const orders of [
      [1, 1],
      [0, 0],
      [-1, -1],
    ])
      await refused(
        'CreateJobQueue',
        { jobQueueName: 'q', priority: 1, computeEnvironmentOrder: order(...orders) },
        /^Duplicate ComputeEnvironment order values\./,
      );
    await refused(
      'CreateJobQueue',
      { jobQueueName: 'q', priority: 1, computeEnvironmentOrder: order(1.5) },
      /whole number/,
    );
    await call('CreateJobQueue', {
      jobQueueName: 'q',
      priority: 1,
      computeEnvironmentOrder: order(0, -1),
    });
    await refused(
      'UpdateJobQueue',
      { jobQueue: 'q', computeEnvironmentOrder: order(2, 2) },
      /^Duplicate ComputeEnvironment order values\./,
    );
  });

  it('has actions for the reasons that AWS has them for', async () => {
    const actions = (reason: string): Json => ({
      jobQueue: 'q',
      jobStateTimeLimitActions: [
        { reason, state: 'RUNNABLE', maxTimeSeconds: 600, action: 'CANCEL' },
      ],
    });
    for (const reason of [
      'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
      'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE',
      'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
      'MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED',
    ])
      await call('UpdateJobQueue', actions(reason));
    for (const reason of [
      'MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS',
      'ACTION_REQUIRED',
      'UNDETERMINED',
    ])
      await refused('UpdateJobQueue', actions(reason), /reason must be one of/);
  });

  it('may have a limit of its own, so that others have room', async () => {
    await using own = await PlainServer.start({ flags: ['--limit', 'jobsPerQueue=2'] });
    await own.prepare('test', account);
    await own.batch('CreateJobQueue', {
      jobQueueName: 'other',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'test' }],
    });
    const forever = { containerOverrides: { command: ['sleep', '1000000'] } };
    for (let count = 0; count < 2; count++) await own.submit(forever);
    await assert.rejects(own.submit(forever), /The limit of 2 jobs of job queue test/);
    await own.submit({ ...forever, jobQueue: 'other' });
  });
});

describe('what is asked for by name', () => {
  it('comes in no pages', async () => {
    await refused(
      'DescribeComputeEnvironments',
      { computeEnvironments: ['test'], maxResults: 1 },
      /^ComputeEnvironments and MaxResults cannot both be set$/,
    );
    await refused(
      'DescribeJobQueues',
      { jobQueues: ['test'], maxResults: 1 },
      /^JobQueues and MaxResults cannot both be set$/,
    );
    await refused(
      'DescribeJobDefinitions',
      { jobDefinitions: ['test:1'], maxResults: 1 },
      /^JobDefinitions and MaxResults cannot both be set$/,
    );
    await call('DescribeJobQueues', { jobQueues: [], maxResults: 1 });
  });
});
