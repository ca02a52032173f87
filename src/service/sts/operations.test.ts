// STS's operations: who gets a session of what, what it carries on, and what is refused in which
// words.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import * as sts from '@aws-sdk/client-sts';
import { account, context } from '../../../test/house/caller.ts';
import { Rig } from '../../../test/house/rig.ts';
import { sdkClient } from '../../../test/house/sdk-client.ts';
import type { Principal } from '../../base/principal.ts';
import type { RequestContext } from '../../wire/operation.ts';
import type { AwsError } from '../../wire/aws-error.ts';
import { encodeDenial } from '../iam/identity/encoded-denial.ts';
import { createAccessKey } from '../iam/access-key/create-access-key.ts';
import { updateAccessKey } from '../iam/access-key/update-access-key.ts';
import { createRole } from '../iam/role/create-role.ts';
import { deleteRole } from '../iam/role/delete-role.ts';
import { createUser } from '../iam/user/create-user.ts';
import { assumeRole } from './assume-role.ts';
import type { StsDeps } from './deps.ts';
import { getSessionToken } from './get-session-token.ts';

const roleArn = (name: string): string => `arn:aws:iam::${account}:role/${name}`;
const ann: Principal = {
  kind: 'user',
  account,
  arn: `arn:aws:iam::${account}:user/ann`,
  userId: 'AIDAANN',
  accessKeyId: 'AKIAANN',
};
const as = (principal: Principal): RequestContext => ({ ...context, principal });

async function rigWith(
  trust: object | object[],
  options: { isVerifying?: boolean; seconds?: number } = {},
): Promise<Rig> {
  const rig = await Rig.bare({ isVerifying: options.isVerifying ?? true });
  const statements = [trust].flat().map((one) => ({
    Effect: 'Allow',
    Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
    ...one,
  }));
  await rig.call(createRole, {
    RoleName: 'worker',
    Path: '/team/',
    MaxSessionDuration: options.seconds,
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
  });
  return rig;
}

type AssumeInput = Partial<sts.AssumeRoleCommandInput>;
const assume = (rig: Rig, more: AssumeInput = {}, who = ann) =>
  rig.call(
    assumeRole,
    { RoleArn: roleArn('team/worker'), RoleSessionName: 'me', ...more },
    as(who),
  );

/** Who has the credentials that were answered. */
function holder(rig: Rig, { Credentials: got }: { Credentials?: sts.Credentials | undefined }) {
  const { sessions } = rig.depsOf<StsDeps>('sts');
  return sessions.find(got?.AccessKeyId ?? '', got?.SessionToken ?? '')?.principal;
}

const refused = (code: string, text: string | RegExp) => (error: unknown) => {
  const { name, message } = error as AwsError;
  assert.equal(name, code, message);
  if (typeof text === 'string') assert.equal(message, text);
  else assert.match(message, text);
  return true;
};

const toAnn = { Principal: { AWS: ann.arn } };

