// What leaves for subscribers, protocol by protocol: how it looks, what its answer means, when it
// is tried again, and what becomes of what nobody takes.

import assert from 'node:assert/strict';
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { scope } from '../../../../test/house/caller.ts';
import { ScriptedElsewhere, ScriptedHttp } from '../../../../test/house/outside.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { SnsAccount } from '../../../../test/house/sns-account.ts';
import type { Delivery, DeliveryFailure } from '../../../port/delivery.ts';
import type { HttpAnswer, HttpFailure } from '../../../port/http-sender.ts';
import type { Mail, MailFailure } from '../../../port/mailer.ts';
import { secondsBefore } from '../delivery-policy.ts';
import type { SnsDeps } from '../deps.ts';
import { Signer } from './signer.ts';
import { subscriptionSender } from './sender.ts';

const account = '123456789012';
const news = `arn:aws:sns:us-east-1:${account}:news`;
const queue = `arn:aws:sqs:us-east-1:${account}:q`;
const hook = 'http://127.0.0.1:9/hook';
const origin = 'https://batch.example.com';
const { privateKey: privatePem } = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

/** A topic `news`, and who sends for its subscriptions. */
class Post {
  readonly sns: SnsAccount;
  readonly http = new ScriptedHttp();
  readonly elsewhere = new ScriptedElsewhere();
  readonly mails: Mail[] = [];
  mailFailure: MailFailure | undefined;
  readonly signer: Signer;
  readonly sender;

  private constructor(sns: SnsAccount) {
    this.sns = sns;
    const { space, sealer } = sns.rig.depsOf<SnsDeps>('sns');
    const made = {
      privatePem,
      privateDer: new Uint8Array(),
      publicBlob: new Uint8Array(),
    };
    this.signer = new Signer({
      space,
      scope,
      sealer,
      keys: { make: async () => made },
      clock: sns.rig.clock,
    });
    this.http.onRequest = () => ({ status: 200, headers: {}, body: '' });
    this.sender = subscriptionSender({
      space,
      sealer,
      signer: this.signer,
      http: this.http,
      elsewhere: this.elsewhere,
      mailer: {
        send: async (mail) => {
          this.mails.push(mail);
          return this.mailFailure;
        },
      },
      address: { origin, listening: Promise.resolve() },
    });
  }

  static async open(topic: object = {}): Promise<Post> {
    const sns = new SnsAccount(new Rig({ mailer: { send: async () => undefined } }));
    await sns.topic('news', topic);
    return new Post(sns);
  }

  async subscribe(Protocol: string, Endpoint: string, Attributes: object = {}): Promise<string> {
    const { SubscriptionArn: arn } = await this.sns.call('Subscribe', {
      TopicArn: news,
      Protocol,
      Endpoint,
      Attributes,
      ReturnSubscriptionArn: true,
    });
    return arn as string;
  }

  /** With the confirmation done. */
  async subscribed(protocol: string, endpoint: string, attributes: object = {}): Promise<string> {
    const arn = await this.subscribe(protocol, endpoint, attributes);
    const token = (await this.sent('Token')) as string;
    await this.sns.call('ConfirmSubscription', { TopicArn: news, Token: token });
    return arn;
  }

  publish(more: object = {}): Promise<unknown> {
    return this.sns.call('Publish', { TopicArn: news, Message: 'hello', ...more });
  }

  /** What waits longest and was not sent; the last one there is. */
  last(): Delivery {
    const delivery = this.sns.deliveries().at(-1);
    assert.ok(delivery);
    return { ...delivery, attempts: 0 };
  }

  /** Sends the last delivery. */
  send(): Promise<DeliveryFailure | undefined> {
    return this.sns.rig.answered(this.sender.send(this.last(), new AbortController().signal));
  }

