// Who a key is, what policies hold for whom, and what a request cannot say of resources: as IAM's
// rows say it now, not as they did.

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { describe, it } from 'node:test';
import { scopeOf } from '../../../base/ids.ts';
import type { Principal } from '../../../base/principal.ts';
import { account, context, contextIn } from '../../../../test/house/caller.ts';
import { allowAll, Iam, type Answer } from '../../../../test/house/iam.ts';
import { Rig } from '../../../../test/house/rig.ts';
import type { Authenticator } from '../../../wire/authentication.ts';
import { accessKeyId } from '../../../core/access-key.ts';
import { iamScope, view, type IamDeps } from '../deps.ts';
import { trusts } from '../seed.ts';
import { identityOf } from './identity.ts';
import { notingUses } from './noting-uses.ts';
import { factsOf, wholeArns } from './resolve.ts';

const region = 'eu-west-1';
const managed = 'arn:aws:iam::aws:policy/AdministratorAccess';

/** IAM, and the identities of its server. */
function identities() {
  const iam = new Iam();
  const { identity } = iam.rig.app;
  const key = async (principal?: Principal): Promise<Answer> =>
    (await iam.call('CreateAccessKey', {}, principal))['AccessKey'] as Answer;
  const find = (made: Answer) => identity.keys.find(String(made['AccessKeyId']), region);
  const deps = iam.rig.depsOf<IamDeps>('iam');
  return { iam, identity, key, find, deps, seen: () => view(deps, context) };
}

describe('an access key', () => {
  it('is its user, with the secret that it signs with; root’s is root', async () => {
    const { iam, key, find } = identities();
    const ada = await iam.principal('ada', { Path: '/lab/' });
    const made = await key(ada);
    const found = await find(made);
    assert.ok(typeof found === 'object');
    assert.equal(found.secret.reveal(), made['SecretAccessKey']);
    assert.deepEqual(found.principal, { ...ada, accessKeyId: made['AccessKeyId'] });
    assert.ok(!inspect(found).includes(String(made['SecretAccessKey'])));
    assert.ok(!(find(made) instanceof Promise), 'known at once the second time');

    const own = await key();
    const root = await find(own);
    assert.ok(typeof root === 'object');
    assert.deepEqual(root.principal, { ...context.principal, accessKeyId: own['AccessKeyId'] });
  });

  it('is what IAM says now: inactive, renamed, deleted', async () => {
    const { iam, key, find } = identities();
    const ada = await iam.principal('ada');
    const made = await key(ada);
    const { AccessKeyId } = made;
    await find(made);
    await iam.call('UpdateAccessKey', { AccessKeyId, Status: 'Inactive' }, ada);
    assert.equal(await find(made), 'inactive');
    await iam.call('UpdateAccessKey', { AccessKeyId, Status: 'Active' }, ada);
    await iam.call('UpdateUser', { UserName: 'ada', NewUserName: 'eve' });
    const found = await find(made);
    assert.ok(typeof found === 'object');
    assert.equal(found.principal.arn, `arn:aws:iam::${account}:user/eve`);
    assert.equal(found.principal.userId, ada.userId);
    await iam.call('DeleteAccessKey', { UserName: 'eve', AccessKeyId });
    assert.equal(await find(made), 'unknown');
  });

  it('is unknown where its id carries no account, or that has no such key', async () => {
    const { key, identity } = identities();
    const made = await key();
    for (const id of [
      '',
      'AKIAIOSFODNN7EXAMPLE',
      account,
      accessKeyId('AKIA', account, 'ABCDEFGH'),
      accessKeyId('AKIA', '999999999999', 'ABCDEFGH'),
      accessKeyId('ASIA', account, 'ABCDEFGH'),
      String(made['AccessKeyId']).toLowerCase(),
    ])
      assert.equal(await identity.keys.find(id, region), 'unknown', id);
    assert.equal(
      await identity.keys.find(String(made['AccessKeyId']), 'cn-north-1'),
      'unknown',
      'in another partition',
    );
  });

  it('cannot be read where another key sealed it', async () => {
    const { iam, key, deps } = identities();
    const made = await key();
    const other = identityOf({
      space: deps.space,
      sealer: { ...iam.rig.sealer, open: () => undefined },
      clock: iam.rig.clock,
    });
    assert.equal(await other.keys.find(String(made['AccessKeyId']), region), 'unreadable');
    assert.deepEqual(await iam.rig.app.unopened(), []);
    const restored = new Rig(
      {},
      { ...iam.rig, sealer: { ...iam.rig.sealer, open: () => undefined } },
    );
    assert.deepEqual(await restored.app.unopened(), [
      `the secrets of the access keys ${made['AccessKeyId']}`,
    ]);
  });

  it('has a last use, which a restart forgets for an hour at most', async () => {
    const { iam, identity, key, deps } = identities();
    const ada = await iam.principal('ada');
    const { AccessKeyId } = await key(ada);
    const lastUse = async (): Promise<Answer> => {
      const { UserName, AccessKeyLastUsed } = await iam.call('GetAccessKeyLastUsed', {
        AccessKeyId,
      });
      assert.equal(UserName, 'ada');
      return AccessKeyLastUsed as Answer;
    };
    assert.deepEqual(await lastUse(), { ServiceName: 'N/A', Region: 'N/A' });
    const writes = (): number => deps.space.version(iamScope(context));
    const before = writes();
    const use = async (service: string, afterMs: number): Promise<Date> => {
      await iam.rig.clock.pass(afterMs);
      identity.keyUses.note(String(AccessKeyId), { service, region });
      await iam.rig.clock.pass();
      return new Date(iam.rig.clock.now());
    };
    const at = await use('batch', 1000);
    assert.deepEqual(await lastUse(), {
      LastUsedDate: at,
      ServiceName: 'batch',
      Region: region,
    });
    await use('ec2', 1000);
    const last = await use('logs', 1000);
    assert.deepEqual([(await lastUse())['LastUsedDate'], writes()], [last, before + 1]);
    await use('logs', 3_600_000);
    assert.equal(writes(), before + 2);
    identity.keyUses.note(accessKeyId('AKIA', account, 'ABCDEFGH'), { service: 'x', region });
    await iam.rig.clock.pass();
    assert.equal(writes(), before + 2, 'nothing is kept of keys that are not there');
  });
});

