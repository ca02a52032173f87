// What makes an INVALID environment VALID again, for each problem that there is. Pure.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, scopeOf } from '../../base/ids.ts';
import type { ComputeEnvironment } from './compute-environment.ts';
import { cureOf } from './cure.ts';
import { clusterProblem } from './eks.ts';
import { absentProblem, nothingKnown, problemOf } from './references.ts';

const linked =
  'arn:aws:iam::000000000000:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch';
const environment = (over: Partial<ComputeEnvironment>): ComputeEnvironment => ({
  arn: arn('ce'),
  scope: scopeOf('000000000000', 'us-east-1'),
  name: 'ce',
  uuid: 'u',
  type: 'MANAGED',
  state: 'ENABLED',
  status: 'INVALID',
  serviceRole: linked,
  revision: 1,
  ecsClusterArn: '',
  createdAtMs: 0,
  computeResources: {
    type: 'EC2',
    allocationStrategy: 'BEST_FIT_PROGRESSIVE',
    maxvCpus: 1,
    subnets: ['subnet-1'],
    securityGroupIds: ['sg-1'],
    instanceRole: 'profile',
    ec2KeyPair: 'key',
  },
  ...over,
});
const update = 'aws batch update-compute-environment --compute-environment ce';

test('a service role: another one, or this one made', () => {
  const role = 'arn:aws:iam::000000000000:role/batch/mine';
  const strict = {
    ...nothingKnown,
    all: {
      serviceRoles: [],
      spotFleetRoles: [],
      instanceProfiles: [],
      securityGroups: [],
      keyPairs: [],
      placementGroups: [],
    },
  };
  const broken = environment({ serviceRole: role });
  assert.deepEqual(
    cureOf({ ...broken, problem: problemOf(role, broken.computeResources, strict, 'u') }),
    [
      `name a service role that AWS Batch may assume, in place of ${role}: ${update} --service-role ROLE`,
      `or create role mine so that batch.amazonaws.com may assume it (aws iam create-role), and have it looked at again: ${update} --state ENABLED`,
    ],
  );
  const malformed = environment({ serviceRole: 'arn:aws:iam::1:role/x' });
  assert.equal(
    cureOf({
      ...malformed,
      problem: problemOf(malformed.serviceRole, undefined, nothingKnown, 'u'),
    }).length,
    1,
    'no role can be made of that name',
  );
});

test('a Spot Fleet role that is none: the environment anew', () => {
  const computeResources = {
    type: 'SPOT',
    maxvCpus: 1,
    subnets: [],
    spotIamFleetRole: 'arn:aws:iam::1:role/x',
  } as const;
  assert.deepEqual(
    cureOf(
      environment({
        computeResources: { ...computeResources, subnets: [] },
        problem: problemOf(linked, { ...computeResources, subnets: [] }, nothingKnown, 'u'),
      }),
    ),
    [
      'make compute environment ce anew with another spotIamFleetRole than arn:aws:iam::1:role/x: no update can change it',
    ],
  );
});

test('what is not there: the member that names it, where an update can change it', () => {
  const cases: [string, string, string][] = [
    ['subnet ID', 'subnet-1', 'subnets'],
    ['security group', 'sg-1', 'securityGroupIds'],
    ['instance profile', 'profile', 'instanceRole'],
    ['key pair', 'key', 'ec2KeyPair'],
  ];
  for (const [what, name, member] of cases) {
    const problem = absentProblem(what, name);
    assert.deepEqual(cureOf(environment({ problem })), [
      `name another ${what} than ${name}: ${update} --compute-resources ${member}=NAME`,
      `or create ${name}, and have it looked at again: ${update} --state ENABLED`,
    ]);
    assert.match(
      cureOf(
        environment({
          problem,
          computeResources: {
            ...environment({}).computeResources,
            type: 'EC2',
            maxvCpus: 1,
            subnets: ['subnet-1'],
            allocationStrategy: 'BEST_FIT',
          },
        }),
      )[0] ?? '',
      /^make compute environment ce anew with another .*: no update can change it, for its allocation strategy is BEST_FIT$|^name another|^update/,
    );
  }
});

test('anything else: what it says, and one that was to be deleted', () => {
  assert.deepEqual(
    cureOf(environment({ problem: 'CLIENT_ERROR - x', statusReason: 'CLIENT_ERROR - x' })),
    [
      'update compute environment ce: CLIENT_ERROR - x',
      `when what it names is there, have it looked at again: ${update} --state ENABLED`,
    ],
  );
  assert.deepEqual(
    cureOf(environment({ statusReason: 'CLIENT_ERROR - The Cluster cannot be deleted' })),
    [
      `keep compute environment ce: ${update} --state ENABLED`,
      'or end what uses it, and delete it again',
    ],
  );
});

test('a cluster that the server was not told of', () => {
  const clusterArn = 'arn:aws:eks:us-east-1:000000000000:cluster/lab';
  const problem = clusterProblem(clusterArn, ['other']);
  const eks = { eksClusterArn: clusterArn, kubernetesNamespace: 'batch' };
  const cures = [{ eks }, { capacity: { clusterArn } }].map((on) =>
    cureOf(environment({ ...on, problem })),
  );
  assert.deepEqual(cures[0], cures[1]);
  assert.deepEqual(cures[0], [
    `start the server with --cluster ${clusterArn}=CONTEXT, a context of the kubeconfig, and have the environment looked at again: ${update} --state ENABLED`,
  ]);
});
