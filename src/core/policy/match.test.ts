// Which actions and resources a statement speaks of, as a table: wildcards, case, and all-but.

import { describe } from 'node:test';
import { allow, decisions, deny, one, type Row } from '../../../test/house/decisions.ts';

const yes = 'allow';
const no = 'no identity';

/** A statement that allows the action, and what is asked. */
const action = (pattern: string | string[], asked: string, expected: string): Row => [
  `${JSON.stringify(pattern)} ${expected === yes ? 'is' : 'is not'} ${asked}`,
  one(allow(pattern)),
  { action: asked },
  expected,
];

describe('Action', () => {
  decisions([
    action('batch:SubmitJob', 'batch:SubmitJob', yes),
    action('batch:SubmitJob', 'batch:SubmitJobs', no),
    action('batch:SubmitJob', 'batch:CancelJob', no),
    action('BATCH:submitjob', 'batch:SubmitJob', yes),
    action('batch:submitJOB', 'Batch:SubmitJob', yes),
    action('*', 'batch:SubmitJob', yes),
    action('*:*', 'batch:SubmitJob', yes),
    action('batch:*', 'batch:SubmitJob', yes),
    action('batch:*', 'batchx:SubmitJob', no),
    action('BATCH:*', 'batch:SubmitJob', yes),
    action('batch:Submit*', 'batch:SubmitJob', yes),
    action('batch:submit*', 'batch:SubmitJob', yes),
    action('batch:*Job', 'batch:SubmitJob', yes),
    action('batch:*Job', 'batch:SubmitJobs', no),
    action('batch:*Job*', 'batch:DescribeJobQueues', yes),
    action('batch:S*t*b', 'batch:SubmitJob', yes),
    action('batch:Submit???', 'batch:SubmitJob', yes),
    action('batch:Submit??', 'batch:SubmitJob', no),
    action('batch:Submit????', 'batch:SubmitJob', no),
    action('batch:?*Job', 'batch:Job', no),
    action('batch:**', 'batch:SubmitJob', yes),
    action('*:SubmitJob', 'batch:SubmitJob', yes),
    action('batch:Submit.*', 'batch:SubmitJob', no),
    action('batch:[S]ubmitJob', 'batch:SubmitJob', no),
    action('ecs:*', 'batch:SubmitJob', no),
    action('batch: SubmitJob', 'batch:SubmitJob', no),
    action(['iam:GetUser', 'batch:SubmitJob'], 'batch:SubmitJob', yes),
    action(['iam:GetUser', 'batch:Submit*'], 'batch:SubmitJob', yes),
    action(['iam:GetUser', 'batch:Submit*'], 'iam:GetUser', yes),
    action(['iam:GetUser', 'batch:Submit*'], 'iam:GetUsers', no),
  ]);
});

const notAction = (NotAction: string | string[]): object => ({
  Effect: 'Allow',
  NotAction,
  Resource: '*',
});
const denyBut = (NotAction: string | string[]): object => ({
  Effect: 'Deny',
  NotAction,
  Resource: '*',
});

describe('NotAction', () => {
  decisions([
    ['allows all but one', one(notAction('iam:CreateUser')), { action: 'batch:SubmitJob' }, yes],
    ['does not allow the one', one(notAction('iam:CreateUser')), { action: 'iam:CreateUser' }, no],
    [
      'does not, in another case',
      one(notAction('IAM:createuser')),
      { action: 'iam:CreateUser' },
      no,
    ],
    ['allows all but a service', one(notAction('iam:*')), { action: 'batch:SubmitJob' }, yes],
    ['does not allow the service', one(notAction('iam:*')), { action: 'iam:CreateUser' }, no],
    ['allows all but two', one(notAction(['iam:*', 'sts:*'])), { action: 'sts:AssumeRole' }, no],
    ['of everything allows nothing', one(notAction('*')), { action: 'batch:SubmitJob' }, no],
    [
      'denies all but one',
      one(allow('*'), denyBut('batch:SubmitJob')),
      { action: 'batch:CancelJob' },
      'deny',
    ],
    [
      'does not deny the one',
      one(allow('*'), denyBut('batch:SubmitJob')),
      { action: 'batch:SubmitJob' },
      yes,
    ],
    [
      'does not allow what it does not deny',
      one(denyBut('batch:SubmitJob')),
      { action: 'batch:SubmitJob' },
      no,
    ],
    [
      'denies all but a service',
      one(allow('*'), denyBut('batch:*')),
      { action: 'iam:GetUser' },
      'deny',
    ],
    [
      'denies under a condition: without a second factor nothing but that',
      one(allow('*'), {
        ...denyBut(['iam:EnableMFADevice', 'sts:GetSessionToken']),
        Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
      }),
      { action: 'batch:SubmitJob' },
      'deny',
    ],
    [
      'denies under a condition that does not hold',
      one(allow('*'), {
        ...denyBut(['iam:EnableMFADevice', 'sts:GetSessionToken']),
        Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
      }),
      { action: 'batch:SubmitJob', context: { 'aws:MultiFactorAuthPresent': 'true' } },
      yes,
    ],
  ]);
});

