// SNS from end to end: the real program, receivers of HTTP and of mail that the test runs, the
// validator of messages that programs use, and links that people follow.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { globalAgent } from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { AwsCli } from './aws-cli.ts';
import { MailBox } from './mail-box.ts';
import { requirement } from './requirement.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

/** It comes without types. */
const MessageValidator = createRequire(import.meta.url)('sns-validator') as new (hosts: RegExp) => {
  validate(message: object, done: (error: Error | null, valid?: object) => void): void;
};

const fixture = (name: string): string =>
  fileURLToPath(new URL(`./fixture/tls/${name}.pem`, import.meta.url));

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Takes whatever is sent, and keeps it. */
class Receiver implements AsyncDisposable {
  readonly received: Received[] = [];
  /** What the next requests are answered; 200 when it is empty. */
  readonly answers: number[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        this.received.push({ headers: request.headers, body });
        response.writeHead(this.answers.shift() ?? 200).end();
      });
    });
  }

  static async open(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** Of the type, once there are so many. */
  messages(type: string, count = 1): Promise<Record<string, string>[]> {
    return until(`${count} of ${type}`, () => {
      const found = this.received.filter(
        ({ headers }) => headers['x-amz-sns-message-type'] === type,
      );
      return (
        found.length >= count && found.map(({ body }) => JSON.parse(body) as Record<string, string>)
      );
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const linkIn = (text: string): string => /https?:\/\/\S+Action=\S+/.exec(text)?.[0] ?? '';

describe('over HTTP', () => {
  it('a receiver confirms by the link, gets what is published, and goes by another link', async () => {
    await using server = await TestServer.start('fake');
    await using receiver = await Receiver.open();
    const sns = new SNSClient(server.clientOptions());
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'news' }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: receiver.url }));
    const [asked] = await receiver.messages('SubscriptionConfirmation');
    const confirmed = await fetch(asked?.['SubscribeURL'] ?? '');
    assert.equal(confirmed.status, 200);
    assert.match(await confirmed.text(), /<SubscriptionArn>arn:aws:sns:/);

    // The first try fails, and what is on its way outlives a restart.
    receiver.answers.push(503);
    await sns.send(new PublishCommand({ TopicArn, Message: 'hello', Subject: 'Hi' }));
    await until('the first try', () => receiver.received.length > 1);
    await server.kill('SIGKILL');
    await server.restart();
    const [, told] = await receiver.messages('Notification', 2);
    assert.deepEqual([told?.['Message'], told?.['Subject']], ['hello', 'Hi']);
    const certificate = await fetch(told?.['SigningCertURL'] ?? '');
    assert.match(await certificate.text(), /^-----BEGIN CERTIFICATE-----\n/);

    const gone = await fetch(told?.['UnsubscribeURL'] ?? '');
    assert.equal(gone.status, 200);
    await receiver.messages('UnsubscribeConfirmation');
    const after = new SNSClient(server.clientOptions());
    const { Subscriptions: left } = await after.send(
      new ListSubscriptionsByTopicCommand({ TopicArn }),
    );
    assert.deepEqual(
      left?.map(({ SubscriptionArn: arn }) => arn),
      ['Deleted'],
    );
    sns.destroy();
    after.destroy();
  });

  it('what it gets, the validator of SNS’s messages takes', async () => {
    await using server = await TestServer.start('fake', [
      ...['--tls-cert', fixture('one.cert'), '--tls-key', fixture('one.key')],
    ]);
    await using receiver = await Receiver.open();
    const ca = readFileSync(fixture('one.cert'));
    globalAgent.options.ca = ca;
    const sns = new SNSClient({
      ...server.clientOptions(),
      requestHandler: { httpsAgent: globalAgent },
    });
    const validator = new MessageValidator(/^127\.0\.0\.1:\d+$/);
    const validated = (message: object): Promise<unknown> =>
      new Promise((resolve, reject) =>
        validator.validate(message, (error, valid) => (error ? reject(error) : resolve(valid))),
      );
    for (const SignatureVersion of ['1', '2']) {
      const { TopicArn } = await sns.send(
        new CreateTopicCommand({
          Name: `news-${SignatureVersion}`,
          Attributes: { SignatureVersion },
        }),
      );
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: receiver.url }));
      const count = Number(SignatureVersion);
      const asked = (await receiver.messages('SubscriptionConfirmation', count)).at(-1);
      assert.ok(asked);
      await validated(asked);
      const Token = asked['Token'];
      await sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token }));
      await sns.send(new PublishCommand({ TopicArn, Message: 'grüße\n', Subject: 'Hi' }));
      const told = (await receiver.messages('Notification', count)).at(-1);
      assert.ok(told);
      assert.equal(told['SignatureVersion'], SignatureVersion);
      await validated({ ...told });
      await assert.rejects(validated({ ...told, Message: 'another' }), /signature is invalid/);
    }
    sns.destroy();
    globalAgent.destroy();
  });
});

