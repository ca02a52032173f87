// Roles of jobs, end to end: what a program in a job finds and may use, with the SDK that Debian
// has, on real engines.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import {
  BatchClient,
  DescribeJobQueuesCommand,
  ListJobsCommand,
  TerminateJobCommand,
  type ContainerProperties,
} from '@aws-sdk/client-batch';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { freePort } from './free-port.ts';
import { requirement } from './requirement.ts';
import { S3Server } from './s3-server.ts';
import { account, TestServer } from './server.ts';
import { until } from './until.ts';
import { setVariables } from './variables.ts';

const arnOf = (role: string): string => `arn:aws:iam::${account}:role/${role}`;

async function createRole(server: TestServer, name: string, principal: object): Promise<void> {
  const iam = new IAMClient(server.clientOptions());
  await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
      }),
    }),
  );
}

const tasks = { Service: 'ecs-tasks.amazonaws.com' };

/** What a job prints of the variables and of what the endpoint says, with a shell alone. */
const asks = [
  'sh',
  '-c',
  `wget -q -O - --header "Authorization: $AWS_CONTAINER_AUTHORIZATION_TOKEN" "$AWS_CONTAINER_CREDENTIALS_FULL_URI"`,
];

interface Asked {
  readonly RoleArn: string;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
}

const stsAs = (server: TestServer, { AccessKeyId, SecretAccessKey, Token }: Asked): STSClient =>
  new STSClient({
    ...server.clientOptions(),
    credentials: {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: Token,
    },
  });

const engines = [
  { engine: 'process', skip: false },
  { engine: 'docker', skip: requirement('docker').skip },
] as const;

for (const { engine, skip } of engines) {
  describe(`the role of a job on the ${engine} engine`, { skip }, () => {
    test('is whose credentials its container gets, as long as it runs', async () => {
      await using server = await TestServer.start(engine);
      await server.prepare();
      await createRole(server, 'worker', tasks);
      const job = await server.run('asks', { command: asks, jobRoleArn: arnOf('worker') });
      assert.equal(job.status, 'SUCCEEDED', job.statusReason);
      const asked = JSON.parse((await server.lines(job)).join('')) as Asked;
      assert.equal(asked.RoleArn, arnOf('worker'));
      // Its attempt is over: the credentials are nobody's any more.
      const after = await stsAs(server, asked).send(new GetCallerIdentityCommand({}));
      assert.equal(after.Arn, `arn:aws:iam::${account}:root`);
      const shown = (await server.job(job.jobId ?? '')).container?.environment ?? [];
      assert.ok(shown.every(({ name }) => !name?.startsWith('AWS_CONTAINER')));
    });

    test('of another job is not to be had, with what one has oneself', async () => {
      await using server = await TestServer.start(engine);
      await server.prepare();
      for (const name of ['victim', 'thief']) await createRole(server, name, tasks);
      const victim = await server.submit(
        await server.register('victim', {
          command: ['sleep', '600'],
          jobRoleArn: arnOf('victim'),
        }),
      );
      const { container } = await server.whenStatus(victim, 'RUNNING');
      const attempt = container?.taskArn?.split('/').at(-1);
      const tries = [
        `--header "Authorization: $AWS_CONTAINER_AUTHORIZATION_TOKEN" "$base/${attempt}"`,
        `"$base/${attempt}"`,
        `"$base/${attempt}/$AWS_CONTAINER_AUTHORIZATION_TOKEN"`,
        `--header "Authorization: $AWS_CONTAINER_AUTHORIZATION_TOKEN" "$base/"`,
      ];
      const script = `base=\${AWS_CONTAINER_CREDENTIALS_FULL_URI%/*}
${tries.map((one) => `wget -O - ${one} 2>&1; echo "ended $?"`).join('\n')}`;
      const thief = await server.run('thief', {
        command: ['sh', '-c', script],
        jobRoleArn: arnOf('thief'),
      });
      const said = (await server.lines(thief)).join('\n');
      assert.equal(said.match(/ended [1-9]/g)?.length, tries.length, said);
      assert.match(said, /\b403 Forbidden/);
      assert.doesNotMatch(said, /SecretAccessKey/);
    });

    test('that is not there fails its attempt in the words of ECS', async () => {
      await using server = await TestServer.start(engine);
      await server.prepare();
      await createRole(server, 'other', { Service: 'ec2.amazonaws.com' });
      for (const name of ['nowhere', 'other']) {
        const job = await server.run(name, { command: ['true'], jobRoleArn: arnOf(name) });
        assert.equal(job.status, 'FAILED');
        assert.match(
          job.attempts?.[0]?.container?.reason ?? '',
          new RegExp(`^ECS was unable to assume the role '${arnOf(name)}' that was provided`),
        );
      }
    });
  });
}