describe('AssumeRole', () => {
  it('answers credentials of a session of the role', async () => {
    const rig = await rigWith(toAnn);
    const answer = await assume(rig, {
      Tags: [{ Key: 'team', Value: 'genomes' }],
      TransitiveTagKeys: ['team'],
      SourceIdentity: 'ann',
      Policy:
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    });
    assert.equal(answer.AssumedRoleUser?.Arn, `arn:aws:sts::${account}:assumed-role/worker/me`);
    assert.match(answer.AssumedRoleUser.AssumedRoleId ?? '', /^AROA\w+:me$/);
    assert.equal(answer.Credentials?.Expiration?.getTime(), rig.clock.now() + 3_600_000);
    assert.equal(answer.SourceIdentity, 'ann');
    assert.ok(answer.PackedPolicySize && answer.PackedPolicySize < 50);
    assert.equal(answer.SessionTokenSize, answer.Credentials?.SessionToken?.length);
    const session = holder(rig, answer)?.session;
    assert.deepEqual(session?.tags, { team: 'genomes' });
    assert.deepEqual(session?.transitiveTagKeys, ['team']);
    assert.equal(session?.sourceIdentity, 'ann');
    assert.equal(session?.policies?.length, 1);
    assert.equal(session?.roleArn, roleArn('team/worker'));
  });

  it('is for those alone whom the trust policy lets', async () => {
    const who = `User: ${ann.arn} is not authorized to perform: `;
    const cases: [string, object, AssumeInput, string | undefined][] = [
      ['itself', toAnn, {}, undefined],
      ['its account', { Principal: { AWS: account } }, {}, undefined],
      [
        'the root of its account',
        { Principal: { AWS: `arn:aws:iam::${account}:root` } },
        {},
        undefined,
      ],
      ['everybody', { Principal: { AWS: '*' } }, {}, undefined],
      ['another', { Principal: { AWS: `arn:aws:iam::${account}:user/bob` } }, {}, 'sts:AssumeRole'],
      ['a service', { Principal: { Service: 'batch.amazonaws.com' } }, {}, 'sts:AssumeRole'],
      [
        'its external id',
        { ...toAnn, Condition: { StringEquals: { 'sts:ExternalId': 'x1' } } },
        { ExternalId: 'x1' },
        undefined,
      ],
      [
        'another external id',
        { ...toAnn, Condition: { StringEquals: { 'sts:ExternalId': 'x1' } } },
        { ExternalId: 'x2' },
        'sts:AssumeRole',
      ],
      [
        'another name of the session',
        { ...toAnn, Condition: { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } } },
        {},
        'sts:AssumeRole',
      ],
      [
        "the name of the session that is the user's",
        { ...toAnn, Condition: { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } } },
        { RoleSessionName: 'ann' },
        undefined,
      ],
      [
        'no tags',
        { ...toAnn, Action: 'sts:AssumeRole' },
        { Tags: [{ Key: 'a', Value: 'b' }] },
        'sts:TagSession',
      ],
      [
        'other tags',
        { ...toAnn, Condition: { StringEquals: { 'aws:RequestTag/a': 'c' } } },
        { Tags: [{ Key: 'a', Value: 'b' }] },
        'sts:AssumeRole',
      ],
      [
        'no source identity',
        { ...toAnn, Action: 'sts:AssumeRole' },
        { SourceIdentity: 'ann' },
        'sts:SetSourceIdentity',
      ],
    ];
    for (const [what, trust, input, lacking] of cases) {
      const rig = await rigWith(trust);
      if (lacking === undefined) assert.ok(holder(rig, await assume(rig, input)), what);
      else
        await assert.rejects(
          assume(rig, input),
          refused('AccessDenied', `${who}${lacking} on resource: ${roleArn('team/worker')}`),
          what,
        );
    }
  });

  it('is denied by a statement that denies, and to the root, and for what is not there', async () => {
    const denying = await rigWith([toAnn, { ...toAnn, Effect: 'Deny' }]);
    await assert.rejects(assume(denying), refused('AccessDenied', /sts:AssumeRole/));
    const rig = await rigWith({ Principal: { AWS: '*' } });
    await assert.rejects(
      assume(rig, {}, context.principal),
      refused('AccessDenied', 'Roles may not be assumed by root accounts.'),
    );
    for (const name of ['worker', 'other/worker', 'team/nobody'])
      await assert.rejects(
        assume(rig, { RoleArn: roleArn(name) }),
        refused('AccessDenied', /is not authorized to perform: sts:AssumeRole on resource/),
      );
    await assert.rejects(
      assume(rig, { RoleArn: 'arn:aws:iam::1:role/too-short' }),
      refused('ValidationError', 'Request ARN is invalid'),
    );
  });

  it('asks no trust policy where nobody is verified, and its sessions say so', async () => {
    const rig = await rigWith(
      { Principal: { Service: 'batch.amazonaws.com' } },
      { isVerifying: false },
    );
    assert.equal(holder(rig, await assume(rig, {}, context.principal))?.kind, 'assumed-role');
    await assert.rejects(
      assume(rig, { RoleArn: roleArn('nobody') }),
      refused('AccessDenied', /sts:AssumeRole/),
    );
  });

  it('lasts as long as the role allows, and an hour from within another', async () => {
    const rig = await rigWith({ Principal: { AWS: '*' } }, { seconds: 7_200 });
    const long = await assume(rig, { DurationSeconds: 7_200 });
    assert.equal(long.Credentials?.Expiration?.getTime(), rig.clock.now() + 7_200_000);
    await assert.rejects(
      assume(rig, { DurationSeconds: 7_201 }),
      refused(
        'ValidationError',
        'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      ),
    );
    await assert.rejects(
      assume(rig, { DurationSeconds: 899 }),
      refused('ValidationError', /greater than or equal to 900/),
    );
    const session = holder(rig, long);
    assert.ok(session);
    await assert.rejects(
      assume(rig, { DurationSeconds: 3_601 }, session),
      refused('ValidationError', /1 hour session limit for roles assumed by role chaining/),
    );
    assert.ok(holder(rig, await assume(rig, { DurationSeconds: 3_600 }, session)));
  });

  it('hands transitive tags and the source identity on', async () => {
    const rig = await rigWith({ Principal: { AWS: '*' } });
    const first = holder(
      rig,
      await assume(rig, {
        Tags: [
          { Key: 'team', Value: 'genomes' },
          { Key: 'own', Value: '1' },
        ],
        TransitiveTagKeys: ['team'],
        SourceIdentity: 'ann',
      }),
    );
    assert.ok(first);
    const second = holder(rig, await assume(rig, { Tags: [{ Key: 'x', Value: 'y' }] }, first));
    assert.deepEqual(second?.session?.tags, { team: 'genomes', x: 'y' });
    assert.equal(second?.session?.sourceIdentity, 'ann');
    await assert.rejects(
      assume(rig, { Tags: [{ Key: 'TEAM', Value: 'other' }] }, first),
      refused('ValidationError', /conflicts with a transitive tag key/),
    );
    await assert.rejects(
      assume(rig, { SourceIdentity: 'bob' }, first),
      refused('AccessDenied', /source identity/),
    );
  });

  it('hands a tag on whose key is written otherwise among the transitive ones', async () => {
    const rig = await rigWith({ Principal: { AWS: '*' } });
    const Tags = [{ Key: 'Team', Value: 'genomes' }];
    const first = holder(rig, await assume(rig, { Tags, TransitiveTagKeys: ['TEAM'] }));
    assert.ok(first);
    const second = holder(rig, await assume(rig, {}, first));
    assert.deepEqual(second?.session?.tags, { Team: 'genomes' });
    assert.deepEqual(second.session.transitiveTagKeys, ['Team']);
  });

  it('hands nothing on to a role that does not let itself be given it', async () => {
    const rig = await rigWith({ Principal: { AWS: '*' } });
    const given: [AssumeInput, string][] = [
      [{ Tags: [{ Key: 'team', Value: 'g' }], TransitiveTagKeys: ['team'] }, 'sts:TagSession'],
      [{ SourceIdentity: 'ann' }, 'sts:SetSourceIdentity'],
      [{ Tags: [{ Key: 'own', Value: 'g' }] }, 'nothing'],
    ];
    for (const [input, lacking] of given) {
      const first = holder(rig, await assume(rig, input));
      assert.ok(first);
      for (const action of ['sts:TagSession', 'sts:SetSourceIdentity']) {
        const name = `no-${action.slice(4)}-${lacking.slice(4)}`;
        await rig.call(createRole, {
          RoleName: name,
          AssumeRolePolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:*' },
              { Effect: 'Deny', Principal: { AWS: '*' }, Action: action },
            ],
          }),
        });
        const second = assume(rig, { RoleArn: roleArn(name) }, first);
        if (action !== lacking) assert.ok(holder(rig, await second), name);
        else
          await assert.rejects(
            second,
            refused(
              'AccessDenied',
              `User: ${first.arn} is not authorized to perform: ${action} on resource: ${roleArn(name)}`,
            ),
          );
      }
    }
  });

  it('refuses what it cannot take, in words', async () => {
    const rig = await rigWith(toAnn);
    const tags = Array.from({ length: 50 }, (_none, index) => ({
      Key: `${index}`,
      Value: createHash('sha512').update(`${index}`).digest('hex'),
    }));
    const cases: [AssumeInput, string, RegExp][] = [
      [{ RoleSessionName: 'x' }, 'ValidationError', /roleSessionName.*greater than or equal to 2/],
      [{ RoleSessionName: 'a b' }, 'ValidationError', /regular expression pattern/],
      [{ Policy: '{' }, 'MalformedPolicyDocument', /./],
      [{ Policy: 'x'.repeat(2_049) }, 'ValidationError', /'policy'/],
      [
        { PolicyArns: [{ arn: 'arn:aws:iam::999999999999:policy/x' }] },
        'ValidationError',
        /policy/,
      ],
      [{ Tags: [...tags, { Key: 'z', Value: '' }] }, 'ValidationError', /'tags'/],
      [{ Tags: tags }, 'PackedPolicyTooLarge', /consumes \d+% of allotted space/],
      [{ Tags: [{ Key: 'aws:x', Value: '' }] }, 'ValidationError', /reserved/],
      [
        {
          Tags: [
            { Key: 'a', Value: '' },
            { Key: 'A', Value: '' },
          ],
        },
        'ValidationError',
        /Duplicate/,
      ],
      [{ TransitiveTagKeys: ['a'] }, 'ValidationError', /must be included/],
      [{ SerialNumber: 'arn', TokenCode: '123456' }, 'AccessDenied', /MultiFactorAuthentication/],
      [{ ProvidedContexts: [{}] }, 'ValidationError', /not supported/],
      [{ MinimumSessionTokenSize: 4_097 }, 'ValidationError', /minimumSessionTokenSize/],
    ];
    for (const [input, code, text] of cases)
      await assert.rejects(
        assume(rig, input),
        refused(code, text),
        JSON.stringify(input).slice(0, 99),
      );
  });

  it('ends with the role', async () => {
    const rig = await rigWith(toAnn);
    const answer = await assume(rig);
    assert.ok(holder(rig, answer));
    await rig.call(deleteRole, { RoleName: 'worker' });
    assert.equal(holder(rig, answer), undefined);
  });
});

