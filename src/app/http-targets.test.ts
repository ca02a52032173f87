// Events to HTTP endpoints, through the whole product: a rule, an API destination and its
// connection, by the operations of EventBridge; what cannot be delivered becomes a dead letter; and
// with access control on the target's role must allow it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as events from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import { must } from '../base/assert.ts';
import { account } from '../../test/house/caller.ts';
import { CheckedServer, policyOf } from '../../test/house/checked-server.ts';
import { eventsCaller } from '../../test/house/events-caller.ts';
import { Rig } from '../../test/house/rig.ts';

const role = `arn:aws:iam::${account}:role/events`;
const deadLetters = `arn:aws:sqs:eu-west-1:${account}:dead`;
const connection = {
  Name: 'c',
  AuthorizationType: 'API_KEY',
  AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'X-Key', ApiKeyValue: 'hush' } },
} as const;
const endpoint = {
  Name: 'd',
  HttpMethod: 'POST',
  InvocationEndpoint: 'http://127.0.0.1:8080/in/*',
} as const;
const rule = { Name: 'r', EventPattern: '{"source":["my.app"]}' };
const entry = { Source: 'my.app', DetailType: 't', Detail: '{"job":"a b"}' };

const targetOf = (Arn: unknown) => ({
  Id: 'hook',
  Arn: Arn as string,
  RoleArn: role,
  HttpParameters: { PathParameterValues: ['$.detail.job'] },
  InputPath: '$.detail',
  DeadLetterConfig: { Arn: deadLetters },
  RetryPolicy: { MaximumRetryAttempts: 1 },
});

async function withTarget(): Promise<Rig> {
  const rig = await Rig.open();
  const call = eventsCaller(rig);
  const { ConnectionArn } = await call('CreateConnection', connection);
  const { ApiDestinationArn } = await call('CreateApiDestination', { ...endpoint, ConnectionArn });
  await call('PutRule', rule);
  await call('PutTargets', { Rule: 'r', Targets: [targetOf(ApiDestinationArn)] });
  return rig;
}

interface Letter {
  readonly MessageBody: string;
  readonly MessageAttributes: Readonly<Record<string, { readonly StringValue: string }>>;
}

const letterOf = (rig: Rig): Letter =>
  must(rig.elsewhere.calls[0], 'a dead letter went out').input as Letter;

describe('an HTTP endpoint as a target', () => {
  it('gets what the target makes of the event, as the connection authorizes it', async () => {
    const rig = await withTarget();
    rig.http.onRequest = () => ({ status: 200, headers: {}, body: '' });
    await eventsCaller(rig)('PutEvents', { Entries: [entry] });
    await rig.clock.pass();
    assert.equal(rig.http.requests.length, 1);
    const [request] = rig.http.requests;
    assert.equal(request?.url.href, 'http://127.0.0.1:8080/in/a%20b');
    assert.equal(request?.body, '{"job":"a b"}');
    assert.equal(Object.fromEntries(request?.headers ?? [])['X-Key'], 'hush');
    assert.deepEqual(rig.elsewhere.calls, []);
  });

  it('that is away gets it again; then it is a dead letter', async () => {
    const rig = await withTarget();
    await eventsCaller(rig)('PutEvents', { Entries: [entry] });
    await rig.clock.pass();
    assert.equal(rig.http.requests.length, 1);
    await rig.clock.pass(60_000);
    assert.equal(rig.http.requests.length, 2);
    const { MessageBody, MessageAttributes } = letterOf(rig);
    assert.equal((JSON.parse(MessageBody) as { source: string }).source, 'my.app');
    assert.deepEqual(
      ['ERROR_CODE', 'EXHAUSTED_RETRY_CONDITION', 'RETRY_ATTEMPTS'].map(
        (name) => MessageAttributes[name]?.StringValue,
      ),
      ['CONNECTION_FAILURE', 'MaximumRetryAttempts', '1'],
    );
  });

  it('gets nothing by a role that may not', async () => {
    const server = await CheckedServer.open();
    const { root, rig } = server;
    await root(
      iam,
      new iam.CreateRoleCommand({
        RoleName: 'events',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        }),
      }),
    );
    const { ConnectionArn } = (await root(
      events,
      new events.CreateConnectionCommand(connection),
    )) as { ConnectionArn: string };
    const { ApiDestinationArn } = (await root(
      events,
      new events.CreateApiDestinationCommand({ ...endpoint, ConnectionArn }),
    )) as { ApiDestinationArn: string };
    await root(events, new events.PutRuleCommand(rule));
    const Targets = [targetOf(ApiDestinationArn)];
    await root(events, new events.PutTargetsCommand({ Rule: 'r', Targets }));
    const put = async (): Promise<void> => {
      await root(events, new events.PutEventsCommand({ Entries: [entry] }));
      // The destination takes 300 a second.
      await rig.clock.pass(4);
    };
    await put();
    assert.equal(rig.http.requests.length, 0);
    assert.equal(letterOf(rig).MessageAttributes['ERROR_CODE']?.StringValue, 'NO_PERMISSIONS');
    await root(
      iam,
      new iam.PutRolePolicyCommand({
        RoleName: 'events',
        PolicyName: 'p',
        PolicyDocument: policyOf({
          Action: 'events:InvokeApiDestination',
          Resource: ApiDestinationArn,
        }),
      }),
    );
    rig.http.onRequest = () => ({ status: 200, headers: {}, body: '' });
    await put();
    assert.equal(rig.http.requests.length, 1);
  });
});