const taskAddress = '169.254.170.2';
const hasTaskAddress = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === taskAddress),
);
const bridge =
  requirement('docker').skip ||
  (!hasTaskAddress &&
    `needs docker and ${taskAddress} on this machine: ip addr add ${taskAddress}/32 dev lo`);

/** One server at a time can have it, and other tests' may for a while. */
async function whenTaskAddressIsFree(): Promise<void> {
  await until(`port 80 of ${taskAddress}`, async () => {
    const listener = createServer().listen(80, taskAddress);
    const isFree = await once(listener, 'listening').then(
      () => true,
      () => false,
    );
    listener.close();
    return isFree;
  });
}

test(
  'on a bridge, credentials are where all SDKs look, and nobody else’s',
  { skip: bridge },
  async () => {
    await whenTaskAddressIsFree();
    await using server = await TestServer.start('docker', ['--job-network', 'bridge']);
    await server.prepare();
    for (const name of ['worker', 'victim']) await createRole(server, name, tasks);
    const victim = await server.submit(
      await server.register('victim', { command: ['sleep', '600'], jobRoleArn: arnOf('victim') }),
    );
    const { container } = await server.whenStatus(victim, 'RUNNING');
    const other = container?.taskArn?.split('/').at(-1);
    const job = await server.run('asks', {
      command: [
        'sh',
        '-c',
        `own="http://${taskAddress}$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"; wget -q -O - "$own"; echo
for path in "${other}" "${other}/\${own##*/}"; do wget -O - "http://${taskAddress}/v2/credentials/$path" 2>&1; done
wget -O - "http://${taskAddress}:${new URL(server.url).port}/_longshore/health" 2>&1; true`,
      ],
      jobRoleArn: arnOf('worker'),
    });
    assert.equal(job.status, 'SUCCEEDED', job.statusReason);
    const [given = '', ...tries] = await server.lines(job);
    const asked = JSON.parse(given) as Asked;
    assert.equal(asked.RoleArn, arnOf('worker'));
    const met = tries.join('\n');
    assert.equal(met.match(/403 Forbidden/g)?.length, 2, met);
    assert.match(met, /refused/);
    assert.doesNotMatch(met, /SecretAccessKey|ready/);
  },
);

const python = requirement('boto3');

test(
  "a job's boto3 calls as its role, and goes on over a restart",
  { skip: python.skip },
  async () => {
    const port = await freePort();
    await using server = await TestServer.start('process', ['--credentials-port', String(port)]);
    await server.prepare();
    await createRole(server, 'worker', tasks);
    const folder = mkdtempSync(join(tmpdir(), 'longshore-role-'));
    try {
      const program = `
import boto3, os, time
def client(name): # Debian's does not know the variables by itself.
    return boto3.client(name, endpoint_url=os.environ["AWS_ENDPOINT_URL_" + name.upper()])
print(client("sts").get_caller_identity()["Arn"], flush=True)
print(len(client("batch").list_jobs(jobQueue="test", jobStatus="RUNNING")["jobSummaryList"]), flush=True)
while not os.path.exists("${folder}/again"): time.sleep(0.1)
c = boto3.session.Session().get_credentials().get_frozen_credentials()
print(c.access_key[:4], flush=True)
`;
      const definition = await server.register('py', {
        command: [python.command, '-c', program],
        jobRoleArn: arnOf('worker'),
        resourceRequirements: [
          { type: 'VCPU', value: '1' },
          { type: 'MEMORY', value: '512' },
        ],
      });
      const id = await server.submit(definition);
      await server.whenStatus(id, 'RUNNING');
      const job = await until(
        () => 'the job to have called',
        async () => {
          const running = await server.job(id);
          assert.equal(running.status, 'RUNNING', JSON.stringify(running.attempts));
          return (await server.lines(running)).length >= 2 ? running : undefined;
        },
      );
      await server.restart();
      writeFileSync(join(folder, 'again'), '');
      const ended = await server.whenEnded(id);
      assert.equal(ended.status, 'SUCCEEDED', (await server.lines(ended)).join('\n'));
      const [arn, running, key] = await server.lines(ended);
      assert.equal(arn, `arn:aws:sts::${account}:assumed-role/worker/${job.jobId}`);
      assert.equal(running, '1');
      assert.equal(key, 'ASIA');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

const allowListing = (server: TestServer, role: string): Promise<unknown> =>
  new IAMClient(server.clientOptions()).send(
    new PutRolePolicyCommand({
      RoleName: role,
      PolicyName: 'lists',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'batch:ListJobs', Resource: '*' }],
      }),
    }),
  );