describe('GetSessionToken', () => {
  it('is for the root and users, not for sessions', async () => {
    const rig = await rigWith(toAnn, { isVerifying: false });
    const answer = await rig.call(getSessionToken, {});
    assert.equal(answer.Credentials?.Expiration?.getTime(), rig.clock.now() + 43_200_000);
    const principal = holder(rig, answer);
    assert.deepEqual([principal?.kind, principal?.arn], ['root', context.principal.arn]);
    assert.ok(principal);
    await assert.rejects(
      rig.call(getSessionToken, {}, as(principal)),
      refused('AccessDenied', 'Cannot call GetSessionToken with session credentials'),
    );
    await assert.rejects(
      rig.call(getSessionToken, { DurationSeconds: 129_601 }),
      refused('ValidationError', /less than or equal to 129600/),
    );
  });

  it('gives the root an hour at most', async () => {
    const rig = await rigWith(toAnn);
    const answer = await rig.call(getSessionToken, { DurationSeconds: 86_400 });
    assert.equal(answer.Credentials?.Expiration?.getTime(), rig.clock.now() + 3_600_000);
  });
});

describe('a key of IAM', () => {
  it('is believed to be whose it is, and so are its sessions, as long as it holds', async () => {
    const rig = await rigWith(toAnn);
    await rig.call(createUser, { UserName: 'bob' });
    const { AccessKey: key } = await rig.call(createAccessKey, { UserName: 'bob' });
    const bob = sdkClient(sts, 'STSClient', rig.app.pipeline, {
      accessKeyId: key?.AccessKeyId ?? '',
      secretAccessKey: key?.SecretAccessKey ?? '',
    });
    const arn = `arn:aws:iam::${account}:user/bob`;
    assert.equal((await bob.send(new sts.GetCallerIdentityCommand({})))['Arn'], arn);
    const { Credentials: got } = (await bob.send(
      new sts.GetSessionTokenCommand({ DurationSeconds: 129_600 }),
    )) as unknown as sts.GetSessionTokenCommandOutput;
    const found = holder(rig, { Credentials: got });
    assert.deepEqual([found?.kind, found?.arn], ['user', arn]);
    assert.equal(got?.Expiration?.getTime(), rig.clock.now() + 129_600_000);
    await rig.call(updateAccessKey, {
      UserName: 'bob',
      AccessKeyId: key?.AccessKeyId,
      Status: 'Inactive',
    });
    assert.equal(holder(rig, { Credentials: got }), undefined);
    assert.equal(
      (await bob.send(new sts.GetCallerIdentityCommand({})))['Arn'],
      `arn:aws:iam::${account}:root`,
    );
  });
});