  /** A member of what the last delivery became, over HTTP or as a mail. */
  async sent(name: string): Promise<unknown> {
    assert.equal(await this.send(), undefined);
    const request = this.http.requests.at(-1);
    const body = request?.body ?? this.mails.at(-1)?.text ?? '';
    const link = /Token=(\w+)/.exec(body)?.[1];
    return body.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>)[name] : link;
  }

  get headers(): Record<string, string> {
    return Object.fromEntries(this.http.requests.at(-1)?.headers ?? []);
  }

  get body(): Record<string, string> {
    return JSON.parse(this.http.requests.at(-1)?.body ?? '') as Record<string, string>;
  }
}

describe('over HTTP', () => {
  it('a confirmation is asked for, with the address that confirms', async () => {
    const post = await Post.open();
    await post.subscribe('http', hook);
    assert.equal(await post.send(), undefined);
    const { 'x-amz-sns-message-id': id = '', ...headers } = post.headers;
    assert.deepEqual(headers, {
      'Content-Type': 'text/plain; charset=UTF-8',
      'User-Agent': 'Amazon Simple Notification Service Agent',
      'x-amz-sns-message-type': 'SubscriptionConfirmation',
      'x-amz-sns-topic-arn': news,
    });
    const { Token: token = '', ...body } = post.body;
    assert.match(token, /^[0-9a-f]{160}$/);
    assert.equal(body['MessageId'], id);
    assert.equal(
      body['SubscribeURL'],
      `${origin}/?Action=ConfirmSubscription&TopicArn=${news}&Token=${token}&Version=2010-03-31`,
    );
    assert.match(body['Message'] ?? '', /You have chosen to subscribe to the topic/);
    assert.equal(post.http.requests.at(-1)?.timeoutMs, 15_000);
  });

  it('a message is what AWS documents, signed over what AWS says', async () => {
    for (const [version, algorithm] of [
      ['1', 'RSA-SHA1'],
      ['2', 'RSA-SHA256'],
    ] as const) {
      const post = await Post.open({ Attributes: { SignatureVersion: version } });
      const arn = await post.subscribed('http', hook);
      await post.publish({
        Subject: 'Hi',
        MessageAttributes: { store: { DataType: 'String', StringValue: 'a' } },
      });
      assert.equal(await post.send(), undefined);
      assert.equal(post.headers['x-amz-sns-subscription-arn'], arn);
      const { MessageId, Signature: signature = '', SigningCertURL: url = '', ...body } = post.body;
      const at = new Date(post.last().sinceMs).toISOString();
      assert.deepEqual(body, {
        Type: 'Notification',
        TopicArn: news,
        Subject: 'Hi',
        Message: 'hello',
        Timestamp: at,
        SignatureVersion: version,
        UnsubscribeURL: `${origin}/?Action=Unsubscribe&SubscriptionArn=${arn}&Version=2010-03-31`,
        MessageAttributes: { store: { Type: 'String', Value: 'a' } },
      });
      const name =
        /^https:\/\/batch\.example\.com\/_longshore\/sns\/SimpleNotificationService-([0-9a-f]{32})\.pem$/.exec(
          url,
        )?.[1];
      const text = `Message\nhello\nMessageId\n${MessageId}\nSubject\nHi\nTimestamp\n${at}\nTopicArn\n${news}\nType\nNotification\n`;
      const pem = post.signer.certificate(name ?? '') ?? '';
      assert.ok(createVerify(algorithm).update(text).verify(pem, signature, 'base64'));
    }
  });

  it('a raw message is the message and nothing else', async () => {
    const post = await Post.open();
    await post.subscribed('http', hook, {
      RawMessageDelivery: 'true',
      DeliveryPolicy: '{"requestPolicy":{"headerContentType":"text/csv"}}',
    });
    await post.publish();
    assert.equal(await post.send(), undefined);
    assert.equal(post.http.requests.at(-1)?.body, 'hello');
    assert.equal(post.headers['x-amz-sns-rawdelivery'], 'true');
    assert.equal(post.headers['Content-Type'], 'text/csv');
  });

  it('the name and the password of an address become a header', async () => {
    const post = await Post.open();
    await post.subscribe('https', 'https://me:hush%20hush@127.0.0.1:9/hook?a=b#c');
    assert.equal(await post.send(), undefined);
    assert.equal(post.http.requests.at(-1)?.url.href, 'https://127.0.0.1:9/hook?a=b');
    assert.equal(post.headers['Authorization'], `Basic ${btoa('me:hush hush')}`);
    await post.subscribe('https', 'https://100%me:100%@127.0.0.1:9/hook');
    assert.equal(await post.send(), undefined);
    assert.equal(post.headers['Authorization'], `Basic ${btoa('100%me:100%')}`);
  });

  it('what the answer says decides whether it is tried again', async () => {
    const post = await Post.open();
    await post.subscribed('http', hook);
    await post.publish();
    const status = (code: number): HttpAnswer => ({ status: code, headers: {}, body: '' });
    const none = (failure: HttpFailure['failure']): HttpFailure => ({ failure, message: 'm' });
    for (const [answer, expected] of [
      [status(200), undefined],
      [status(204), undefined],
      [status(301), 'final'],
      [status(400), 'final'],
      [status(404), 'final'],
      [status(429), 'again'],
      [status(500), 'again'],
      [status(503), 'again'],
      [none('forbidden'), 'final'],
      [none('unsendable'), 'final'],
      [none('timeout'), 'again'],
      [none('unreachable'), 'again'],
    ] as const) {
      post.http.onRequest = () => answer;
      const failure = await post.send();
      const found = failure && (failure.isFinal ? 'final' : 'again');
      assert.equal(found, expected, JSON.stringify(answer));
    }
  });

  it('what has ended meanwhile gets nothing, and news of its end where a link ended it', async () => {
    const post = await Post.open();
    const arn = await post.subscribed('http', hook);
    await post.publish();
    const waiting = post.last();
    await post.sns.call('Unsubscribe', { SubscriptionArn: arn });
    const { length } = post.http.requests;
    const { signal } = new AbortController();
    assert.equal(await post.sender.send(waiting, signal), undefined);
    assert.equal(post.http.requests.length, length);
    assert.equal(post.sender.policyOf(waiting.scope, arn), undefined);
  });
});