const queue = 'arn:aws:batch:eu-west-1:111122223333:job-queue/blue';

const resource = (pattern: string | string[], asked: string, expected: string): Row => [
  `${JSON.stringify(pattern)} ${expected === yes ? 'is' : 'is not'} ${asked}`,
  one(allow('*', { Resource: pattern })),
  { action: 'batch:SubmitJob', resource: asked },
  expected,
];

describe('Resource', () => {
  decisions([
    resource(queue, queue, yes),
    resource('*', queue, yes),
    resource('*', '*', yes),
    resource(queue, '*', no),
    resource('arn:aws:batch:*:*:*', '*', no),
    resource('arn:aws:batch:*:*:job-queue/*', queue, yes),
    resource('arn:aws:batch:*:*:job-queue/*', queue.replace('queue', 'definition'), no),
    resource('arn:aws:batch:eu-west-1:111122223333:job-queue/b*', queue, yes),
    resource('arn:aws:batch:eu-west-1:111122223333:job-queue/B*', queue, no),
    resource('arn:aws:batch:eu-west-1:111122223333:job-queue/blue2', queue, no),
    resource('arn:aws:batch:eu-west-1:111122223333:job-queue/b?ue', queue, yes),
    resource('arn:aws:batch:eu-west-1:111122223333:job-queue/bl?', queue, no),
    resource('arn:aws:batch:eu-west-1:111122223333:job-queue/', queue, no),
    resource('arn:aws:batch:eu-west-2:111122223333:job-queue/blue', queue, no),
    resource('arn:aws:batch:eu-*:111122223333:job-queue/blue', queue, yes),
    resource('arn:aws:batch:eu-*-1:111122223333:job-queue/blue', queue, yes),
    resource('arn:aws:batch:us-*-1:111122223333:job-queue/blue', queue, no),
    resource('arn:aws:batch:eu-west-?:111122223333:job-queue/blue', queue, yes),
    resource('arn:aws:batch:eu-west-1:1111????3333:job-queue/blue', queue, yes),
    resource('arn:aws:batch:eu-west-1:222222222222:job-queue/blue', queue, no),
    resource('arn:aws:ecs:eu-west-1:111122223333:job-queue/blue', queue, no),
    resource('arn:aws-cn:batch:eu-west-1:111122223333:job-queue/blue', queue, no),
    resource('arn:*:batch:*:*:job-queue/blue', queue, yes),
    resource('arn:aws:batch:*', queue, yes),
    resource('arn:aws:batch', queue, yes),
    resource('arn:aws:ecs', queue, no),
    resource('arn:aws:batch:eu-west-1', queue, yes),
    resource('arn:aws:batch:*/blue', queue, no),
    resource('arn:aws:batch:*:*/blue', queue, yes),
    resource('arn:aws:batch:*:*:*/blue', queue, yes),
    resource('arn:aws:b*', queue, yes),
    resource('arn:aws:batch:*:job-queue/blue', queue, yes),
    resource(['arn:aws:ecs:*:*:*', queue], queue, yes),
    resource(['arn:aws:ecs:*:*:*', `${queue}2`], queue, no),
    resource(
      'arn:aws:batch:eu-west-1:111122223333:job-definition/JobDefA_*',
      'arn:aws:batch:eu-west-1:111122223333:job-definition/JobDefA_x:3',
      yes,
    ),
    resource(
      'arn:aws:batch:eu-west-1:111122223333:job-definition/a:*',
      'arn:aws:batch:eu-west-1:111122223333:job-definition/a:3',
      yes,
    ),
    resource(
      'arn:aws:batch:eu-west-1:111122223333:job-definition/a:?',
      'arn:aws:batch:eu-west-1:111122223333:job-definition/a:31',
      no,
    ),
    resource('arn:aws:s3:::bucket/*/test/*', 'arn:aws:s3:::bucket/1/2/test/3/object.jpg', yes),
    resource('arn:aws:s3:::bucket/*/test/*', 'arn:aws:s3:::bucket//test/object.jpg', yes),
    resource('arn:aws:s3:::bucket/*/test/*', 'arn:aws:s3:::bucket/1-test/object.jpg', no),
    resource('arn:aws:s3:::bucket/*/test/*', 'arn:aws:s3:::bucket/test/object.jpg', no),
    [
      'nothing is an ARN of 2,049 characters',
      one(allow('*')),
      { action: 'batch:CancelJob', resource: queue.padEnd(2_049, 'x') },
      no,
    ],
    [
      'one of 2,048 characters may be',
      one(allow('*')),
      { action: 'batch:CancelJob', resource: queue.padEnd(2_048, 'x') },
      yes,
    ],
    // A star within a segment stays there; one that ends it does not.
    resource(
      'arn:aws:logs:us-*-1:111122223333:log-group:x',
      'arn:aws:logs:us-east-2:111122223333:log-group:a-1:111122223333:log-group:x',
      no,
    ),
    resource(
      'arn:aws:logs:us-*:111122223333:log-group:x',
      'arn:aws:logs:us-east-2:111122223333:log-group:a:111122223333:log-group:x',
      yes,
    ),
    resource('arn:aws:logs:?:1:x', 'arn:aws:logs:::1:x', no),
    // What is still to be made has a star in its place, which stands for itself.
    resource('arn:aws:ec2:*:*:vpc/*', 'arn:aws:ec2:eu-west-1:111122223333:vpc/*', yes),
    resource('arn:aws:ec2:*:*:vpc/vpc-1', 'arn:aws:ec2:eu-west-1:111122223333:vpc/*', no),
  ]);
});

