// Secrets end to end: kept by the AWS CLI's and the SDK's own words, handed to jobs on plain
// processes and on Docker, seen by nobody else; and an image of a private registry.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { RegisterJobDefinitionCommand, TerminateJobCommand } from '@aws-sdk/client-batch';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AwsCli } from './aws-cli.ts';
import { holding } from './holding.ts';
import { requirement } from './requirement.ts';
import { account, TestServer, type EngineName } from './server.ts';
import { until } from './until.ts';

const secret = 'hush-secret-9b1c';
const executionRoleArn = `arn:aws:iam::${account}:role/execution`;

/** A role that may read everything, for ECS. */
async function makeRole(server: TestServer): Promise<void> {
  const iam = new IAMClient(server.clientOptions());
  const document = (statement: object): string =>
    JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await iam.send(
    new CreateRoleCommand({
      RoleName: 'execution',
      AssumeRolePolicyDocument: document({
        Effect: 'Allow',
        Principal: { Service: 'ecs-tasks.amazonaws.com' },
        Action: 'sts:AssumeRole',
      }),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'execution',
      PolicyName: 'read',
      PolicyDocument: document({
        Effect: 'Allow',
        Action: ['secretsmanager:GetSecretValue', 'ssm:GetParameters'],
        Resource: '*',
      }),
    }),
  );
}

/** The command lines of all processes, as `ps` shows them. */
const commandLines = (): string =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return ''; // It has ended.
      }
    })
    .join('\n');

for (const engine of ['process', 'docker'] as const satisfies readonly EngineName[]) {
  test(
    `jobs on the ${engine} engine get their secrets, and nobody else sees them`,
    { skip: engine === 'docker' && requirement('docker').skip },
    async () => {
      await using server = await TestServer.start(engine, ['--log-level', 'trace']);
      await server.prepare();
      await makeRole(server);
      const secrets = new SecretsManagerClient(server.clientOptions());
      const { ARN: arn } = await secrets.send(
        new CreateSecretCommand({
          Name: 'app/db',
          SecretString: JSON.stringify({ password: secret }),
        }),
      );
      await new SSMClient(server.clientOptions()).send(
        new PutParameterCommand({ Name: '/app/token', Value: `${secret}!`, Type: 'SecureString' }),
      );
      // Prints the lengths alone: output is kept.
      const definition = await server.register('d', {
        command: ['sh', '-c', 'echo "${#PASSWORD}|${#TOKEN}"; exec sleep 600'],
        executionRoleArn,
        secrets: [
          { name: 'PASSWORD', valueFrom: `${arn}:password::` },
          { name: 'TOKEN', valueFrom: '/app/token' },
        ],
      });
      const linesOf = async (id: string): Promise<string[]> => {
        await server.whenStatus(id, 'RUNNING');
        return until('the job has printed', async () => {
          const lines = await server.lines(await server.job(id)).catch(() => []);
          return lines.length > 0 ? lines : undefined;
        });
      };
      const stop = async (id: string): Promise<void> => {
        await server.batch.send(new TerminateJobCommand({ jobId: id, reason: 'seen' }));
        await server.whenEnded(id);
      };

      const first = await server.submit(definition);
      assert.deepEqual(await linesOf(first), [`${secret.length}|${secret.length + 1}`]);
      assert.ok(!commandLines().includes(secret));
      assert.ok(!JSON.stringify(await server.job(first)).includes(secret));
      await stop(first);

      await secrets.send(
        new PutSecretValueCommand({
          SecretId: 'app/db',
          SecretString: JSON.stringify({ password: `${secret}${secret}` }),
        }),
      );
      await server.restart();
      const second = await server.submit(definition);
      assert.deepEqual(await linesOf(second), [`${2 * secret.length}|${secret.length + 1}`]);
      await stop(second);

      assert.ok(!server.stderr.includes(secret));
      assert.deepEqual(holding(server.dataDir, secret), []);
    },
  );
}

