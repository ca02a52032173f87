// Definitions with a task of several containers, through RegisterJobDefinition: what is taken comes
// back as it was given, but for what AWS fills in, and what is refused is refused by name. The
// first are the user guide's own, and Terraform's.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  EcsTaskProperties,
  RegisterJobDefinitionCommandInput,
  TaskContainerProperties,
} from '@aws-sdk/client-batch';
import { comparable } from '../../../../test/house/batch-requests.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { describeJobDefinitions } from '../job-definition/describe-job-definitions.ts';
import { registerJobDefinition } from '../job-definition/register-job-definition.ts';

const sized = (vcpu: string, memory: string) => ({
  resourceRequirements: [
    { type: 'VCPU' as const, value: vcpu },
    { type: 'MEMORY' as const, value: memory },
  ],
});

const container = (
  name: string | undefined,
  more: Partial<TaskContainerProperties> = {},
): TaskContainerProperties => ({
  name,
  image: 'public.example/amazonlinux:latest',
  command: ['echo', 'hello world'],
  ...sized('2', '4096'),
  ...more,
});

const definition = (
  task: Partial<EcsTaskProperties>,
  more: Partial<RegisterJobDefinitionCommandInput> = {},
): RegisterJobDefinitionCommandInput => ({
  jobDefinitionName: 'd',
  type: 'container',
  ecsProperties: { taskProperties: [{ containers: [container('a')], ...task }] },
  ...more,
});

const containers = (...all: TaskContainerProperties[]): RegisterJobDefinitionCommandInput =>
  definition({ containers: all });

const execution = 'arn:aws:iam::123456789012:role/execution';
const onFargate = (
  task: Partial<EcsTaskProperties>,
  more: Partial<RegisterJobDefinitionCommandInput> = {},
): RegisterJobDefinitionCommandInput =>
  definition(
    { executionRoleArn: execution, ...task },
    { platformCapabilities: ['FARGATE'], ...more },
  );

const nodes = (...ranges: object[]): RegisterJobDefinitionCommandInput => ({
  jobDefinitionName: 'd',
  type: 'multinode',
  nodeProperties: { numNodes: 6, mainNode: 0, nodeRangeProperties: ranges as never },
});

const terraform = {
  containers: [
    {
      name: 'container_a',
      image: 'public.example/amazonlinux:1',
      command: ['sleep', '60'],
      dependsOn: [{ containerName: 'container_b', condition: 'COMPLETE' }],
      environment: [{ name: 'test', value: 'Environment Variable' }],
      essential: true,
      logConfiguration: {
        logDriver: 'awslogs' as const,
        options: {
          'awslogs-group': 'g',
          'awslogs-region': 'eu-west-1',
          'awslogs-stream-prefix': 'ecs',
        },
      },
      privileged: false,
      readonlyRootFilesystem: false,
      secrets: [{ name: 'TEST', valueFrom: 'DUMMY' }],
      ...sized('1.0', '2048'),
    },
    {
      name: 'container_b',
      image: 'public.example/amazonlinux:1',
      command: ['sleep', '360'],
      essential: false,
      ...sized('1.0', '2048'),
    },
  ],
};