const others = (NotResource: string | string[], Effect = 'Allow'): object => ({
  Effect,
  Action: '*',
  NotResource,
});
const ask = { action: 'batch:SubmitJob', resource: queue };

describe('NotResource', () => {
  decisions([
    ['allows all but one', one(others(`${queue}2`)), ask, yes],
    ['does not allow the one', one(others(queue)), ask, no],
    ['does not allow those of a pattern', one(others('arn:aws:batch:*:*:job-queue/*')), ask, no],
    ['allows what is in none of two', one(others([`${queue}2`, 'arn:aws:ecs:*:*:*'])), ask, yes],
    ['does not allow what is in one of two', one(others([`${queue}2`, queue])), ask, no],
    ['of everything allows nothing', one(others('*')), ask, no],
    ['allows what is on no resource', one(others(queue)), { action: 'batch:DescribeJobs' }, yes],
    ['denies all but one', one(allow('*'), others(`${queue}2`, 'Deny')), ask, 'deny'],
    ['does not deny the one', one(allow('*'), others(queue, 'Deny')), ask, yes],
    [
      'denies what is on no resource as well',
      one(allow('*'), others(queue, 'Deny')),
      { action: 'batch:DescribeJobs' },
      'deny',
    ],
    [
      'with NotAction denies all other actions on all other resources',
      one(allow('*'), { Effect: 'Deny', NotAction: 'batch:*', NotResource: queue }),
      { action: 'iam:GetUser', resource: 'arn:aws:iam::111122223333:user/a' },
      'deny',
    ],
    [
      'with NotAction does not deny the action',
      one(allow('*'), { Effect: 'Deny', NotAction: 'batch:*', NotResource: queue }),
      { action: 'batch:CancelJob', resource: `${queue}2` },
      yes,
    ],
    [
      'with NotAction does not deny the resource',
      one(allow('*'), { Effect: 'Deny', NotAction: 'batch:*', NotResource: queue }),
      { action: 'iam:GetUser', resource: queue },
      yes,
    ],
    ['keeps a denial of the rest apart', one(others(`${queue}2`), deny('batch:Cancel*')), ask, yes],
  ]);
});
