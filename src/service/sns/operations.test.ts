// SNS's operations, through the SDK's own client: what each answers and refuses, and what they
// leave to be delivered.

import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import * as sdk from '@aws-sdk/client-sns';
import { SnsAccount } from '../../../test/house/sns-account.ts';
import { operationsOf } from '../../wire/schema.ts';
import { snsOperations } from './operations.ts';
import { readSubscriptionArn } from './arn.ts';
import type { SnsDeps } from './deps.ts';
import { tokenOf } from './subscription/token.ts';

const account = '123456789012';
const news = `arn:aws:sns:us-east-1:${account}:news`;
const other = '210987654321';
const dayMs = 86_400_000;
const http = { TopicArn: news, Protocol: 'http', Endpoint: 'http://127.0.0.1:9/hook' };

/** The token that the endpoint is sent. */
function tokenFor(sns: SnsAccount, arn: string): string {
  const { space, sealer } = sns.rig.depsOf<SnsDeps>('sns');
  const named = readSubscriptionArn(arn);
  assert.ok(named);
  const subscription = space.current(named.scope).get('subscription', named.id);
  assert.ok(subscription);
  return tokenOf(sealer, subscription) ?? '';
}

/** Subscribes, and answers the ARN of what waits for its confirmation. */
const pending = async (sns: SnsAccount, more: object = {}): Promise<string> =>
  (await sns.call('Subscribe', { ...http, ...more, ReturnSubscriptionArn: true }))[
    'SubscriptionArn'
  ] as string;

const confirmed = async (sns: SnsAccount, more: object = {}): Promise<string> => {
  const arn = await pending(sns, more);
  await sns.call('ConfirmSubscription', { TopicArn: news, Token: tokenFor(sns, arn) });
  return arn;
};

const attributesOf = async (sns: SnsAccount, arn: string): Promise<Record<string, string>> =>
  (await sns.call('GetSubscriptionAttributes', { SubscriptionArn: arn }))['Attributes'] as Record<
    string,
    string
  >;

const invalid = 'InvalidParameterException';

test('the table holds operations of the SDK and nothing else', () => {
  const known = operationsOf(sdk);
  for (const name of Object.keys(snsOperations)) assert.ok(known.has(name), name);
});