test('with access control a job may do what its role may, and nothing else', async () => {
  await using server = await TestServer.start('process', ['--auth', 'on']);
  await server.prepare();
  await createRole(server, 'lister', tasks);
  await allowListing(server, 'lister');
  const definition = await server.register('asks', {
    command: ['sh', '-c', `${asks.at(-1)}; echo; sleep 600`],
    jobRoleArn: arnOf('lister'),
  });
  const id = await server.submit(definition);
  await server.whenStatus(id, 'RUNNING');
  const asked = await until(
    () => 'the job to have asked',
    async () => {
      const [line] = await server.lines(await server.job(id));
      return line === undefined ? undefined : (JSON.parse(line) as Asked);
    },
  );
  const credentials = {
    accessKeyId: asked.AccessKeyId,
    secretAccessKey: asked.SecretAccessKey,
    sessionToken: asked.Token,
  };
  const asJob = new BatchClient({ ...server.clientOptions(), credentials });
  const list = new ListJobsCommand({ jobQueue: 'test', jobStatus: 'RUNNING' });
  assert.equal((await asJob.send(list)).jobSummaryList?.[0]?.jobId, id);
  await assert.rejects(asJob.send(new DescribeJobQueuesCommand({})), (error: Error) => {
    assert.equal(error.name, 'AccessDeniedException');
    assert.match(
      error.message,
      new RegExp(
        `^User: arn:aws:sts::${account}:assumed-role/lister/${id} is not authorized to perform: batch:DescribeJobQueues`,
      ),
    );
    return true;
  });
  const forged = { ...credentials, secretAccessKey: `${credentials.secretAccessKey.slice(1)}x` };
  await assert.rejects(
    new BatchClient({ ...server.clientOptions(), credentials: forged }).send(list),
    { name: 'InvalidSignatureException' },
  );
  await server.batch.send(new TerminateJobCommand({ jobId: id, reason: 'enough' }));
  await server.whenEnded(id);
  await assert.rejects(asJob.send(list), { name: 'ExpiredTokenException' });
});