describe('the pauses between tries', () => {
  const pauses = async (policy: object): Promise<number[]> => {
    const post = await Post.open();
    const arn = await post.subscribe('http', hook, { DeliveryPolicy: JSON.stringify(policy) });
    const lane = post.sender.policyOf(post.last().scope, arn);
    assert.ok(lane);
    return Array.from({ length: lane.retries }, (_none, at) => lane.pauseBefore?.(at + 1) ?? -1);
  };

  it('are AWS’s three of twenty seconds where nobody says anything', async () => {
    assert.deepEqual(await pauses({ throttlePolicy: {} }), [20_000, 20_000, 20_000]);
  });

  it('go through the phases of the policy', async () => {
    const healthyRetryPolicy = {
      minDelayTarget: 1,
      maxDelayTarget: 60,
      numRetries: 10,
      numNoDelayRetries: 2,
      numMinDelayRetries: 2,
      numMaxDelayRetries: 2,
    };
    const of = async (backoffFunction: string): Promise<number[]> =>
      (await pauses({ healthyRetryPolicy: { ...healthyRetryPolicy, backoffFunction } })).map(
        Math.round,
      );
    const linear = await of('linear');
    assert.deepEqual(linear.slice(0, 5), [0, 0, 1_000, 1_000, 1_000]);
    assert.deepEqual(linear.slice(-3), [60_000, 60_000, 60_000]);
    const backOffs = [linear];
    for (const name of ['arithmetic', 'exponential', 'geometric']) {
      const found = await of(name);
      assert.deepEqual([found[4], found[7]], [1_000, 60_000], name);
      assert.ok(
        found.every((pause, at) => pause <= (linear[at] ?? 0)),
        name,
      );
      assert.ok(
        found.slice(4).every((pause, at) => pause >= (found[at + 3] ?? 0)),
        name,
      );
      backOffs.push(found);
    }
    assert.equal(new Set(backOffs.map(String)).size, 4);
  });

  it('are the topic’s, unless the subscription says otherwise and may', async () => {
    const topicPolicy = (disableSubscriptionOverrides: boolean) =>
      JSON.stringify({
        http: {
          defaultHealthyRetryPolicy: { numRetries: 7 },
          defaultThrottlePolicy: { maxReceivesPerSecond: 5 },
          disableSubscriptionOverrides,
        },
      });
    const own = '{"healthyRetryPolicy":{"numRetries":1}}';
    for (const [isFinal, attributes, retries] of [
      [false, {}, 7],
      [false, { DeliveryPolicy: own }, 1],
      [true, { DeliveryPolicy: own }, 7],
    ] as const) {
      const post = await Post.open({ Attributes: { DeliveryPolicy: topicPolicy(isFinal) } });
      const arn = await post.subscribe('http', hook, attributes);
      const lane = post.sender.policyOf(post.last().scope, arn);
      assert.deepEqual([lane?.retries, lane?.perSecond], [retries, 5]);
      assert.equal(lane?.maxAgeMs, 3_600_000);
    }
  });

  it('of queues and functions are AWS’s, for 23 days', async () => {
    const post = await Post.open();
    const arn = await post.subscribe('sqs', queue);
    await post.publish();
    const lane = post.sender.policyOf(post.last().scope, arn);
    assert.deepEqual([lane?.retries, lane?.maxAgeMs], [100_015, 23 * 86_400_000]);
    const seconds = (number: number) => (lane?.pauseBefore?.(number) ?? 0) / 1_000;
    assert.deepEqual([1, 3, 4, 5, 6, 15, 16, 100_015].map(seconds), [0, 0, 1, 1, 1, 20, 20, 20]);
    const one = { minDelayTarget: 3, maxDelayTarget: 9, numRetries: 1 } as const;
    const none = { numNoDelayRetries: 0, numMinDelayRetries: 0, numMaxDelayRetries: 0 };
    for (const backoffFunction of ['linear', 'arithmetic', 'geometric', 'exponential'] as const)
      assert.equal(secondsBefore({ ...one, ...none, backoffFunction }, 1), 3);
  });
});

