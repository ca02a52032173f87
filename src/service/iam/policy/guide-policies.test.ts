// Every policy that the user guide of AWS Batch prints, does what its text says: no more, no less.
// A request that names several resources is allowed where it is for each of them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  decided,
  document,
  verdict,
  type Ask,
  type Given,
} from '../../../../test/house/decisions.ts';
import { managedPolicies } from './managed-policies.ts';
import type { Asker } from '../../../core/policy/principal.ts';

type Row = readonly [
  what: string,
  action: string,
  resources: readonly string[],
  context: NonNullable<Ask['context']>,
  isAllowed: boolean,
];

function outcomes(given: Given, rows: readonly Row[]): void {
  for (const [what, action, resources, context, isAllowed] of rows)
    it(`${isAllowed ? 'allows' : 'does not allow'} ${what}`, () => {
      const words = resources.map((resource) =>
        verdict(decided(given, { action, resource, context })),
      );
      assert.equal(
        words.every((word) => word === 'allow'),
        isAllowed,
        words.join(),
      );
    });
}

const account = '123456789012';
const region = 'us-east-1';
const batch = (path: string, of = account): string => `arn:aws:batch:${region}:${of}:${path}`;
const role = (name: string): string => `arn:aws:iam::${account}:role/${name}`;
const any = ['*'];

const allows = (Action: string[], Resource: string | string[], more: object = {}): object => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

describe('Read-Only Access', () => {
  const given: Given = {
    identity: { p: document(allows(['batch:Describe*', 'batch:List*'], '*')) },
  };
  outcomes(given, [
    ['DescribeJobs', 'batch:DescribeJobs', any, {}, true],
    ['DescribeJobQueues', 'batch:DescribeJobQueues', any, {}, true],
    ['DescribeComputeEnvironments', 'batch:DescribeComputeEnvironments', any, {}, true],
    ['ListJobs', 'batch:ListJobs', any, {}, true],
    ['ListTagsForResource', 'batch:ListTagsForResource', [batch('job-queue/q')], {}, true],
    ['SubmitJob', 'batch:SubmitJob', [batch('job-definition/d'), batch('job-queue/q')], {}, false],
    ['TerminateJob', 'batch:TerminateJob', [batch('job/1')], {}, false],
    ['CreateJobQueue', 'batch:CreateJobQueue', [batch('job-queue/q')], {}, false],
    ['what another service describes', 'ec2:DescribeInstances', any, {}, false],
  ]);
});

describe('Restricting to POSIX User, Docker Image, Privilege Level, and Role on Job Submission', () => {
  const image = `${account}.dkr.ecr.${region}.amazonaws.com/myImage`;
  const own = batch('job-definition/JobDefA_*');
  const given: Given = {
    identity: {
      p: document(
        allows(['batch:RegisterJobDefinition'], [own], {
          Condition: {
            StringEquals: { 'batch:User': ['nobody'], 'batch:Image': [image] },
            Bool: { 'batch:Privileged': 'false' },
          },
        }),
        allows(['batch:DeregisterJobDefinition'], [own]),
        allows(['iam:PassRole'], [role('MyBatchJobRole')], {
          Condition: { StringEquals: { 'iam:PassedToService': ['batch.amazonaws.com'] } },
        }),
      ),
    },
  };
  const good = { 'batch:User': 'nobody', 'batch:Image': image, 'batch:Privileged': 'false' };
  const to = (service: string) => ({ 'iam:PassedToService': service });
  const register = 'batch:RegisterJobDefinition';
  const mine = [batch('job-definition/JobDefA_x')];
  outcomes(given, [
    ['a definition of the prefix', register, mine, good, true],
    ['one whose name is the prefix', register, [batch('job-definition/JobDefA_')], good, true],
    ['one of another name', register, [batch('job-definition/JobDefB_x')], good, false],
    [
      'one whose prefix has another case',
      register,
      [batch('job-definition/jobDefA_x')],
      good,
      false,
    ],
    [
      'one of another account',
      register,
      [batch('job-definition/JobDefA_x', '999999999999')],
      good,
      false,
    ],
    ['another user', register, mine, { ...good, 'batch:User': 'root' }, false],
    ['the same user by number', register, mine, { ...good, 'batch:User': '65534' }, false],
    [
      'no user at all',
      register,
      mine,
      { 'batch:Image': image, 'batch:Privileged': 'false' },
      false,
    ],
    ['another image', register, mine, { ...good, 'batch:Image': `${image}2` }, false],
    ['a tag of the image', register, mine, { ...good, 'batch:Image': `${image}:latest` }, false],
    ['a privileged container', register, mine, { ...good, 'batch:Privileged': 'true' }, false],
    [
      'nodes of which one is privileged',
      register,
      mine,
      { ...good, 'batch:Privileged': ['false', 'true'] },
      false,
    ],
    [
      'nodes of which one has another image',
      register,
      mine,
      { ...good, 'batch:Image': [image, 'busybox'] },
      false,
    ],
    [
      'deregistration under the prefix',
      'batch:DeregisterJobDefinition',
      [batch('job-definition/JobDefA_x:1')],
      {},
      true,
    ],
    [
      'deregistration of another',
      'batch:DeregisterJobDefinition',
      [batch('job-definition/x:1')],
      {},
      false,
    ],
    [
      'the role for Batch',
      'iam:PassRole',
      [role('MyBatchJobRole')],
      to('batch.amazonaws.com'),
      true,
    ],
    [
      'the role for another service',
      'iam:PassRole',
      [role('MyBatchJobRole')],
      to('ec2.amazonaws.com'),
      false,
    ],
    ['the role for nobody known', 'iam:PassRole', [role('MyBatchJobRole')], {}, false],
    ['another role', 'iam:PassRole', [role('Admin')], to('batch.amazonaws.com'), false],
    ['SubmitJob', 'batch:SubmitJob', [...mine, batch('job-queue/q')], {}, false],
  ]);

  it('takes a user by number where the policy names both', () => {
    const both: Given = {
      identity: {
        p: document(
          allows(['batch:RegisterJobDefinition'], [own], {
            Condition: { StringEquals: { 'batch:User': ['nobody', '65534'] } },
          }),
        ),
      },
    };
    const ask = { action: register, resource: batch('job-definition/JobDefA_x') };
    for (const user of ['nobody', '65534'])
      assert.equal(verdict(decided(both, { ...ask, context: { 'batch:User': user } })), 'allow');
  });
});

