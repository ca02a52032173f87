// Secrets on their way into containers, through the whole product: what the engine is given, that
// it follows the secret from attempt to attempt, how a job fails without, and that the value is
// seen nowhere else.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SubmitJobRequest } from '@aws-sdk/client-batch';
import { must } from '../base/assert.ts';
import { Hidden } from '../base/hidden.ts';
import { childId, containerIdOf, scopeOf, type AttemptId, type JobId } from '../base/ids.ts';
import { limit } from '../core/limit.ts';
import type { SecretSource } from '../port/secrets.ts';
import { describeJobs } from '../service/batch/job/describe-jobs.ts';
import { iamOperations } from '../service/iam/operations.ts';
import { trusts } from '../service/iam/seed.ts';
import { secretsManagerOperations } from '../service/secretsmanager/operations.ts';
import { ssmOperations } from '../service/ssm/operations.ts';
import { notBuilt, type OperationTable } from '../wire/operation.ts';
import { account, context } from '../../test/house/caller.ts';
import { Rig } from '../../test/house/rig.ts';

const begin =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ';
const mayRead = {
  Effect: 'Allow',
  Action: ['secretsmanager:GetSecretValue', 'ssm:GetParameters'],
  Resource: '*',
};

type Answer = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- looked at by each assertion.

/** A server with a secret, a parameter, and a role that may read both. */
async function withSecrets(statements: readonly object[] = [mayRead], secretSource?: SecretSource) {
  const rig = await Rig.open({ secretSource });
  const ask = (table: OperationTable<never>, name: string, input: object): Promise<Answer> => {
    const operation = must(table[name], name);
    assert.ok(operation !== notBuilt);
    return rig.call(operation, input) as Promise<Answer>;
  };
  const iam = (name: string, input: object) => ask(iamOperations as never, name, input);
  const secrets = (name: string, input: object) =>
    ask(secretsManagerOperations as never, name, input);
  const ssm = (name: string, input: object) => ask(ssmOperations as never, name, input);
  await iam('CreateRole', {
    RoleName: 'execution',
    AssumeRolePolicyDocument: trusts('ecs-tasks.amazonaws.com'),
  });
  await iam('PutRolePolicy', {
    RoleName: 'execution',
    PolicyName: 'read',
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
  });
  const { ARN: arn } = await secrets('CreateSecret', {
    Name: 'db',
    SecretString: '{"password":"hush-one"}',
  });
  await ssm('PutParameter', { Name: '/token', Value: 'hush-token', Type: 'SecureString' });
  await rig.define('s', {
    executionRoleArn: `arn:aws:iam::${account}:role/execution`,
    secrets: [
      { name: 'PASSWORD', valueFrom: `${arn}:password::` },
      { name: 'TOKEN', valueFrom: '/token' },
    ],
  });
  const given = (attemptId: AttemptId): Record<string, string> =>
    Object.fromEntries(
      must(
        rig.engine.specs.get(containerIdOf(attemptId, 0)),
        'it was started',
      ).secretEnvironment?.map(({ name, value }) => [name, value.reveal()]) ?? [],
    );
  /** Everything that anybody could read of a job afterwards. */
  const seen = async (id: JobId): Promise<string> =>
    JSON.stringify([
      rig.store.commits,
      await rig.call(describeJobs, { jobs: [id] }),
      [...rig.engine.specs.values()],
      rig.lines(rig.stream(id)),
      rig.problems,
      rig.sent,
    ]);
  return { rig, iam, secrets, ssm, arn: String(arn), given, seen };
}

