// The three job definition operations: what is refused at registration, and that what was
// registered comes back verbatim.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerProperties, RegisterJobDefinitionCommandInput } from '@aws-sdk/client-batch';
import { deregisterJobDefinition } from './deregister-job-definition.ts';
import { describeJobDefinitions } from './describe-job-definitions.ts';
import { comparable } from '../../../../test/house/batch-requests.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { registerJobDefinition } from './register-job-definition.ts';

const definition = (
  container: ContainerProperties = {},
  more: Partial<RegisterJobDefinitionCommandInput> = {},
): RegisterJobDefinitionCommandInput => ({
  jobDefinitionName: 'd',
  type: 'container',
  containerProperties: {
    image: 'busybox',
    resourceRequirements: [
      { type: 'VCPU', value: '1' },
      { type: 'MEMORY', value: '128' },
    ],
    ...container,
  },
  ...more,
});

const onFargate = (
  container: ContainerProperties = {},
  vcpu = '0.25',
  memory = '512',
): RegisterJobDefinitionCommandInput =>
  definition(
    {
      executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
      resourceRequirements: [
        { type: 'VCPU', value: vcpu },
        { type: 'MEMORY', value: memory },
      ],
      ...container,
    },
    { platformCapabilities: ['FARGATE'] },
  );

