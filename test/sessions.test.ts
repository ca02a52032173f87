// Sessions, end to end, with access control on: who may have one, what it may do, and when it ends.
// And the way in of those who have no keys: a token of an identity provider, as of GitHub Actions.

import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { BatchClient, DescribeJobQueuesCommand, ListJobsCommand } from '@aws-sdk/client-batch';
import {
  CreateAccessKeyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetUserCommand,
  IAMClient,
  ListRolesCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
  type AssumeRoleCommandInput,
  type Credentials,
} from '@aws-sdk/client-sts';
import { account, region, TestServer } from './server.ts';

const arnOf = (role: string): string => `arn:aws:iam::${account}:role/${role}`;
const allowing = (...actions: string[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
  });
const trusting = (principal: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
  });
const of = (
  { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' }: Credentials = {} as Credentials,
) => ({
  accessKeyId: AccessKeyId,
  secretAccessKey: SecretAccessKey,
  sessionToken: SessionToken,
});

test('a session may do what its role and its own policy both allow, until the role is gone', async () => {
  await using server = await TestServer.start('fake', ['--auth', 'on']);
  await server.prepare();
  const iam = new IAMClient(server.clientOptions());
  await iam.send(new CreateUserCommand({ UserName: 'ann' }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
  const ann = `arn:aws:iam::${account}:user/ann`;
  for (const [name, principal] of [
    ['hers', { AWS: ann }],
    ['anybodys', { AWS: account }],
  ] as const) {
    await iam.send(
      new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trusting(principal) }),
    );
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: name,
        PolicyName: 'p',
        PolicyDocument: allowing('batch:ListJobs', 'batch:DescribeJobQueues'),
      }),
    );
  }
  const credentials = {
    accessKeyId: key?.AccessKeyId ?? '',
    secretAccessKey: key?.SecretAccessKey ?? '',
  };
  const sts = new STSClient(server.clientOptions(credentials));
  const assume = async (name: string, more: Partial<AssumeRoleCommandInput> = {}) => {
    const command = new AssumeRoleCommand({
      RoleArn: arnOf(name),
      RoleSessionName: 'work',
      ...more,
    });
    return of((await sts.send(command)).Credentials);
  };

  // She has no policy of her own: a role that names her needs none, one that names her account
  // does.
  const whole = await assume('hers');
  await assert.rejects(assume('anybodys'), (error: Error) => {
    assert.equal(error.name, 'AccessDenied');
    assert.match(
      error.message,
      new RegExp(
        `^User: ${ann} is not authorized to perform: sts:AssumeRole on resource: ${arnOf('anybodys')}`,
      ),
    );
    return true;
  });

  const list = new ListJobsCommand({ jobQueue: 'test' });
  const describe = new DescribeJobQueuesCommand({});
  const wholeBatch = new BatchClient(server.clientOptions(whole));
  await wholeBatch.send(list);
  await wholeBatch.send(describe);
  const narrow = await assume('hers', { Policy: allowing('batch:ListJobs', 'batch:SubmitJob') });
  const narrowBatch = new BatchClient(server.clientOptions(narrow));
  await narrowBatch.send(list);
  await assert.rejects(narrowBatch.send(describe), {
    name: 'AccessDeniedException',
    message: /because no session policy allows the batch:DescribeJobQueues action/,
  });

  const own = await sts.send(new GetSessionTokenCommand({}));
  const me = await new STSClient(server.clientOptions(of(own.Credentials))).send(
    new GetCallerIdentityCommand({}),
  );
  assert.equal(me.Arn, ann);

  // The token of another session opens nothing for this key.
  const mixed = { ...whole, sessionToken: narrow.sessionToken };
  await assert.rejects(new BatchClient(server.clientOptions(mixed)).send(list), {
    name: 'UnrecognizedClientException',
  });

  await iam.send(new DeleteRolePolicyCommand({ RoleName: 'hers', PolicyName: 'p' }));
  await iam.send(new DeleteRoleCommand({ RoleName: 'hers' }));
  await assert.rejects(wholeBatch.send(list), { name: 'UnrecognizedClientException' });
});

