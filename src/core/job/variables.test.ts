// The variables of AWS Batch and of ECS that only some containers get.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jobId } from '../../base/ids.ts';
import { batchVariables, platformVariables } from './variables.ts';

test('a pod learns of its node, and of ECS nothing', () => {
  const facts = {
    jobId: jobId('j:2'),
    attemptNumber: 1,
    queueName: 'q',
    computeEnvironmentName: 'ce',
    arraySize: 3,
  };
  const names = (uid?: string) =>
    batchVariables({ ...facts, kubernetesNodeUid: uid }).map(({ name, value }) => [name, value]);
  assert.deepEqual(names('u').at(-1), ['AWS_BATCH_JOB_KUBERNETES_NODE_UID', 'u']);
  assert.deepEqual(names().at(-1), ['AWS_BATCH_JOB_ARRAY_SIZE', '3']);
  const region = 'us-east-1';
  assert.deepEqual(platformVariables({ fargate: false, pod: true, region }), []);
  assert.deepEqual(platformVariables({ fargate: false, pod: false, region }), [
    { name: 'AWS_EXECUTION_ENV', value: 'AWS_ECS_EC2' },
  ]);
});