describe('a topic', () => {
  it('has the attributes that it was given, and AWS’s of itself', async () => {
    const sns = new SnsAccount();
    assert.equal(await sns.topic('news', { Attributes: { DisplayName: 'News' } }), news);
    const { Attributes: shown } = await sns.call('GetTopicAttributes', { TopicArn: news });
    const { Policy: policy, EffectiveDeliveryPolicy: effective, ...rest } = shown;
    assert.deepEqual(rest, {
      TopicArn: news,
      Owner: account,
      DisplayName: 'News',
      SubscriptionsConfirmed: '0',
      SubscriptionsPending: '0',
      SubscriptionsDeleted: '0',
    });
    const [statement] = JSON.parse(policy).Statement;
    assert.equal(statement.Sid, '__default_statement_ID');
    assert.equal(statement.Resource, news);
    assert.deepEqual(statement.Condition, { StringEquals: { 'AWS:SourceOwner': account } });
    assert.equal(JSON.parse(effective).http.defaultHealthyRetryPolicy.numRetries, 3);
  });

  it('shows what Terraform asks back: the tracing that it was told to do without', async () => {
    const sns = new SnsAccount();
    await sns.topic('news', { Attributes: { TracingConfig: 'PassThrough' } });
    const shown = async () =>
      (await sns.call('GetTopicAttributes', { TopicArn: news }))['Attributes'] as object;
    const tracing = { AttributeName: 'TracingConfig', AttributeValue: '' };
    assert.equal(((await shown()) as Record<string, string>)['TracingConfig'], 'PassThrough');
    await sns.call('SetTopicAttributes', { TopicArn: news, ...tracing });
    assert.ok(!('TracingConfig' in (await shown())));
  });

  it('is made once under a name, if it is asked for as it is', async () => {
    const sns = new SnsAccount();
    const Tags = [{ Key: 'team', Value: 'red' }];
    await sns.topic('news', { Attributes: { DisplayName: 'News' }, Tags });
    assert.equal(await sns.topic('news'), news);
    assert.equal(await sns.topic('news', { Attributes: { DisplayName: 'News' }, Tags }), news);
    await sns.refuses(
      'CreateTopic',
      { Name: 'news', Attributes: { DisplayName: 'Olds' } },
      invalid,
      /Topic already exists with different attributes/,
    );
    await sns.refuses(
      'CreateTopic',
      { Name: 'news', Tags: [{ Key: 'team', Value: 'blue' }] },
      invalid,
      /Topic already exists with different tags/,
    );
  });

  it('is refused under other names, and as what this server has not', async () => {
    const sns = new SnsAccount();
    for (const Name of ['', 'a b', 'x'.repeat(257), 'a/b'])
      await sns.refuses('CreateTopic', { Name }, invalid, /Topic Name/);
    for (const input of [
      { Name: 'news.fifo', Attributes: { FifoTopic: 'true' } },
      { Name: 'news.fifo' },
      { Name: 'news', Attributes: { FifoTopic: 'true' } },
    ])
      await sns.refuses('CreateTopic', input, invalid, /FifoTopic is not supported/);
    await sns.topic('news', { Attributes: { FifoTopic: 'false', KmsMasterKeyId: '' } });
    // What Terraform's provider sends where nothing is configured any more.
    for (const AttributeName of ['TracingConfig', 'SQSFailureFeedbackRoleArn', 'ArchivePolicy'])
      await sns.call('SetTopicAttributes', { TopicArn: news, AttributeName, AttributeValue: '' });
    for (const [AttributeName, AttributeValue] of [
      ['KmsMasterKeyId', 'alias/aws/sns'],
      ['TracingConfig', 'Active'],
      ['HTTPSuccessFeedbackRoleArn', 'arn:aws:iam::123456789012:role/r'],
      ['ArchivePolicy', '{}'],
    ] as const)
      await sns.refuses(
        'SetTopicAttributes',
        { TopicArn: news, AttributeName, AttributeValue },
        invalid,
        /is not supported by Longshore/,
      );
    await sns.refuses(
      'SetTopicAttributes',
      { TopicArn: news, AttributeName: 'Colour', AttributeValue: 'red' },
      invalid,
      /AttributeName/,
    );
    await sns.refuses(
      'SetTopicAttributes',
      { TopicArn: news, AttributeName: 'SignatureVersion', AttributeValue: '3' },
      invalid,
      /SignatureVersion/,
    );
    await sns.refuses(
      'SetTopicAttributes',
      { TopicArn: news, AttributeName: 'DisplayName', AttributeValue: 'a\r\nBcc: b' },
      invalid,
      /DisplayName/,
    );
  });

  it('changes attribute by attribute, and an empty value takes one away', async () => {
    const sns = new SnsAccount();
    await sns.topic();
    const set = (AttributeName: string, AttributeValue: string) =>
      sns.call('SetTopicAttributes', { TopicArn: news, AttributeName, AttributeValue });
    await set('DisplayName', 'News');
    await set('SignatureVersion', '2');
    await set('DeliveryPolicy', '{"http":{"defaultHealthyRetryPolicy":{"numRetries":5}}}');
    const shown = async () =>
      (await sns.call('GetTopicAttributes', { TopicArn: news }))['Attributes'] as Record<
        string,
        string
      >;
    const all = await shown();
    assert.equal(all['DisplayName'], 'News');
    assert.equal(all['SignatureVersion'], '2');
    const { http: effective } = JSON.parse(all['EffectiveDeliveryPolicy'] ?? '');
    assert.equal(effective.defaultHealthyRetryPolicy.numRetries, 5);
    assert.equal(effective.defaultHealthyRetryPolicy.minDelayTarget, 20);
    await set('DisplayName', '');
    await set('DeliveryPolicy', '');
    const { DisplayName: name, DeliveryPolicy: policy } = await shown();
    assert.deepEqual([name, policy], ['', undefined]);
  });

  it('is listed in pages, and is gone with its subscriptions', async () => {
    const sns = new SnsAccount();
    for (let number = 100; number < 201; number++) await sns.topic(`t${number}`);
    const { Topics: first, NextToken } = await sns.call('ListTopics');
    assert.equal(first.length, 100);
    const { Topics: rest, NextToken: end } = await sns.call('ListTopics', { NextToken });
    assert.deepEqual(rest, [{ TopicArn: `arn:aws:sns:us-east-1:${account}:t200` }]);
    assert.equal(end, undefined);
    await sns.refuses('ListTopics', { NextToken: 'x' }, invalid, /NextToken/);

    await sns.topic();
    await sns.queue(news);
    await sns.call('DeleteTopic', { TopicArn: news });
    await sns.call('DeleteTopic', { TopicArn: news });
    assert.deepEqual((await sns.call('ListSubscriptions'))['Subscriptions'] ?? [], []);
    await sns.refuses('GetTopicAttributes', { TopicArn: news }, 'NotFoundException', /Topic does/);
    await sns.topic();
    const { Subscriptions: none = [] } = await sns.call('ListSubscriptionsByTopic', {
      TopicArn: news,
    });
    assert.deepEqual(none, []);
  });

  it('is one of its region, which requests must be in', async () => {
    const sns = new SnsAccount();
    for (const TopicArn of ['news', 'arn:aws:sns:eu-west-1:123456789012:news', `${news}:x`])
      await sns.refuses('GetTopicAttributes', { TopicArn }, invalid, /TopicArn/);
  });

  it('has tags', async () => {
    const sns = new SnsAccount();
    await sns.topic('news', { Tags: [{ Key: 'team', Value: 'red' }] });
    await sns.call('TagResource', { ResourceArn: news, Tags: [{ Key: 'env', Value: 'test' }] });
    await sns.call('UntagResource', { ResourceArn: news, TagKeys: ['team'] });
    const { Tags: tags } = await sns.call('ListTagsForResource', { ResourceArn: news });
    assert.deepEqual(tags, [{ Key: 'env', Value: 'test' }]);
    await sns.refuses(
      'ListTagsForResource',
      { ResourceArn: `${news}2` },
      'ResourceNotFoundException',
      /does not exist/,
    );
    await sns.refuses(
      'TagResource',
      { ResourceArn: news, Tags: [{ Key: 'aws:x', Value: '' }] },
      invalid,
      /aws:/,
    );
  });
});