it('a request that is rightly signed with a key is a use of it', async () => {
  const used: unknown[] = [];
  const uses = {
    note: (id: string, { service, region: where }: { service: string; region: string }): void =>
      void used.push([id, service, where]),
  };
  const ask = (answer: ReturnType<Authenticator['authenticate']>) =>
    notingUses({ authenticate: () => answer }, uses).authenticate({
      service: 'batch',
      region,
    } as Parameters<Authenticator['authenticate']>[0]);
  const { principal } = context;
  const signer = { ...principal, accessKeyId: 'AKIAQ' };
  assert.equal(ask(signer), signer);
  assert.equal(await ask(Promise.resolve(signer)), signer);
  void ask({ ...principal, accessKeyId: 'ASIAQ' });
  void ask({ ...principal, accessKeyId: undefined });
  const failure = new Error('wrong');
  await assert.rejects(async () => ask(Promise.reject(failure)), failure);
  assert.deepEqual(used, [
    ['AKIAQ', 'batch', region],
    ['AKIAQ', 'batch', region],
  ]);
});

describe('policies', () => {
  it('of a user are its own and its groups’, with a boundary apart', async () => {
    const { iam, identity } = identities();
    const ada = await iam.principal('ada', { Tags: [{ Key: 'team', Value: 'docks' }] });
    assert.deepEqual(await identity.policies.of(ada, region), {
      policies: [],
      boundary: undefined,
      tags: { team: 'docks' },
    });
    const own = await iam.policy('own', allowAll);
    await iam.call('PutUserPolicy', {
      UserName: 'ada',
      PolicyName: 'in',
      PolicyDocument: allowAll,
    });
    await iam.call('AttachUserPolicy', { UserName: 'ada', PolicyArn: own });
    await iam.call('PutUserPermissionsBoundary', { UserName: 'ada', PermissionsBoundary: managed });
    await iam.call('CreateGroup', { GroupName: 'g' });
    await iam.call('AttachGroupPolicy', {
      GroupName: 'g',
      PolicyArn: 'arn:aws:iam::aws:policy/AmazonS3FullAccess',
    });
    await iam.call('AddUserToGroup', { GroupName: 'g', UserName: 'ada' });
    const found = await identity.policies.of(ada, region);
    assert.deepEqual(found?.policies, [
      { name: 'in', document: allowAll, of: 'user', holder: 'ada' },
      { name: 'own', arn: own, document: allowAll, of: 'user', holder: 'ada' },
      {
        name: 'AmazonS3FullAccess',
        arn: 'arn:aws:iam::aws:policy/AmazonS3FullAccess',
        document: undefined,
        of: 'group',
        holder: 'g',
      },
    ]);
    assert.equal(found?.boundary?.arn, managed);
    assert.match(String(found?.boundary?.document), /"Action":/);
    assert.equal(identity.policies.of(ada, region), found, 'remembered');
    await iam.call('RemoveUserFromGroup', { GroupName: 'g', UserName: 'ada' });
    assert.equal((await identity.policies.of(ada, region))?.policies.length, 2);
  });

  it('of a session are its role’s, as long as that is the same role', async () => {
    const { iam, identity } = identities();
    const AssumeRolePolicyDocument = trusts('ec2.amazonaws.com');
    const { Role: role } = await iam.call('CreateRole', {
      RoleName: 'r',
      Path: '/lab/',
      AssumeRolePolicyDocument,
    });
    await iam.call('PutRolePolicy', {
      RoleName: 'r',
      PolicyName: 'in',
      PolicyDocument: allowAll,
    });
    const session: Principal = {
      kind: 'assumed-role',
      account,
      arn: `arn:aws:sts::${account}:assumed-role/r/me`,
      userId: `${role.RoleId}:me`,
      accessKeyId: undefined,
    };
    assert.deepEqual((await identity.policies.of(session, region))?.policies, [
      { name: 'in', document: allowAll, of: 'role', holder: 'r' },
    ]);
    const another = {
      ...session,
      arn: session.arn.replace('me', 'you'),
      userId: `${role.RoleId}:you`,
    };
    assert.equal(
      identity.policies.of(another, region),
      identity.policies.of(session, region),
      'each job has a session of its own: they are put together once',
    );
    await iam.call('DeleteRolePolicy', { RoleName: 'r', PolicyName: 'in' });
    await iam.call('DeleteRole', { RoleName: 'r' });
    await iam.call('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument });
    assert.equal(await identity.policies.of(session, region), undefined);
    assert.equal(await identity.policies.of(context.principal, region), undefined, 'root has none');
  });
});

describe('what a request does not say', () => {
  const arn = (what: string): string => `arn:aws:iam::${account}:${what}`;

  it('is the path of what it names, and the role in a profile', async () => {
    const { iam, seen } = identities();
    await iam.user('ada', { Path: '/lab/' });
    await iam.call('CreateGroup', { GroupName: 'g', Path: '/lab/' });
    await iam.call('CreateRole', {
      RoleName: 'r',
      Path: '/lab/',
      AssumeRolePolicyDocument: trusts('ec2.amazonaws.com'),
    });
    for (const InstanceProfileName of ['p', 'empty'])
      await iam.call('CreateInstanceProfile', { InstanceProfileName, Path: '/lab/' });
    await iam.call('AddRoleToInstanceProfile', { InstanceProfileName: 'p', RoleName: 'r' });
    const now = await seen();
    const whole = (action: string, ...resources: string[]): string[] =>
      wholeArns(now, { action, resources: resources.map(arn) }, context);
    assert.deepEqual(
      whole('iam:GetRole', 'role/r', 'user/ada', 'group/g', 'instance-profile/p', 'role/none'),
      ['role/lab/r', 'user/lab/ada', 'group/lab/g', 'instance-profile/lab/p', 'role/none'].map(arn),
    );
    assert.deepEqual(
      whole('iam:PassRole', 'role/r', 'instance-profile/p', 'instance-profile/lab/p'),
      ['role/lab/r', 'role/lab/r', 'role/lab/r'].map(arn),
    );
    assert.deepEqual(whole('iam:PassRole', 'instance-profile/empty', 'instance-profile/none'), []);
    const other = contextIn(scopeOf('999999999999', region));
    assert.deepEqual(
      wholeArns(now, { action: 'iam:GetRole', resources: [arn('role/r')] }, other),
      [arn('role/r')],
      'of another account nothing is known',
    );
  });

  it('is the boundary and the tags of who is changed', async () => {
    const { iam, seen } = identities();
    await iam.user('ada', {
      Path: '/lab/',
      PermissionsBoundary: managed,
      Tags: [{ Key: 'team', Value: 'docks' }],
    });
    const now = await seen();
    const facts = (action: string, what: string): object =>
      factsOf(now, action, arn(what), context);
    assert.deepEqual(facts('iam:AttachUserPolicy', 'user/lab/ada'), {
      'iam:PermissionsBoundary': managed,
      'iam:ResourceTag/team': 'docks',
    });
    // Of a creation, and where it is set anew, the request itself says it.
    for (const action of ['iam:GetUser', 'iam:PutUserPermissionsBoundary'])
      assert.deepEqual(facts(action, 'user/ada'), { 'iam:ResourceTag/team': 'docks' });
    for (const what of ['user/none', 'group/ada', 'policy/ada', '*'])
      assert.deepEqual(facts('iam:AttachUserPolicy', what), {});
  });
});
