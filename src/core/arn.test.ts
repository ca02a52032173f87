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

test('an ARN names the partition of its region', () => {
  const ofRegion = (region: string) => arns.jobQueueArn(scopeOf('123456789012', region), 'q');
  assert.deepEqual(['eusc-de-east-1', 'us-isob-east-1', 'lab'].map(ofRegion), [
    'arn:aws-eusc:batch:eusc-de-east-1:123456789012:job-queue/q',
    'arn:aws-iso-b:batch:us-isob-east-1:123456789012:job-queue/q',
    'arn:aws:batch:lab:123456789012:job-queue/q',
  ]);
  for (const partition of ['aws', 'aws-cn', 'aws-us-gov', 'aws-iso-f', 'aws-eusc'])
    assert.match(`arn:${partition}:iam::123456789012:role/x`, arns.roleArnForm);
  for (const other of [
    'arn:aws-moon:iam::123456789012:role/x',
    'arn:aws:iam::123:role/x',
    'arn:aws:iam::123456789012:user/x',
  ])
    assert.doesNotMatch(other, arns.roleArnForm);
});

test('a role is an ARN, a name, a name with a path, or the service-linked one', () => {
  const linked =
    'arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch';
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
