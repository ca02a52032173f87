// What a router is told of the containers whose output it routes, and which tasks cannot have one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EcsTaskProperties, TaskContainerProperties } from '@aws-sdk/client-batch';
import { containerTermsOf } from './task.ts';
import { firelensRefusal, routerFile, routerSecrets } from './firelens.ts';

const facts = {
  cluster: 'c',
  taskArn: 'arn:aws:ecs:eu-west-1:123456789012:task/c/t',
  taskDefinition: 'd:1',
  instanceId: 'i-1',
};
const resourceRequirements = [
  { type: 'VCPU' as const, value: '1' },
  { type: 'MEMORY' as const, value: '64' },
];
const app = (
  options: Record<string, string> | undefined,
  more: Partial<TaskContainerProperties> = {},
): TaskContainerProperties => ({
  name: 'app',
  image: 'i',
  resourceRequirements,
  logConfiguration: { logDriver: 'awsfirelens', options },
  ...more,
});
const task = (
  type: 'fluentbit' | 'fluentd',
  options: Record<string, string> | undefined,
  ...containers: TaskContainerProperties[]
): EcsTaskProperties => ({
  containers: [
    ...containers,
    {
      name: 'router',
      image: 'i',
      essential: false,
      resourceRequirements,
      firelensConfiguration: { type, options },
    },
  ],
});
const routed = {
  'include-pattern': 'a',
  'exclude-pattern': 'b',
  region: 'eu-west-1',
  'log-driver-buffer-limit': '100',
};
const secretOptions = [{ name: 'key', valueFrom: '/k' }];

test('Fluent Bit is told of input, filters, metadata, a file of the image and outputs', () => {
  const options = { Name: 'firehose', ...routed };
  const given = task(
    'fluentbit',
    { 'config-file-type': 'file', 'config-file-value': '/extra.conf' },
    app(options, { logConfiguration: { logDriver: 'awsfirelens', options, secretOptions } }),
  );
  assert.deepEqual(routerFile(given, facts), {
    path: '/fluent-bit/etc/fluent-bit.conf',
    text: `[INPUT]
    Name forward
    unix_path /var/run/fluent.sock

[FILTER]
    Name grep
    Match app-firelens*
    Regex log a

[FILTER]
    Name grep
    Match app-firelens*
    Exclude log b

[FILTER]
    Name record_modifier
    Match *
    Record ec2_instance_id i-1
    Record ecs_cluster c
    Record ecs_task_arn arn:aws:ecs:eu-west-1:123456789012:task/c/t
    Record ecs_task_definition d:1

@INCLUDE /extra.conf

[OUTPUT]
    Name firehose
    Match app-firelens*
    key \${key_0}
    region eu-west-1
`,
  });
  assert.deepEqual(routerSecrets(given), [{ name: 'key_0', valueFrom: '/k' }]);
});

test('Fluentd is told the same in its own words', () => {
  const options = { '@type': 'kinesis_firehose', ...routed };
  const given = task(
    'fluentd',
    { 'enable-ecs-log-metadata': 'false' },
    app(options, { logConfiguration: { logDriver: 'awsfirelens', options, secretOptions } }),
  );
  assert.deepEqual(routerFile(given, facts), {
    path: '/fluentd/etc/fluent.conf',
    text: `<source>
    @type unix
    path /var/run/fluent.sock
</source>

<filter app-firelens**>
    @type grep
    <regexp>
        key log
        pattern a
    </regexp>
</filter>

<filter app-firelens**>
    @type grep
    <exclude>
        key log
        pattern b
    </exclude>
</filter>

<match app-firelens**>
    @type kinesis_firehose
    key "#{ENV['key_0']}"
    region eu-west-1
</match>
`,
  });
});

test('without options the file of the image says where output goes', () => {
  const { text } = routerFile(task('fluentbit', undefined, app(undefined)), facts);
  assert.doesNotMatch(text, /OUTPUT/);
  assert.match(text, /Record ecs_task_definition d:1/);
});

test('what is routed waits for its router', () => {
  const terms = containerTermsOf(task('fluentbit', undefined, app({ Name: 'null' })), 'd');
  assert.ok(Array.isArray(terms));
  assert.deepEqual(terms[0].dependsOn, [{ container: 1, condition: 'START' }]);
  assert.equal(terms[0].log, undefined);
});

test('a task that cannot be routed so is refused', () => {
  const cases: [EcsTaskProperties, RegExp | undefined][] = [
    [task('fluentbit', undefined, app({ Name: 'null' })), undefined],
    [task('fluentbit', undefined, app(undefined)), undefined],
    [task('fluentbit', undefined, app({ 'log-driver-buffer-limit': '5' })), undefined],
    [task('fluentbit', undefined, app({ '@type': 'null' })), /missing output option Name/],
    [task('fluentd', undefined, app({ Name: 'null' })), /missing output option @type/],
    [task('fluentbit', undefined, app({ Name: 'null\n[OUTPUT]' })), /is not one line/],
    [
      task('fluentbit', { 'config-file-type': 's3', 'config-file-value': 'arn:x' }),
      /config-file-type s3 is not supported/,
    ],
    [task('fluentbit', { 'config-file-type': 'file' }), /must be given together/],
    [
      task('fluentbit', { 'config-file-type': 'file', 'config-file-value': 'a\nb' }),
      /is not one line/,
    ],
    [
      task(
        'fluentbit',
        undefined,
        app({ Name: 'x' }, { firelensConfiguration: { type: 'fluentd' } }),
      ),
      /cannot route its own output/,
    ],
  ];
  for (const [given, expected] of cases) {
    const found = firelensRefusal(given);
    if (expected === undefined) assert.equal(found, undefined);
    else assert.match(found?.message ?? '', expected, JSON.stringify(given));
  }
});
