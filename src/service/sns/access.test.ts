// Who may use topics where access is judged: users by their policies and by the topic's, other
// services by the topic's alone, and whoever follows a link in a message.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as sdk from '@aws-sdk/client-sns';
import { ask } from '../../../test/house/ask.ts';
import { account, scope } from '../../../test/house/caller.ts';
import { CheckedServer } from '../../../test/house/checked-server.ts';
import type { SnsDeps } from './deps.ts';
import { tokenOf } from './subscription/token.ts';

const topic = `arn:aws:sns:eu-west-1:${account}:news`;
const publish = new sdk.PublishCommand({ TopicArn: topic, Message: 'm' });

async function withTopic(): Promise<CheckedServer> {
  const server = await CheckedServer.open();
  await server.root(sdk, new sdk.CreateTopicCommand({ Name: 'news' }));
  return server;
}

const setPolicy = (server: CheckedServer, ...statements: object[]) =>
  server.root(
    sdk,
    new sdk.SetTopicAttributesCommand({
      TopicArn: topic,
      AttributeName: 'Policy',
      AttributeValue: JSON.stringify({
        Version: '2012-10-17',
        Statement: statements.map((one) => ({ Action: 'sns:Publish', Resource: topic, ...one })),
      }),
    }),
  );

const denied = (answer: Promise<unknown>, message: RegExp): Promise<void> =>
  assert.rejects(answer, (error: Error) => {
    assert.equal(error.name, 'AuthorizationErrorException', error.message);
    assert.match(error.message, message);
    return true;
  });

describe('a user', () => {
  it('may what a policy of its own says, of the topics that this names', async () => {
    const server = await withTopic();
    const ann = await server.user('ann', { Action: 'sns:*', Resource: `${topic}2` });
    await denied(ann(sdk, publish), /no identity-based policy allows the sns:Publish action/);
    await server.allow('ann', { Action: 'sns:Publish', Resource: topic });
    await ann(sdk, publish);
  });

  it('may what the topic’s policy says of it, and not what that denies', async () => {
    const server = await withTopic();
    const ann = await server.user('ann', { Action: 'batch:*' });
    const AWS = `arn:aws:iam::${account}:user/ann`;
    await setPolicy(server, { Effect: 'Allow', Principal: { AWS } });
    await ann(sdk, publish);
    await setPolicy(server, { Effect: 'Deny', Principal: '*' });
    await server.allow('ann', { Action: 'sns:*' });
    await denied(ann(sdk, publish), /explicit deny in a resource-based policy/);
    await denied(server.root(sdk, publish), /explicit deny in a resource-based policy/);
  });

  it('subscribes by the protocols and to the endpoints that its policies name', async () => {
    const server = await withTopic();
    const ann = await server.user('ann', {
      Action: 'sns:Subscribe',
      Resource: topic,
      Condition: {
        StringEquals: { 'sns:Protocol': 'https' },
        StringLike: { 'sns:Endpoint': 'https://*.example.com/*' },
      },
    });
    const subscribe = (Protocol: string, Endpoint: string) =>
      new sdk.SubscribeCommand({ TopicArn: topic, Protocol, Endpoint });
    await ann(sdk, subscribe('https', 'https://a.example.com/hook'));
    await denied(ann(sdk, subscribe('http', 'http://a.example.com/hook')), /sns:Subscribe/);
    await denied(ann(sdk, subscribe('https', 'https://example.net/hook')), /sns:Subscribe/);
  });
});

it('a service publishes where the topic’s policy lets it, for what that names', async () => {
  const server = await withTopic();
  const rule = `arn:aws:events:eu-west-1:${account}:rule/r`;
  const call = (sourceArn: string) =>
    server.rig.answered(
      server.rig.app.ownServices.call(
        {
          service: 'sns',
          operation: 'Publish',
          region: 'eu-west-1',
          input: { TopicArn: topic, Message: 'm' },
        },
        { service: 'events.amazonaws.com', sourceArn, scope },
      ),
    );
  const isRefused = async (sourceArn: string): Promise<boolean> =>
    'error' in (await call(sourceArn));
  assert.equal(await isRefused(rule), true, 'the policy that every topic begins with lets nobody');
  await setPolicy(server, {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Condition: { ArnEquals: { 'aws:SourceArn': rule } },
  });
  assert.deepEqual([await isRefused(rule), await isRefused(`${rule}2`)], [false, true]);
});

