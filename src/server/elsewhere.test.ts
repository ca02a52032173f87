// Calls of services elsewhere, through AWS's SDK, to a server on this machine that speaks enough of
// their protocols: what arrives there, signed by whom, and what comes of its errors.

import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import type { ElsewhereCall, ElsewhereError } from '../port/elsewhere.ts';
import { elsewhere } from './elsewhere.ts';
import { elsewherePlaces } from './elsewhere-places.ts';

interface Seen {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Place {
  readonly url: string;
  readonly seen: Seen[];
  answer: Answer;
}

async function place(t: TestContext, answer: Answer): Promise<Place> {
  const seen: Seen[] = [];
  const made: Place = { url: '', seen, answer };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      seen.push({ path: request.url ?? '', headers: request.headers, body });
      response.writeHead(made.answer.status, made.answer.headers).end(made.answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return Object.assign(made, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

/** The machine that runs this may have credentials of somebody's. */
function withoutCredentials(t: TestContext): void {
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'] as const;
  const before = names.map((name) => process.env[name]);
  const files = ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'] as const;
  for (const name of names) delete process.env[name];
  for (const name of files) process.env[name] = '/dev/null';
  t.after(() => {
    for (const name of files) delete process.env[name];
    for (const [at, name] of names.entries())
      if (before[at] !== undefined) process.env[name] = before[at];
  });
}

const at = { region: 'eu-west-1', account: '123456789012' };
const never = new AbortController().signal;
const json = { 'content-type': 'application/json' };

async function call(
  { url }: Pick<Place, 'url'>,
  given: Pick<ElsewhereCall, 'service' | 'operation' | 'input'>,
): Promise<ElsewhereError | undefined> {
  const name = given.service === 'states' ? 'stepfunctions' : given.service;
  return elsewhere(elsewherePlaces([`${name}=${url}`])).call({ ...at, ...given }, never);
}

describe('what arrives', () => {
  it('of SQS, signed with the account where the operator has no credentials', async (t) => {
    withoutCredentials(t);
    const sqs = await place(t, { status: 200, headers: json, body: '{"MessageId":"1"}' });
    const QueueUrl = 'http://queues.lab/123456789012/q';
    const input = { QueueUrl, MessageBody: 'hello' };
    assert.equal(await call(sqs, { service: 'sqs', operation: 'SendMessage', input }), undefined);
    const [seen] = sqs.seen;
    assert.equal(seen?.headers['x-amz-target'], 'AmazonSQS.SendMessage');
    assert.match(
      seen?.headers.authorization ?? '',
      /Credential=123456789012\/\d+\/eu-west-1\/sqs\//,
    );
    assert.deepEqual(JSON.parse(seen?.body ?? ''), input);
  });

  it('of Lambda, not waited for', async (t) => {
    withoutCredentials(t);
    const lambda = await place(t, { status: 202 });
    const FunctionName = 'arn:aws:lambda:eu-west-1:123456789012:function:f';
    const input = { FunctionName, InvocationType: 'Event', Payload: Buffer.from('{"a":1}') };
    assert.equal(await call(lambda, { service: 'lambda', operation: 'Invoke', input }), undefined);
    const [seen] = lambda.seen;
    assert.equal(
      decodeURIComponent(seen?.path ?? ''),
      `/2015-03-31/functions/${FunctionName}/invocations`,
    );
    assert.equal(seen?.headers['x-amz-invocation-type'], 'Event');
    assert.equal(seen?.body, '{"a":1}');
  });

  it('of Step Functions, Kinesis and SNS', async (t) => {
    withoutCredentials(t);
    const somewhere = await place(t, {
      status: 200,
      headers: json,
      body: '{"executionArn":"a","startDate":1,"ShardId":"s","SequenceNumber":"1"}',
    });
    const stateMachineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:m';
    const calls = [
      ['states', 'StartExecution', { stateMachineArn, input: '{}' }],
      ['kinesis', 'PutRecord', { StreamName: 's', Data: Buffer.from('x'), PartitionKey: 'p' }],
    ] as const;
    for (const [service, operation, input] of calls)
      assert.equal(await call(somewhere, { service, operation, input }), undefined, operation);
    somewhere.answer = {
      status: 200,
      body: '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>',
    };
    const TopicArn = 'arn:aws:sns:eu-west-1:123456789012:t';
    const publish = {
      service: 'sns',
      operation: 'Publish',
      input: { TopicArn, Message: 'x' },
    } as const;
    assert.equal(await call(somewhere, publish), undefined);
    assert.deepEqual(
      somewhere.seen.map(({ headers }) => headers['x-amz-target']),
      ['AWSStepFunctions.StartExecution', 'Kinesis_20131202.PutRecord', undefined],
    );
  });
});

describe('errors', () => {
  const input = { QueueUrl: 'http://q/1/q', MessageBody: 'x' };
  const send = { service: 'sqs', operation: 'SendMessage', input } as const;

  it('by their names, each tried once', async (t) => {
    withoutCredentials(t);
    const sqs = await place(t, {
      status: 400,
      headers: { 'content-type': 'application/x-amz-json-1.0' },
      body: '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"No such queue"}',
    });
    assert.deepEqual(await call(sqs, send), {
      code: 'QueueDoesNotExist',
      message: 'No such queue',
      status: 400,
      isOfClient: undefined,
    });
    sqs.answer = { status: 503 };
    const away = await call(sqs, send);
    assert.equal(away?.status, 503);
    assert.equal(away.isOfClient, undefined);
    assert.equal(sqs.seen.length, 2);
  });

  it('where nobody answers, and where the client refuses', async (t) => {
    withoutCredentials(t);
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const nowhere = { url: `http://127.0.0.1:${port}` };
    const error = await call(nowhere, send);
    assert.equal(error?.code, 'ECONNREFUSED');
    assert.equal(error.status, undefined);
    assert.equal(error.isOfClient, undefined);
    const empty = await call(nowhere, { service: 'lambda', operation: 'Invoke', input: {} });
    assert.equal(empty?.isOfClient, true);
    const unknown = await call(nowhere, { service: 'sqs', operation: 'Explode', input: {} });
    assert.equal(unknown?.code, 'UnknownOperationException');
  });
});
