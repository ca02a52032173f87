// A container of an ordinary job definition, on a server with access control, that tries whatever a
// program can from in there: the server's files, the record of calls, credentials of other jobs,
// the API and the engine. It gets nothing. That the attempts are such as can succeed is seen by the
// same ones where they may: with the right token, or of a job that was given directories of the
// machine.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it, test } from 'node:test';
import * as batch from '@aws-sdk/client-batch';
import * as trails from '@aws-sdk/client-cloudtrail';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as ecs from '@aws-sdk/client-ecs';
import * as iam from '@aws-sdk/client-iam';
import * as secrets from '@aws-sdk/client-secrets-manager';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import { signedHeaders, type Credentials } from '../src/cli/sign.ts';
import {
  commandOf,
  fileAttempts,
  machineAttempts,
  metBy,
  raw,
  type Attempt,
} from './hostile-container.ts';
import { requirement } from './requirement.ts';
import { account, region, TestServer } from './server.ts';
import { until } from './until.ts';

const roleArn = (name: string): string => `arn:aws:iam::${account}:role/${name}`;
/** In the victim's log, its secret and its environment, and nowhere else. */
const treasure = 'xyzzy-of-the-victim';
const fileNames = ['root-credentials', 'longshore.db', '*_CloudTrail_*'];

interface Given {
  readonly RoleArn: string;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
}