const definitionOnly = allows(['batch:SubmitJob'], [batch('job-definition/JobDefA_*')]);

describe('Restrict to Job Definition Prefix on Job Submission', () => {
  const given: Given = {
    identity: {
      p: document(
        allows(['batch:SubmitJob'], [batch('job-definition/JobDefA_*'), batch('job-queue/*')]),
      ),
    },
  };
  outcomes(given, [
    [
      'the prefix, to any queue',
      'batch:SubmitJob',
      [batch('job-definition/JobDefA_x:1'), batch('job-queue/q')],
      {},
      true,
    ],
    [
      'the prefix without a revision',
      'batch:SubmitJob',
      [batch('job-definition/JobDefA_x'), batch('job-queue/p')],
      {},
      true,
    ],
    [
      'another definition',
      'batch:SubmitJob',
      [batch('job-definition/other:1'), batch('job-queue/q')],
      {},
      false,
    ],
    [
      'a definition of another account',
      'batch:SubmitJob',
      [batch('job-definition/JobDefA_x', '999999999999'), batch('job-queue/q')],
      {},
      false,
    ],
    ['another action', 'batch:CancelJob', [batch('job/1')], {}, false],
  ]);
});

describe('a policy for submission with but one of the two types of resource', () => {
  outcomes({ identity: { p: document(definitionOnly) } }, [
    [
      'the submission',
      'batch:SubmitJob',
      [batch('job-definition/JobDefA_x:1'), batch('job-queue/q')],
      {},
      false,
    ],
  ]);
  outcomes({ identity: { p: document(allows(['batch:SubmitJob'], [batch('job-queue/*')])) } }, [
    [
      'the submission by the queue alone',
      'batch:SubmitJob',
      [batch('job-definition/d:1'), batch('job-queue/q')],
      {},
      false,
    ],
  ]);
});

describe('Restrict to Job Queue', () => {
  const given: Given = {
    identity: {
      p: document(
        allows(['batch:SubmitJob'], [batch('job-definition/*'), batch('job-queue/queue1')]),
      ),
    },
  };
  outcomes(given, [
    [
      'any definition to the queue',
      'batch:SubmitJob',
      [batch('job-definition/d:7'), batch('job-queue/queue1')],
      {},
      true,
    ],
    [
      'another queue',
      'batch:SubmitJob',
      [batch('job-definition/d:7'), batch('job-queue/queue2')],
      {},
      false,
    ],
    [
      'a queue that begins alike',
      'batch:SubmitJob',
      [batch('job-definition/d:7'), batch('job-queue/queue10')],
      {},
      false,
    ],
  ]);
});