test('a session of GetSessionToken, without MFA, reaches nothing of IAM and little of STS', async () => {
  await using server = await TestServer.start('fake', ['--auth', 'on']);
  await server.prepare();
  const iam = new IAMClient(server.clientOptions());
  await iam.send(new CreateUserCommand({ UserName: 'ann' }));
  await iam.send(
    new PutUserPolicyCommand({
      UserName: 'ann',
      PolicyName: 'all',
      PolicyDocument: allowing('*'),
    }),
  );
  await iam.send(
    new CreateRoleCommand({
      RoleName: 'anybodys',
      AssumeRolePolicyDocument: trusting({ AWS: account }),
    }),
  );
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
  const ann = server.clientOptions({
    accessKeyId: key?.AccessKeyId ?? '',
    secretAccessKey: key?.SecretAccessKey ?? '',
  });
  const assume = new AssumeRoleCommand({ RoleArn: arnOf('anybodys'), RoleSessionName: 'work' });
  // With the keys themselves all of it is hers.
  await new IAMClient(ann).send(new GetUserCommand({}));
  await new STSClient(ann).send(new GetAccessKeyInfoCommand({ AccessKeyId: key?.AccessKeyId }));

  for (const [who, options] of [
    ['a user', ann],
    ['the root', server.clientOptions()],
  ] as const) {
    const { Credentials: got } = await new STSClient(options).send(new GetSessionTokenCommand({}));
    const session = server.clientOptions(of(got));
    const sts = new STSClient(session);
    await new BatchClient(session).send(new ListJobsCommand({ jobQueue: 'test' }));
    await sts.send(new GetCallerIdentityCommand({}));
    const toIam = new IAMClient(session);
    for (const command of [new GetUserCommand({ UserName: 'ann' }), new ListRolesCommand({})])
      await assert.rejects(
        toIam.send(command as GetUserCommand),
        {
          name: 'InvalidClientTokenId',
          message: 'The security token included in the request is invalid.',
        },
        who,
      );
    await assert.rejects(
      sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: key?.AccessKeyId })),
      {
        name: 'AccessDenied',
        message: 'Cannot call GetAccessKeyInfo with session credentials',
      },
      who,
    );
    await assert.rejects(sts.send(new GetSessionTokenCommand({})), {
      name: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    });
    // What she assumes with it is a role's, of which nothing of this is true.
    if (who === 'the root') {
      await assert.rejects(sts.send(assume), {
        name: 'AccessDenied',
        message: 'Roles may not be assumed by root accounts.',
      });
      continue;
    }
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: 'anybodys',
        PolicyName: 'p',
        PolicyDocument: allowing('iam:GetUser'),
      }),
    );
    const role = server.clientOptions(of((await sts.send(assume)).Credentials));
    await new IAMClient(role).send(new GetUserCommand({ UserName: 'ann' }));
  }
});

/** An identity provider on this machine: its issuer, and tokens that it signs. */
async function identityProvider(t: TestContext) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' };
  const provider = createServer((request, response) => {
    const documents: Record<string, object> = {
      '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/keys` },
      '/keys': { keys: [key] },
    };
    const document = documents[request.url ?? ''];
    response.writeHead(document === undefined ? 404 : 200).end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  t.after(() => provider.close());
  const issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = (claims: object): string => {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const whole = { iss: issuer, aud: 'sts.amazonaws.com', exp: nowSeconds + 600, ...claims };
    const signed = `${part({ alg: 'RS256', kid: 'one' })}.${part(whole)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
  };
  return { issuer, token };
}

test('a token of an identity provider opens the roles that trust it', async (t) => {
  const { issuer, token } = await identityProvider(t);
  await using server = await TestServer.start('fake', ['--auth', 'on']);
  const iam = new IAMClient(server.clientOptions());
  const { OpenIDConnectProviderArn: provider } = await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: issuer,
      ClientIDList: ['sts.amazonaws.com'],
    }),
  );
  const name = issuer.replace('http://', '');
  assert.equal(provider, `arn:aws:iam::${account}:oidc-provider/${name}`);
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { [`${name}:aud`]: 'sts.amazonaws.com' },
          StringLike: { [`${name}:sub`]: 'repo:lab/*' },
        },
      },
    ],
  };
  await iam.send(
    new CreateRoleCommand({ RoleName: 'ci', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  // Who has a token has no keys, and signs nothing.
  const sts = new STSClient({ endpoint: server.url, region });
  const assume = (claims: object) =>
    sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: arnOf('ci'),
        RoleSessionName: 'run-1',
        WebIdentityToken: token(claims),
      }),
    );
  const answer = await assume({ sub: 'repo:lab/genomes:ref:refs/heads/main' });
  assert.equal(answer.SubjectFromWebIdentityToken, 'repo:lab/genomes:ref:refs/heads/main');
  assert.equal(answer.Audience, 'sts.amazonaws.com');
  const as = new STSClient(server.clientOptions(of(answer.Credentials)));
  assert.equal(
    (await as.send(new GetCallerIdentityCommand({}))).Arn,
    `arn:aws:sts::${account}:assumed-role/ci/run-1`,
  );
  const refusals: [string, object, string][] = [
    ["another repository's", { sub: 'repo:evil/x' }, 'AccessDenied'],
    ["another audience's", { sub: 'repo:lab/x', aud: 'other' }, 'InvalidIdentityToken'],
    ['one that has expired', { sub: 'repo:lab/x', exp: 1 }, 'ExpiredTokenException'],
    ['one that is not valid yet', { sub: 'repo:lab/x', nbf: 1e12 }, 'InvalidIdentityToken'],
    ["another issuer's", { sub: 'repo:lab/x', iss: 'https://x.example' }, 'InvalidIdentityToken'],
    [
      'what another issuer would sign',
      { sub: 'repo:lab/x', iss: `${issuer}/x` },
      'InvalidIdentityToken',
    ],
  ];
  for (const [what, claims, error] of refusals)
    await assert.rejects(
      assume(claims),
      (thrown: Error) => thrown.name === error || thrown.name === `${error}Exception`,
      what,
    );
  await iam.send(new DeleteRoleCommand({ RoleName: 'ci' }));
  await assert.rejects(as.send(new GetCallerIdentityCommand({})), { name: 'InvalidClientTokenId' });
});
