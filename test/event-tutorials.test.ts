// The user guide's chapters about events, walked as their readers would: the role of CloudWatch
// Events, a scheduled job, a job that is told of an event, the two tutorials about listening and
// mail. Set up with the AWS CLI, on the real program and the process engine. A function of Lambda's
// is an endpoint of the test's that does what the guide's function does.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ListJobsCommand } from '@aws-sdk/client-batch';
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { must } from '../src/base/assert.ts';
import { AwsCli } from './aws-cli.ts';
import { allBatchEvents, echoParameters, eventsRole, failedJobs, s3Transformer } from './guide.ts';
import { JsonEndpoint } from './json-endpoint.ts';
import { MailBox } from './mail-box.ts';
import { requirement } from './requirement.ts';
import { account, region, TestServer } from './server.ts';
import { until } from './until.ts';

interface JobEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: { readonly jobId: string; readonly status: string };
}

const need = requirement('awscli');
const arn = (service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;
const queueArn = arn('batch', 'job-queue/test');
const roleArn = (name: string): string => `arn:aws:iam::${account}:role/${name}`;

/** Files that the AWS CLI is given. */
class Files implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'longshore-tutorials-'));

  of(name: string, content: unknown): string {
    const path = join(this.#folder, name);
    writeFileSync(path, JSON.stringify(content));
    return `file://${path}`;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** Every job of the queue whose name it is, with its children's parent alone. */
async function jobsNamed(server: TestServer, name: string): Promise<string[]> {
  const { jobSummaryList = [] } = await server.batch.send(
    new ListJobsCommand({ jobQueue: 'test', filters: [{ name: 'JOB_NAME', values: [name] }] }),
  );
  return jobSummaryList.map(({ jobId = '' }) => jobId);
}

const jobNamed = async (server: TestServer, name: string): Promise<string> =>
  until(`a job ${name}`, async () => (await jobsNamed(server, name))[0]);

/** Lambda's function of the guide: prints each event that is Batch's into a log stream. */
class Listener {
  static readonly group = '/aws/lambda/batch-event-stream-handler';
  #print: ((line: string) => Promise<unknown>) | undefined;

  /** Where its log stream is. */
  async runAt({ logs }: TestServer, logStreamName: string): Promise<void> {
    const names = { logGroupName: Listener.group, logStreamName };
    await logs.send(new CreateLogGroupCommand(names)).catch((error: Error) => {
      if (error.name !== 'ResourceAlreadyExistsException') throw error;
    });
    await logs.send(new CreateLogStreamCommand(names));
    this.#print = (message) => {
      const logEvents = [{ timestamp: Date.now(), message }];
      return logs.send(new PutLogEventsCommand({ ...names, logEvents }));
    };
  }

  async handle(event: JobEvent): Promise<void> {
    if (event.source !== 'aws.batch')
      throw new Error('Function only supports input from events with a source type of: aws.batch');
    await this.#print?.(JSON.stringify(event));
  }
}

describe('jobs in response to events, with --auth on', need, () => {
  let server: TestServer;
  let aws: AwsCli;
  let events: EventBridgeClient;
  const files = new Files();

  before(async () => {
    server = await TestServer.start('process', ['--auth', 'on']);
    aws = new AwsCli(server);
    events = new EventBridgeClient(server.clientOptions());
    await server.prepare();
  });
  after(async () => {
    events.destroy();
    await server[Symbol.asyncDispose]();
    files[Symbol.dispose]();
  });

  const putEvent = async (source: string, detail: object): Promise<void> => {
    const { FailedEntryCount } = await events.send(
      new PutEventsCommand({
        Entries: [{ Source: source, DetailType: 'Call', Detail: JSON.stringify(detail) }],
      }),
    );
    assert.equal(FailedEntryCount, 0);
  };

  test('the role of the guide is made, and is what the managed policy gives', async () => {
    const trust = files.of('trust.json', eventsRole.trust);
    await aws.text`iam create-role --role-name events --assume-role-policy-document ${trust}`;
    const policyArn = 'arn:aws:iam::aws:policy/service-role/AWSBatchServiceEventTargetRole';
    const { PolicyVersion } =
      await aws.json`iam get-policy-version --policy-arn ${policyArn} --version-id v1`;
    assert.deepEqual(PolicyVersion.Document, eventsRole.permissions);
    const policy = files.of('policy.json', eventsRole.permissions);
    await aws.text`iam put-role-policy --role-name events --policy-name submit --policy-document ${policy}`;
  });

  // Its minute passes while the other chapters are walked.
  test('a rule with a fixed rate is created', async () => {
    await server.register('nightly', { command: ['echo', 'good night'] });
    await aws.text`events put-rule --name schedule --description each=minute --state ENABLED --schedule-expression ${'rate(1 minute)'}`;
    const target = {
      Id: 'queue',
      Arn: queueArn,
      RoleArn: roleArn('events'),
      BatchParameters: {
        JobDefinition: 'nightly',
        JobName: 'scheduled',
        ArrayProperties: { Size: 2 },
        RetryStrategy: { Attempts: 3 },
      },
    };
    const { FailedEntryCount } =
      await aws.json`events put-targets --rule schedule --targets ${files.of('schedule.json', [target])}`;
    assert.equal(FailedEntryCount, 0);
  });

  test('an input transformer passes what the event says to the job', async () => {
    const definition = files.of('echo-parameters.json', { ...echoParameters, type: 'container' });
    await aws.text`batch register-job-definition --cli-input-json ${definition}`;
    const pattern = files.of('s3.json', { source: ['my.s3'] });
    await aws.text`events put-rule --name uploads --event-pattern ${pattern}`;
    const target = {
      Id: 'echo',
      Arn: queueArn,
      RoleArn: roleArn('events'),
      BatchParameters: { JobDefinition: 'echo-parameters:1', JobName: 'echo' },
      InputTransformer: s3Transformer,
    };
    await aws.text`events put-targets --rule uploads --targets ${files.of('uploads.json', [target])}`;
    const key = 'holidays/the "best" \\ one.jpg';
    // As CloudTrail tells of an upload; the source is a custom one, for aws.s3 is AWS's own.
    const entry = {
      Source: 'my.s3',
      DetailType: 'AWS API Call via CloudTrail',
      Detail: JSON.stringify({
        eventName: 'PutObject',
        requestParameters: { bucketName: 'my-bucket', key },
      }),
    };
    const { FailedEntryCount } =
      await aws.json`events put-events --entries ${files.of('entry.json', [entry])}`;
    assert.equal(FailedEntryCount, 0);
    const job = await server.whenEnded(await jobNamed(server, 'echo'));
    assert.deepEqual(
      [job.status, job.parameters],
      ['SUCCEEDED', { S3bucket: 'my-bucket', S3key: key }],
    );
    assert.deepEqual(await server.lines(job), [`my-bucket ${key}`]);
  });

  test('a role without the policy, or without the trust, submits nothing and leads to a dead letter', async () => {
    const iam = new IAMClient(server.clientOptions());
    const trust = JSON.stringify(eventsRole.trust);
    const others = trust.replace('events.amazonaws.com', 'ec2.amazonaws.com');
    for (const [RoleName, AssumeRolePolicyDocument] of [
      ['may-nothing', trust],
      ['is-for-others', others],
    ])
      await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    iam.destroy();
    const pattern = JSON.stringify({ source: ['my.denied'] });
    await events.send(new PutRuleCommand({ Name: 'denied', EventPattern: pattern }));
    await events.send(
      new PutTargetsCommand({
        Rule: 'denied',
        Targets: ['may-nothing', 'is-for-others', 'is-not-there'].map((role) => ({
          Id: role,
          Arn: queueArn,
          RoleArn: roleArn(role),
          BatchParameters: { JobDefinition: 'echo-parameters', JobName: 'denied' },
          DeadLetterConfig: { Arn: arn('sqs', role) },
        })),
      }),
    );
    await putEvent('my.denied', { secret: 'no' });
    const codes = [
      ['may-nothing', 'NO_PERMISSIONS', /is not authorized to perform: batch:SubmitJob/],
      ['is-for-others', 'FAILED_TO_ASSUME_ROLE', /sts:AssumeRole/],
      ['is-not-there', 'FAILED_TO_ASSUME_ROLE', /sts:AssumeRole/],
    ] as const;
    for (const [role, code, message] of codes) {
      const letter = await letterIn(server, role);
      assert.deepEqual(JSON.parse(letter.message).detail, { secret: 'no' });
      const { ERROR_CODE, ERROR_MESSAGE, RULE_ARN, RETRY_ATTEMPTS } = letter.attributes;
      assert.deepEqual(
        [ERROR_CODE, RULE_ARN, RETRY_ATTEMPTS],
        [code, arn('events', 'rule/denied'), '0'],
      );
      assert.match(ERROR_MESSAGE ?? '', message);
    }
    assert.deepEqual(await jobsNamed(server, 'denied'), []);
  });

  test('the scheduled job has come by itself, as an array that is tried again', async () => {
    const job = await server.whenEnded(await jobNamed(server, 'scheduled'));
    assert.deepEqual(
      [job.status, job.arrayProperties?.size, job.retryStrategy?.attempts],
      ['SUCCEEDED', 2, 3],
    );
    await aws.text`events disable-rule --name schedule`;
  });
});

describe('listening for events, and alerts by mail', need, () => {
  let server: TestServer;
  let aws: AwsCli;
  let endpoint: JsonEndpoint<JobEvent>;
  let box: MailBox;
  const listener = new Listener();
  const files = new Files();

  before(async () => {
    endpoint = await JsonEndpoint.open((event) => listener.handle(event));
    box = await MailBox.open();
    const mail = ['--smtp', box.url, '--smtp-from', 'batch@example.com'];
    server = await TestServer.start('process', [
      ...['--send-to', `lambda=${endpoint.url}`],
      ...mail,
    ]);
    aws = new AwsCli(server);
    await server.prepare();
    await server.register('sample', { command: ['true'] });
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    await endpoint[Symbol.asyncDispose]();
    await box[Symbol.asyncDispose]();
    files[Symbol.dispose]();
  });

  const rule = (name: string, pattern: object): Promise<unknown> =>
    aws.text`events put-rule --name ${name} --event-pattern ${files.of('pattern.json', pattern)}`;
  const target = async (of: string, what: object): Promise<void> => {
    const file = files.of('targets.json', [{ Id: 'target', ...what }]);
    const { FailedEntryCount } = await aws.json`events put-targets --rule ${of} --targets ${file}`;
    assert.equal(FailedEntryCount, 0);
  };
  /** Of the job, as the log stream of the function shows them, in its order. */
  const printed = async (stream: string, jobId: string): Promise<JobEvent[]> => {
    await until(`the end of ${jobId} to be told`, () =>
      endpoint.done.some(({ detail }) => detail.jobId === jobId && detail.status === 'SUCCEEDED'),
    );
    const { events } =
      await aws.json`logs get-log-events --log-group-name ${Listener.group} --log-stream-name ${stream}`;
    const all = events.map(({ message }: { message: string }) => JSON.parse(message) as JobEvent);
    return all.filter(({ detail }: JobEvent) => detail.jobId === jobId);
  };
  const assertStory = (events: readonly JobEvent[]): void => {
    assert.deepEqual(
      events.map(({ detail }) => detail.status),
      ['RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED'],
    );
    for (const event of events) assert.equal(event['detail-type'], 'Batch Job State Change');
  };

  test('a Lambda function elsewhere prints each event of a job into its log stream', async () => {
    await listener.runAt(server, 'function');
    await rule('function', allBatchEvents);
    const Arn = arn('lambda', 'function:batch-event-stream-handler');
    await target('function', { Arn });
    const jobId = await server.submit('sample');
    assertStory(await printed('function', jobId));
    assert.equal(endpoint.got[0]?.path, `/2015-03-31/functions/${Arn}/invocations`);
    await aws.text`events remove-targets --rule function --ids target`;
    await aws.text`events delete-rule --name function`;
  });

  test('an HTTP endpoint does the same as an API destination', async () => {
    await listener.runAt(server, 'endpoint');
    const parameters = JSON.stringify({
      ApiKeyAuthParameters: { ApiKeyName: 'x-key', ApiKeyValue: 'hush' },
    });
    const { ConnectionArn } =
      await aws.json`events create-connection --name listener --authorization-type API_KEY --auth-parameters ${parameters}`;
    const { ApiDestinationArn } =
      await aws.json`events create-api-destination --name listener --connection-arn ${ConnectionArn} --http-method POST --invocation-endpoint ${endpoint.url}/events`;
    await rule('endpoint', allBatchEvents);
    const RoleArn = roleArn('events');
    await target('endpoint', { Arn: ApiDestinationArn, RoleArn });
    const jobId = await server.submit('sample');
    assertStory(await printed('endpoint', jobId));
    const { method, path, headers } = must(endpoint.got.at(-1), 'a request');
    assert.deepEqual([method, path, headers['x-key']], ['POST', '/events', 'hush']);
    await aws.text`events remove-targets --rule endpoint --ids target`;
  });

  test('a failed job is told of by mail, once the link of another mail is followed', async () => {
    const { TopicArn } = await aws.json`sns create-topic --name JobFailedAlert`;
    const { SubscriptionArn } =
      await aws.json`sns subscribe --topic-arn ${TopicArn} --protocol email --notification-endpoint ann@example.com`;
    assert.equal(SubscriptionArn, 'pending confirmation');
    const [link = ''] = /https?:\/\/\S+Action=ConfirmSubscription\S+/.exec(await box.mail(1)) ?? [];
    assert.equal((await fetch(link)).status, 200);

    await rule('job-failed-alert', failedJobs);
    await target('job-failed-alert', { Arn: TopicArn });
    await server.run('sample', { command: ['true'] });
    const job = await server.run('fails', { command: ['/bin/sh', '-c', 'exit 1'] });
    assert.equal(job.status, 'FAILED');
    const mail = await box.mail(2);
    assert.match(mail, /"detail-type":"Batch Job State Change"/);
    assert.match(mail, new RegExp(`"jobId":"${job.jobId}"`));
    assert.match(mail, /"status":"FAILED"/);
    assert.equal(box.mails.length, 2);
    assert.deepEqual(box.mails[1]?.to, ['ann@example.com']);
  });
});

interface Letter {
  readonly message: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The first letter of a queue that is a file of the server's. */
async function letterIn({ dataDir }: TestServer, queue: string): Promise<Letter> {
  const path = join(dataDir, 'dead-letters', region, account, `${queue}.jsonl`);
  const line = await until(`a letter in ${queue}`, () =>
    existsSync(path) ? readFileSync(path, 'utf8').split('\n')[0] : undefined,
  );
  return JSON.parse(line) as Letter;
}
