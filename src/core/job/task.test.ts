// Tables for the containers of a task: which ones make a task, what overrides make of them, what
// they need together and what is remembered of each.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  EcsTaskProperties,
  TaskContainerOverrides,
  TaskContainerProperties,
} from '@aws-sdk/client-batch';
import fc from 'fast-check';
import { isRefusal, type Refusal } from '../../base/refusal.ts';
import {
  containerPropertiesOf,
  containerTermsOf,
  resolveTask,
  taskNeeds,
  taskRefusal,
} from './task.ts';

const container = (
  name: string,
  more: Partial<TaskContainerProperties> = {},
): TaskContainerProperties => ({
  name,
  image: 'busybox',
  resourceRequirements: [
    { type: 'VCPU', value: '1' },
    { type: 'MEMORY', value: '64' },
  ],
  ...more,
});

const task = (...containers: TaskContainerProperties[]): EcsTaskProperties => ({ containers });

const on = (containerName: string, condition = 'START') => ({
  dependsOn: [{ containerName, condition }],
});
const aside = { essential: false };

const routed = { logConfiguration: { logDriver: 'awsfirelens' as const } };
const router = { firelensConfiguration: { type: 'fluentbit' as const } };

const tasks: [string, EcsTaskProperties, RegExp | undefined][] = [
  ['one container', task(container('a')), undefined],
  ['none that is essential', task(container('a', aside)), /at least one essential container/],
  [
    'one that waits for another',
    task(container('a'), container('b', on('a')), container('c', on('b'))),
    undefined,
  ],
  [
    'one that waits for the end of what is not essential',
    task(container('a', aside), container('b', on('a', 'SUCCESS'))),
    undefined,
  ],
  [
    'one that waits for the end of what is essential',
    task(container('a'), container('b', on('a', 'COMPLETE'))),
    /^A dependency container with SUCCESS or COMPLETE condition cannot be an essential container$/,
  ],
  [
    'one that waits for the success of what is essential',
    task(container('a', { essential: true }), container('b', on('a', 'SUCCESS'))),
    /cannot be an essential container/,
  ],
  [
    'one that waits for nobody',
    task(container('a', on('x'))),
    /^Cannot depend on container \+ 'x' because it does not exist$/,
  ],
  [
    'one that waits for itself',
    task(container('a', on('a'))),
    /Container a cannot depend on itself/,
  ],
  [
    'two that wait for each other',
    task(container('a', on('b')), container('b', on('a')), container('c', on('a'))),
    /should not have a cycle: a, b, c/,
  ],
  [
    'one whose output has no router',
    task(container('a', routed)),
    /awsfirelens of container a needs a container with a firelensConfiguration/,
  ],
  [
    'a router and those whose output it takes',
    task(container('a', routed), container('r', router)),
    undefined,
  ],
  [
    'a router of its own output',
    task(container('a', routed), container('r', { ...router, ...routed })),
    /Container r cannot route its own output/,
  ],
  [
    'a router that waits for one whose output it takes',
    task(container('a', routed), container('r', { ...router, ...on('a') })),
    /cycle: a, r$/,
  ],
  [
    'a long circle beside what is in none',
    task(
      container('x'),
      container('a', on('b')),
      container('b', on('c')),
      container('c', { dependsOn: [...on('a').dependsOn, ...on('x').dependsOn] }),
    ),
    /cycle: a, b, c$/,
  ],
];

for (const [what, of, message] of tasks)
  test(`a task of ${what} is ${message === undefined ? 'one' : 'refused'}`, () => {
    const refused = taskRefusal(of);
    if (message === undefined) assert.equal(refused, undefined);
    else assert.match(refused?.message ?? '', message);
  });

test('whatever waits only for what stands before it is no circle, in whichever order it is told', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.nat(9), { maxLength: 3 }), { minLength: 1, maxLength: 10 }),
      fc.infiniteStream(fc.nat()),
      (waits, order) => {
        const made = waits.map((before, index) =>
          container(`c${index}`, {
            dependsOn: before
              .filter((one) => one < index)
              .map((one) => ({ containerName: `c${one}`, condition: 'START' })),
          }),
        );
        const shuffled = made
          .map((one) => [order.next().value, one] as const)
          .sort(([a], [b]) => Number(a) - Number(b))
          .map(([, one]) => one);
        assert.equal(taskRefusal(task(...shuffled)), undefined);
      },
    ),
  );
});

const defined = task(
  container('main', {
    command: ['run', 'Ref::what'],
    environment: [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ],
  }),
  container('side', { essential: false, command: ['watch'] }),
);

const resolved = (...containers: TaskContainerOverrides[]) => {
  const found = resolveTask(defined, { taskProperties: [{ containers }] }, { what: 'it' });
  assert.ok(!isRefusal(found));
  return found;
};