describe('the policy of a topic', () => {
  it('gets statements by labels, and loses them', async () => {
    const sns = new SnsAccount();
    await sns.topic();
    const add = (Label: string, more: object = {}) => ({
      TopicArn: news,
      Label,
      AWSAccountId: [other],
      ActionName: ['Publish'],
      ...more,
    });
    await sns.call('AddPermission', add('them'));
    const statements = async (): Promise<{ Sid: string }[]> => {
      const { Attributes: shown } = await sns.call('GetTopicAttributes', { TopicArn: news });
      return JSON.parse(shown.Policy).Statement as { Sid: string }[];
    };
    assert.deepEqual((await statements())[1], {
      Sid: 'them',
      Effect: 'Allow',
      Principal: { AWS: [`arn:aws:iam::${other}:root`] },
      Action: ['SNS:Publish'],
      Resource: news,
    });
    await sns.refuses('AddPermission', add('them'), invalid, /Statement already exists/);
    await sns.refuses(
      'AddPermission',
      add('a', { ActionName: ['Fly'] }),
      invalid,
      /out of service/,
    );
    await sns.refuses('AddPermission', add('a', { AWSAccountId: ['1'] }), invalid, /AWSAccountId/);
    await sns.call('RemovePermission', { TopicArn: news, Label: 'them' });
    assert.equal((await statements()).length, 1);
    await sns.refuses(
      'RemovePermission',
      { TopicArn: news, Label: 'them' },
      'NotFoundException',
      /does not exist/,
    );
  });

  it('is taken where it is one of SNS’s about the topic, and refused where not', async () => {
    const sns = new SnsAccount();
    await sns.topic();
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sns:Publish',
      Resource: news,
    };
    const policy = (change: object): string =>
      JSON.stringify({ Version: '2012-10-17', Statement: { ...statement, ...change } });
    const set = (AttributeValue: string) => ({
      TopicArn: news,
      AttributeName: 'Policy',
      AttributeValue,
    });
    await sns.call('SetTopicAttributes', set(policy({})));
    for (const [text, message] of [
      ['{', /invalid Json/],
      [policy({ Action: 'sqs:SendMessage' }), /out of service scope/],
      [policy({ Resource: `${news}2` }), /resource is not the topic/],
      [policy({ Principal: undefined }), /Principal/],
      [policy({ Sid: 'x'.repeat(31_000) }), /bytes/],
    ] as const)
      await sns.refuses('SetTopicAttributes', set(text), invalid, message);
  });
});

