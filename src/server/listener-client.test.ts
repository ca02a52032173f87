// Real clients against the wire: the official SDK and the AWS CLI must read our answers and our
// errors as AWS's.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import {
  BatchClient,
  ClientException,
  CreateQuotaShareCommand,
  DescribeJobsCommand,
  ListTagsForResourceCommand,
  ServerException,
  SubmitJobCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-batch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import { alreadyExists, notFound, parameterDialect, throttled } from '../wire/error-catalogue.ts';
import { jsonRpc } from '../wire/json-rpc.ts';
import { notBuilt, type Operation, type OperationTable } from '../wire/operation.ts';
import type { AnyService } from '../wire/service.ts';
import { operationsOf } from '../wire/schema.ts';
import { echo, echoBatch, echoPipeline } from '../../test/house/echo.ts';
import { listen, type Listener } from './listener.ts';

const aws = '/usr/bin/aws';
const arn = 'arn:aws:batch:us-east-1:000000000000:job-queue/q';
const tagCalls: unknown[] = [];
const noted = (input: Record<string, unknown>): object => {
  tagCalls.push(input);
  return {};
};

const logOperations: Record<
  string,
  Operation<unknown, Record<string, unknown>, unknown> | typeof notBuilt
> = {};
for (const name of operationsOf(logs).keys()) logOperations[name] = notBuilt;
logOperations['GetLogEvents'] = echo(() => ({
  events: [{ timestamp: 1_700_000_000_000, message: 'héllo', ingestionTime: 1_700_000_000_001 }],
  nextForwardToken: 'f/1',
}));
logOperations['CreateLogGroup'] = echo(() => undefined);
const toyLogs: AnyService = {
  name: 'logs',
  schemas: logs,
  protocol: jsonRpc,
  signingName: 'logs',
  targetPrefix: 'Logs_20140328',
  operations: logOperations as OperationTable<unknown>,
  deps: undefined,
  dialect: parameterDialect,
  maxBodyBytes: () => 1_572_864,
};

const { pipeline, audited } = echoPipeline([
  echoBatch({
    SubmitJob: echo((input) => ({ jobName: input['jobName'], jobId: 'id-1', jobArn: 'arn-1' })),
    DescribeJobs: echo((input) => {
      const [id] = input['jobs'] as string[];
      if (id === 'missing') throw notFound(`job ${id}`);
      if (id === 'double') throw alreadyExists();
      if (id === 'busy') throw throttled();
      if (id === 'broken') throw new Error('a fault of ours');
      return {
        jobs: [
          {
            jobId: id,
            jobName: 'n',
            status: 'SUCCEEDED',
            jobQueue: 'q',
            jobDefinition: 'd',
            startedAt: 1_700_000_000_000,
          },
        ],
      };
    }),
    TagResource: echo(noted),
    UntagResource: echo(noted),
    ListTagsForResource: echo((input) => ({ tags: { arn: input['resourceArn'] as string } })),
    CreateQuotaShare: notBuilt,
  }),
  toyLogs,
]);

let listener: Listener;
before(async () => {
  listener = await listen({
    host: '127.0.0.1',
    port: 0,
    pipeline,
    own: () => undefined,
    onFault: (error) => assert.fail(String(error)),
  });
});
after(() => listener.close(1_000));

const job = { jobName: 'n', jobQueue: 'q', jobDefinition: 'd' };
const settings = () => ({
  endpoint: `http://127.0.0.1:${listener.port}`,
  region: 'us-east-1',
  credentials: { accessKeyId: '000000000000', secretAccessKey: 'x' },
  maxAttempts: 1,
});