describe('an action without resource-level permissions', () => {
  outcomes({ identity: { p: document(allows(['batch:DescribeJobs'], batch('job/*'))) } }, [
    ['where a resource is named', 'batch:DescribeJobs', any, {}, false],
  ]);
  outcomes({ identity: { p: document(allows(['batch:DescribeJobs'], '*')) } }, [
    ['where the resource is a star', 'batch:DescribeJobs', any, {}, true],
  ]);
});

/** A policy of AWS's as the server has it. */
function managed(name: string): Given {
  const found = managedPolicies.find((policy) => policy.name === name);
  assert.ok(found, name);
  return { identity: { p: JSON.parse(found.versions[0]?.document ?? '') as object } as never };
}

describe('AWSBatchFullAccess', () => {
  outcomes(managed('AWSBatchFullAccess'), [
    ['all of Batch', 'batch:CreateComputeEnvironment', [batch('compute-environment/c')], {}, true],
    ['SubmitJob', 'batch:SubmitJob', [batch('job-definition/d'), batch('job-queue/q')], {}, true],
    ['DescribeSubnets', 'ec2:DescribeSubnets', any, {}, true],
    ['RunInstances', 'ec2:RunInstances', any, {}, false],
    ['ECS’s lists', 'ecs:ListClusters', any, {}, true],
    ['RunTask', 'ecs:RunTask', any, {}, false],
    ['reading logs', 'logs:GetLogEvents', ['arn:aws:logs:us-east-1:1:log-group:g'], {}, true],
    ['ListRoles', 'iam:ListRoles', any, {}, true],
    ['CreateRole', 'iam:CreateRole', [role('x')], {}, false],
    ['passing the service role', 'iam:PassRole', [role('AWSBatchServiceRole')], {}, true],
    ['passing the instance role', 'iam:PassRole', [role('ecsInstanceRole')], {}, true],
    ['passing a job role of the prefix', 'iam:PassRole', [role('AWSBatchJobRoleX')], {}, true],
    ['passing another role', 'iam:PassRole', [role('Admin')], {}, false],
    [
      'passing the service role of a path',
      'iam:PassRole',
      [role('service-role/AWSBatchServiceRole')],
      {},
      false,
    ],
  ]);
});

describe('AWSBatchServiceRole', () => {
  outcomes(managed('AWSBatchServiceRole'), [
    [
      'TerminateInstances',
      'ec2:TerminateInstances',
      ['arn:aws:ec2:us-east-1:1:instance/i-1'],
      {},
      true,
    ],
    ['RequestSpotFleet', 'ec2:RequestSpotFleet', any, {}, true],
    ['UpdateContainerAgent', 'ecs:UpdateContainerAgent', any, {}, true],
    ['PutLogEvents', 'logs:PutLogEvents', ['arn:aws:logs:us-east-1:1:log-group:g'], {}, true],
    ['PassRole', 'iam:PassRole', [role('any')], {}, true],
    ['SubmitJob', 'batch:SubmitJob', [batch('job-queue/q')], {}, false],
    ['CreateUser', 'iam:CreateUser', any, {}, false],
  ]);
});

describe('the role for CloudWatch Events', () => {
  outcomes({ identity: { p: document(allows(['batch:SubmitJob'], '*')) } }, [
    [
      'any submission',
      'batch:SubmitJob',
      [batch('job-definition/d:1'), batch('job-queue/q')],
      {},
      true,
    ],
    ['another action', 'batch:TerminateJob', [batch('job/1')], {}, false],
  ]);
});

describe('the trust policies', () => {
  const service = (name: string): Asker => ({ kind: 'service', names: [name] });
  const cases: readonly [trusted: string, sid: string | undefined][] = [
    ['batch.amazonaws.com', undefined],
    ['spotfleet.amazonaws.com', ''],
    ['events.amazonaws.com', ''],
  ];
  for (const [name, Sid] of cases)
    it(`let ${name} assume the role, and nobody else`, () => {
      const given: Given = {
        account,
        trust: document({
          Sid,
          Effect: 'Allow',
          Principal: { Service: name },
          Action: 'sts:AssumeRole',
        }),
      };
      const ask = (asker: Asker): string =>
        verdict(decided(given, { action: 'sts:AssumeRole', resource: role('r'), asker }));
      assert.equal(ask(service(name)), 'allow');
      assert.equal(ask(service('lambda.amazonaws.com')), 'no trust');
      assert.equal(
        ask({ kind: 'aws', account, arn: `arn:aws:iam::${account}:user/ann` }),
        'no trust',
      );
    });
});