describe('a subscription', () => {
  it('of a queue or a function of one’s own is confirmed at once', async () => {
    const sns = new SnsAccount();
    await sns.topic();
    const arn = await sns.queue(news);
    assert.match(arn, /^arn:aws:sns:us-east-1:123456789012:news:[0-9a-f-]{36}$/);
    assert.deepEqual(await attributesOf(sns, arn), {
      SubscriptionArn: arn,
      TopicArn: news,
      Owner: account,
      SubscriptionPrincipal: `arn:aws:iam::${account}:root`,
      Protocol: 'sqs',
      Endpoint: `arn:aws:sqs:us-east-1:${account}:q`,
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'true',
      RawMessageDelivery: 'false',
    });
    const lambda = `arn:aws:lambda:us-east-1:${account}:function:f`;
    const { SubscriptionArn: function_ } = await sns.call('Subscribe', {
      TopicArn: news,
      Protocol: 'lambda',
      Endpoint: lambda,
    });
    assert.match(function_, /:news:/);
    assert.deepEqual(sns.deliveries(), []);
    assert.equal(await sns.queue(news), arn, 'the same again is the same');
    await sns.refuses(
      'Subscribe',
      {
        TopicArn: news,
        Protocol: 'sqs',
        Endpoint: `arn:aws:sqs:us-east-1:${account}:q`,
        Attributes: { RawMessageDelivery: 'true' },
      },
      invalid,
      /already exists with different attributes/,
    );
  });

  it('of anybody else is asked for, and is confirmed by what it was sent', async () => {
    const sns = new SnsAccount();
    await sns.topic();
    assert.deepEqual(await sns.call('Subscribe', http), {
      SubscriptionArn: 'pending confirmation',
    });
    const arn = await pending(sns);
    const [first, again] = sns.deliveries();
    assert.equal(first?.lane.kind, 'subscription');
    assert.equal(first?.lane.id, arn);
    assert.equal(again?.lane.id, arn, 'who subscribes again is asked again');
    assert.deepEqual(
      [first?.notice['type'], first?.notice['topicArn']],
      ['SubscriptionConfirmation', news],
    );
    const listed = async () =>
      (await sns.call('ListSubscriptionsByTopic', { TopicArn: news }))['Subscriptions'];
    assert.equal((await listed())[0].SubscriptionArn, 'PendingConfirmation');
    assert.equal((await attributesOf(sns, arn))['PendingConfirmation'], 'true');
    const Token = tokenFor(sns, arn);
    for (const wrong of ['x', Token.replace(/.$/, (last) => (last === '0' ? '1' : '0'))])
      await sns.refuses(
        'ConfirmSubscription',
        { TopicArn: news, Token: wrong },
        invalid,
        /^Invalid parameter: Token$/,
      );
    for (let time = 0; time < 2; time++)
      assert.deepEqual(await sns.call('ConfirmSubscription', { TopicArn: news, Token }), {
        SubscriptionArn: arn,
      });
    assert.equal((await listed())[0].SubscriptionArn, arn);
    assert.ok(
      !JSON.stringify(sns.rig.store.commits).includes(Token),
      'a token is never in the clear',
    );
  });

  it('that nobody confirms in three days is gone', async () => {
    const sns = new SnsAccount();
    await sns.topic();
    const arn = await pending(sns);
    const Token = tokenFor(sns, arn);
    await sns.rig.clock.pass(3 * dayMs);
    await sns.refuses('ConfirmSubscription', { TopicArn: news, Token }, invalid, /Token/);
    await sns.refuses(
      'GetSubscriptionAttributes',
      { SubscriptionArn: arn },
      'NotFoundException',
      /Subscription does not exist/,
    );
    assert.notEqual(await pending(sns), arn);
    const { Attributes: shown } = await sns.call('GetTopicAttributes', { TopicArn: news });
    assert.equal(shown.SubscriptionsPending, '1');
  });

  it('is refused for what cannot be sent to', async () => {
    const sns = new SnsAccount();
    await sns.topic();
    for (const [Protocol, Endpoint, message] of [
      ['sms', '+491234', /Protocol sms is not supported by Longshore/],
      ['application', 'arn:x', /not supported by Longshore/],
      ['firehose', 'arn:x', /not supported by Longshore/],
      ['carrier-pigeon', 'x', /does not support this protocol string/],
      ['http', 'https://example.com', /must match the specified protocol/],
      ['https', 'http://example.com', /must match the specified protocol/],
      ['http', 'http://exa mple.com/', /must match the specified protocol/],
      ['http', 'file:///etc/passwd', /must match the specified protocol/],
      ['http', undefined, /Endpoint/],
      ['http', `http://example.com/${'x'.repeat(2_048)}`, /Endpoint/],
      ['email', 'nobody', /Email address/],
      ['email', 'a@b.example\r\nBcc: c@d.example', /Email address/],
      ['email', 'a@b.example,c@d.example', /Email address/],
      ['sqs', 'arn:aws:sqs:us-east-1:123456789012', /SQS endpoint ARN/],
      ['sqs', 'arn:aws:sqs:us-east-1:123456789012:q.fifo', /FIFO SQS/],
      ['lambda', 'arn:aws:lambda:us-east-1:123456789012:layer:x', /Lambda endpoint ARN/],
    ] as const)
      await sns.refuses('Subscribe', { TopicArn: news, Protocol, Endpoint }, invalid, message);
    await sns.refuses(
      'Subscribe',
      { ...http, TopicArn: `${news}2` },
      'NotFoundException',
      /Topic does not exist/,
    );
  });

  it('shows nobody the password of its address', async () => {
    const sns = new SnsAccount();
    await sns.topic();
    const arn = await pending(sns, { Endpoint: 'http://me:hush-hush@127.0.0.1:9/hook' });
    assert.equal((await attributesOf(sns, arn))['Endpoint'], 'http://me:****@127.0.0.1:9/hook');
    assert.ok(!JSON.stringify(sns.rig.store.commits).includes('hush-hush'));
  });

  it('has attributes, which are checked and may be taken away', async () => {
    const sns = new SnsAccount();
    await sns.topic();
    const queue = await sns.queue(news, { FilterPolicy: '{"store": ["a"]}' });
    const set = (AttributeName: string, AttributeValue: string, SubscriptionArn = queue) => ({
      SubscriptionArn,
      AttributeName,
      AttributeValue,
    });
    const dead = JSON.stringify({ deadLetterTargetArn: `arn:aws:sqs:us-east-1:${account}:dead` });
    await sns.call('SetSubscriptionAttributes', set('RawMessageDelivery', 'true'));
    await sns.call('SetSubscriptionAttributes', set('FilterPolicyScope', 'MessageBody'));
    await sns.call('SetSubscriptionAttributes', set('FilterPolicy', '{"a": {"b": [1]}}'));
    await sns.call('SetSubscriptionAttributes', set('RedrivePolicy', dead));
    const shown = await attributesOf(sns, queue);
    assert.deepEqual(
      [
        shown['RawMessageDelivery'],
        shown['FilterPolicyScope'],
        shown['FilterPolicy'],
        shown['RedrivePolicy'],
      ],
      ['true', 'MessageBody', '{"a": {"b": [1]}}', dead],
    );
    await sns.refuses(
      'SetSubscriptionAttributes',
      set('FilterPolicyScope', 'MessageAttributes'),
      invalid,
      /does not support nested/,
    );
    await sns.call('SetSubscriptionAttributes', set('FilterPolicy', '{}'));
    await sns.call('SetSubscriptionAttributes', set('RedrivePolicy', ''));
    const left = await attributesOf(sns, queue);
    assert.deepEqual([left['FilterPolicy'], left['RedrivePolicy']], [undefined, undefined]);

    const hook = await pending(sns);
    const retry = '{"healthyRetryPolicy":{"numRetries":5,"minDelayTarget":1}}';
    await sns.call('SetSubscriptionAttributes', set('DeliveryPolicy', retry, hook));
    const { healthyRetryPolicy: effective } = JSON.parse(
      (await attributesOf(sns, hook))['EffectiveDeliveryPolicy'] ?? '',
    );
    assert.deepEqual([effective.numRetries, effective.maxDelayTarget], [5, 20]);
    for (const [name, value, arn, message] of [
      ['Colour', 'red', queue, /AttributeName/],
      ['DeliveryPolicy', retry, queue, /only HTTP/],
      ['RawMessageDelivery', 'yes', queue, /Must be true or false/],
      [
        'RedrivePolicy',
        '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:210987654321:q"}',
        queue,
        /deadLetterTargetArn/,
      ],
      ['RedrivePolicy', '[]', queue, /parse/],
      ['SubscriptionRoleArn', 'x', queue, /not supported/],
      ['ReplayPolicy', '{"PointType":"Timestamp"}', queue, /not supported/],
      ['DeliveryPolicy', '{"healthyRetryPolicy":{"numRetries":101}}', hook, /from 0 to 100/],
      [
        'DeliveryPolicy',
        '{"healthyRetryPolicy":{"numRetries":5,"numNoDelayRetries":6}}',
        hook,
        /phases/,
      ],
      ['DeliveryPolicy', '{"healthyRetryPolicy":{"minDelayTarget":30}}', hook, /maxDelayTarget/],
      [
        'DeliveryPolicy',
        '{"healthyRetryPolicy":{"maxDelayTarget":3600,"numRetries":9}}',
        hook,
        /within 3600/,
      ],
      ['DeliveryPolicy', '{"healthyRetryPolicy":{"patience":1}}', hook, /unknown element/],
      [
        'DeliveryPolicy',
        '{"requestPolicy":{"headerContentType":"text/csv"}}',
        hook,
        /headerContentType/,
      ],
    ] as const)
      await sns.refuses('SetSubscriptionAttributes', set(name, value, arn), invalid, message);
    await sns.refuses(
      'Subscribe',
      {
        TopicArn: news,
        Protocol: 'lambda',
        Endpoint: `arn:aws:lambda:us-east-1:${account}:function:f`,
        Attributes: { RawMessageDelivery: 'true' },
      },
      invalid,
      /does not support raw message delivery/,
    );
  });

  it('ends by its owner at once, and by a link with news of it', async () => {
    const sns = new SnsAccount();
    await sns.topic();
    const arn = await confirmed(sns);
    const before = sns.deliveries().length;
    await sns.call('Unsubscribe', { SubscriptionArn: arn });
    assert.equal(sns.deliveries().length, before);
    await sns.refuses('Unsubscribe', { SubscriptionArn: arn }, 'NotFoundException', /Subscription/);
    await sns.refuses('Unsubscribe', { SubscriptionArn: 'PendingConfirmation' }, invalid, /none/);
    await new SnsAccount(sns.rig, other).refuses(
      'Unsubscribe',
      { SubscriptionArn: await confirmed(sns) },
      'AuthorizationErrorException',
      /another account/,
    );
  });

  it('is listed by whoever owns it, page by page', async () => {
    const sns = new SnsAccount();
    await sns.topic();
    for (let number = 0; number < 101; number++) await sns.queue(news, {}, `q${number}`);
    for (const [name, input] of [
      ['ListSubscriptions', {}],
      ['ListSubscriptionsByTopic', { TopicArn: news }],
    ] as const) {
      const { Subscriptions: first, NextToken } = await sns.call(name, input);
      const { Subscriptions: rest } = await sns.call(name, { ...input, NextToken });
      const endpoints = new Set([...first, ...rest].map(({ Endpoint: one }) => one));
      assert.deepEqual([first.length, endpoints.size], [100, 101]);
    }
    const { Subscriptions: theirs = [] } = await new SnsAccount(sns.rig, other).call(
      'ListSubscriptions',
    );
    assert.deepEqual(theirs, []);
  });
});