describe('a link', () => {
  const follow = async (server: CheckedServer, query: Record<string, string>, method = 'GET') => {
    const parameters = new URLSearchParams({ ...query, Version: '2010-03-31' }).toString();
    const { status, body } = await server.rig.answered(
      ask(server.rig.app.pipeline, {
        method,
        path: '/',
        query: parameters,
        headers: {},
        rawHeaders: [],
        sourceAddress: '10.0.0.1',
      }),
    );
    return `${status} ${body}`;
  };

  async function pending(server: CheckedServer): Promise<{ arn: string; token: string }> {
    const subscribe = new sdk.SubscribeCommand({
      TopicArn: topic,
      Protocol: 'http',
      Endpoint: 'http://127.0.0.1:9/',
      ReturnSubscriptionArn: true,
    });
    const { SubscriptionArn: arn } = await server.root(sdk, subscribe);
    const { space, sealer } = server.rig.depsOf<SnsDeps>('sns');
    const id = String(arn).slice(topic.length + 1);
    const subscription = space.current(scope).get('subscription', id);
    assert.ok(subscription);
    return { arn: String(arn), token: tokenOf(sealer, subscription) ?? '' };
  }

  it('confirms by its token, and ends what was confirmed without a signature', async () => {
    const server = await withTopic();
    const { arn, token } = await pending(server);
    const confirm = { Action: 'ConfirmSubscription', TopicArn: topic, Token: token };
    assert.match(await follow(server, { ...confirm, Token: `${token}0` }), /^400 .*Token/s);
    assert.match(
      await follow(server, { Action: 'Unsubscribe', SubscriptionArn: arn }),
      /^404 /,
      'what is pending is not there for a link',
    );
    assert.match(await follow(server, confirm), new RegExp(`^200 .*${arn}`, 's'));
    assert.match(await follow(server, { Action: 'Unsubscribe', SubscriptionArn: arn }), /^200 /);
    assert.match(await follow(server, { Action: 'Unsubscribe', SubscriptionArn: arn }), /^404 /);
    const { space, sealer } = server.rig.depsOf<SnsDeps>('sns');
    const left = space.current(scope).get('subscription', arn.slice(topic.length + 1));
    assert.equal(left?.state, 'deleted');
    assert.match(await follow(server, confirm), /^400 .*Token/s, 'the old token is no good');
    const again = { ...confirm, Token: tokenOf(sealer, left) ?? '' };
    assert.match(await follow(server, again), /^200 /, 'who was told comes back');
  });

  it('does not end what was confirmed so that only signatures do', async () => {
    const server = await withTopic();
    const { arn, token } = await pending(server);
    await server.root(
      sdk,
      new sdk.ConfirmSubscriptionCommand({
        TopicArn: topic,
        Token: token,
        AuthenticateOnUnsubscribe: 'true',
      }),
    );
    const unsubscribe = { Action: 'Unsubscribe', SubscriptionArn: arn };
    assert.match(await follow(server, unsubscribe), /^403 .*AuthorizationError/s);
    await server.root(sdk, new sdk.UnsubscribeCommand({ SubscriptionArn: arn }));
  });

  it('brings about nothing else', async () => {
    const server = await withTopic();
    const queries: Record<string, string>[] = [
      { Action: 'DeleteTopic', TopicArn: topic },
      { Action: 'Publish', TopicArn: topic, Message: 'm' },
    ];
    for (const query of queries)
      for (const method of ['GET', 'POST'])
        assert.match(await follow(server, query, method), /^403 .*MissingAuthenticationToken/s);
  });
});