describe('elsewhere', () => {
  it('a queue gets the group of a message, for its fairness; nobody else does', async () => {
    const post = await Post.open();
    const arn = await post.subscribe('sqs', queue);
    await post.publish({ MessageGroupId: 'tenant-7' });
    for (const value of ['false', 'true']) {
      const raw = { AttributeName: 'RawMessageDelivery', AttributeValue: value };
      await post.sns.call('SetSubscriptionAttributes', { SubscriptionArn: arn, ...raw });
      assert.equal(await post.send(), undefined);
      const input = post.elsewhere.calls.at(-1)?.input as { MessageGroupId?: string };
      assert.equal(input.MessageGroupId, 'tenant-7');
    }
    await post.subscribed('http', hook);
    await post.publish({ MessageGroupId: 'tenant-7' });
    assert.doesNotMatch(post.last().body, /tenant-7/);
  });

  it('a queue gets the signed message, or as it is with its attributes', async () => {
    const post = await Post.open();
    const arn = await post.subscribe('sqs', queue);
    const MessageAttributes = {
      store: { DataType: 'String', StringValue: 'a' },
      bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
    };
    await post.publish({ MessageAttributes });
    assert.equal(await post.send(), undefined);
    const body = (): { MessageBody: string; MessageAttributes?: object } =>
      post.elsewhere.calls.at(-1)?.input as { MessageBody: string };
    const whole = JSON.parse(body().MessageBody) as Record<string, string>;
    assert.deepEqual([whole['Type'], whole['Message']], ['Notification', 'hello']);
    assert.ok(whole['Signature']);
    const raw = { AttributeName: 'RawMessageDelivery', AttributeValue: 'true' };
    await post.sns.call('SetSubscriptionAttributes', { SubscriptionArn: arn, ...raw });
    assert.equal(await post.send(), undefined);
    assert.equal(body().MessageBody, 'hello');
    assert.deepEqual(body().MessageAttributes, {
      store: { DataType: 'String', StringValue: 'a' },
      bytes: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) },
    });
    const many = Array.from({ length: 11 }, (_none, at) => [
      `a${at}`,
      { DataType: 'String', StringValue: 'x' },
    ]);
    await post.publish({ MessageAttributes: Object.fromEntries(many) as object });
    assert.equal((await post.send())?.isFinal, true);
  });

  it('a function gets records, in which two names are written otherwise', async () => {
    const post = await Post.open();
    const arn = await post.subscribe('lambda', `arn:aws:lambda:us-east-1:${account}:function:f`);
    await post.publish();
    assert.equal(await post.send(), undefined);
    const call = post.elsewhere.calls.at(-1);
    assert.ok(call);
    const { Payload } = call.input as { Payload: Buffer };
    const [record] = (JSON.parse(String(Payload)) as { Records: Record<string, unknown>[] })
      .Records;
    assert.equal(record?.['EventSource'], 'aws:sns');
    assert.equal(record?.['EventSubscriptionArn'], arn);
    const sns = record?.['Sns'] as Record<string, unknown>;
    assert.deepEqual(
      [sns['Message'], sns['Subject'], sns['MessageAttributes']],
      ['hello', null, {}],
    );
    assert.ok(sns['SigningCertUrl'] && sns['UnsubscribeUrl'] && !('SigningCertURL' in sns));
  });

  it('what nobody takes goes to the dead-letter queue as it would have arrived', async () => {
    const post = await Post.open();
    const dead = `arn:aws:sqs:us-east-1:${account}:dead`;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead });
    await post.subscribed('http', hook, { RedrivePolicy });
    await post.publish();
    const failure = { code: 'TIMEOUT', message: 'm', isFinal: false };
    const letter = post.sender.insteadOf(post.last(), failure, 'MaximumRetryAttempts');
    assert.deepEqual(letter?.lane, { kind: 'dead-letter', id: dead });
    const { message } = JSON.parse(letter?.body ?? '') as { message: string };
    const { Message, Signature } = JSON.parse(message) as Record<string, string>;
    assert.ok(Message === 'hello' && Signature);
    await post.subscribed('http', `${hook}2`);
    await post.publish();
    assert.equal(post.sender.insteadOf(post.last(), failure, 'final'), undefined);
  });
});

