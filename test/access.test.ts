// Access control from the first start on, through the AWS CLI: each policy example of the user
// guide (chapter "AWS Batch IAM Policies, Roles, and Permissions") as the user who has it, and what
// a colleague meets who may do one thing alone.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { BatchClient, DescribeJobQueuesCommand, SubmitJobCommand } from '@aws-sdk/client-batch';
import { runCli } from '../src/cli/main.ts';
import { rootCredentialsPath } from '../src/cli/root-credentials.ts';
import type { Credentials } from '../src/cli/sign.ts';
import { AwsCli } from './aws-cli.ts';
import { terminal, type Terminal } from './house/scripted-server.ts';
import { requirement } from './requirement.ts';
import { account, region, TestServer } from './server.ts';

const batchArn = (resource: string): string => `arn:aws:batch:${region}:${account}:${resource}`;
/** The guide writes `myImage`: Docker takes no capitals, and so registration does not. */
const myImage = `${account}.dkr.ecr.${region}.amazonaws.com/my-image`;
const myRole = `arn:aws:iam::${account}:role/MyBatchJobRole`;

/** As the guide prints them. */
const guide = {
  readOnly: [{ Effect: 'Allow', Action: ['batch:Describe*', 'batch:List*'], Resource: '*' }],
  restricted: [
    {
      Effect: 'Allow',
      Action: ['batch:RegisterJobDefinition'],
      Resource: [batchArn('job-definition/JobDefA_*')],
      Condition: {
        StringEquals: { 'batch:User': ['nobody'], 'batch:Image': [myImage] },
        Bool: { 'batch:Privileged': 'false' },
      },
    },
    {
      Effect: 'Allow',
      Action: ['batch:DeregisterJobDefinition'],
      Resource: [batchArn('job-definition/JobDefA_*')],
    },
    {
      Effect: 'Allow',
      Action: ['iam:PassRole'],
      Resource: [myRole],
      Condition: { StringEquals: { 'iam:PassedToService': ['batch.amazonaws.com'] } },
    },
  ],
  definitionPrefix: [
    {
      Effect: 'Allow',
      Action: ['batch:SubmitJob'],
      Resource: [batchArn('job-definition/JobDefA_*'), batchArn('job-queue/*')],
    },
  ],
  oneQueue: [
    {
      Effect: 'Allow',
      Action: ['batch:SubmitJob'],
      Resource: [batchArn('job-definition/*'), batchArn('job-queue/queue1')],
    },
  ],
};

