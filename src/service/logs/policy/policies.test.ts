// Resource policies of log groups: kept as given, bounded, and asked of services that write.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import { limit } from '../../../core/limit.ts';
import { account, scope } from '../../../../test/house/caller.ts';
import { CheckedServer } from '../../../../test/house/checked-server.ts';

const group = '/aws/events/all';
const arn = `arn:aws:logs:eu-west-1:${account}:log-group:/aws/events/*:*`;
const document = (...statements: object[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((one) => ({
      Effect: 'Allow',
      Principal: { Service: ['events.amazonaws.com', 'delivery.logs.amazonaws.com'] },
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: arn,
      ...one,
    })),
  });

async function open() {
  const server = await CheckedServer.open();
  const put = (policyName: string, policyDocument: string) =>
    server.root(logs, new logs.PutResourcePolicyCommand({ policyName, policyDocument }));
  const list = (input: logs.DescribeResourcePoliciesCommandInput = {}) =>
    server.root(logs, new logs.DescribeResourcePoliciesCommand(input));
  const remove = (policyName: string) =>
    server.root(logs, new logs.DeleteResourcePolicyCommand({ policyName }));
  return { server, put, list, remove };
}

describe('resource policies', () => {
  it('are shown as they were given, and each is one of a name', async () => {
    const { server, put, list, remove } = await open();
    const now = server.rig.clock.now();
    const policyDocument = document({});
    await put('b', document({ Effect: 'Deny' }));
    await put('b', policyDocument);
    await put('a', policyDocument);
    const shown = (policyName: string) => ({
      policyName,
      policyDocument,
      lastUpdatedTime: now,
      policyScope: 'ACCOUNT',
    });
    assert.deepEqual((await list())['resourcePolicies'], [shown('a'), shown('b')]);
    const { nextToken } = await list({ limit: 1 });
    const next = await list({ nextToken: String(nextToken) });
    assert.deepEqual(next['resourcePolicies'], [shown('b')]);
    assert.deepEqual((await list({ policyScope: 'RESOURCE' }))['resourcePolicies'], []);
    await remove('a');
    await assert.rejects(remove('a'), {
      name: 'ResourceNotFoundException',
      message: 'Policy with name [a] does not exist',
    });
  });

  it('are refused where they are none, too long or too many', async () => {
    const { server, put } = await open();
    const invalid = { name: 'InvalidParameterException' };
    await assert.rejects(put('p', '{}'), invalid);
    await assert.rejects(put('p', document({ Principal: undefined })), invalid);
    await assert.rejects(put('p', document({ Sid: 'x'.repeat(5_120) })), invalid);
    const resourceArn = arn;
    await assert.rejects(
      server.root(
        logs,
        new logs.PutResourcePolicyCommand({ resourceArn, policyDocument: document({}) }),
      ),
      invalid,
    );
    for (let at = 0; at < limit.logs.policies; at++) await put(`p${at}`, document({}));
    await put('p0', document({}));
    await assert.rejects(put('more', document({})), {
      name: 'LimitExceededException',
      message: 'Resource limit exceeded.',
    });
  });

  it('let a service write that they name, together', async () => {
    const { server, put, remove } = await open();
    const { rig } = server;
    await server.root(logs, new logs.CreateLogGroupCommand({ logGroupName: group }));
    const write = async (): Promise<string> => {
      const answer = await rig.answered(
        rig.app.ownServices.call(
          {
            service: 'logs',
            operation: 'CreateLogStream',
            region: 'eu-west-1',
            input: { logGroupName: group, logStreamName: `s${rig.ids.uuid()}` },
          },
          {
            service: 'events.amazonaws.com',
            sourceArn: `arn:aws:events:eu-west-1:${account}:rule/r`,
            scope,
          },
        ),
      );
      return 'error' in answer ? answer.error.code : 'done';
    };
    assert.equal(await write(), 'AccessDeniedException');
    await put('other', document({ Principal: { Service: 'es.amazonaws.com' } }));
    assert.equal(await write(), 'AccessDeniedException');
    const Condition = { ArnLike: { 'aws:SourceArn': `arn:aws:events:*:${account}:rule/r` } };
    await put('events', document({ Condition }));
    assert.equal(await write(), 'done');
    await put('other', document({ Effect: 'Deny', Action: 'logs:*' }));
    assert.equal(await write(), 'AccessDeniedException');
    await remove('other');
    assert.equal(await write(), 'done');
  });
});