describe('a container of an ordinary job', { skip: requirement('docker').skip }, () => {
  let trailDir: string;
  let server: TestServer;
  let victim: batch.JobDetail;
  let thief: string;
  let met: ReadonlyMap<string, string>;
  /** The thief's own, of its role. */
  let own: Credentials;
  const files = (): string[] => [
    ...['root-credentials', 'key', 'longshore.db'].map((name) => join(server.dataDir, name)),
    ...deliveries(),
  ];
  const deliveries = (): string[] =>
    readdirSync(trailDir, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.json.gz'))
      .map((path) => join(trailDir, path))
      .slice(0, 1);

  before(async () => {
    trailDir = mkdtempSync(join(tmpdir(), 'longshore-hostile-'));
    mkdirSync(join(trailDir, 'audit'));
    server = await TestServer.start('docker', [
      ...['--auth', 'on', '--capacity', 'vcpus=8,memory=65536'],
      ...['--audit', 'all', '--trail-dir', trailDir, '--trail-every', '1s'],
    ]);
    await server.prepare();
    const as = server.clientOptions();
    const trail = new trails.CloudTrailClient(as);
    await trail.send(new trails.CreateTrailCommand({ Name: 'main', S3BucketName: 'audit' }));
    await trail.send(new trails.StartLoggingCommand({ Name: 'main' }));
    await new secrets.SecretsManagerClient(as).send(
      new secrets.CreateSecretCommand({ Name: 'treasure', SecretString: treasure }),
    );
    await new ssm.SSMClient(as).send(
      new ssm.PutParameterCommand({ Name: 'treasure', Type: 'SecureString', Value: treasure }),
    );
    await makeRole('victim', '*');
    await makeRole('thief', 'batch:ListJobs');
    const id = await server.submit(
      await server.register('victim', {
        command: ['sh', '-c', `echo ${treasure}; sleep 600`],
        jobRoleArn: roleArn('victim'),
        environment: [{ name: 'TREASURE', value: treasure }],
      }),
    );
    victim = await server.whenStatus(id, 'RUNNING');
    await until('the trail to be written', () => deliveries().length > 0);
    const attempts = [
      ...fileAttempts(files(), fileNames),
      ...machineAttempts,
      ...credentialAttempts(victim),
      ...callAttempts(victim, server.url),
    ];
    thief = await server.submit(
      await server.register('thief', {
        command: commandOf(attempts, 'echo "## all"; sleep 600'),
        jobRoleArn: roleArn('thief'),
      }),
    );
    await server.whenStatus(thief, 'RUNNING');
    met = await until('the thief to have tried everything', async () => {
      const lines = await server.lines(await server.job(thief));
      return lines.includes('## all') && metBy(lines);
    });
    assert.deepEqual([...met.keys()], [...attempts.map(({ name }) => name)]);
    const given = JSON.parse(bodyOf(said('credentials of its own'))) as Given;
    own = {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.Token,
    };
  });
  after(async () => {
    await server?.[Symbol.asyncDispose]();
    rmSync(trailDir, { recursive: true, force: true });
  });

  async function makeRole(RoleName: string, Action: string): Promise<void> {
    const client = new iam.IAMClient(server.clientOptions());
    const policy = (statement: object): string =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
    await client.send(
      new iam.CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: policy({
          Principal: { Service: 'ecs-tasks.amazonaws.com' },
          Action: 'sts:AssumeRole',
        }),
      }),
    );
    await client.send(
      new iam.PutRolePolicyCommand({
        RoleName,
        PolicyName: 'may',
        PolicyDocument: policy({ Action, Resource: '*' }),
      }),
    );
  }

  const said = (name: string): string => {
    const found = met.get(name);
    assert.ok(found !== undefined, `${name} was not tried`);
    return found;
  };
  const bodyOf = (answer: string): string => /^\{.*$/m.exec(answer)?.[0] ?? answer;

  it('finds no file of the server, of its trail or of the engine', async () => {
    for (const { name } of fileAttempts([], []))
      assert.doesNotMatch(said(name), /aws_access_key_id|SQLite format/, name);
    assert.match(said('files by their paths'), /No such file/);
    assert.equal(said('files by their names, anywhere'), '');
    assert.doesNotMatch(said('variables of other processes'), new RegExp(treasure));
  });

  it('gets at no disk, no namespace and no traffic of the machine', () => {
    assert.doesNotMatch(said('disks'), /read [1-9]/);
    const namespaces = said('namespaces of the machine');
    assert.match(namespaces, /not permitted|denied/);
    assert.doesNotMatch(namespaces, /^(?:mounts|mounted|set)$/m);
    assert.match(said('traffic of others'), /socket: Operation not permitted/);
  });

  it('would have found the files, had it been given their directories', async () => {
    const job = await server.run('given', {
      command: commandOf(fileAttempts(files(), fileNames)),
      environment: [{ name: 'ROOT', value: '/machine' }],
      ...mounted(tmpdir(), dirname(requirement('docker').command)),
    });
    assert.equal(job.status, 'SUCCEEDED', JSON.stringify(job.attempts));
    const found = metBy(await server.lines(job));
    const sees = (name: string, what: RegExp): void =>
      assert.match(found.get(name) ?? '', what, name);
    for (const name of [
      'files by their paths',
      'files through other processes',
      'files through mounts',
    ])
      sees(name, /aws_access_key_id/);
    sees('files by their names, anywhere', /\/machine.*\/root-credentials$/m);
    sees('files by their names, anywhere', /\/machine.*_CloudTrail_/);
    const socket = requirement('docker').command;
    assert.ok(found.get('files by their names, anywhere')?.includes(`/machine${socket}\n`));
  });

  it('gets credentials with its own token alone, and of its own role', () => {
    assert.match(said('credentials of its own'), /^HTTP\/1\.1 200 /);
    assert.match(said('credentials of its own'), new RegExp(roleArn('thief')));
    for (const { name } of credentialAttempts(victim).slice(1)) {
      const answers = said(name);
      assert.match(answers, /^HTTP\/1\.1 40[0345] |^HTTP\/1\.1 421 /, name);
      assert.doesNotMatch(answers, /HTTP\/1\.1 [235]/, name);
      assert.doesNotMatch(answers, /SecretAccessKey|role\/victim/, name);
    }
  });

  it('calls nothing without a signature, or with one of no key', () => {
    assert.match(said('health'), /^HTTP\/1\.1 200 /);
    const open = said('health') + said('metrics') + said('the front page');
    for (const hidden of [victim.jobId, thief, treasure, 'victim'])
      assert.ok(!open.includes(hidden ?? ''), hidden);
    const tried = callAttempts(victim, server.url).filter(({ name }) => name.startsWith('call '));
    assert.ok(tried.length > 30);
    for (const { name } of tried) {
      assert.match(said(name), /^HTTP\/1\.1 4\d\d /, name);
      assert.doesNotMatch(said(name), new RegExp(`${treasure}|victim|HTTP/1\\.1 [235]`), name);
    }
  });

  it('may with its own credentials do what its role may, and nothing else', async () => {
    const as = server.clientOptions(own);
    const client = {
      batch: new batch.BatchClient(as),
      trails: new trails.CloudTrailClient(as),
      logs: new logs.CloudWatchLogsClient(as),
      ecs: new ecs.ECSClient(as),
      iam: new iam.IAMClient(as),
      secrets: new secrets.SecretsManagerClient(as),
      ssm: new ssm.SSMClient(as),
      sts: new sts.STSClient(as),
    };
    const { jobSummaryList } = await client.batch.send(
      new batch.ListJobsCommand({ jobQueue: 'test', jobStatus: 'RUNNING' }),
    );
    assert.deepEqual(
      new Set(jobSummaryList?.map(({ jobId }) => jobId)),
      new Set([victim.jobId, thief]),
    );
    const who = await client.sts.send(new sts.GetCallerIdentityCommand({}));
    assert.equal(who.Arn, `arn:aws:sts::${account}:assumed-role/thief/${thief}`);

    const logStream = {
      logGroupName: '/aws/batch/job',
      logStreamName: victim.container?.logStreamName,
    };
    const anybody = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    });
    const machine = { image: 'busybox', privileged: true, vcpus: 1, memory: 16 };
    const tries: Record<string, () => Promise<unknown>> = {
      LookupEvents: () => client.trails.send(new trails.LookupEventsCommand({})),
      DescribeTrails: () => client.trails.send(new trails.DescribeTrailsCommand({})),
      StopLogging: () => client.trails.send(new trails.StopLoggingCommand({ Name: 'main' })),
      DeleteTrail: () => client.trails.send(new trails.DeleteTrailCommand({ Name: 'main' })),
      GetLogEvents: () => client.logs.send(new logs.GetLogEventsCommand(logStream)),
      FilterLogEvents: () => client.logs.send(new logs.FilterLogEventsCommand(logStream)),
      DescribeLogStreams: () => client.logs.send(new logs.DescribeLogStreamsCommand(logStream)),
      PutLogEvents: () =>
        client.logs.send(
          new logs.PutLogEventsCommand({
            ...logStream,
            logEvents: [{ timestamp: Date.now(), message: 'forged' }],
          }),
        ),
      DescribeJobs: () =>
        client.batch.send(new batch.DescribeJobsCommand({ jobs: [victim.jobId ?? ''] })),
      DescribeJobDefinitions: () =>
        client.batch.send(new batch.DescribeJobDefinitionsCommand({ jobDefinitionName: 'victim' })),
      RegisterJobDefinition: () =>
        client.batch.send(
          new batch.RegisterJobDefinitionCommand({
            jobDefinitionName: 'machine',
            type: 'container',
            containerProperties: machine,
          }),
        ),
      SubmitJob: () =>
        client.batch.send(
          new batch.SubmitJobCommand({ jobName: 'j', jobQueue: 'test', jobDefinition: 'victim' }),
        ),
      TerminateJob: () =>
        client.batch.send(
          new batch.TerminateJobCommand({ jobId: victim.jobId, reason: 'for the fun of it' }),
        ),
      RegisterContainerInstance: () =>
        client.ecs.send(new ecs.RegisterContainerInstanceCommand({ cluster: 'default' })),
      DescribeTasks: () =>
        client.ecs.send(new ecs.DescribeTasksCommand({ tasks: [victim.container?.taskArn ?? ''] })),
      ListUsers: () => client.iam.send(new iam.ListUsersCommand({})),
      GetAccountAuthorizationDetails: () =>
        client.iam.send(new iam.GetAccountAuthorizationDetailsCommand({})),
      CreateUser: () => client.iam.send(new iam.CreateUserCommand({ UserName: 'mine' })),
      CreateAccessKey: () => client.iam.send(new iam.CreateAccessKeyCommand({ UserName: 'root' })),
      PutRolePolicy: () =>
        client.iam.send(
          new iam.PutRolePolicyCommand({
            RoleName: 'thief',
            PolicyName: 'may',
            PolicyDocument: anybody,
          }),
        ),
      UpdateAssumeRolePolicy: () =>
        client.iam.send(
          new iam.UpdateAssumeRolePolicyCommand({ RoleName: 'victim', PolicyDocument: anybody }),
        ),
      AssumeRole: () =>
        client.sts.send(
          new sts.AssumeRoleCommand({ RoleArn: roleArn('victim'), RoleSessionName: 's' }),
        ),
      GetSecretValue: () =>
        client.secrets.send(new secrets.GetSecretValueCommand({ SecretId: 'treasure' })),
      GetParameter: () =>
        client.ssm.send(new ssm.GetParameterCommand({ Name: 'treasure', WithDecryption: true })),
      BackUp: () => callOwn('POST', '/_longshore/backup'),
      ExplainJob: () => callOwn('GET', `/_longshore/jobs/${victim.jobId}/explanation`),
    };
    for (const [operation, attempt] of Object.entries(tries))
      await assert.rejects(
        attempt(),
        (error: Error) => {
          assert.match(error.name, /^AccessDenied/, `${operation}: ${error.message}`);
          assert.doesNotMatch(error.message, new RegExp(treasure));
          return true;
        },
        operation,
      );
    for (const one of Object.values(client)) one.destroy();
    assert.equal((await server.job(victim.jobId ?? '')).status, 'RUNNING');
    assert.ok(!server.stderr.includes(treasure) && !server.stderr.includes(own.secretAccessKey));
  });

  /** An operation of the server's own, with the thief's signature. */
  async function callOwn(method: string, path: string): Promise<void> {
    const url = new URL(path, server.url);
    const headers = signedHeaders(
      { method, url, region, service: 'longshore', nowMs: Date.now() },
      own,
    );
    const answer = await fetch(url, { method, headers });
    if (answer.ok) return;
    const { code, message } = (await answer.json()) as { code: string; message: string };
    throw Object.assign(new Error(message), { name: code });
  }
});