describe('a job with secrets', () => {
  it('has them in its container’s environment, and nowhere else', async () => {
    const { rig, given, seen, arn } = await withSecrets();
    const id = await rig.submit('s');
    const attemptId = rig.attempt(id);
    assert.deepEqual(given(attemptId), { PASSWORD: 'hush-one', TOKEN: 'hush-token' });
    await rig.started(attemptId);
    const everything = await seen(id);
    assert.ok(!/hush-(one|token)/.test(everything));
    assert.ok(everything.includes(`${arn}:password::`), 'the reference is shown');
    await rig.exited(attemptId);
    assert.equal(rig.store.job(id).status, 'SUCCEEDED');
    assert.deepEqual([rig.problems, rig.fatal], [[], []]);
  });

  it('gets what they are at each attempt', async () => {
    const { rig, secrets, given } = await withSecrets();
    const id = await rig.submit('s', {
      retryStrategy: { attempts: 2 },
    } satisfies Partial<SubmitJobRequest>);
    const first = rig.attempt(id);
    await rig.started(first);
    await secrets('PutSecretValue', { SecretId: 'db', SecretString: '{"password":"hush-two"}' });
    await rig.exited(first, 1);
    await rig.clock.pass(60_000);
    const second = rig.attempt(id);
    assert.notEqual(second, first);
    assert.deepEqual(
      [given(first)['PASSWORD'], given(second)['PASSWORD']],
      ['hush-one', 'hush-two'],
    );
  });

  it('may be an array: each child has them', async () => {
    const { rig, given } = await withSecrets();
    const id = await rig.submit('s', { arrayProperties: { size: 2 } });
    for (const index of [0, 1])
      assert.equal(given(rig.attempt(childId(id, index)))['PASSWORD'], 'hush-one');
  });

  it('starts a second time by a later server as at first', async () => {
    const { rig, given } = await withSecrets();
    rig.engine.onStart = () => Promise.reject(new Error('no answer'));
    const id = await rig.submit('s');
    const next = await rig.restart().up();
    await next.clock.pass(60_000);
    assert.equal(given(next.attempt(id))['TOKEN'], 'hush-token');
  });

  it('that is stopped while they are fetched never starts', async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<Hidden>();
    const { rig } = await withSecrets([mayRead], {
      secretArn: async (_scope, id) => id,
      secret: () => {
        asked.resolve();
        return answer.promise;
      },
      parameters: async (_scope, names) => new Map(names.map((name) => [name, new Hidden('hush')])),
    });
    const id = await rig.submit('s');
    await asked.promise;
    await rig.terminate(id);
    answer.resolve(new Hidden('{"password":"hush"}'));
    await rig.clock.pass();
    assert.equal(rig.store.job(id).status, 'FAILED');
    assert.ok(!rig.engine.calls.some((call) => call.startsWith('start')));
  });
});

describe('the execution role', () => {
  const secret = `arn:aws:secretsmanager:*:${account}:secret:db-??????`;
  for (const [what, statements] of [
    [
      'by the ARN of the secret, whatever its end',
      [{ ...mayRead, Resource: [secret, 'arn:aws:ssm:*:*:parameter/*'] }],
    ],
    [
      'by the tags of what is read',
      [{ ...mayRead, Condition: { StringEquals: { 'aws:ResourceTag/team': 'red' } } }],
    ],
    [
      'by the version that is read',
      [
        mayRead,
        {
          Effect: 'Deny',
          Action: 'secretsmanager:GetSecretValue',
          Resource: '*',
          Condition: { StringEquals: { 'secretsmanager:VersionStage': 'AWSPREVIOUS' } },
        },
      ],
    ],
  ] as const)
    it(`may be allowed ${what}`, async () => {
      const { rig, secrets, ssm, given } = await withSecrets(statements);
      const Tags = [{ Key: 'team', Value: 'red' }];
      await secrets('TagResource', { SecretId: 'db', Tags });
      await ssm('AddTagsToResource', { ResourceType: 'Parameter', ResourceId: '/token', Tags });
      assert.equal(given(rig.attempt(await rig.submit('s')))['TOKEN'], 'hush-token');
    });

  it('may be assumed by ECS of this account alone', async () => {
    const { rig, iam, given } = await withSecrets();
    const trust = (of: string): string =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'ecs-tasks.amazonaws.com' },
            Action: 'sts:AssumeRole',
            Condition: {
              StringEquals: { 'aws:SourceAccount': of },
              ArnLike: { 'aws:SourceArn': `arn:aws:ecs:eu-west-1:${of}:*` },
            },
          },
        ],
      });
    const update = (of: string) =>
      iam('UpdateAssumeRolePolicy', { RoleName: 'execution', PolicyDocument: trust(of) });
    await update(account);
    assert.equal(given(rig.attempt(await rig.submit('s')))['TOKEN'], 'hush-token');
    await update('210987654321');
    assert.equal(rig.store.job(await rig.submit('s')).status, 'FAILED');
  });
});