const taken: [string, RegisterJobDefinitionCommandInput][] = [
  [
    'the guide’s job on EC2',
    containers(
      container('c1', { essential: false }),
      container('c2', { essential: false }),
      container('c3', {
        essential: true,
        firelensConfiguration: {
          type: 'fluentbit',
          options: { 'enable-ecs-log-metadata': 'true' },
        },
        ...sized('6', '12288'),
      }),
    ),
  ],
  [
    'the guide’s job on Fargate, of which the task has a size and its containers have none',
    onFargate({ containers: [container('c1'), container('c2', sized('6', '12288'))] }),
  ],
  ['Terraform’s job on Fargate', onFargate(terraform)],
  [
    'ten containers',
    containers(...Array.from({ length: 10 }, (_, index) => container(`c${index}`))),
  ],
  [
    'a task with all that it can have on EC2',
    definition({
      containers: [
        container('a', {
          dependsOn: [
            { containerName: 'b', condition: 'SUCCESS' },
            { containerName: 'c_-1', condition: 'START' },
          ],
          mountPoints: [{ sourceVolume: 'shared', containerPath: '/shared', readOnly: true }],
          startTimeout: 2,
          stopTimeout: 600,
          user: '1000:1000',
          ulimits: [{ name: 'nofile', softLimit: 1024, hardLimit: 1024 }],
          linuxParameters: { initProcessEnabled: true, sharedMemorySize: 64 },
        }),
        container('b', {
          essential: false,
          mountPoints: [{ sourceVolume: 'shared', containerPath: '/out' }],
        }),
        container('c_-1', { essential: false }),
      ],
      ipcMode: 'task',
      pidMode: 'host',
      taskRoleArn: 'arn:aws:iam::123456789012:role/task',
      executionRoleArn: execution,
      volumes: [{ name: 'shared' }, { name: 'of-host', host: { sourcePath: '/data' } }],
    }),
  ],
  ['pidMode task on Fargate', onFargate({ pidMode: 'task', ...terraform })],
  [
    'a log router and one whose output it takes, on Fargate',
    onFargate({
      containers: [
        container('router', {
          firelensConfiguration: {
            type: 'fluentd',
            options: { 'config-file-type': 'file', 'config-file-value': '/f' },
          },
        }),
        container('main', {
          logConfiguration: { logDriver: 'awsfirelens', options: { '@type': 'stdout' } },
          ...sized('6', '12288'),
        }),
      ],
    }),
  ],
  ['modes that say nothing', definition({ ipcMode: '', pidMode: '' })],
];

async function shownAfter(input: RegisterJobDefinitionCommandInput) {
  const rig = await Rig.bare();
  const { jobDefinitionArn } = await rig.call(registerJobDefinition, input);
  const { jobDefinitions } = await rig.call(describeJobDefinitions, {
    jobDefinitions: [jobDefinitionArn ?? ''],
  });
  return jobDefinitions?.[0];
}

/** What Terraform strips of a task before it compares. */
const comparableTask = (task: object | undefined): unknown =>
  comparable({ ...task, platformVersion: undefined });

describe('a definition with ecsProperties', () => {
  for (const [title, input] of taken)
    it(`is taken as ${title}, and comes back verbatim`, async () => {
      const shown = await shownAfter(input);
      const task = shown?.ecsProperties?.taskProperties?.[0];
      assert.equal(shown?.containerProperties, undefined);
      assert.deepEqual(
        comparableTask(task),
        comparableTask(input.ecsProperties?.taskProperties?.[0]),
      );
      const fargate = input.platformCapabilities?.includes('FARGATE');
      assert.equal(task?.platformVersion, fargate ? 'LATEST' : undefined);
      assert.ok(task?.volumes);
      for (const one of task?.containers ?? [])
        for (const member of [
          'command',
          'dependsOn',
          'environment',
          'mountPoints',
          'secrets',
          'ulimits',
        ] as const)
          assert.ok(Array.isArray(one[member]), member);
    });

  it('shows nothing of a container but what was said and empty lists, as AWS does', async () => {
    const shown = await shownAfter(containers(container('a')));
    assert.deepEqual(JSON.parse(JSON.stringify(shown?.ecsProperties?.taskProperties)), [
      {
        containers: [
          {
            ...container('a'),
            dependsOn: [],
            environment: [],
            mountPoints: [],
            secrets: [],
            ulimits: [],
          },
        ],
        volumes: [],
      },
    ]);
  });

  it('drops variables without a value, which AWS does not keep', async () => {
    const shown = await shownAfter(
      containers(
        container('a', {
          environment: [
            { name: 'A', value: '' },
            { name: 'B', value: 'b' },
          ],
        }),
      ),
    );
    assert.deepEqual(shown?.ecsProperties?.taskProperties?.[0]?.containers?.[0]?.environment, [
      { name: 'B', value: 'b' },
    ]);
  });

  it('is taken in some ranges of nodes, beside containers in others', async () => {
    const ecsProperties = {
      taskProperties: [{ containers: [container('x'), container('y', { essential: false })] }],
    };
    const one = { image: 'busybox', vcpus: 1, memory: 64 };
    const shown = await shownAfter(
      nodes(
        { targetNodes: '0:5', ecsProperties, instanceTypes: ['c5.large'] },
        { targetNodes: '2:3', container: one },
      ),
    );
    const [outer, inner] = shown?.nodeProperties?.nodeRangeProperties ?? [];
    assert.equal(outer?.container, undefined);
    assert.deepEqual(
      comparableTask(outer?.ecsProperties?.taskProperties?.[0]),
      comparableTask(ecsProperties.taskProperties[0]),
    );
    assert.equal(inner?.container?.image, 'busybox');
    assert.equal(inner?.ecsProperties, undefined);
  });
});