/** An AWS profile `lab` of the user that servers run as, for as long as it is wanted. */
function profile(t: TestContext): void {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-profile-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'credentials');
  const { accessKeyId, secretAccessKey } = S3Server.credentials;
  writeFileSync(
    file,
    `[lab]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  );
  setVariables(t, { AWS_SHARED_CREDENTIALS_FILE: file });
}

test("a role's jobs get what the operator's profile has, and call as the role", async (t) => {
  profile(t);
  await using server = await TestServer.start('process', ['--role-credentials', 'reads=lab']);
  await server.prepare();
  await createRole(server, 'reads', tasks);
  const job = await server.run('asks', { command: asks, jobRoleArn: arnOf('reads') });
  assert.equal(job.status, 'SUCCEEDED', job.statusReason);
  const asked = JSON.parse((await server.lines(job)).join('')) as Asked;
  assert.deepEqual(
    [asked.AccessKeyId, asked.SecretAccessKey, asked.Token],
    ['lab:reader', 'hunter2', ''],
  );
  assert.ok(!server.stderr.includes('hunter2'));
  const who = await new STSClient({
    ...server.clientOptions(),
    credentials: S3Server.credentials,
  }).send(new GetCallerIdentityCommand({}));
  assert.equal(who.Arn, `arn:aws:sts::${account}:assumed-role/reads/role-credentials`);
});

interface Recorded {
  readonly userAgent: string;
  readonly userIdentity: { readonly arn: string };
}

test('which job called with a profile’s key is on record as far as it says so itself', async (t) => {
  profile(t);
  await using server = await TestServer.start('process', [
    ...['--audit', 'all', '--role-credentials', 'reads=lab'],
  ]);
  await server.prepare();
  await createRole(server, 'reads', tasks);
  const program = `
    process.env.AWS_SDK_UA_APP_ID = process.env.AWS_BATCH_JOB_ID;
    import(${JSON.stringify(import.meta.resolve('@aws-sdk/client-batch'))}).then((batch) =>
      new batch.BatchClient({}).send(new batch.DescribeJobQueuesCommand({})));`;
  const job = await server.run('says', {
    command: [process.execPath, '-e', program],
    jobRoleArn: arnOf('reads'),
    resourceRequirements: [
      { type: 'VCPU', value: '1' },
      { type: 'MEMORY', value: '512' },
    ],
  });
  assert.equal(job.status, 'SUCCEEDED', (await server.lines(job)).join('\n'));
  const trail = new CloudTrailClient(server.clientOptions());
  const name = { AttributeKey: 'EventName', AttributeValue: 'DescribeJobQueues' } as const;
  const ofRole = `arn:aws:sts::${account}:assumed-role/reads/role-credentials`;
  const event = await until(
    () => 'the record of the call',
    async () => {
      const { Events: events = [] } = await trail.send(
        new LookupEventsCommand({ LookupAttributes: [name] }),
      );
      return events
        .map(({ CloudTrailEvent: text = '' }) => JSON.parse(text) as Recorded)
        .find(({ userIdentity }) => userIdentity.arn === ofRole);
    },
  );
  assert.match(event.userAgent, new RegExp(` app/${job.jobId}( |$)`));
});

const swift = requirement('swift');

for (const { engine, skip } of engines)
  test(
    `a job on the ${engine} engine reads a bucket elsewhere, and lists jobs here`,
    { skip: skip || swift.skip || python.skip },
    async (t) => {
      profile(t);
      await using store = await S3Server.start('genomes');
      const reads = { Bucket: 'genomes', Key: 'reads' };
      await store.client.send(new PutObjectCommand({ ...reads, Body: 'ACGT' }));
      assert.equal((await fetch(`${store.url}/genomes/reads`)).ok, false);
      await using server = await TestServer.start(engine, [
        ...['--auth', 'on', '--role-credentials', 'reads=lab'],
        ...['--job-env', `AWS_ENDPOINT_URL_S3=${store.url}`],
      ]);
      await server.prepare();
      for (const role of ['reads', 'other']) {
        await createRole(server, role, tasks);
        await allowListing(server, role);
      }
      const program = `
import boto3, os
def client(name): # Debian's does not know the variables by itself.
    return boto3.client(name, endpoint_url=os.environ["AWS_ENDPOINT_URL_" + name.upper()])
def show(call):
    try: print(call())
    except Exception as error: print(error.response["Error"]["Code"])
s3, batch = client("s3"), client("batch")
show(lambda: s3.get_object(Bucket="genomes", Key="reads")["Body"].read().decode())
show(lambda: len(batch.list_jobs(jobQueue="test", jobStatus="RUNNING")["jobSummaryList"]))
show(lambda: batch.describe_job_queues())
`;
      const linesAs = async (role: string): Promise<string[]> => {
        const job = await server.run(role, {
          command: [python.command, '-c', program],
          jobRoleArn: arnOf(role),
          resourceRequirements: [
            { type: 'VCPU', value: '1' },
            { type: 'MEMORY', value: '512' },
          ],
          ...(engine === 'docker' && pythonOfThisMachine()),
        });
        return server.lines(job);
      };
      assert.deepEqual(await linesAs('reads'), ['ACGT', '1', 'AccessDeniedException']);
      // Its own credentials are of use here, and of none there.
      assert.deepEqual(await linesAs('other'), [
        'SignatureDoesNotMatch',
        '1',
        'AccessDeniedException',
      ]);
    },
  );

/** The image of the tests has no Python. */
function pythonOfThisMachine(): Pick<ContainerProperties, 'volumes' | 'mountPoints'> {
  const folders = ['/usr', '/lib', '/lib64'].filter((folder) => existsSync(folder));
  return {
    volumes: folders.map((folder, index) => ({ name: `v${index}`, host: { sourcePath: folder } })),
    mountPoints: folders.map((folder, index) => ({
      sourceVolume: `v${index}`,
      containerPath: folder,
      readOnly: true,
    })),
  };
}