describe('STS by the SDK', () => {
  it('answers in the form that the SDK reads', async () => {
    const rig = await rigWith(toAnn, { isVerifying: false });
    const client = sdkClient(sts, 'STSClient', rig.app.pipeline);
    const got = (await client.send(
      new sts.AssumeRoleCommand({ RoleArn: roleArn('team/worker'), RoleSessionName: 'me' }),
    )) as unknown as sts.AssumeRoleCommandOutput;
    assert.equal(got.AssumedRoleUser?.Arn, `arn:aws:sts::${account}:assumed-role/worker/me`);
    assert.ok(got.Credentials?.Expiration instanceof Date);
    const session = sdkClient(sts, 'STSClient', rig.app.pipeline, {
      accessKeyId: got.Credentials.AccessKeyId ?? '',
      secretAccessKey: got.Credentials.SecretAccessKey ?? '',
      sessionToken: got.Credentials.SessionToken ?? '',
    });
    const me = await session.send(new sts.GetCallerIdentityCommand({}));
    assert.equal(me['Arn'], `arn:aws:sts::${account}:assumed-role/worker/me`);
    const info = await client.send(
      new sts.GetAccessKeyInfoCommand({ AccessKeyId: got.Credentials.AccessKeyId }),
    );
    assert.equal(info['Account'], account);
    await assert.rejects(
      client.send(new sts.GetAccessKeyInfoCommand({ AccessKeyId: 'AKIA000000000000' })),
      refused('ValidationError', /not a valid access key ID/),
    );
    await rig.clock.pass(3_600_000);
    const after = await session.send(new sts.GetCallerIdentityCommand({}));
    assert.equal(after['Arn'], `arn:aws:iam::${account}:root`);
  });

  it('opens the message of a denial, in its account alone', async () => {
    const rig = await Rig.bare();
    const { sealer } = rig.depsOf<StsDeps>('sts');
    const items: readonly never[] = [];
    const denial = {
      allowed: false,
      explicitDeny: false,
      matchedStatements: { items },
      failures: { items },
      context: {
        principal: { id: ann.userId, arn: ann.arn },
        action: 'ec2:RunInstances',
        resource: 'arn:aws:ec2:us-east-1:123456789012:instance/*',
        conditions: { items },
      },
      decidedBy: { layer: 'identity' },
    } as const;
    const client = sdkClient(sts, 'STSClient', rig.app.pipeline);
    const decode = (message: string) =>
      client.send(new sts.DecodeAuthorizationMessageCommand({ EncodedMessage: message }));
    const { DecodedMessage: text } = await decode(encodeDenial(sealer, account, denial));
    assert.deepEqual(JSON.parse(text as string), denial);
    for (const message of ['x', encodeDenial(sealer, '999999999999', denial)])
      await assert.rejects(
        decode(message),
        refused('InvalidAuthorizationMessageException', /account or server/),
      );
  });
});