const taken: [string, RegisterJobDefinitionCommandInput][] = [
  [
    'the old vcpus and memory',
    definition({ resourceRequirements: undefined, vcpus: 1, memory: 4 }),
  ],
  [
    'an image by digest',
    definition({ image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/a/b@sha256:0123' }),
  ],
  [
    'Nextflow: parameters that no placeholder uses, host volumes, a long command',
    definition(
      {
        command: ['bash', '-o', 'pipefail', '-c', "trap 'x' EXIT"],
        volumes: [{ name: 'vol-0', host: { sourcePath: '/opt/aws' } }],
        mountPoints: [{ sourceVolume: 'vol-0', containerPath: '/opt/aws', readOnly: true }],
      },
      { parameters: { 'nf-token': 'abc', 'a.b': '' } },
    ),
  ],
  [
    'Nextflow: its retry strategy',
    definition(
      {},
      {
        retryStrategy: {
          attempts: 5,
          evaluateOnExit: [
            { action: 'RETRY', onStatusReason: 'Host EC2*' },
            { action: 'EXIT', onReason: '*' },
          ],
        },
      },
    ),
  ],
  [
    'Toil: a privileged container with the socket of Docker',
    definition({
      privileged: true,
      volumes: [{ name: 'sock', host: { sourcePath: '/var/run/docker.sock' } }],
      mountPoints: [{ sourceVolume: 'sock', containerPath: '/var/run/docker.sock' }],
    }),
  ],
  [
    'a volume that the engine assigns',
    definition({
      volumes: [{ name: 'scratch' }, { name: 'more', host: {} }],
      mountPoints: [{ sourceVolume: 'scratch', containerPath: '/scratch' }],
    }),
  ],
  [
    'an unlimited hard limit',
    definition({
      ulimits: [
        { name: 'memlock', softLimit: -1, hardLimit: -1 },
        { name: 'nofile', softLimit: 1024, hardLimit: -1 },
      ],
    }),
  ],
  [
    'Linux parameters',
    definition({
      linuxParameters: {
        devices: [{ hostPath: '/dev/fuse', permissions: ['READ', 'WRITE'] }],
        initProcessEnabled: true,
        sharedMemorySize: 64,
        maxSwap: 0,
        swappiness: 100,
        tmpfs: [{ containerPath: '/tmp', size: 16, mountOptions: ['rw', 'mode=1777'] }],
      },
    }),
  ],
  [
    'swappiness without maxSwap, which AWS ignores',
    definition({ linuxParameters: { swappiness: 60 } }),
  ],
  [
    'a GPU',
    definition({
      resourceRequirements: [
        { type: 'GPU', value: '1' },
        { type: 'VCPU', value: '4' },
        { type: 'MEMORY', value: '4096' },
      ],
    }),
  ],
  [
    'another log driver',
    definition({ logConfiguration: { logDriver: 'json-file', options: { 'max-size': '10m' } } }),
  ],
  [
    'empty members that say nothing',
    definition(
      {
        secrets: [],
        environment: [],
        ulimits: [],
        logConfiguration: { logDriver: 'awslogs', secretOptions: [] },
      },
      { consumableResourceProperties: { consumableResourceList: [] }, tags: {} },
    ),
  ],
  ['the smallest size of Fargate', onFargate()],
  ['the largest size of Fargate', onFargate({}, '32', '249856')],
  ['a size of Fargate written as 1.0', onFargate({}, '1.0', '2048')],
  [
    'what Fargate alone has',
    onFargate({
      networkConfiguration: { assignPublicIp: 'ENABLED' },
      fargatePlatformConfiguration: { platformVersion: 'LATEST' },
      ephemeralStorage: { sizeInGiB: 21 },
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
    }),
  ],
];

for (const [title, input] of taken) {
  test(`RegisterJobDefinition takes ${title}, and it comes back verbatim`, async () => {
    const rig = await Rig.bare();
    const { jobDefinitionArn } = await rig.call(registerJobDefinition, input);
    const { jobDefinitions } = await rig.call(describeJobDefinitions, {
      jobDefinitions: [jobDefinitionArn ?? ''],
    });
    const shown = jobDefinitions?.[0]?.containerProperties ?? {};
    assert.deepEqual(comparable(shown), comparable(input.containerProperties));
    for (const member of [
      'command',
      'environment',
      'mountPoints',
      'resourceRequirements',
      'secrets',
      'ulimits',
      'volumes',
    ] as const)
      assert.ok(Array.isArray(shown[member]), member);
    assert.deepEqual(
      shown.fargatePlatformConfiguration,
      input.platformCapabilities?.includes('FARGATE')
        ? {
            platformVersion:
              input.containerProperties?.fargatePlatformConfiguration?.platformVersion ?? 'LATEST',
          }
        : undefined,
    );
    assert.deepEqual(jobDefinitions?.[0]?.parameters, input.parameters ?? {});
  });
}

const wrong: [string, RegisterJobDefinitionCommandInput, RegExp][] = [
  ['a bad name', definition({}, { jobDefinitionName: 'a:1' }), /jobDefinitionName/],
  ['an unknown type', definition({}, { type: 'x' as never }), /type must be one of/],
  [
    'eksProperties as well',
    definition({}, { eksProperties: { podProperties: { containers: [] } } }),
    /only one of them/,
  ],
  [
    'a consumable resource without a name',
    definition({}, { consumableResourceProperties: { consumableResourceList: [{ quantity: 1 }] } }),
    /consumableResourceProperties.consumableResourceList\[0\].consumableResource must be provided/,
  ],
  [
    'less than nothing of a consumable resource',
    definition(
      {},
      {
        consumableResourceProperties: {
          consumableResourceList: [{ consumableResource: 'r', quantity: -1 }],
        },
      },
    ),
    /quantity must be a whole number/,
  ],
  [
    'containerProperties for managed instances',
    definition({}, { platformCapabilities: ['MANAGED_INSTANCES'] }),
    /MANAGED_INSTANCES requires ecsProperties/,
  ],
  [
    'nodes for managed instances',
    definition({}, { type: 'multinode', platformCapabilities: ['MANAGED_INSTANCES'] }),
    /Multi-node parallel jobs are not supported on managed instances/,
  ],
  [
    'an unknown platform',
    definition({}, { platformCapabilities: ['X' as never] }),
    /platformCapabilities must be one of/,
  ],
  [
    'no container',
    definition({}, { containerProperties: undefined }),
    /containerProperties must be provided/,
  ],
  ['no image', definition({ image: '' }), /image must be provided/],
  ['an image with a space', definition({ image: 'a b' }), /image must be/],
  ['an image of 256 characters', definition({ image: 'a'.repeat(256) }), /255 characters/],
  [
    'neither vcpus nor VCPU',
    definition({ resourceRequirements: [{ type: 'MEMORY', value: '128' }] }),
    /vcpus must be given/,
  ],
  [
    'neither memory nor MEMORY',
    definition({ resourceRequirements: [{ type: 'VCPU', value: '1' }] }),
    /memory must be given/,
  ],
  ['vcpus twice', definition({ vcpus: 1 }), /both vcpus and resourceRequirements/],
  [
    'VCPU twice',
    definition({
      resourceRequirements: [
        { type: 'VCPU', value: '1' },
        { type: 'VCPU', value: '2' },
      ],
    }),
    /VCPU twice/,
  ],
  [
    'half a vCPU on EC2',
    definition({
      resourceRequirements: [
        { type: 'VCPU', value: '0.5' },
        { type: 'MEMORY', value: '128' },
      ],
    }),
    /VCPU must be a whole number/,
  ],
  [
    '3 MiB',
    definition({
      resourceRequirements: [
        { type: 'VCPU', value: '1' },
        { type: 'MEMORY', value: '3' },
      ],
    }),
    /at least 4/,
  ],
  [
    'memory in words',
    definition({
      resourceRequirements: [
        { type: 'VCPU', value: '1' },
        { type: 'MEMORY', value: '1Gi' },
      ],
    }),
    /MEMORY must be a whole number/,
  ],
  [
    'an unknown resource',
    definition({ resourceRequirements: [{ type: 'DISK' as never, value: '1' }] }),
    /resourceRequirements.type must be one of/,
  ],
  [
    'a reserved variable',
    definition({ environment: [{ name: 'AWS_BATCH_JOB_ID', value: '1' }] }),
    /AWS_BATCH_JOB_ID/,
  ],
  ['a role that is none', definition({ jobRoleArn: 'arn:aws:s3:::x' }), /jobRoleArn must be/],
  [
    'a mount of an unknown volume',
    definition({ mountPoints: [{ sourceVolume: 'v', containerPath: '/v' }] }),
    /sourceVolume 'v'/,
  ],
  [
    'two volumes of one name',
    definition({ volumes: [{ name: 'v' }, { name: 'v' }] }),
    /two volumes/,
  ],
  [
    'a relative mount',
    definition({
      volumes: [{ name: 'v' }],
      mountPoints: [{ sourceVolume: 'v', containerPath: 'v' }],
    }),
    /absolute path/,
  ],
  [
    'secrets without a role that reads them',
    definition({ secrets: [{ name: 'A', valueFrom: '/a' }] }),
    /^When you are specifying container secrets, you must also specify a value for 'executionRoleArn'\.$/,
  ],
  [
    'secrets of a log driver without one',
    definition({
      logConfiguration: { logDriver: 'splunk', secretOptions: [{ name: 'A', valueFrom: '/a' }] },
    }),
    /^When you are specifying container secrets, you must also specify/,
  ],
  [
    'credentials of a registry without one',
    definition({ repositoryCredentials: { credentialsParameter: 'arn' } }),
    /^When you are specifying repository credentials, you must also specify a value for 'executionRoleArn'\.$/,
  ],
  [
    'a secret from what is no parameter',
    definition({ executionRoleArn: 'r', secrets: [{ name: 'A', valueFrom: 'a b' }] }),
    /^The Systems Manager parameter name specified for secret A is invalid\./,
  ],
  [
    'a secret from the ARN of something else',
    definition({ executionRoleArn: 'r', secrets: [{ name: 'A', valueFrom: 'arn:aws:s3:::a' }] }),
    /secrets: the valueFrom of A is not the ARN of a parameter or a secret/,
  ],
  [
    'a secret and a variable of one name',
    definition({
      executionRoleArn: 'r',
      environment: [{ name: 'A', value: 'x' }],
      secrets: [{ name: 'A', valueFrom: '/a' }],
    }),
    /^The secret name must be unique and not shared with any new or existing environment variables set on the container, such as 'A'\.$/,
  ],
  [
    'a secret of a reserved name',
    definition({
      executionRoleArn: 'r',
      secrets: [{ name: 'AWS_BATCH_X', valueFrom: '/a' }],
    }),
    /AWS_BATCH_X/,
  ],
  [
    'an option of awslogs that is a secret',
    definition({
      executionRoleArn: 'r',
      logConfiguration: { logDriver: 'awslogs', secretOptions: [{ name: 'A', valueFrom: '/a' }] },
    }),
    /awslogs has no option that is a secret/,
  ],
  [
    'a soft limit above the hard one',
    definition({ ulimits: [{ name: 'nofile', softLimit: 2, hardLimit: 1 }] }),
    /softLimit of nofile/,
  ],
  [
    'an unknown ulimit',
    definition({ ulimits: [{ name: 'files', softLimit: 1, hardLimit: 1 }] }),
    /'files' is not one of/,
  ],
  [
    'swappiness 101',
    definition({ linuxParameters: { maxSwap: 1, swappiness: 101 } }),
    /swappiness/,
  ],
  ['negative swap', definition({ linuxParameters: { maxSwap: -1 } }), /maxSwap/],
  [
    'no shared memory',
    definition({ linuxParameters: { sharedMemorySize: 0 } }),
    /sharedMemorySize/,
  ],
  [
    'an empty tmpfs',
    definition({ linuxParameters: { tmpfs: [{ containerPath: '/t', size: 0 }] } }),
    /tmpfs.size/,
  ],
  [
    'a mount that brings options',
    definition({
      volumes: [{ name: 'v' }],
      mountPoints: [{ sourceVolume: 'v', containerPath: '/x:rw,z' }],
    }),
    /containerPath must be an absolute path without colons/,
  ],
  [
    'a host path that brings another',
    definition({ volumes: [{ name: 'v', host: { sourcePath: '/scratch:/etc' } }] }),
    /sourcePath must be an absolute path without colons/,
  ],
  [
    'a host path with a NUL',
    definition({ volumes: [{ name: 'v', host: { sourcePath: '/a\0b' } }] }),
    /sourcePath must not hold the character NUL/,
  ],
  [
    'a device that brings permissions',
    definition({ linuxParameters: { devices: [{ hostPath: '/dev/null:rwm' }] } }),
    /hostPath must be an absolute path/,
  ],
  [
    'a tmpfs with a line break',
    definition({ linuxParameters: { tmpfs: [{ containerPath: '/t\n', size: 1 }] } }),
    /tmpfs.containerPath must be/,
  ],
  [
    'a mount option that brings others',
    definition({
      linuxParameters: {
        tmpfs: [{ containerPath: '/t', size: 1, mountOptions: ['mode=0777,exec,suid'] }],
      },
    }),
    /is not a mount option/,
  ],
  [
    'a mount option of two lines',
    definition({
      linuxParameters: { tmpfs: [{ containerPath: '/t', size: 1, mountOptions: ['ro\nsuid'] }] },
    }),
    /is not a mount option/,
  ],
  [
    'an unknown mount option',
    definition({
      linuxParameters: { tmpfs: [{ containerPath: '/t', size: 1, mountOptions: ['fast'] }] },
    }),
    /'fast'/,
  ],
  [
    'an unknown device permission',
    definition({
      linuxParameters: { devices: [{ hostPath: '/dev/x', permissions: ['OWN' as never] }] },
    }),
    /permissions must be one of/,
  ],
  [
    'an unknown log driver',
    definition({ logConfiguration: { logDriver: 'x' as never } }),
    /logDriver must be one of/,
  ],
  [
    'FireLens',
    definition({ logConfiguration: { logDriver: 'awsfirelens' } }),
    /awsfirelens needs a container with a firelensConfiguration beside it/,
  ],
  ['an instance type', definition({ instanceType: 'm5.large' }), /only for multi-node/],
  [
    'a public address on EC2',
    definition({ networkConfiguration: { assignPublicIp: 'ENABLED' } }),
    /only for jobs on Fargate/,
  ],
  ['eleven attempts', definition({}, { retryStrategy: { attempts: 11 } }), /attempts/],
  [
    'rules without attempts',
    definition({}, { retryStrategy: { evaluateOnExit: [{ action: 'EXIT' }] } }),
    /attempts must be specified/,
  ],
  [
    'six rules',
    definition(
      {},
      {
        retryStrategy: {
          attempts: 1,
          evaluateOnExit: Array.from({ length: 6 }, () => ({ action: 'EXIT' as const })),
        },
      },
    ),
    /evaluateOnExit/,
  ],
  [
    'an unknown action',
    definition(
      {},
      { retryStrategy: { attempts: 1, evaluateOnExit: [{ action: 'STOP' as never }] } },
    ),
    /action must be RETRY or EXIT/,
  ],
  [
    'an asterisk in the middle',
    definition(
      {},
      { retryStrategy: { attempts: 1, evaluateOnExit: [{ action: 'EXIT', onReason: 'a*b' }] } },
    ),
    /onReason/,
  ],
  [
    'an exit code in words',
    definition(
      {},
      { retryStrategy: { attempts: 1, evaluateOnExit: [{ action: 'EXIT', onExitCode: 'one' }] } },
    ),
    /onExitCode/,
  ],
  [
    'a timeout of 59 seconds',
    definition({}, { timeout: { attemptDurationSeconds: 59 } }),
    /at least 60/,
  ],
  ['priority 10000', definition({}, { schedulingPriority: 10_000 }), /schedulingPriority/],
  ['a tag without a key', definition({}, { tags: { '': 'x' } }), /tag key/],
  [
    'Fargate without an execution role',
    onFargate({ executionRoleArn: undefined }),
    /executionRoleArn must be provided/,
  ],
  [
    'Fargate in a size that it has not',
    onFargate({}, '0.25', '4096'),
    /no size of 0.25 vCPU with 4096 MiB/,
  ],
  ['Fargate with 3 vCPUs', onFargate({}, '3', '8192'), /no size of 3 vCPU/],
  [
    'Fargate with vcpus',
    onFargate({ vcpus: 1 }),
    /vcpus and memory are not supported on Fargate|both vcpus/,
  ],
  [
    'Fargate with a GPU',
    onFargate({ resourceRequirements: [{ type: 'GPU', value: '1' }] }),
    /GPUs are not available/,
  ],
  [
    'a privileged container on Fargate',
    onFargate({ privileged: true }),
    /privileged is not applicable/,
  ],
  [
    'ulimits on Fargate',
    onFargate({ ulimits: [{ name: 'core', softLimit: 0, hardLimit: 0 }] }),
    /ulimits is not applicable/,
  ],
  ['gelf on Fargate', onFargate({ logConfiguration: { logDriver: 'gelf' } }), /awslogs and splunk/],
  ['20 GiB of storage on Fargate', onFargate({ ephemeralStorage: { sizeInGiB: 20 } }), /sizeInGiB/],
];

for (const [title, input, message] of wrong) {
  test(`RegisterJobDefinition refuses ${title}`, async () => {
    await assert.rejects((await Rig.bare()).call(registerJobDefinition, input), {
      name: 'ClientException',
      status: 400,
      message,
    });
  });
}

test('variables without a value are dropped, and actions come back in lower case', async () => {
  const rig = await Rig.bare();
  const input = definition(
    {
      environment: [
        { name: 'A', value: '1' },
        { name: 'B', value: '' },
      ],
    },
    {
      retryStrategy: {
        attempts: 2,
        evaluateOnExit: [{ action: 'ReTry' as never, onExitCode: '1*' }],
      },
    },
  );
  await rig.call(registerJobDefinition, input);
  const [stored] =
    (await rig.call(describeJobDefinitions, { jobDefinitionName: 'd' })).jobDefinitions ?? [];
  assert.deepEqual(stored?.containerProperties?.environment, [{ name: 'A', value: '1' }]);
  assert.deepEqual(stored?.retryStrategy, {
    attempts: 2,
    evaluateOnExit: [{ action: 'retry', onExitCode: '1*' }],
  });
});

test('Nextstrain registers what it was described as', async () => {
  const rig = await Rig.bare();
  await rig.call(
    registerJobDefinition,
    definition(
      {},
      {
        parameters: { a: 'b' },
        tags: { team: 'blue' },
        retryStrategy: { attempts: 2, evaluateOnExit: [{ action: 'EXIT', onExitCode: '1' }] },
      },
    ),
  );
  const [described] =
    (await rig.call(describeJobDefinitions, { jobDefinitionName: 'd', status: 'ACTIVE' }))
      .jobDefinitions ?? [];
  assert.ok(described);
  const {
    jobDefinitionArn: _arn,
    revision,
    status,
    containerOrchestrationType,
    ...copy
  } = described;
  assert.deepEqual([revision, status, containerOrchestrationType], [1, 'ACTIVE', 'ECS']);
  const again = await rig.call(registerJobDefinition, copy as RegisterJobDefinitionCommandInput);
  assert.equal(again.revision, 2);
});

test('revisions count up for ever, and a deregistered one is INACTIVE and can be deregistered again', async () => {
  const rig = await Rig.bare();
  for (const revision of [1, 2])
    assert.equal((await rig.call(registerJobDefinition, definition())).revision, revision);
  await rig.call(deregisterJobDefinition, { jobDefinition: 'd:2' });
  await rig.call(deregisterJobDefinition, {
    jobDefinition: 'arn:aws:batch:eu-west-1:123456789012:job-definition/d:2',
  });
  assert.equal((await rig.call(registerJobDefinition, definition())).revision, 3);
  const statuses = async (input: Parameters<typeof describeJobDefinitions.handle>[1]) =>
    (await rig.call(describeJobDefinitions, input)).jobDefinitions?.map(
      (each) => `${each.revision} ${each.status}`,
    );
  assert.deepEqual(await statuses({ jobDefinitionName: 'd' }), [
    '1 ACTIVE',
    '2 INACTIVE',
    '3 ACTIVE',
  ]);
  assert.deepEqual(await statuses({ jobDefinitionName: 'd', status: 'ACTIVE' }), [
    '1 ACTIVE',
    '3 ACTIVE',
  ]);
  assert.deepEqual(await statuses({ jobDefinitions: ['d:2', 'none:1', 'd:1'] }), [
    '2 INACTIVE',
    '1 ACTIVE',
  ]);
  assert.deepEqual(await statuses({ jobDefinitions: ['d'], status: 'ACTIVE' }), [
    '1 ACTIVE',
    '3 ACTIVE',
  ]);
});

test('DeregisterJobDefinition refuses what has no revision and what never was', async () => {
  const rig = await Rig.bare();
  await rig.call(registerJobDefinition, definition());
  await assert.rejects(rig.call(deregisterJobDefinition, { jobDefinition: 'd' }), {
    status: 400,
    message: /has no revision/,
  });
  for (const jobDefinition of [
    'd:2',
    'd:0',
    'x:1',
    'arn:aws:batch:us-east-1:123456789012:job-definition/d:1',
  ]) {
    await assert.rejects(rig.call(deregisterJobDefinition, { jobDefinition }), {
      status: 404,
      message: /does not exist/,
    });
  }
});

test('definitions are described in pages', async () => {
  const rig = await Rig.bare();
  for (let count = 0; count < 3; count++) await rig.call(registerJobDefinition, definition());
  const first = await rig.call(describeJobDefinitions, { maxResults: 2 });
  assert.equal(first.jobDefinitions?.length, 2);
  const second = await rig.call(describeJobDefinitions, {
    maxResults: 2,
    nextToken: first.nextToken,
  });
  assert.deepEqual(
    second.jobDefinitions?.map((each) => each.revision),
    [3],
  );
  for (const wrongly of [
    { nextToken: 'malformed' },
    { maxResults: 101 },
    { status: 'active' },
    { jobDefinitions: ['d'], jobDefinitionName: 'd' },
  ]) {
    await assert.rejects(rig.call(describeJobDefinitions, wrongly), {
      name: 'ClientException',
      status: 400,
    });
  }
});