const asided = container('b', { essential: false });
const wrong: [string, RegisterJobDefinitionCommandInput, RegExp][] = [
  ['no task', definition({}, { ecsProperties: { taskProperties: [] } }), /1 to 1 entries/],
  [
    'two tasks',
    definition(
      {},
      {
        ecsProperties: {
          taskProperties: [{ containers: [container('a')] }, { containers: [container('a')] }],
        },
      },
    ),
    /ecsProperties\.taskProperties must have 1 to 1 entries; it has 2/,
  ],
  ['no container', containers(), /containers must have 1 to 10 entries; it has 0/],
  [
    'eleven containers',
    containers(...Array.from({ length: 11 }, (_, index) => container(`c${index}`))),
    /1 to 10 entries; it has 11/,
  ],
  [
    'a container without a name',
    containers(container('a'), container(undefined)),
    /containers\[1\]\.name must be provided/,
  ],
  ['a bad name', containers(container('a b')), /name must be 1 to 255 letters/],
  ['two of a name', containers(container('a'), container('a')), /two containers have the name a/],
  [
    'no image',
    containers(container('a', { image: '' })),
    /containers\[0\]\.image must be provided/,
  ],
  [
    'none that is essential',
    containers(container('a', { essential: false })),
    /at least one essential/,
  ],
  [
    'one that waits for the end of what is essential',
    containers(
      container('a', { dependsOn: [{ containerName: 'b', condition: 'SUCCESS' }] }),
      container('b'),
    ),
    /A dependency container with SUCCESS or COMPLETE condition cannot be an essential container/,
  ],
  [
    'one that waits for nobody',
    containers(container('a', { dependsOn: [{ containerName: 'x', condition: 'START' }] })),
    /Cannot depend on container \+ 'x' because it does not exist/,
  ],
  [
    'a circle',
    containers(container('a', { dependsOn: [{ containerName: 'b', condition: 'START' }] }), {
      ...asided,
      dependsOn: [{ containerName: 'a', condition: 'START' }],
    }),
    /cycle/,
  ],
  [
    'a condition that Batch does not have',
    containers(
      container('a', { dependsOn: [{ containerName: 'b', condition: 'HEALTHY' }] }),
      asided,
    ),
    /dependsOn\[0\]\.condition must be one of START, COMPLETE, SUCCESS/,
  ],
  [
    'a dependency without a condition',
    containers(container('a', { dependsOn: [{ containerName: 'b' }] }), asided),
    /condition must be provided/,
  ],
  [
    'a dependency without a name',
    containers(container('a', { dependsOn: [{ condition: 'START' }] })),
    /containerName must be provided/,
  ],
  [
    'a container that does not say what it needs',
    containers(container('a'), { ...asided, resourceRequirements: [] }),
    /Container b: .*vcpus must be given/,
  ],
  [
    'half a vCPU on EC2',
    containers(container('a', sized('0.5', '64'))),
    /value of VCPU must be a whole number/,
  ],
  ['a short startTimeout', containers(container('a', { startTimeout: 1 })), /startTimeout.*from 2/],
  ['a short stopTimeout', containers(container('a', { stopTimeout: 1 })), /stopTimeout.*from 2/],
  [
    'a long stopTimeout on Fargate',
    onFargate({ containers: [container('a', { ...sized('1', '2048'), stopTimeout: 121 })] }),
    /stopTimeout must be a whole number from 2 to 120; it is 121/,
  ],
  [
    'an ipcMode that there is not',
    definition({ ipcMode: 'x' }),
    /ipcMode must be one of host, task, none/,
  ],
  [
    'a pidMode that there is not',
    definition({ pidMode: 'none' }),
    /pidMode must be one of host, task/,
  ],
  ['a networkMode', definition({ networkMode: 'host' }), /networkMode is only for/],
  [
    'Fargate’s version on EC2',
    definition({ platformVersion: 'LATEST' }),
    /platformVersion is only for jobs on Fargate/,
  ],
  [
    'an ipcMode on Fargate',
    onFargate({ ...terraform, ipcMode: 'none' }),
    /ipcMode is not applicable to jobs on Fargate/,
  ],
  [
    'the host’s processes on Fargate',
    onFargate({ ...terraform, pidMode: 'host' }),
    /pidMode host is not applicable to jobs on Fargate/,
  ],
  [
    'a task that is no size of Fargate',
    onFargate({
      containers: [container('a', sized('1', '2048')), container('b', sized('2', '2048'))],
    }),
    /Fargate has no size of 3 vCPU/,
  ],
  [
    'a privileged container on Fargate',
    onFargate({ containers: [container('a', { ...sized('1', '2048'), privileged: true })] }),
    /privileged is not applicable/,
  ],
  [
    'no execution role on Fargate',
    onFargate({ ...terraform, executionRoleArn: undefined, taskRoleArn: undefined }),
    /executionRole/,
  ],
  [
    'secrets without an execution role',
    containers(container('a', { secrets: [{ name: 'S', valueFrom: 's' }] })),
    /you must also specify a value for 'executionRoleArn'/,
  ],
  ['a task role that is none', definition({ taskRoleArn: 'a b' }), /taskRoleArn must be the ARN/],
  [
    'a mount point of no volume',
    containers(container('a', { mountPoints: [{ sourceVolume: 'v', containerPath: '/v' }] })),
    /containers\[0\]\.mountPoints.*'v' is not one of the volumes/,
  ],
  [
    'two volumes of a name',
    definition({ volumes: [{ name: 'v' }, { name: 'v' }] }),
    /taskProperties\[0\]\.volumes: two volumes have the name v/,
  ],
  [
    'two log routers',
    containers(
      container('a', { firelensConfiguration: { type: 'fluentbit' } }),
      container('b', { firelensConfiguration: { type: 'fluentd' } }),
    ),
    /only one of them can have a firelensConfiguration/,
  ],
  [
    'a log router that there is not',
    containers(container('a', { firelensConfiguration: { type: 'x' as never } })),
    /firelensConfiguration\.type must be one of/,
  ],
  [
    'an option that log routers do not have',
    containers(container('a', { firelensConfiguration: { type: 'fluentd', options: { x: 'y' } } })),
    /x is no option of a log router/,
  ],
  [
    'a reserved variable',
    containers(container('a', { environment: [{ name: 'AWS_BATCH_X', value: '1' }] })),
    /containers\[0\].*AWS_BATCH/,
  ],
  ['NUL in a command', containers(container('a', { command: ['\0'] })), /NUL/],
  [
    'containerProperties as well',
    definition({}, { containerProperties: { image: 'busybox', vcpus: 1, memory: 64 } }),
    /either containerProperties or ecsProperties or eksProperties, and only one of them/,
  ],
  [
    'a multi-node job’s own',
    { ...definition({}), type: 'multinode' },
    /ecsProperties is only for a job definition of type container/,
  ],
  [
    'a range with a container as well',
    nodes({
      targetNodes: ':',
      container: { image: 'busybox', vcpus: 1, memory: 64 },
      ecsProperties: { taskProperties: [{ containers: [container('a')] }] },
    }),
    /nodeRangeProperties\[0\] must have either container or ecsProperties, not both/,
  ],
  [
    'a range with a wrong task',
    nodes({
      targetNodes: ':',
      ecsProperties: { taskProperties: [{ containers: [container('a', { essential: false })] }] },
    }),
    /at least one essential/,
  ],
];

describe('a definition is refused with', () => {
  for (const [title, input, message] of wrong)
    it(title, async () => {
      const rig = await Rig.bare();
      await assert.rejects(rig.call(registerJobDefinition, input), (error: Error) => {
        assert.equal(error.name, 'ClientException');
        assert.match(error.message, message);
        return true;
      });
    });
});
