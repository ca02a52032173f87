// What the containers of a task are given so that one routes the output of others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EcsTaskProperties } from '@aws-sdk/client-batch';
import { attemptId, containerIdOf } from '../../base/ids.ts';
import { routingOf } from './log-routing.ts';

const attempt = attemptId('0123456789abcdef0123456789abcdef');
const facts = () => ({ cluster: 'c', taskArn: 'arn', taskDefinition: 'd:1' });
const secretOptions = [{ name: 'key', valueFrom: '/k' }];
const task = (type: 'fluentbit' | 'fluentd'): EcsTaskProperties => ({
  containers: [
    {
      name: 'app',
      image: 'i',
      logConfiguration: {
        logDriver: 'awsfirelens',
        options: { Name: 'x', 'log-driver-buffer-limit': '5' },
        secretOptions,
      },
    },
    { name: 'plain', image: 'i' },
    { name: 'router', image: 'i', firelensConfiguration: { type } },
  ],
});
const routing = (index: number, type: 'fluentbit' | 'fluentd' = 'fluentbit') =>
  routingOf(task(type).containers?.[index] ?? {}, task(type), index, attempt, facts);

test('what is routed is led to the router, which has its secrets', () => {
  const app = routing(0);
  assert.deepEqual(app.spec, {
    routedTo: {
      containerId: containerIdOf(attempt, 2),
      socketName: 'fluent.sock',
      tag: `app-firelens-${attempt}`,
      bufferLimit: '5',
    },
  });
  assert.deepEqual(app.container.logConfiguration, { logDriver: 'awsfirelens' });
  const router = routing(2);
  assert.deepEqual(router.container.secrets, [{ name: 'key_0', valueFrom: '/k' }]);
  assert.deepEqual(router.container.environment, []);
  assert.match(router.spec.logRouter?.file.text ?? '', /key \$\{key_0\}/);
});

test('Fluentd stays root, to listen where Docker writes', () => {
  assert.deepEqual(routing(2, 'fluentd').container.environment, [
    { name: 'FLUENT_UID', value: '0' },
  ]);
});

test('all others are as they were', () => {
  assert.deepEqual(routing(1).spec, {});
  const alone = { image: 'i' };
  assert.deepEqual(routingOf(alone, undefined, 0, attempt, facts), { spec: {}, container: alone });
});