describe('the official SDK', () => {
  let client: BatchClient;
  before(() => {
    client = new BatchClient(settings());
  });
  after(() => client.destroy());

  it('reads answers', async () => {
    const submitted = await client.send(new SubmitJobCommand({ ...job, tags: { ключ: 'värde' } }));
    assert.equal(submitted.jobId, 'id-1');
    assert.equal(submitted.$metadata.requestId, audited.at(-1)?.requestId);
    assert.deepEqual((audited.at(-1)?.input as { tags?: object } | undefined)?.tags, {
      ключ: 'värde',
    });
    assert.equal(audited.at(-1)?.context?.scope, '000000000000/us-east-1');
    assert.equal(
      (await client.send(new DescribeJobsCommand({ jobs: ['j'] }))).jobs?.[0]?.startedAt,
      1_700_000_000_000,
    );
  });

  it('reads errors as the classes that it knows', async () => {
    const error = (id: string) =>
      client.send(new DescribeJobsCommand({ jobs: [id] })).then(
        () => assert.fail('no error'),
        (thrown: unknown) => thrown,
      );
    const missing = await error('missing');
    assert.ok(missing instanceof ClientException);
    assert.equal(missing.message, 'job missing does not exist');
    assert.equal(missing.$metadata.httpStatusCode, 404);
    assert.equal(((await error('double')) as ClientException).$metadata.httpStatusCode, 409);
    assert.equal(((await error('busy')) as Error).name, 'TooManyRequestsException');
    assert.ok((await error('broken')) instanceof ServerException);
    await assert.rejects(
      client.send(new CreateQuotaShareCommand({} as never)),
      /CreateQuotaShare is not built in Longshore yet/,
    );
    await assert.rejects(client.send(new SubmitJobCommand({ ...job, jobName: 7 as never })), {
      name: 'SerializationException',
    });
    await assert.rejects(
      client.send(new SubmitJobCommand({ ...job, parameters: { long: 'x'.repeat(31_000) } })),
      (thrown) => thrown instanceof ClientException && thrown.$metadata.httpStatusCode === 413,
    );
  });

  it('makes the tag calls', async () => {
    tagCalls.length = 0;
    await client.send(new TagResourceCommand({ resourceArn: arn, tags: { a: 'b' } }));
    await client.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: ['a', 'b c'] }));
    assert.deepEqual(tagCalls, [
      { resourceArn: arn, tags: { a: 'b' } },
      { resourceArn: arn, tagKeys: ['a', 'b c'] },
    ]);
    assert.deepEqual(
      (await client.send(new ListTagsForResourceCommand({ resourceArn: arn }))).tags,
      { arn },
    );
  });

  it('speaks JSON 1.1 with the log service', async () => {
    const logsClient = new logs.CloudWatchLogsClient(settings());
    const answer = await logsClient.send(
      new logs.GetLogEventsCommand({ logStreamName: 's', logGroupName: 'g' }),
    );
    assert.equal(answer.events?.[0]?.message, 'héllo');
    await logsClient.send(new logs.CreateLogGroupCommand({ logGroupName: 'g' }));
    await assert.rejects(
      logsClient.send(new logs.CreateLogGroupCommand({} as never)),
      (thrown) =>
        thrown instanceof logs.InvalidParameterException && thrown.message.includes('logGroupName'),
    );
    await assert.rejects(
      logsClient.send(new logs.StartQueryCommand({ startTime: 0, endTime: 1, queryString: 'x' })),
      { name: 'UnknownOperationException' },
    );
    logsClient.destroy();
  });
});

describe('the AWS CLI', { skip: existsSync(aws) ? false : `${aws} is not installed` }, () => {
  const run = (...words: string[]): Promise<{ code: unknown; out: string; err: string }> =>
    new Promise((resolve) => {
      const env = {
        ...process.env,
        AWS_ACCESS_KEY_ID: '000000000000',
        AWS_SECRET_ACCESS_KEY: 'x',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_MAX_ATTEMPTS: '2',
        AWS_PAGER: '',
        AWS_EC2_METADATA_DISABLED: 'true',
      };
      execFile(
        aws,
        [...words, '--endpoint-url', settings().endpoint],
        { env, timeout: 60_000 },
        (error, out, err) => resolve({ code: error?.code ?? 0, out, err }),
      );
    });

  it('prints answers', async () => {
    const [submitted, described, events] = await Promise.all([
      run('batch', 'submit-job', '--job-name', 'n', '--job-queue', 'q', '--job-definition', 'd'),
      run('batch', 'describe-jobs', '--jobs', 'j'),
      run(
        'logs',
        'get-log-events',
        '--log-stream-name',
        's',
        '--log-group-name',
        'g',
        '--output',
        'text',
      ),
    ]);
    assert.deepEqual(JSON.parse(submitted.out), { jobArn: 'arn-1', jobName: 'n', jobId: 'id-1' });
    assert.equal(
      (JSON.parse(described.out) as { jobs: { status: string }[] }).jobs[0]?.status,
      'SUCCEEDED',
    );
    assert.match(events.out, /héllo/);
  });

  it('prints errors with our name and text', async () => {
    for (const [id, text] of [
      [
        'missing',
        /^\s*An error occurred \(ClientException\) when calling the DescribeJobs operation: job missing does not exist\s*$/,
      ],
      [
        'busy',
        /An error occurred \(TooManyRequestsException\) when calling the DescribeJobs operation .*: Too Many Requests/,
      ],
      [
        'broken',
        /An error occurred \(ServerException\) when calling the DescribeJobs operation .*: internal error, request id/,
      ],
    ] as const) {
      const { code, err } = await run('batch', 'describe-jobs', '--jobs', id);
      assert.notEqual(code, 0);
      assert.match(err, text);
    }
  });

  it('makes the tag calls', async () => {
    tagCalls.length = 0;
    assert.equal(
      (await run('batch', 'tag-resource', '--resource-arn', arn, '--tags', 'a=b')).code,
      0,
    );
    assert.equal(
      (await run('batch', 'untag-resource', '--resource-arn', arn, '--tag-keys', 'a', 'b')).code,
      0,
    );
    assert.deepEqual(tagCalls, [
      { resourceArn: arn, tags: { a: 'b' } },
      { resourceArn: arn, tagKeys: ['a', 'b'] },
    ]);
    assert.deepEqual(
      JSON.parse((await run('batch', 'list-tags-for-resource', '--resource-arn', arn)).out),
      { tags: { arn } },
    );
  });
});