const token = '$AWS_CONTAINER_AUTHORIZATION_TOKEN';

/** The first one is in order. */
function credentialAttempts(victim: batch.JobDetail): readonly Attempt[] {
  const other = victim.container?.taskArn?.split('/').at(-1) ?? '';
  const at = (name: string, ...heads: readonly string[]): Attempt => ({
    name,
    script: `address=\${AWS_CONTAINER_CREDENTIALS_FULL_URI#http://}; address=\${address%%/*}
own=\${AWS_CONTAINER_CREDENTIALS_FULL_URI##*/}
${raw(name, '${address%:*} ${address#*:}', ...heads.map((head) => `${head}\n\n`)).script}`,
  });
  const get = (path: string, ...headers: string[]): string =>
    [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', ...headers].join('\n');
  const shows = `Authorization: ${token}`;
  const path = `/v2/credentials/${other}`;
  const neighbours = Array.from('0123456789abcdef', (digit) => `${other.slice(0, -1)}${digit}`);
  return [
    at('credentials of its own', get('/v2/credentials/$own', shows)),
    ...Object.entries({
      'with its own token': get(path, shows),
      'without a token': get(path),
      'with an empty token': get(path, 'Authorization: '),
      'with its own token as a bearer': get(path, `Authorization: Bearer ${token}`),
      'with two tokens': get(path, shows, 'Authorization: x'),
      'with its own token in the path': get(`${path}/${token}`),
      'with a word in the path': get(`${path}/undefined`),
      'with its id for a token': get(path, `Authorization: ${other}`),
      'by way of its own': get(`/v2/credentials/$own/../${other}`, shows),
      'by way of its own, encoded': get(`/v2/credentials/$own%2f..%2f${other}`, shows),
      'with a doubled slash': get(`/v2/credentials//${other}`, shows),
      'with a query': get(`/v2/credentials/$own?id=${other}`, shows),
      'with a zero': get(`${path}%00`, shows),
      'in capitals': get(path.toUpperCase(), shows),
      'by the job': get(`/v2/credentials/${victim.jobId}`, shows),
      'of all': get('/v2/credentials/', shows),
      'of nobody': get('/v2/credentials', shows),
      'of the version before': get('/v1/credentials', shows),
      'of the task': get('/v2/metadata', shows),
      'of the instance': get('/latest/meta-data/iam/security-credentials/', shows),
      'at the root': get('/', shows),
      'from another host': `GET ${path} HTTP/1.1\nHost: evil.example\n${shows}`,
      'by an absolute target': `GET http://127.0.0.1${path} HTTP/1.1\nHost: 127.0.0.1\n${shows}`,
      'of another day': `GET ${path} HTTP/1.0\n${shows}`,
      'for somebody else': get(path, shows, 'X-Forwarded-For: 127.0.0.1', 'X-Original-URL: /'),
      posted: `POST ${path} HTTP/1.1\nHost: 127.0.0.1\n${shows}\nContent-Length: 0`,
    }).map(([name, head]) => at(`credentials of another ${name}`, head)),
    at('credentials of neighbours', ...neighbours.map((id) => get(`/v2/credentials/${id}`, shows))),
  ];
}

/** Directories of the machine under `/machine`, at their own paths. */
const mounted = (...paths: readonly string[]) => ({
  volumes: paths.map((sourcePath, index) => ({ name: `of-${index}`, host: { sourcePath } })),
  mountPoints: paths.map((path, index) => ({
    sourceVolume: `of-${index}`,
    containerPath: `/machine${path}`,
    readOnly: true,
  })),
});

/** Those that begin with `call ` must all be turned away. */
function callAttempts(victim: batch.JobDetail, url: string): readonly Attempt[] {
  const { host, hostname, port } = new URL(url);
  const send = (name: string, line: string, headers: readonly string[], body = ''): Attempt => {
    const head = [`${line} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...headers];
    const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
    return raw(name, `${hostname} ${port}`, `${[...head, ...length].join('\n')}\n\n${body}`);
  };
  const json = 'Content-Type: application/json';
  const target = (name: string): string[] => [
    'Content-Type: application/x-amz-json-1.1',
    `X-Amz-Target: ${name}`,
  ];
  const named = '{"SecretId":"treasure"}';
  const form = 'Content-Type: application/x-www-form-urlencoded';
  const job = JSON.stringify({ jobs: [victim.jobId] });
  const log = JSON.stringify({
    logGroupName: '/aws/batch/job',
    logStreamName: victim.container?.logStreamName,
  });
  const id = victim.jobId;
  const calls: readonly (readonly [service: string, name: string, string, string[], string?])[] = [
    ['batch', 'ListJobs', 'POST /v1/listjobs', [json], '{"jobQueue":"test"}'],
    ['batch', 'DescribeJobs', 'POST /v1/describejobs', [json], job],
    ['batch', 'TerminateJob', 'POST /v1/terminatejob', [json], `{"jobId":"${id}","reason":"r"}`],
    ['logs', 'GetLogEvents', 'POST /', target('Logs_20140328.GetLogEvents'), log],
    ['cloudtrail', 'LookupEvents', 'POST /', target('CloudTrail_20131101.LookupEvents'), '{}'],
    ['secretsmanager', 'GetSecretValue', 'POST /', target('secretsmanager.GetSecretValue'), named],
    ['ssm', 'GetParameter', 'POST /', target('AmazonSSM.GetParameter'), '{"Name":"treasure"}'],
    ['iam', 'ListRoles', 'POST /', [form], 'Action=ListRoles&Version=2010-05-08'],
    ['iam', 'ListRoles by GET', 'GET /?Action=ListRoles&Version=2010-05-08', []],
    ['ec2', 'DescribeVpcs', 'POST /', [form], 'Action=DescribeVpcs&Version=2016-11-15'],
    ['longshore', 'BackUp', 'POST /_longshore/backup', []],
    ['longshore', 'ExplainJob', `GET /_longshore/jobs/${id}/explanation`, []],
    ['longshore', 'ExplainJob beside', `GET //_longshore/jobs/${id}/explanation`, []],
    ['longshore', 'ExplainJob below', `GET /_longshore/health/../jobs/${id}/explanation`, []],
  ];
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const forged = (service: string): string[] => [
    `X-Amz-Date: ${time}`,
    `Authorization: AWS4-HMAC-SHA256 Credential=${account}/${time.slice(0, 8)}/${region}/${service}/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
  ];
  return [
    send('health', 'GET /_longshore/health', []),
    send('metrics', 'GET /_longshore/metrics', []),
    send('the front page', 'GET /', []),
    ...calls.flatMap(([service, name, line, headers, body]) => [
      send(`call ${name} unsigned`, line, headers, body),
      send(`call ${name} in the name of root`, line, [...headers, ...forged(service)], body),
      send(`call ${name} basic`, line, [...headers, 'Authorization: Basic cm9vdDo='], body),
    ]),
  ];
}

test('the process engine keeps nothing of the server from a job, as the manual says', async () => {
  await using server = await TestServer.start('process', ['--auth', 'on']);
  await server.prepare();
  const [byPath] = fileAttempts([join(server.dataDir, 'root-credentials')], fileNames);
  assert.ok(byPath);
  const job = await server.run('reads', { command: commandOf([byPath]) });
  const found = metBy(await server.lines(job)).get(byPath.name) ?? '';
  assert.ok(found.includes(server.credentials.accessKeyId), found);
});
