// What simulations answer of policies that somebody has, and of policies that nobody has.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account } from '../../../../test/house/caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { createGroup } from '../group/create-group.ts';
import { addUserToGroup } from '../group/add-user-to-group.ts';
import { putGroupPolicy } from '../group/put-group-policy.ts';
import { createUser } from '../user/create-user.ts';
import { putUserPermissionsBoundary } from '../user/put-user-permissions-boundary.ts';
import { putUserPolicy } from '../user/put-user-policy.ts';
import { getContextKeysForCustomPolicy } from './get-context-keys-for-custom-policy.ts';
import { getContextKeysForPrincipalPolicy } from './get-context-keys-for-principal-policy.ts';
import { simulateCustomPolicy } from './simulate-custom-policy.ts';
import { simulatePrincipalPolicy } from './simulate-principal-policy.ts';

const document = (...statements: object[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((one) => ({ Effect: 'Allow', Resource: '*', ...one })),
  });
const annArn = `arn:aws:iam::${account}:user/ann`;

/** Ann may submit to queue `q`, and by her group list what is there, but nothing that is secret. */
async function ann(): Promise<Rig> {
  const rig = await Rig.bare();
  await rig.call(createUser, { UserName: 'ann' });
  await rig.call(createGroup, { GroupName: 'crew' });
  await rig.call(addUserToGroup, { GroupName: 'crew', UserName: 'ann' });
  await rig.call(putUserPolicy, {
    UserName: 'ann',
    PolicyName: 'submits',
    PolicyDocument: document({
      Action: 'batch:SubmitJob',
      Resource: 'arn:aws:batch:*:*:job-queue/q',
      Condition: { StringEquals: { 'batch:ShareIdentifier': '${aws:username}' } },
    }),
  });
  await rig.call(putGroupPolicy, {
    GroupName: 'crew',
    PolicyName: 'lists',
    PolicyDocument: document(
      { Action: 'batch:List*' },
      { Effect: 'Deny', Action: 'batch:ListTags*' },
    ),
  });
  return rig;
}

const queue = 'arn:aws:batch:eu-west-1:123456789012:job-queue/q';

test('what somebody may do follows from all policies that they have', async () => {
  const rig = await ann();
  const { EvaluationResults: results = [] } = await rig.call(simulatePrincipalPolicy, {
    PolicySourceArn: annArn,
    ActionNames: [
      'batch:SubmitJob',
      'batch:ListJobs',
      'batch:ListTagsForResource',
      'iam:CreateUser',
    ],
    ResourceArns: [queue],
    ContextEntries: [
      {
        ContextKeyName: 'batch:ShareIdentifier',
        ContextKeyType: 'string',
        ContextKeyValues: ['ann'],
      },
    ],
  });
  assert.deepEqual(
    results.map((one) => [
      one.EvalDecision,
      one.MatchedStatements?.map(({ SourcePolicyId }) => SourcePolicyId),
    ]),
    [
      ['allowed', ['submits']],
      ['allowed', ['lists']],
      ['explicitDeny', ['lists']],
      ['implicitDeny', []],
    ],
  );
});

test('what a request would say is missing until it is said', async () => {
  const rig = await ann();
  const asked = {
    PolicySourceArn: annArn,
    ActionNames: ['batch:SubmitJob'],
    ResourceArns: [queue],
  };
  const { EvaluationResults: [result] = [] } = await rig.call(simulatePrincipalPolicy, asked);
  assert.equal(result?.EvalDecision, 'implicitDeny');
  assert.deepEqual(result.MissingContextValues, ['batch:shareidentifier']);
  const { ContextKeyNames } = await rig.call(getContextKeysForPrincipalPolicy, {
    PolicySourceArn: annArn,
  });
  assert.deepEqual(ContextKeyNames, ['aws:username', 'batch:ShareIdentifier']);
});

test('a boundary bounds, and more policies may be tried beside', async () => {
  const rig = await ann();
  await rig.call(putUserPermissionsBoundary, {
    UserName: 'ann',
    PermissionsBoundary: 'arn:aws:iam::aws:policy/AWSBatchFullAccess',
  });
  const { EvaluationResults: results = [] } = await rig.call(simulatePrincipalPolicy, {
    PolicySourceArn: annArn,
    PolicyInputList: [document({ Action: '*' })],
    ActionNames: ['batch:DeleteJobQueue', 'iam:CreateUser'],
  });
  assert.deepEqual(
    results.map((one) => [
      one.EvalDecision,
      one.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary,
    ]),
    [
      ['allowed', true],
      ['implicitDeny', false],
    ],
  );
});