describe('by mail', () => {
  it('people confirm, read and leave by links, though every request else must be signed', async () => {
    await using box = await MailBox.open();
    await using server = await TestServer.start('fake', [
      ...['--auth', 'on', '--smtp', box.url],
      ...['--smtp-from', 'batch@example.com'],
    ]);
    const sns = new SNSClient(server.clientOptions());
    const { TopicArn } = await sns.send(
      new CreateTopicCommand({ Name: 'news', Attributes: { DisplayName: 'News' } }),
    );
    await sns.send(
      new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'ann@example.com' }),
    );
    const asking = await box.mail(1);
    assert.deepEqual(box.mails[0]?.to, ['ann@example.com']);
    assert.match(asking, /^From: News <batch@example\.com>\r$/m);
    assert.match(asking, /^Subject: AWS Notification - Subscription Confirmation\r$/m);
    assert.equal((await fetch(linkIn(asking))).status, 200);
    await sns.send(new PublishCommand({ TopicArn, Message: 'It is done.', Subject: 'Job' }));
    const told = await box.mail(2);
    assert.match(told, /^Subject: Job\r$/m);
    assert.match(told, /\r\n\r\nIt is done\.\r\n/);
    assert.equal((await fetch(linkIn(told))).status, 200);
    assert.match(await box.mail(3), /has been deactivated/);
    assert.equal((await fetch(`${server.url}/?Action=ListTopics&Version=2010-03-31`)).status, 403);
    sns.destroy();
  });

  it('a failed job is told of, as the tutorial of the user guide has it', async () => {
    await using box = await MailBox.open();
    await using server = await TestServer.start('process', [
      ...['--auth', 'on', '--smtp', box.url],
      ...['--smtp-from', 'batch@example.com'],
    ]);
    await server.prepare();
    const sns = new SNSClient(server.clientOptions());
    const events = new EventBridgeClient(server.clientOptions());
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'JobFailedAlert' }));
    await sns.send(
      new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'ann@example.com' }),
    );
    await fetch(linkIn(await box.mail(1)));
    const EventPattern =
      '{"detail-type": ["Batch Job State Change"], "source": ["aws.batch"], "detail": {"status": ["FAILED"]}}';
    await events.send(new PutRuleCommand({ Name: 'job-failed', EventPattern }));
    await events.send(
      new PutTargetsCommand({ Rule: 'job-failed', Targets: [{ Id: 'topic', Arn: TopicArn }] }),
    );
    // The console does this when a rule is given a topic.
    await sns.send(
      new SetTopicAttributesCommand({
        TopicArn,
        AttributeName: 'Policy',
        AttributeValue: JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sns:Publish',
            Resource: TopicArn,
          },
        }),
      }),
    );
    await server.run('works', { command: ['true'] });
    const failed = await server.run('fails', { command: ['/bin/sh', '-c', 'exit 1'] });
    const text = await box.mail(2);
    assert.match(text, /"detail-type":"Batch Job State Change"/);
    assert.ok(text.replaceAll('\r\n', '').includes(`"jobId":"${failed.jobId}"`), text);
    sns.destroy();
    events.destroy();
  });

  it('is nothing for a server without a mail server', async () => {
    await using server = await TestServer.start('fake');
    const sns = new SNSClient(server.clientOptions());
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'news' }));
    await assert.rejects(
      sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'ann@example.com' })),
      /started without --smtp/,
    );
    sns.destroy();
  });
});

const { skip } = requirement('awscli');

it('the AWS CLI makes, tags, filters, publishes and deletes', { skip }, async () => {
  await using server = await TestServer.start('fake');
  await using receiver = await Receiver.open();
  const aws = new AwsCli(server);
  const { TopicArn: topic } =
    await aws.json`sns create-topic --name news --tags Key=team,Value=red`;
  const { SubscriptionArn: arn } =
    await aws.json`sns subscribe --topic-arn ${topic} --protocol http --notification-endpoint ${receiver.url} --attributes ${'{"FilterPolicy":"{\\"store\\":[\\"a\\"]}"}'} --return-subscription-arn`;
  const [asked] = await receiver.messages('SubscriptionConfirmation');
  await aws.json`sns confirm-subscription --topic-arn ${topic} --token ${asked?.['Token']}`;
  const attribute = (store: string): string =>
    JSON.stringify({ store: { DataType: 'String', StringValue: store } });
  for (const store of ['b', 'a'])
    await aws.json`sns publish --topic-arn ${topic} --message ${`for ${store}`} --message-attributes ${attribute(store)}`;
  const [told] = await receiver.messages('Notification');
  assert.equal(told?.['Message'], 'for a');
  const { Attributes: shown } =
    (await aws.json`sns get-subscription-attributes --subscription-arn ${arn}`) as {
      Attributes: Record<string, string>;
    };
  assert.equal(shown['FilterPolicy'], '{"store":["a"]}');
  const { Tags: tags } = await aws.json`sns list-tags-for-resource --resource-arn ${topic}`;
  assert.deepEqual(tags, [{ Key: 'team', Value: 'red' }]);
  assert.equal((await aws.run`sns delete-topic --topic-arn ${topic}`).code, 0);
  const { Topics: left } = await aws.json`sns list-topics`;
  assert.deepEqual(left ?? [], []);
});