describe('a job whose secrets cannot be had', () => {
  async function reasonOf(rig: Rig, id: JobId): Promise<string> {
    await rig.clock.pass();
    const { status, statusReason, attempts } = rig.store.job(id);
    assert.deepEqual([status, statusReason], ['FAILED', 'Task failed to start']);
    assert.ok(!rig.engine.calls.some((call) => call.startsWith('start')));
    // The job shows as much of it as AWS does; the log stream has it all.
    const stream = rig.store.commits
      .flatMap(({ rows }) => [...rows.logStreams.values()])
      .at(-1)?.name;
    const [line = ''] = rig.lines(stream);
    assert.equal(attempts[0]?.containerReason, line.slice(0, limit.containerReasonChars));
    return line;
  }

  it('fails where they are not there', async () => {
    const { rig, ssm } = await withSecrets();
    await ssm('DeleteParameter', { Name: '/token' });
    assert.equal(
      await reasonOf(rig, await rig.submit('s')),
      `${begin}unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: /token`,
    );
  });

  it('fails where the secret is marked for deletion', async () => {
    const { rig, secrets, arn } = await withSecrets();
    await secrets('DeleteSecret', { SecretId: 'db' });
    assert.equal(
      await reasonOf(rig, await rig.submit('s')),
      `${begin}unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret ${arn} from secrets manager: InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.`,
    );
  });

  it('fails where the role is not there', async () => {
    const { rig, iam } = await withSecrets();
    await iam('DeleteRolePolicy', { RoleName: 'execution', PolicyName: 'read' });
    await iam('DeleteRole', { RoleName: 'execution' });
    assert.match(await reasonOf(rig, await rig.submit('s')), /^ECS was unable to assume the role/);
  });

  it('fails where ECS may not assume the role', async () => {
    const { rig, iam } = await withSecrets();
    await iam('UpdateAssumeRolePolicy', {
      RoleName: 'execution',
      PolicyDocument: trusts('ec2.amazonaws.com'),
    });
    assert.match(await reasonOf(rig, await rig.submit('s')), /^ECS was unable to assume the role/);
  });

  it('fails where the role is of another partition, though one of its name is there', async () => {
    const { rig } = await withSecrets();
    const elsewhere = { ...context, region: 'cn-north-1', scope: scopeOf(account, 'cn-north-1') };
    const make = must(iamOperations['CreateRole'], 'it is built');
    assert.ok(make !== notBuilt);
    await rig.call(
      make,
      { RoleName: 'execution', AssumeRolePolicyDocument: trusts('ecs-tasks.amazonaws.com') },
      elsewhere,
    );
    await rig.define('s', {
      executionRoleArn: `arn:aws-cn:iam::${account}:role/execution`,
      secrets: [{ name: 'TOKEN', valueFrom: '/token' }],
    });
    assert.match(await reasonOf(rig, await rig.submit('s')), /^ECS was unable to assume the role/);
  });

  for (const [what, statements, expected] of [
    [
      'no policy allows it',
      [],
      /because no identity-based policy allows the secretsmanager:GetSecretValue action$/,
    ],
    [
      'a policy denies it',
      [mayRead, { Effect: 'Deny', Action: 'secretsmanager:*', Resource: '*' }],
      /with an explicit deny in an identity-based policy/,
    ],
    [
      'its policy is for another secret',
      [{ ...mayRead, Resource: `arn:aws:secretsmanager:*:${account}:secret:web-??????` }],
      /because no identity-based policy allows/,
    ],
    [
      'its policy is for secrets and not for parameters',
      [{ ...mayRead, Action: 'secretsmanager:GetSecretValue' }],
      /ssm: .*not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:123456789012:parameter\/token because/,
    ],
  ] as const)
    it(`fails where ${what}`, async () => {
      const { rig } = await withSecrets(
        statements.length === 0
          ? [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }]
          : statements,
      );
      const reason = await reasonOf(rig, await rig.submit('s'));
      assert.match(
        reason,
        /AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role\/execution\/[0-9a-f]{32} is not authorized to perform: /,
      );
      assert.match(reason, expected);
    });

  it('knows tasks by their ARNs, as the role of a job does', async () => {
    for (const [SourceArn, isTrusted] of [
      [`arn:aws:ecs:eu-west-1:${account}:task/*`, true],
      [`arn:aws:ecs:us-east-1:${account}:*`, false],
    ] as const) {
      const { rig, iam, given } = await withSecrets();
      const trust = JSON.parse(trusts('ecs-tasks.amazonaws.com')) as { Statement: object[] };
      trust.Statement = trust.Statement.map((one) => ({
        ...one,
        Condition: { ArnLike: { 'aws:SourceArn': SourceArn } },
      }));
      await iam('UpdateAssumeRolePolicy', {
        RoleName: 'execution',
        PolicyDocument: JSON.stringify(trust),
      });
      const id = await rig.submit('s');
      if (isTrusted) assert.equal(given(rig.attempt(id))['TOKEN'], 'hush-token');
      else assert.match(await reasonOf(rig, id), /^ECS was unable to assume the role/);
    }
  });

  it('is judged by what is known of a session of the role, and of no request', async () => {
    const only = (Condition: object) => [{ ...mayRead, Condition }];
    const never = (Condition: object) => [mayRead, { ...mayRead, Effect: 'Deny', Condition }];
    const cases: [string, readonly object[], boolean][] = [
      ['no address', never({ NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }), false],
      ['an address', only({ IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } }), false],
      ['no transport', never({ Bool: { 'aws:SecureTransport': 'false' } }), true],
      ['no MFA', never({ BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }), false],
      ['no service', only({ Bool: { 'aws:PrincipalIsAWSService': 'false' } }), true],
      [
        'the role',
        only({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/execution' } }),
        true,
      ],
      ['a session', only({ StringEquals: { 'aws:PrincipalType': 'AssumedRole' } }), true],
      ['when it began', only({ DateLessThan: { 'aws:TokenIssueTime': '9999-01-01' } }), true],
      ['the region', only({ StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } }), true],
    ];
    for (const [what, statements, isGiven] of cases) {
      const { rig, given } = await withSecrets(statements);
      const id = await rig.submit('s');
      if (isGiven) assert.equal(given(rig.attempt(id))['TOKEN'], 'hush-token', what);
      else assert.match(await reasonOf(rig, id), /is not authorized to perform/, what);
    }
  });

  it('is tried again, or not, as its retry strategy says of the reason', async () => {
    const { rig, ssm } = await withSecrets();
    await ssm('DeleteParameter', { Name: '/token' });
    for (const [action, attempts] of [
      ['EXIT', 1],
      ['RETRY', 3],
    ] as const) {
      const id = await rig.submit('s', {
        retryStrategy: {
          attempts: 3,
          evaluateOnExit: [{ onReason: 'ResourceInitializationError*', action }],
        },
      });
      await rig.clock.pass(600_000);
      const job = rig.store.job(id);
      assert.deepEqual([job.status, job.attempts.length], ['FAILED', attempts]);
    }
  });
});

describe('what else secrets are for', () => {
  it('is an image’s registry, and options of a log driver', async () => {
    const { rig, secrets } = await withSecrets();
    await secrets('CreateSecret', {
      Name: 'hub',
      SecretString: '{"username":"me","password":"hush-hub"}',
    });
    await rig.define('r', {
      executionRoleArn: 'execution',
      repositoryCredentials: { credentialsParameter: 'hub' },
      logConfiguration: {
        logDriver: 'splunk',
        options: { 'splunk-url': 'http://splunk.lab' },
        secretOptions: [{ name: 'splunk-token', valueFrom: '/token' }],
      },
    });
    const id = await rig.submit('r');
    const spec = must(rig.engine.specs.get(rig.container(id)), 'it was started');
    assert.deepEqual(
      [
        spec.registryLogin?.username.reveal(),
        spec.registryLogin?.password.reveal(),
        spec.secretLogOptions?.map(({ name, value }) => [name, value.reveal()]),
      ],
      ['me', 'hush-hub', [['splunk-token', 'hush-token']]],
    );
    assert.ok(!/hush/.test(JSON.stringify([rig.store.commits, spec])));
  });
});