describe('as a mail', () => {
  it('a confirmation has its link, and a message the one that ends it', async () => {
    const post = await Post.open({ Attributes: { DisplayName: 'News' } });
    const arn = await post.subscribed('email', 'ann@example.com');
    assert.deepEqual(
      [post.mails[0]?.to, post.mails[0]?.fromName, post.mails[0]?.subject],
      ['ann@example.com', 'News', 'AWS Notification - Subscription Confirmation'],
    );
    await post.publish({ Subject: 'Hi' });
    assert.equal(await post.send(), undefined);
    assert.equal(post.mails[1]?.subject, 'Hi');
    assert.match(post.mails[1]?.text ?? '', /^hello\n\n--\n/);
    assert.ok(post.mails[1]?.text.includes(`Action=Unsubscribe&SubscriptionArn=${arn}`));
  });

  it('may be JSON, signed', async () => {
    const post = await Post.open();
    await post.subscribed('email-json', 'ann@example.com');
    await post.publish();
    assert.equal(await post.send(), undefined);
    const { Message, Signature } = JSON.parse(post.mails.at(-1)?.text ?? '') as Record<
      string,
      string
    >;
    assert.ok(Message === 'hello' && Signature);
  });

  it('is tried again where the mail server may take it another time', async () => {
    const post = await Post.open();
    const arn = await post.subscribe('email', 'ann@example.com');
    for (const isFinal of [false, true]) {
      post.mailFailure = { message: 'm', isFinal };
      assert.equal((await post.send())?.isFinal, isFinal);
    }
    const lane = post.sender.policyOf(post.last().scope, arn);
    assert.deepEqual([lane?.retries, lane?.maxAgeMs], [50, 21_600_000]);
  });
});