describe('a server that asks for credentials', () => {
  let server: TestServer;
  let iam: IAMClient;

  before(async () => {
    server = await TestServer.start('fake', ['--auth', 'on']);
    iam = new IAMClient(server.clientOptions());
    for (const queue of ['queue1', 'queue2']) await server.prepare(queue);
    for (const name of ['JobDefA_one', 'JobDefB_one'])
      await server.register(name, { image: 'busybox' });
    for (const RoleName of ['MyBatchJobRole', 'OtherRole'])
      await iam.send(
        new CreateRoleCommand({
          RoleName,
          AssumeRolePolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Service: 'ecs-tasks.amazonaws.com' },
                Action: 'sts:AssumeRole',
              },
            ],
          }),
        }),
      );
  });
  after(async () => {
    iam.destroy();
    await server[Symbol.asyncDispose]();
  });

  async function user(
    UserName: string,
    statements: readonly object[] = [],
    managed: readonly string[] = [],
  ): Promise<Credentials> {
    await iam.send(new CreateUserCommand({ UserName }));
    if (statements.length > 0)
      await iam.send(
        new PutUserPolicyCommand({
          UserName,
          PolicyName: 'example',
          PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
        }),
      );
    for (const PolicyArn of managed)
      await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    return {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
  }

  const allowed = async (aws: AwsCli, command: Parameters<AwsCli['json']>): Promise<void> =>
    void (await aws.json(...command));

  /** Refused for want of leave, in AWS's sentence. */
  async function denied(
    aws: AwsCli,
    command: Parameters<AwsCli['run']>,
    what: { readonly action: string; readonly resource: string; readonly because: string },
  ): Promise<void> {
    const { code, stderr } = await aws.run(...command);
    assert.equal(code, 254, stderr);
    assert.match(stderr, /\((?:AccessDeniedException|AccessDenied)\)/);
    const { action, resource, because } = what;
    const sentence = `is not authorized to perform: ${action} on resource: ${resource} ${because}`;
    assert.ok(stderr.includes(sentence), `${stderr}\nexpected: ${sentence}`);
  }

  const call = (strings: TemplateStringsArray, ...values: unknown[]): Parameters<AwsCli['run']> => [
    strings,
    ...values,
  ];
  const noPolicy = (action: string): string =>
    `because no identity-based policy allows the ${action} action`;

  test('keeps the root’s key from others, and lets in whoever has it and nobody else', async () => {
    assert.equal(statSync(rootCredentialsPath(server.dataDir)).mode & 0o777, 0o600);
    const { secretAccessKey, accessKeyId } = server.credentials;
    assert.ok(!server.stderr.includes(secretAccessKey));
    assert.ok(!readFileSync(`${server.dataDir}/longshore.db`, 'latin1').includes(secretAccessKey));
    const ask = async (credentials: Credentials): Promise<string> => {
      const client = new BatchClient(server.clientOptions(credentials));
      try {
        await client.send(new DescribeJobQueuesCommand({}));
        return 'answered';
      } catch (error) {
        return (error as Error).name;
      } finally {
        client.destroy();
      }
    };
    assert.equal(await ask({ accessKeyId, secretAccessKey }), 'answered');
    assert.equal(
      await ask({ accessKeyId, secretAccessKey: `${secretAccessKey.slice(1)}x` }),
      'InvalidSignatureException',
    );
    assert.equal(
      await ask({ accessKeyId: account, secretAccessKey: 'longshore' }),
      'UnrecognizedClientException',
    );
    const unsigned = await fetch(`${server.url}/v1/describejobqueues`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    assert.equal(unsigned.status, 403);
    assert.equal(
      ((await unsigned.json()) as { message?: string }).message,
      'Missing Authentication Token',
    );
  });

  test('ends a key at once', async () => {
    const gone = await user('gone', guide.readOnly);
    const client = new BatchClient(server.clientOptions(gone));
    await client.send(new DescribeJobQueuesCommand({}));
    await iam.send(new DeleteAccessKeyCommand({ UserName: 'gone', AccessKeyId: gone.accessKeyId }));
    await assert.rejects(client.send(new DescribeJobQueuesCommand({})), {
      name: 'UnrecognizedClientException',
    });
    client.destroy();
  });

  test('tells nothing to who did not sign', async () => {
    const page = await (await fetch(server.url)).text();
    assert.match(page, /must be signed/);
    assert.doesNotMatch(page, /queue1/);
    const health = await (await fetch(`${server.url}/_longshore/health`)).text();
    assert.match(health, /"auth":"on"/);
    assert.doesNotMatch(health, /queue1/);
    assert.doesNotMatch(await (await fetch(`${server.url}/_longshore/metrics`)).text(), /queue1/);
  });

  test('lets its owner make credentials, and say why somebody is denied', async (t) => {
    const home = mkdtempSync(join(tmpdir(), 'longshore-home-'));
    t.after(() => rmSync(home, { recursive: true }));
    const run = async (env: Record<string, string>, ...argv: string[]): Promise<Terminal> => {
      const io = terminal({ HOME: home, ...env });
      const code = await runCli(argv, io);
      assert.equal(code, 0, io.stderr);
      return io;
    };
    const endpoint = ['--endpoint', server.url];
    const made = await run(
      {},
      'env',
      ...endpoint,
      '--profile',
      'root',
      '--data-dir',
      server.dataDir,
    );
    assert.equal(made.stdout, 'export AWS_PROFILE=root\n');
    assert.ok(!made.stdout.includes(server.credentials.secretAccessKey));
    const asRoot = { AWS_PROFILE: 'root' };
    const created = await run(
      asRoot,
      ...['credentials', 'create', '--user', 'carol', '--profile', 'carol'],
    );
    assert.match(created.stdout, /^AWS_ACCESS_KEY_ID=AKIA\w{16}\n$/);
    assert.match(created.stderr, /carol is new and may do nothing yet/);
    const [, key = ''] = /=(\w+)/.exec(created.stdout) ?? [];
    assert.match((await run(asRoot, 'credentials', 'list', '--user', 'carol')).stdout, RegExp(key));

    const asCarol = terminal({ HOME: home, AWS_PROFILE: 'carol' });
    assert.equal(await runCli(['jobs', '--queue', 'queue1'], asCarol), 1);
    assert.match(asCarol.stderr, /is not authorized to perform: batch:ListJobs/);
    const [, message = ''] = /failure message: (\S+)/.exec(asCarol.stderr) ?? [];
    const why = await run(asRoot, 'why-denied', message);
    assert.match(why.stdout, /user\/carol may not batch:ListJobs/);
    assert.match(why.stdout, /no statement allows it/);
    assert.match(why.stdout, /"Action":"batch:ListJobs"/);

    assert.match((await run(asRoot, 'credentials', 'revoke', key)).stdout, RegExp(key));
    const gone = terminal({ HOME: home, AWS_PROFILE: 'carol' });
    assert.equal(await runCli(['jobs', '--queue', 'queue1'], gone), 1);
    assert.match(gone.stderr, /UnrecognizedClientException/);
  });

  describe('through the AWS CLI', { skip: requirement('awscli').skip }, () => {
    test('Read-Only Access', async () => {
      const aws = new AwsCli(server, await user('reader', guide.readOnly));
      await allowed(aws, call`batch describe-job-queues`);
      await allowed(aws, call`batch list-jobs --job-queue queue1`);
      await denied(
        aws,
        call`batch submit-job --job-name j --job-queue queue1 --job-definition JobDefA_one`,
        {
          action: 'batch:SubmitJob',
          resource: batchArn('job-definition/JobDefA_one'),
          because: noPolicy('batch:SubmitJob'),
        },
      );
    });

    test('Restricting to POSIX User, Docker Image, Privilege Level, and Role', async () => {
      const aws = new AwsCli(server, await user('restricted', guide.restricted));
      const register = (name: string, container: object) =>
        call`batch register-job-definition --job-definition-name ${name} --type container --container-properties ${JSON.stringify(
          {
            image: myImage,
            user: 'nobody',
            privileged: false,
            resourceRequirements: [
              { type: 'VCPU', value: '1' },
              { type: 'MEMORY', value: '16' },
            ],
            ...container,
          },
        )}`;
      await allowed(aws, register('JobDefA_mine', { jobRoleArn: myRole }));
      const refused = (name = 'JobDefA_mine') => ({
        action: 'batch:RegisterJobDefinition',
        resource: batchArn(`job-definition/${name}`),
        because: noPolicy('batch:RegisterJobDefinition'),
      });
      await denied(aws, register('JobDefA_mine', { user: 'root' }), refused());
      // A name and its number are two values: Docker alone would resolve the one to the other.
      await denied(aws, register('JobDefA_mine', { user: '65534' }), refused());
      await denied(aws, register('JobDefA_mine', { image: 'busybox' }), refused());
      await denied(aws, register('JobDefA_mine', { privileged: true }), refused());
      await denied(aws, register('JobDefB_mine', {}), refused('JobDefB_mine'));
      const otherRole = myRole.replace('MyBatchJobRole', 'OtherRole');
      await denied(aws, register('JobDefA_mine', { jobRoleArn: otherRole }), {
        action: 'iam:PassRole',
        resource: otherRole,
        because: noPolicy('iam:PassRole'),
      });
      await allowed(aws, call`batch deregister-job-definition --job-definition JobDefA_mine:1`);
      await denied(aws, call`batch deregister-job-definition --job-definition JobDefB_one:1`, {
        action: 'batch:DeregisterJobDefinition',
        resource: batchArn('job-definition/JobDefB_one:1'),
        because: noPolicy('batch:DeregisterJobDefinition'),
      });
    });

    const submit = (queue: string, definition: string) =>
      call`batch submit-job --job-name j --job-queue ${queue} --job-definition ${definition}`;

    test('Restrict to Job Definition Prefix on Job Submission', async () => {
      const aws = new AwsCli(server, await user('prefix', guide.definitionPrefix));
      await allowed(aws, submit('queue1', 'JobDefA_one'));
      await allowed(aws, submit('queue2', 'JobDefA_one:1'));
      await denied(aws, submit('queue1', 'JobDefB_one'), {
        action: 'batch:SubmitJob',
        resource: batchArn('job-definition/JobDefB_one'),
        because: noPolicy('batch:SubmitJob'),
      });
    });

    test('Restrict to Job Queue: both the queue and the definition must be allowed', async () => {
      const aws = new AwsCli(server, await user('queue', guide.oneQueue));
      await allowed(aws, submit('queue1', 'JobDefB_one'));
      await denied(aws, submit('queue2', 'JobDefB_one'), {
        action: 'batch:SubmitJob',
        resource: batchArn('job-queue/queue2'),
        because: noPolicy('batch:SubmitJob'),
      });
      const [half] = guide.oneQueue;
      const queueAlone = { ...half, Resource: [batchArn('job-queue/queue1')] };
      await denied(
        new AwsCli(server, await user('queue-alone', [queueAlone])),
        submit('queue1', 'JobDefB_one'),
        {
          action: 'batch:SubmitJob',
          resource: batchArn('job-definition/JobDefB_one'),
          because: noPolicy('batch:SubmitJob'),
        },
      );
    });

    test('AWSBatchFullAccess', async () => {
      const full = await user('full', [], ['arn:aws:iam::aws:policy/AWSBatchFullAccess']);
      const aws = new AwsCli(server, full);
      await allowed(aws, submit('queue2', 'JobDefB_one'));
      await allowed(aws, call`iam list-roles --max-items 1`);
      await denied(aws, call`iam create-user --user-name friend`, {
        action: 'iam:CreateUser',
        resource: `arn:aws:iam::${account}:user/friend`,
        because: noPolicy('iam:CreateUser'),
      });
      const batch = new BatchClient(server.clientOptions(full));
      await batch.send(
        new SubmitJobCommand({ jobName: 'j', jobQueue: 'queue1', jobDefinition: 'JobDefA_one' }),
      );
      batch.destroy();
    });
  });
});