test('policies that nobody has are tried in pages', async () => {
  const rig = await Rig.bare();
  const input = {
    PolicyInputList: [document({ Action: 'batch:*', Resource: queue })],
    ActionNames: ['batch:SubmitJob', 'batch:ListJobs'],
    ResourceArns: [queue, `${queue}2`],
    MaxItems: 3,
  };
  const first = await rig.call(simulateCustomPolicy, input);
  assert.equal(first.IsTruncated, true);
  const second = await rig.call(simulateCustomPolicy, { ...input, Marker: first.Marker });
  assert.deepEqual(
    [...(first.EvaluationResults ?? []), ...(second.EvaluationResults ?? [])].map((one) => [
      one.EvalActionName,
      one.EvalResourceName,
      one.EvalDecision,
    ]),
    [
      ['batch:SubmitJob', queue, 'allowed'],
      ['batch:SubmitJob', `${queue}2`, 'implicitDeny'],
      ['batch:ListJobs', queue, 'allowed'],
      ['batch:ListJobs', `${queue}2`, 'implicitDeny'],
    ],
  );
  const { ContextKeyNames } = await rig.call(getContextKeysForCustomPolicy, {
    PolicyInputList: [
      document({ Action: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
    ],
  });
  assert.deepEqual(ContextKeyNames, ['aws:SecureTransport']);
});

const wrong: [string, Parameters<typeof simulatePrincipalPolicy.handle>[1], RegExp][] = [
  ['nobody', { PolicySourceArn: annArn.replace('ann', 'bob'), ActionNames: [] }, /bob/],
  ['what is nobody', { PolicySourceArn: queue, ActionNames: [] }, /Invalid Entity Arn/],
  [
    'an action that is none',
    { PolicySourceArn: annArn, ActionNames: ['*'] },
    /Invalid Action Name/,
  ],
  [
    'a resource’s policy',
    { PolicySourceArn: annArn, ActionNames: [], ResourcePolicy: '{}' },
    /ResourcePolicy is not supported/,
  ],
  [
    'two boundaries',
    {
      PolicySourceArn: annArn,
      ActionNames: [],
      PermissionsBoundaryPolicyInputList: [document({ Action: '*' }), document({ Action: '*' })],
    },
    /may have one policy/,
  ],
  [
    'what is no policy',
    { PolicySourceArn: annArn, ActionNames: [], PolicyInputList: ['{}'] },
    /policy/i,
  ],
];
for (const [what, input, message] of wrong)
  test(`a simulation refuses ${what}`, async () => {
    const rig = await ann();
    await assert.rejects(rig.call(simulatePrincipalPolicy, input), message);
  });

test('what is asked is made up a page at a time, however much it is', async () => {
  const rig = await Rig.bare();
  const from = performance.now();
  const answer = await rig.call(simulateCustomPolicy, {
    PolicyInputList: [document({ Action: 'batch:*' })],
    ActionNames: Array.from({ length: 4_000 }, (_none, at) => `batch:A${at}`),
    ResourceArns: Array.from({ length: 4_000 }, (_none, at) => `${queue}${at}`),
    MaxItems: 3,
  });
  assert.deepEqual(
    answer.EvaluationResults?.map((one) => [one.EvalActionName, one.EvalResourceName]),
    [0, 1, 2].map((at) => ['batch:A0', `${queue}${at}`]),
  );
  assert.equal(answer.IsTruncated, true);
  assert.ok(performance.now() - from < 1_000, 'not all of sixteen million');
});

test('a page ends early where its policies or its answers are long', async () => {
  const rig = await Rig.bare();
  const keys = Object.fromEntries(
    Array.from({ length: 4_000 }, (_none, at) => [`aws:RequestTag/${at}`, 'v']),
  );
  const simulate = (Marker?: string) =>
    rig.call(simulateCustomPolicy, {
      PolicyInputList: [document({ Action: '*', Condition: { StringEquals: keys } })],
      ActionNames: Array.from({ length: 500 }, (_none, at) => `batch:A${at}`),
      Marker,
      MaxItems: 1_000,
    });
  const first = await simulate();
  assert.ok(JSON.stringify(first).length < 3_000_000);
  const { EvaluationResults: shown = [] } = first;
  assert.equal(first.IsTruncated, true);
  assert.equal(shown[0]?.MissingContextValues?.length, 4_000);
  const next = await simulate(first.Marker);
  assert.equal(next.EvaluationResults?.[0]?.EvalActionName, `batch:A${shown.length}`);
});

test('policies that are given have a length that they may have together', async () => {
  const rig = await Rig.bare();
  const long = document({ Action: '*', Resource: `arn:aws:batch:::${'a'.repeat(100_000)}` });
  await assert.rejects(
    rig.call(simulateCustomPolicy, {
      PolicyInputList: [long, long],
      ActionNames: ['batch:SubmitJob'],
    }),
    { name: 'InvalidInput' },
  );
});