test(
  'the AWS CLI keeps secrets and parameters and reads them back',
  { skip: requirement('awscli').skip },
  async () => {
    await using server = await TestServer.start('fake');
    const cli = new AwsCli(server);
    const made = JSON.parse(
      await cli.text`secretsmanager create-secret --name app/db --secret-string ${secret}`,
    ) as { ARN: string };
    assert.match(made.ARN, /:secret:app\/db-[A-Za-z0-9]{6}$/);
    assert.equal(
      await cli.text`secretsmanager get-secret-value --secret-id app/db --query SecretString`,
      `"${secret}"\n`,
    );
    await cli.text`ssm put-parameter --name /app/token --type SecureString --value ${secret}`;
    assert.equal(
      await cli.text`ssm get-parameters-by-path --path /app --with-decryption --query Parameters[0].Value`,
      `"${secret}"\n`,
    );
    const { code, stderr } = await cli.run`ssm get-parameter --name /none`;
    assert.equal(code, 254);
    assert.match(
      stderr,
      /An error occurred \(ParameterNotFound\) when calling the GetParameter operation: Parameter \/none not found\./,
    );
    assert.deepEqual(holding(server.dataDir, secret), []);
  },
);

/** Bcrypt's of the password `hush-hub`, as htpasswd makes it. */
const htpasswd = 'me:$2y$05$abcdefghijklmnopqrstuuJDM1K9lcLheMxrxfCMyQ5S0dYYvhsFC\n';

/** Debian's docker-registry on a directory; with `auth` for those alone who are in its file. */
async function registry(
  directory: string,
  { address, auth }: { readonly address: string; readonly auth: boolean },
): Promise<{ readonly address: string; readonly close: () => Promise<void> }> {
  const config = join(directory, 'config.yml');
  writeFileSync(join(directory, 'htpasswd'), htpasswd);
  writeFileSync(
    config,
    `version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${directory}/data\nhttp:\n  addr: ${address}\n${
      auth ? `auth:\n  htpasswd:\n    realm: test\n    path: ${directory}/htpasswd\n` : ''
    }`,
  );
  const child = spawn(requirement('registry').command, ['serve', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const hear = (chunk: Buffer): void => void (log += chunk.toString());
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const listening = await until(
    'the registry listens',
    () => /listening on (127\.0\.0\.1:\d+)/.exec(log)?.[1],
  );
  return {
    address: listening,
    async close() {
      child.kill();
      await ended;
    },
  };
}

const docker = (...words: string[]): void => {
  const { status, stderr } = spawnSync('docker', words, { encoding: 'utf8', timeout: 120_000 });
  assert.equal(status, 0, stderr);
};

test(
  'an image of a private registry is pulled by the login that a secret holds',
  { skip: requirement('docker').skip || requirement('registry').skip },
  async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'longshore-registry-'));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    await using server = await TestServer.start('docker');
    await server.prepare();
    await makeRole(server);
    // Filled while it is open to everybody.
    const open = await registry(directory, { address: '127.0.0.1:0', auth: false });
    const image = `${open.address}/team/private`;
    docker('tag', server.image, image);
    t.after(() => spawnSync('docker', ['rmi', '-f', image], { stdio: 'ignore' }));
    docker('push', image);
    docker('rmi', image);
    await open.close();
    const closed = await registry(directory, { address: open.address, auth: true });
    t.after(() => closed.close());

    const secrets = new SecretsManagerClient(server.clientOptions());
    const credentials = (password: string): string => JSON.stringify({ username: 'me', password });
    await secrets.send(
      new CreateSecretCommand({ Name: 'hub', SecretString: credentials('hush-wrong') }),
    );
    const run = async (name: string, repositoryCredentials?: { credentialsParameter: string }) => {
      await server.batch.send(
        new RegisterJobDefinitionCommand({
          jobDefinitionName: name,
          type: 'container',
          containerProperties: {
            image,
            command: ['echo', 'pulled'],
            vcpus: 1,
            memory: 32,
            executionRoleArn,
            repositoryCredentials,
          },
        }),
      );
      return server.whenEnded(await server.submit(name));
    };
    const nobody = await run('nobody');
    assert.equal(nobody.status, 'FAILED');
    assert.match(
      nobody.container?.reason ?? '',
      /^CannotPullContainerError: .*(no basic auth credentials|unauthorized)/,
    );
    const wrong = await run('wrong', { credentialsParameter: 'hub' });
    assert.equal(wrong.status, 'FAILED');
    assert.match(wrong.container?.reason ?? '', /^CannotPullContainerError: /);
    assert.ok(!JSON.stringify(wrong).includes('hush'));
    await secrets.send(
      new PutSecretValueCommand({ SecretId: 'hub', SecretString: credentials('hush-hub') }),
    );
    const right = await run('right', { credentialsParameter: 'hub' });
    assert.deepEqual([right.status, await server.lines(right)], ['SUCCEEDED', ['pulled']]);
    assert.deepEqual(holding(server.dataDir, 'hush-hub'), []);
  },
);
