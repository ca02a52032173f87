// The forms of ARNs, which clients split and match.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jobId, scopeOf } from '../base/ids.ts';
import * as arns from './arn.ts';

const scope = scopeOf('123456789012', 'eu-west-1');

test('every ARN has the form that AWS gives it', () => {
  assert.deepEqual(
    [
      arns.computeEnvironmentArn(scope, 'ce'),
      arns.jobQueueArn(scope, 'q'),
      arns.jobDefinitionArn(scope, 'd', 3),
      arns.jobArn(scope, jobId('a:1')),
      arns.clusterArn(scope, 'ce', 'uuid'),
      arns.taskArn(scope, 'cluster', 'attempt'),
      arns.containerInstanceArn(scope, 'cluster', 'host'),
    ],
    [
      'arn:aws:batch:eu-west-1:123456789012:compute-environment/ce',
      'arn:aws:batch:eu-west-1:123456789012:job-queue/q',
      'arn:aws:batch:eu-west-1:123456789012:job-definition/d:3',
      'arn:aws:batch:eu-west-1:123456789012:job/a:1',
      'arn:aws:ecs:eu-west-1:123456789012:cluster/ce_Batch_uuid',
      'arn:aws:ecs:eu-west-1:123456789012:task/cluster/attempt',
      'arn:aws:ecs:eu-west-1:123456789012:container-instance/cluster/host',
    ],
  );
});

test('a region belongs to a partition', () => {
  assert.deepEqual(['eu-west-1', 'cn-north-1', 'us-gov-west-1'].map(arns.partitionOf), ['aws', 'aws-cn', 'aws-us-gov']);
});

test('a role is an ARN, a name, a name with a path, or the service-linked one', () => {
  const linked = 'arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch';
  const cases: [string | undefined, string][] = [
    [undefined, linked],
    ['', linked],
    ['r', 'arn:aws:iam::123456789012:role/r'],
    ['/foo/bar', 'arn:aws:iam::123456789012:role/foo/bar'],
    ['arn:aws:iam::1:role/x', 'arn:aws:iam::1:role/x'],
  ];
  for (const [given, expected] of cases) assert.equal(arns.serviceRoleArn(scope, given), expected);
  assert.equal(arns.isServiceLinkedRole(linked), true);
  assert.equal(arns.isServiceLinkedRole('arn:aws:iam::1:role/x'), false);
});

test('the name is read out of an ARN', () => {
  assert.equal(arns.nameInArn('arn:aws:ecs:r:1:cluster/ce_Batch_uuid'), 'ce_Batch_uuid');
  assert.equal(arns.nameInArn('ce'), undefined);
});
