// What a record says of who called, of what came of it, and of what it was done to: tables of calls
// and the records that CloudTrail would make of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scopeOf } from '../../../base/ids.ts';
import type { Principal } from '../../../base/principal.ts';
import { eventOf, numberOfEventId, userNameOf } from './event.ts';
import { nameOf, typeOf } from './resource.ts';

const account = '123456789012';
const scope = scopeOf(account, 'eu-west-1');
const atMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const requestId = '6e5b7a36-6f4c-4a8e-9d52-0123456789ab';

const eventOfCall = (facts: object, outcome?: object) =>
  eventOf({
    number: 0x2a,
    scope,
    atMs,
    call: JSON.stringify({
      requestId,
      service: 'batch',
      operation: 'CreateJobQueue',
      address: '203.0.113.1',
      agent: 'aws-cli/2',
      ...facts,
    }),
    outcome: outcome && JSON.stringify(outcome),
  });

test('a record has the fields that the user guide prints, and those of today', () => {
  const queue = `arn:aws:batch:eu-west-1:${account}:job-queue/q`;
  const environment = `arn:aws:batch:eu-west-1:${account}:compute-environment/ce`;
  const event = eventOfCall(
    {
      caller: {
        kind: 'user',
        account,
        arn: `arn:aws:iam::${account}:user/team/eve`,
        userId: 'AIDAEXAMPLE',
        accessKeyId: 'AKIAEXAMPLE',
      },
      parameters: { jobQueueName: 'q' },
      resources: [environment],
      host: 'batch.example.com',
      tls: { version: 'TLSv1.3', cipherSuite: 'TLS_AES_128_GCM_SHA256' },
    },
    { elements: { jobQueueName: 'q', jobQueueArn: queue } },
  );
  assert.deepEqual(event, {
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLE',
      arn: `arn:aws:iam::${account}:user/team/eve`,
      accountId: account,
      accessKeyId: 'AKIAEXAMPLE',
      userName: 'eve',
    },
    eventTime: '2026-01-02T03:04:05Z',
    eventSource: 'batch.amazonaws.com',
    eventName: 'CreateJobQueue',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '203.0.113.1',
    userAgent: 'aws-cli/2',
    errorCode: undefined,
    errorMessage: undefined,
    requestParameters: { jobQueueName: 'q' },
    responseElements: { jobQueueName: 'q', jobQueueArn: queue },
    requestID: requestId,
    eventID: '6e5b7a36-6f4c-4a8e-9d52-00000000002a',
    readOnly: false,
    resources: [
      { accountId: account, type: 'AWS::Batch::ComputeEnvironment', ARN: environment },
      { accountId: account, type: 'AWS::Batch::JobQueue', ARN: queue },
    ],
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: 'batch.example.com',
    },
  });
  assert.equal(numberOfEventId(event.eventID), 0x2a);
});

test('a call without an answer, or with an error, has no response elements', () => {
  const [unanswered, failed] = [
    eventOfCall({}),
    eventOfCall({}, { error: { code: 'ClientException', message: 'no' } }),
  ].map((event) => event as unknown as Record<string, unknown>);
  assert.deepEqual(
    [unanswered?.['responseElements'], unanswered?.['errorCode'], unanswered?.['resources']],
    [null, undefined, undefined],
  );
  assert.deepEqual(
    [failed?.['responseElements'], failed?.['errorCode'], failed?.['errorMessage']],
    [null, 'ClientException', 'no'],
  );
});

test('callers are told by their kind', () => {
  const issuedAtMs = Date.UTC(2026, 0, 2, 3, 0, 0);
  const session = `arn:aws:sts::${account}:assumed-role/Admin/me`;
  const root: Principal = {
    kind: 'root',
    account,
    arn: `arn:aws:iam::${account}:root`,
    userId: account,
    accessKeyId: undefined,
  };
  const assumed: Principal = {
    kind: 'assumed-role',
    account,
    arn: session,
    userId: 'AROAEXAMPLE:me',
    accessKeyId: 'ASIAEXAMPLE',
  };
  const issuer = {
    type: 'Role',
    principalId: 'AROAEXAMPLE',
    accountId: account,
    userName: 'Admin',
  };
  const cases: [facts: object, identity: object, name: string | undefined][] = [
    [
      { caller: root },
      { type: 'Root', principalId: account, arn: root.arn, accountId: account },
      'root',
    ],
    [
      {
        caller: {
          ...assumed,
          session: {
            createdAtMs: issuedAtMs,
            roleArn: `arn:aws:iam::${account}:role/path/Admin`,
            roleId: 'AROAEXAMPLE',
            isMfaAuthenticated: true,
            sourceIdentity: 'eve',
          },
        },
      },
      {
        type: 'AssumedRole',
        principalId: 'AROAEXAMPLE:me',
        arn: session,
        accountId: account,
        accessKeyId: 'ASIAEXAMPLE',
        sessionContext: {
          sessionIssuer: { ...issuer, arn: `arn:aws:iam::${account}:role/path/Admin` },
          sourceIdentity: 'eve',
          attributes: { creationDate: '2026-01-02T03:00:00Z', mfaAuthenticated: 'true' },
        },
      },
      'me',
    ],
    [
      { caller: assumed },
      {
        type: 'AssumedRole',
        principalId: 'AROAEXAMPLE:me',
        arn: session,
        accountId: account,
        accessKeyId: 'ASIAEXAMPLE',
        sessionContext: {
          sessionIssuer: { ...issuer, arn: `arn:aws:iam::${account}:role/Admin` },
          attributes: { mfaAuthenticated: 'false' },
        },
      },
      'me',
    ],
    [{ claimedKeyId: 'AKIAUNKNOWN' }, { type: 'Unknown', accessKeyId: 'AKIAUNKNOWN' }, undefined],
    [{}, { type: 'Unknown' }, undefined],
    [
      { caller: { ...root, kind: 'anonymous', account: 'anonymous' } },
      { type: 'AWSAccount', principalId: '', accountId: 'ANONYMOUS_PRINCIPAL' },
      undefined,
    ],
  ];
  for (const [facts, identity, name] of cases) {
    const event = eventOfCall(facts);
    assert.deepEqual(event.userIdentity, identity);
    assert.equal(userNameOf(event), name);
  }
});

test('resources have their types and names', () => {
  const cases: [arn: string, type: string | undefined, name: string][] = [
    [`arn:aws:batch:r:${account}:job-definition/d:3`, 'AWS::Batch::JobDefinition', 'd:3'],
    [`arn:aws:iam::${account}:role/path/worker`, 'AWS::IAM::Role', 'worker'],
    [`arn:aws:iam::aws:policy/ReadOnlyAccess`, 'AWS::IAM::ManagedPolicy', 'ReadOnlyAccess'],
    [`arn:aws:ec2:r:${account}:vpc/vpc-1`, 'AWS::EC2::VPC', 'vpc-1'],
    [`arn:aws:logs:r:${account}:log-group:/aws/batch/job`, 'AWS::Logs::LogGroup', '/aws/batch/job'],
    [`arn:aws:sns:r:${account}:t`, 'AWS::SNS::Topic', 't'],
    [`arn:aws:sns:r:${account}:t:u`, 'AWS::SNS::Subscription', 't:u'],
    [`arn:aws:other:r:${account}:thing/x`, undefined, 'x'],
    ['arn:aws', undefined, 'arn:aws'],
  ];
  for (const [arn, type, name] of cases) assert.deepEqual([typeOf(arn), nameOf(arn)], [type, name]);
});