describe('a message', () => {
  it('is left for each subscription that is confirmed, under one id', async () => {
    const sns = new SnsAccount();
    await sns.topic();
    const queues = [await sns.queue(news, {}, 'a'), await sns.queue(news, {}, 'b')];
    const hook = await confirmed(sns);
    await pending(sns, { Endpoint: 'http://127.0.0.1:9/other' });
    const before = sns.deliveries().length;
    const { MessageId: id } = await sns.call('Publish', {
      TopicArn: news,
      Message: 'hello',
      Subject: 'Hi',
      MessageAttributes: { store: { DataType: 'String', StringValue: 'a' } },
    });
    const left = sns.deliveries().slice(before);
    assert.deepEqual(new Set(left.map(({ lane }) => lane.id)), new Set([...queues, hook]));
    for (const { notice, sinceMs } of left)
      assert.deepEqual(notice, {
        type: 'Notification',
        messageId: id,
        topicArn: news,
        atMs: sinceMs,
        text: 'hello',
        subject: 'Hi',
        attributes: { store: { type: 'String', text: 'a' } },
      });
  });

  it('may be another for each protocol', async () => {
    const sns = new SnsAccount();
    await sns.topic();
    await sns.queue(news);
    await confirmed(sns);
    const before = sns.deliveries().length;
    await sns.call('Publish', {
      TargetArn: news,
      MessageStructure: 'json',
      Message: JSON.stringify({ default: 'd', sqs: 's', lambda: 1 }),
    });
    const texts = sns.deliveries().slice(before);
    assert.deepEqual(new Set(texts.map(({ notice }) => notice['text'])), new Set(['d', 's']));
    for (const [Message, message] of [
      ['hello', /JSON message body failed to parse/],
      ['[]', /JSON message body failed to parse/],
      ['{"sqs":"x"}', /No default entry/],
    ] as const)
      await sns.refuses(
        'Publish',
        { TopicArn: news, MessageStructure: 'json', Message },
        invalid,
        message,
      );
  });

  it('is refused where SNS refuses it', async () => {
    const sns = new SnsAccount();
    await sns.topic();
    const big = 'x'.repeat(262_144);
    await sns.call('Publish', { TopicArn: news, Message: big });
    for (const [more, message] of [
      [{ Message: '' }, /Empty message/],
      [{ Message: `${big}x` }, /Message too long/],
      [
        { Message: big, MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } } },
        /Message too long/,
      ],
      [{ Subject: 'x'.repeat(101) }, /Subject/],
      [{ Subject: 'a\nb' }, /Subject/],
      [{ Subject: '' }, /Subject/],
      [{ MessageStructure: 'xml' }, /MessageStructure/],
      [{ MessageDeduplicationId: 'd' }, /FIFO/],
      [{ MessageGroupId: 'a b' }, /MessageGroupId/],
      [{ MessageGroupId: 'g'.repeat(129) }, /MessageGroupId/],
      [{ TopicArn: undefined, PhoneNumber: '+491234' }, /PhoneNumber is not supported/],
      [{ TargetArn: news }, /both/],
      [{ TopicArn: undefined }, /TopicArn/],
    ] as const)
      await sns.refuses('Publish', { TopicArn: news, Message: 'm', ...more }, invalid, message);
    for (const [attribute, message] of [
      [{ DataType: 'Text', StringValue: 'x' }, /invalid message attribute type/],
      [{ DataType: 'String', StringValue: '' }, /must contain non-empty/],
      [{ DataType: 'Binary', StringValue: 'x' }, /must contain non-empty/],
      [{ DataType: 'Number', StringValue: 'ten' }, /number/],
      [{ DataType: 'String.Array', StringValue: '{"a":1}' }, /String.Array/],
      [{ DataType: 'String.Array', StringValue: '[[1]]' }, /String.Array/],
    ] as const)
      await sns.refuses(
        'Publish',
        { TopicArn: news, Message: 'm', MessageAttributes: { a: attribute } },
        'InvalidParameterValueException',
        message,
      );
    for (const name of ['a b', '.a', 'a..b', 'AWS.x', 'x'.repeat(257)])
      await sns.refuses(
        'Publish',
        {
          TopicArn: news,
          Message: 'm',
          MessageAttributes: { [name]: { DataType: 'String', StringValue: 'x' } },
        },
        'InvalidParameterValueException',
        /Invalid message attribute name/,
      );
    await sns.refuses(
      'Publish',
      { TopicArn: `${news}2`, Message: 'm' },
      'NotFoundException',
      /Topic does not exist/,
    );
  });

  it('is one of up to ten, each of which may fail by itself', async () => {
    const sns = new SnsAccount();
    await sns.topic();
    await sns.queue(news);
    const batch = (...PublishBatchRequestEntries: object[]) => ({
      TopicArn: news,
      PublishBatchRequestEntries,
    });
    const { Successful: done, Failed: failed } = await sns.call(
      'PublishBatch',
      batch({ Id: 'a', Message: 'one' }, { Id: 'b', Message: '' }, { Id: 'c', Message: 'two' }),
    );
    assert.deepEqual(
      done.map(({ Id }: { Id: string }) => Id),
      ['a', 'c'],
    );
    assert.deepEqual(failed, [
      {
        Id: 'b',
        Code: 'InvalidParameter',
        Message: 'Invalid parameter: Empty message',
        SenderFault: true,
      },
    ]);
    assert.deepEqual(
      sns.deliveries().map(({ notice }) => notice['text']),
      ['one', 'two'],
    );
    const one = (Id: string, Message = 'm') => ({ Id, Message });
    const many = Array.from({ length: 11 }, (_none, at) => one(`e${at}`));
    for (const [input, error] of [
      [batch(), 'EmptyBatchRequestException'],
      [batch(...many), 'TooManyEntriesInBatchRequestException'],
      [batch(one('a'), one('a')), 'BatchEntryIdsNotDistinctException'],
      [batch(one('a b')), 'InvalidBatchEntryIdException'],
      [
        batch(one('a', 'x'.repeat(200_000)), one('b', 'x'.repeat(200_000))),
        'BatchRequestTooLongException',
      ],
    ] as const)
      await sns.refuses('PublishBatch', input, error, /batch|Batch/);
  });

  it('goes to the topic of another account by its ARN', async () => {
    const sns = new SnsAccount();
    await sns.topic();
    await sns.queue(news);
    await new SnsAccount(sns.rig, other).call('Publish', { TopicArn: news, Message: 'hello' });
    assert.equal(sns.deliveries()[0]?.notice['text'], 'hello');
  });

  it('is left in parts where there are many to get it', async () => {
    const sns = new SnsAccount();
    await sns.topic();
    for (let number = 0; number < 20; number++) await sns.queue(news, {}, `q${number}`);
    const { length: before } = sns.rig.store.commits;
    await sns.call('Publish', { TopicArn: news, Message: 'x'.repeat(262_144) });
    assert.equal(sns.rig.store.commits.length - before, 2);
    assert.equal(sns.deliveries().length, 20);
  });
});