test('overrides change the container of their name, and no other', () => {
  const { task: made, overridesLength } = resolved({
    name: 'main',
    environment: [{ name: 'B', value: '3' }],
    resourceRequirements: [{ type: 'MEMORY', value: '128' }],
  });
  assert.deepEqual(made.containers, [
    container('main', {
      command: ['run', 'it'],
      environment: [
        { name: 'A', value: '1' },
        { name: 'B', value: '3' },
      ],
      resourceRequirements: [
        { type: 'VCPU', value: '1' },
        { type: 'MEMORY', value: '128' },
      ],
    }),
    container('side', { essential: false, command: ['watch'] }),
  ]);
  assert.ok(
    overridesLength > 50,
    'what is overridden counts, and the command with parameters in it',
  );
  assert.equal(
    defined.containers?.[0]?.command?.[1],
    'Ref::what',
    'the definition stays as it was',
  );
});

test('no override says nothing, and of an unknown container it is refused in ECS’s words', () => {
  assert.deepEqual(resolved().task.containers?.[1], defined.containers?.[1]);
  assert.deepEqual(resolveTask(task(container('a')), undefined, {}), {
    task: task(container('a')),
    overridesLength: 0,
  });
  for (const name of ['Main', 'x']) {
    const refused = resolveTask(defined, { taskProperties: [{ containers: [{ name }] }] }, {});
    assert.equal(
      (refused as Refusal).message,
      `Override for container named ${name} is not a container in the TaskDefinition.`,
    );
  }
});

test('a placeholder without a value is refused, of whichever container', () => {
  const refused = resolveTask(defined, undefined, {});
  assert.match((refused as Refusal).message, /No parameter found for reference what/);
});

test('a task needs what its containers need together', () => {
  const gpu = { type: 'GPU' as const, value: '1' };
  const half = { type: 'VCPU' as const, value: '0.5' };
  const memory = { type: 'MEMORY' as const, value: '100' };
  assert.deepEqual(
    taskNeeds(task(container('a'), container('b', { resourceRequirements: [half, memory, gpu] }))),
    { milliVcpu: 1500, memoryMib: 164, gpus: 1 },
  );
  const refused = taskNeeds(task(container('a'), container('b', { resourceRequirements: [half] })));
  assert.match((refused as Refusal).message, /^Container b: .*memory must be given/);
});

test('terms of containers name those they wait for by index, and where their output goes', () => {
  const needs = { milliVcpu: 1000, memoryMib: 64, gpus: 0 };
  const logConfiguration = {
    logDriver: 'awslogs' as const,
    options: { 'awslogs-group': '/mine', 'awslogs-stream-prefix': 'p' },
  };
  assert.deepEqual(
    containerTermsOf(
      task(
        container('main', { ...on('side', 'SUCCESS'), startTimeout: 5, stopTimeout: 6 }),
        container('side', { essential: false, logConfiguration }),
        container('quiet', { dependsOn: [], logConfiguration: { logDriver: 'syslog' } }),
      ),
      'd',
    ),
    [
      {
        name: 'main',
        needs,
        essential: true,
        dependsOn: [{ container: 1, condition: 'SUCCESS' }],
        log: { group: '/aws/batch/job', prefix: 'd' },
        startTimeoutSeconds: 5,
        stopTimeoutSeconds: 6,
      },
      {
        name: 'side',
        needs,
        essential: false,
        log: { group: '/mine', prefix: 'p', ofGivenGroup: true },
      },
      { name: 'quiet', needs, essential: true },
    ],
  );
});

test('who sends its output to the router waits until that runs', () => {
  const terms = containerTermsOf(
    task(container('r', router), container('a', { ...routed, ...on('b') }), container('b')),
    'd',
  );
  assert.ok(!isRefusal(terms));
  assert.deepEqual(
    terms.map(({ dependsOn, log }) => [dependsOn, log?.prefix]),
    [
      [undefined, 'd'],
      [
        [
          { container: 2, condition: 'START' },
          { container: 0, condition: 'START' },
        ],
        undefined,
      ],
      [undefined, 'd'],
    ],
  );
});

test('a container by itself has what stands at the task, and nothing of its place there', () => {
  const of: EcsTaskProperties = {
    containers: [
      container('a'),
      container('b', {
        ...on('a'),
        essential: false,
        startTimeout: 5,
        mountPoints: [{ sourceVolume: 'v', containerPath: '/v' }],
      }),
    ],
    taskRoleArn: 'role',
    executionRoleArn: 'execution',
    volumes: [{ name: 'v' }],
    platformVersion: '1.4.0',
    enableExecuteCommand: true,
    ipcMode: 'task',
  };
  assert.deepEqual(JSON.parse(JSON.stringify(containerPropertiesOf(of, 1))), {
    image: 'busybox',
    resourceRequirements: container('b').resourceRequirements,
    mountPoints: [{ sourceVolume: 'v', containerPath: '/v' }],
    jobRoleArn: 'role',
    executionRoleArn: 'execution',
    volumes: [{ name: 'v' }],
    enableExecuteCommand: true,
    fargatePlatformConfiguration: { platformVersion: '1.4.0' },
  });
});
