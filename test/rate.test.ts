// The bound of requests a second that each caller has (`--rate`), through the SDK's clients against
// the real program: what the SDKs of JSON and of the query protocols make of it, and whom it meets.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BatchClient, DescribeJobQueuesCommand } from '@aws-sdk/client-batch';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  ListRolesCommand,
} from '@aws-sdk/client-iam';
import type { Credentials } from '../src/cli/sign.ts';
import { TestServer } from './server.ts';

const perSecond = 5;
/** So many at once that some are over, however slow the machine is. */
const many = Array.from({ length: 60 });

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly $metadata: { readonly httpStatusCode?: number };
}

/** Each by a client that does not try again. */
const services: readonly {
  readonly of: string;
  readonly asks: (
    options: ReturnType<TestServer['clientOptions']> & { readonly maxAttempts: number },
  ) => () => Promise<{ readonly $metadata: { readonly attempts?: number } }>;
  readonly error: readonly [name: string, status: number, message: string];
}[] = [
  {
    of: 'JSON, of Batch',
    asks: (options) => {
      const client = new BatchClient(options);
      return () => client.send(new DescribeJobQueuesCommand({}));
    },
    error: ['TooManyRequestsException', 429, 'Too Many Requests'],
  },
  {
    of: 'the query protocol, of IAM',
    asks: (options) => {
      const client = new IAMClient(options);
      return () => client.send(new ListRolesCommand({}));
    },
    error: ['Throttling', 400, 'Rate exceeded'],
  },
  {
    of: 'that of EC2',
    asks: (options) => {
      const client = new EC2Client(options);
      return () => client.send(new DescribeVpcsCommand({}));
    },
    error: ['RequestLimitExceeded', 503, 'Request limit exceeded.'],
  },
];

/** A key of the user's, who may do anything. */
async function userOf(server: TestServer, UserName: string): Promise<Credentials> {
  const iam = new IAMClient({ ...server.clientOptions(), maxAttempts: 10 });
  await iam.send(new CreateUserCommand({ UserName }));
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  iam.destroy();
  return {
    accessKeyId: key?.AccessKeyId ?? '',
    secretAccessKey: key?.SecretAccessKey ?? '',
  };
}

/** The root of an account, as nobody verifies it. */
const rootOf = async (_server: TestServer, digit: string): Promise<Credentials> => ({
  accessKeyId: digit.repeat(12),
  secretAccessKey: 'none',
});

for (const [auth, one, other, callerOf] of [
  ['on', 'ann', 'bob', userOf],
  ['off', '1', '2', rootOf],
] as const)
  describe(`a bound of requests, with access control ${auth}`, () => {
    let server: TestServer;
    let busy: Credentials;
    let quiet: Credentials;
    before(async () => {
      server = await TestServer.start('fake', ['--auth', auth, '--rate', String(perSecond)]);
      busy = await callerOf(server, one);
      quiet = await callerOf(server, other);
    });
    after(() => server[Symbol.asyncDispose]());

    for (const { of, asks, error } of services)
      test(`is told in ${of}, to who is over it and nobody else`, async () => {
        const ask = asks({ ...server.clientOptions(busy), maxAttempts: 1 });
        const others = asks({ ...server.clientOptions(quiet), maxAttempts: 1 });
        const [answers, untouched] = await Promise.all([
          Promise.allSettled(many.map(() => ask())),
          Promise.allSettled([others(), others()]),
        ]);
        const failures = answers.flatMap((answer) =>
          answer.status === 'rejected' ? [answer.reason as Failure] : [],
        );
        assert.ok(failures.length > 0, 'some are over');
        for (const { name, message, $metadata } of failures)
          assert.deepEqual([name, $metadata.httpStatusCode, message], error);
        assert.deepEqual(
          untouched.map(({ status }) => status),
          ['fulfilled', 'fulfilled'],
        );
      });

    for (const { of, asks } of services)
      test(`is waited for by SDKs, in ${of}`, async () => {
        const ask = asks({ ...server.clientOptions(busy), maxAttempts: 20 });
        const answers = await Promise.all(many.slice(0, 2 * perSecond).map(() => ask()));
        assert.ok(
          answers.some(({ $metadata }) => ($metadata.attempts ?? 1) > 1),
          'some were over',
        );
      });
  });
